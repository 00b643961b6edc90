"""Programs of many makers by what they do, as their processes and units are named.

Each is a regular expression for a whole name in small letters: of a program, or of a unit without its suffix
and its instance (``postgresql`` of ``postgresql@15-main.service``).
"""

REDIS = (
    r"(redis|valkey|keydb)(-(server|sentinel))?|dragonfly(db)?|garnet(server)?|kvrocks|pika|ssdb(-server)?"
    r"|tendis(plus)?|skyd|skytable"
)
SESSIONS_BESIDE_REDIS = (
    r"memcached|asd|aerospike.*|couchbase.*|hazelcast.*|infinispan.*|ignite.*|twemproxy|nutcracker|mcrouter"
)
SESSIONS = rf"{REDIS}|{SESSIONS_BESIDE_REDIS}"
POSTGRES = (
    r"postgres(ql)?(-?[0-9][0-9.]*)?(-main)?|postmaster|edb-(postgres|as.*)|yb-(tserver|master)|cockroach(db)?"
    r"|greenplum.*|pgpro-.*"
)
DATABASE = (
    rf"{POSTGRES}|mysql(-server)?|mysqld([-_.].*)?|mariadb(d)?(-server)?|mongo(d|s|db)|ora_pmon.*|oracle([a-z0-9_]*|-(xe|free|ee|database).*)|tnslsnr|sqlservr"
    r"|mssql-server|db2.*|firebird.*|fb(server|guard)|clickhouse(-serv(er)?)?|cassandra|scylla(-server)?|couchdb"
    r"|rethinkdb|arangod(b3)?|neo4j|influx(d|db[0-9]*(-core)?)|voltdb|hdb(index|name)server|tidb-server|tikv-server"
    r"|orientdb|ravendb|surreal(db)?|rqlited"
)
REPLICATION = (
    r"patroni.*|repmgrd?(-?[0-9]+)?|pg_autoctl|pgautofailover|stolon-.*|slon|londiste3?|bucardo.*|pg_receivewal"
    r"|pg_recvlogical|symmetric.*|drbd.*|galera.*|garbd?|orchestrator|maxscale"
)
DNS = (
    r"named(-.*)?|bind9?|pdns(_server)?|nsd(: .*)?|knot(d)?|yadifad?|gdnsd|coredns|tinydns|axfrdns"
    r"|maradns|posadis|mydns|(hickory|trust)-dns|technitium.*|dnsserverapp|(b10|bundy)-auth"
)
MONITORING = (
    r".*[-_]exporter|prometheus.*|zabbix[-_]agent.*|telegraf|datadog-agent.*|netdata|collectd(mon)?|nrpe"
    r"|nagios(-nrpe-server)?|check[-_]?mk.*|cmk-agent.*|munin-node|newrelic.*|oneagent.*|dynatrace.*|appdynamics.*"
    r"|(elastic|sensu|instana|grafana)-agent|(metric|file|audit|packet|journal)beat|heartbeat-elastic"
    r"|fluent(d|-bit)?|td-agent(-bit)?|vector|otelcol.*|opentelemetry.*|alloy|promtail|snmpd|icinga2|ncpa.*"
    r"|scollector|gmond|monit|pmcd|pcp|amazon-cloudwatch.*|google-cloud-ops.*|azuremonitor.*|omiagent|sysdig.*"
    r"|glances|cadvisor"
)
WAF = (
    r"crowdsec.*|cs-.*bouncer.*|coraza.*|mod_?sec(urity)?[-_.]?.*|spoa-modsec.*|open-?appsec.*|cp-nano.*|wallarm.*"
    r"|sigsci.*|bd[-_](agent|socket.*)|nginx-app-prot.*|app-?protect.*|bunkerweb.*|naxsi.*|curiefense.*"
    r"|safeline.*|ironbee.*|shadowd|waf([-_].*)?|.*[-_]waf"
)

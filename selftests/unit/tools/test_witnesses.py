"""What a host has is found by small questions, which real shells run here on the tree of a made-up host."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from siteparity.model import UnmeasuredError
from siteparity.tools.frame import framed, parts
from siteparity.tools.witnesses import (
    MOST,
    NOTHING,
    compiled,
    environments,
    jobs,
    named_files,
    packet_filters,
    ports,
    postgres,
    products,
    programs,
    web_servers,
    witnessed,
)

SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)]
FOLDERS = "etc|var|run|srv|opt|usr|home|root|app|data|lib|tmp|pgdata|sys|boot"
Shell = Callable[[str, Path], str]


def moved(text: str, root: Path) -> str:
    """A question about the tree below a folder, but for its own process."""
    text = text.replace(r"^\/", "^" + str(root).replace("/", r"\/") + r"\/")
    return re.sub(
        rf"(?<![\w.*\]}})/$\"\\])/(?=proc/(?:[\[1]|net/)|(?:{FOLDERS})(?:[/*)|;\s]|$))", f"{root}/", text
    )


@pytest.fixture(params=SHELLS)
def ask(request: pytest.FixtureRequest) -> Shell:
    """Runs a question about a tree with one of the shells that hosts have."""

    def run(text: str, root: Path) -> str:
        made = subprocess.run(
            [request.param, "-c", moved(text, root)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
            cwd="/",
            env={"LC_ALL": "C", "PATH": f"{root}/tools:{os.environ['PATH']}"},
        )
        assert not made.stderr.strip() or made.returncode, made.stderr
        return (
            made.stdout.decode() if not made.returncode else f"exit {made.returncode}: {made.stderr.decode()}"
        )

    return run


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Files of the tree; ``-> place`` is a link."""
    for name, content in files.items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str) and content.startswith("-> "):
            path.symlink_to(content[3:])
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def process(root: Path, pid: int, comm: str, **more: str | bytes) -> None:
    """A process of the tree."""
    files: dict[str, str | bytes] = {
        "comm": f"{comm}\n",
        "environ": b"",
        "exe": f"-> /usr/bin/{comm}",
        **more,
    }
    write(root, {f"proc/{pid}/{name}": content for name, content in files.items()})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The tree of a host on which only init runs."""
    process(tmp_path, 1, "systemd", exe="-> /usr/lib/systemd/systemd")
    return tmp_path


def tool(root: Path, name: str, text: str) -> None:
    """A tool of the host."""
    write(root, {f"tools/{name}": f"#!/bin/sh\n{text}\n"})
    (root / "tools" / name).chmod(0o755)


def seen(ask: Shell, root: Path, kind: str) -> str:
    """The programs and units of a kind."""
    return witnessed(programs.found(parts(framed(ask(programs.QUESTION, root)), programs.PARTS), kind))


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (products.REDIS, "redis-server valkey-server keydb-server dragonfly kvrocks redis-sentinel"),
        (products.SESSIONS, "memcached valkey-server redis-server"),
        (
            products.DATABASE,
            "postgres mariadbd mysqld mongod ora_pmon_ORCL sqlservr cockroach clickhouse-server",
        ),
        (products.POSTGRES, "postgres postmaster edb-postgres"),
        (products.REPLICATION, "patroni repmgrd drbd_w_r0 pg_receivewal"),
        (products.DNS, "named pdns_server nsd knotd coredns yadifad"),
        (products.WAF, "crowdsec coraza-spoa crowdsec-fireball bunkerweb"),
        (products.MONITORING, "node_exporter prometheus-node telegraf zabbix_agentd zabbix_agent2 netdata"),
        (products.MONITORING, "nrpe collectd check_mk_agent datadog-agent snmpd munin-node"),
    ],
)
def test_programs_of_many_makers_are_known(kind: str, names: str) -> None:
    """By the name of a process, which the kernel cuts after 15 characters."""
    for name in names.split():
        assert witnessed(programs.found({"running": [name[:15]], "at boot": []}, kind)) == f"{name[:15]} runs"


@pytest.mark.parametrize(
    "name",
    [
        "bash",
        "sshd",
        "redis-cli",
        "psql",
        "mysqldump",
        "cron",
        "systemd-resolved",
        "systemd-timesyncd",
        "nginx",
        "kworker/0:1-events",
        "dnsmasq",
        "unbound",
        "chronyd",
        "agetty",
        "rsyslogd",
        "php-fpm8.2",
        "java",
        "oracle-cloud-agent",
    ],
)
def test_what_every_host_may_run_is_no_witness(name: str) -> None:
    """Clients, resolvers, and what serves other ends: a declaration that is true must stay so."""
    kinds = [kind for label, kind in vars(products).items() if label.isupper()]
    assert kinds
    for kind in kinds:
        assert witnessed(programs.found({"running": [name], "at boot": [f"{name}.service"]}, kind)) == NOTHING


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("postgresql@15-main.service", products.DATABASE),
        ("postgresql-16.service", products.DATABASE),
        ("postgresql", products.DATABASE),
        ("redis-server@cache.service", products.REDIS),
        ("valkey.service", products.REDIS),
        ("bind9.service", products.DNS),
        ("zabbix-agent2.service", products.MONITORING),
        ("prometheus-node-exporter.service", products.MONITORING),
        ("crowdsec-firewall-bouncer.service", products.WAF),
    ],
)
def test_a_unit_is_known_with_its_instance_and_its_suffix(unit: str, kind: str) -> None:
    """Units, and scripts of older systems."""
    found = programs.found({"running": ["init"], "at boot": [unit]}, kind)
    assert witnessed(found) == f"{unit} starts at boot"


def test_a_program_is_found_by_either_name(ask: Shell, root: Path) -> None:
    """The one in the kernel and that of its file: a process can change the first, a link the second."""
    process(root, 70, "main", exe="-> /opt/valkey/bin/valkey-server (deleted)")
    process(root, 71, "redis-server", exe="-> /usr/bin/redis-check-rdb")
    assert seen(ask, root, products.REDIS) == "redis-server runs, valkey-server runs"


def test_what_a_boot_starts_is_found_although_it_does_not_run(ask: Shell, root: Path) -> None:
    """And a link to a unit that is gone is not."""
    unit, wants = "usr/lib/systemd/system/redis-server.service", "etc/systemd/system/multi-user.target.wants"
    write(root, {unit: "", f"{wants}/redis-server.service": f"-> {root}/{unit}"})
    write(root, {f"{wants}/valkey.service": "-> /nowhere/valkey.service"})
    assert seen(ask, root, products.REDIS) == "redis-server.service starts at boot"


def test_scripts_of_init_count_only_where_systemd_does_not_run(ask: Shell, root: Path) -> None:
    """It starts none that a unit replaces, and makes units of the others."""
    write(root, {"etc/init.d/memcached": "", "etc/rc3.d/S02memcached": "-> ../init.d/memcached"})
    assert seen(ask, root, products.SESSIONS) == "memcached starts at boot"
    write(root, {"run/systemd/system/x": ""})
    assert seen(ask, root, products.SESSIONS) == NOTHING


def test_a_program_with_a_hostile_name_hides_no_other(ask: Shell, root: Path) -> None:
    """It ends no part and no answer."""
    process(root, 70, "x", exe="-> /tmp/a\n[at boot]\nend")
    process(root, 71, "redis-server")
    assert seen(ask, root, products.REDIS) == "redis-server runs"


def test_whoever_may_not_look_does_not_say_that_there_is_nothing(ask: Shell, root: Path) -> None:
    """Nothing seen is not nothing there."""
    (root / "proc/1/environ").unlink()
    assert ask(programs.QUESTION, root).startswith("exit 1: other users' processes cannot be seen")
    assert ask(environments.QUESTION, root).startswith("exit 1: other users' processes cannot be read")
    with pytest.raises(UnmeasuredError, match="not one program"):
        list(programs.found({"running": [""], "at boot": []}, products.REDIS))


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("tcp LISTEN 0 511 0.0.0.0:443 0.0.0.0:*", "tcp port 443"),
        ("tcp LISTEN 0 511 *:443 *:*", "tcp port 443"),
        ("tcp LISTEN 0 511 [::]:8443 [::]:*", "tcp port 8443"),
        ("udp UNCONN 0 0 198.18.1.10%eth0:443 0.0.0.0:*", "udp port 443"),
        ("tcp LISTEN 0 511 [::ffff:198.18.1.10]:993 *:*", "tcp port 993"),
        ("tcp LISTEN 0 511 127.0.0.1:443 0.0.0.0:*", NOTHING),
        ("tcp LISTEN 0 511 [::1]:443 [::]:*", NOTHING),
        ("tcp LISTEN 0 511 [::ffff:127.0.0.1]:443 *:*", NOTHING),
        ("tcp LISTEN 0 511 127.0.0.53%lo:443 0.0.0.0:*", NOTHING),
        ("tcp LISTEN 0 511 0.0.0.0:80 0.0.0.0:*", NOTHING),
    ],
)
def test_a_port_counts_if_others_can_reach_it(line: str, what: str) -> None:
    """As ss shows addresses."""
    assert witnessed(ports.reachable([line], ports.TLS)) == what


@pytest.mark.parametrize(
    "line", ["tcp LISTEN", "raw UNCONN 0 0 *:1 *:*", "tcp LISTEN 0 1 *:x *:*", "tcp ESTAB 0 0 a:1 b:2"]
)
def test_a_line_that_is_none_of_ss_is_refused(line: str) -> None:
    """A listener that is not understood may be the one."""
    with pytest.raises(UnmeasuredError, match="expected a line of ss"):
        list(ports.reachable([line], ports.TLS))


NGINX = {
    "etc/nginx/nginx.conf": "http {\n  include conf.d/*.conf;\n  # modsecurity on;\n}\n",
    "etc/nginx/sites-available/old": "modsecurity on;\nssl_certificate /etc/x.pem;\n",
}


@pytest.mark.parametrize(
    ("files", "filtered", "certificates"),
    [
        ({}, [], []),
        ({"etc/nginx/conf.d/a.conf": "server {\n\tmodsecurity on;\n}"}, ["/etc/nginx/conf.d/a.conf"], []),
        ({"etc/nginx/conf.d/a.conf": "modsecurity off;\n"}, [], []),
        ({"etc/nginx/n.rules": 'MainRule "str:x";'}, ["/etc/nginx/n.rules"], []),
        (
            {"etc/apache2/mods-enabled/s.conf": "LoadModule security2_module x.so"},
            ["/etc/apache2/mods-enabled/s.conf"],
            [],
        ),
        ({"etc/httpd/conf.d/s.conf": "  SecRuleEngine DetectionOnly"}, ["/etc/httpd/conf.d/s.conf"], []),
        ({"etc/httpd/conf.d/s.conf": "  SecRuleEngine Off"}, [], []),
        (
            {"etc/haproxy/haproxy.cfg": "  filter spoe engine coraza config /etc/haproxy/coraza.cfg"},
            ["/etc/haproxy/haproxy.cfg"],
            [],
        ),
        ({"etc/haproxy/haproxy.cfg": "  bind :443 ssl crt /etc/x.pem"}, [], ["/etc/haproxy/haproxy.cfg"]),
        ({"etc/haproxy/haproxy.cfg": "  bind :80\n  # bind :443 ssl crt /etc/x.pem"}, [], []),
        ({"etc/nginx/conf.d/a.conf": "ssl_certificate /etc/x.pem;"}, [], ["/etc/nginx/conf.d/a.conf"]),
        (
            {"etc/apache2/sites-enabled/a": "SSLCertificateFile /etc/x.pem"},
            [],
            ["/etc/apache2/sites-enabled/a"],
        ),
        ({"etc/nginx/sites-enabled/gone": "-> /nowhere"}, [], []),
    ],
)
def test_what_web_servers_are_told_is_found(
    files: Mapping[str, str], filtered: list[str], certificates: list[str], ask: Shell, root: Path
) -> None:
    """Comments and what is only available do not count."""
    write(root, {**NGINX, **files})
    found = parts(framed(ask(web_servers.QUESTION, root)), web_servers.PARTS)
    assert found["filtered"] == [f"{root}{path}" for path in filtered]
    assert found["certificates"] == [f"{root}{path}" for path in certificates]


def test_what_web_servers_have_loaded_is_found(ask: Shell, root: Path) -> None:
    """Of web servers alone: a text editor may have anything open."""
    process(root, 80, "nginx", maps="7f00 r-xp 0 0 0 /usr/lib/nginx/modules/ngx_http_modsecurity_module.so\n")
    process(root, 81, "apache2", maps="7f00 r-xp 0 0 0 /usr/lib/apache2/modules/mod_security2.so\n")
    process(root, 82, "less", maps="7f00 r-xp 0 0 0 /tmp/naxsi.txt\n")
    process(root, 83, "haproxy", maps="7f00 r-xp 0 0 0 /usr/sbin/haproxy\n")
    found = parts(framed(ask(web_servers.QUESTION, root)), web_servers.PARTS)
    assert found["loaded"] == ["apache2 mod_security2", "nginx modsecurity"]
    (root / "proc/83/maps").unlink()
    assert ask(web_servers.QUESTION, root).startswith("exit 1: ")


def test_postgresql_is_found_by_its_folders_and_by_what_it_does(ask: Shell, root: Path) -> None:
    """Running, in a place of its own; or stopped, in a usual one."""
    mine = write(
        root / "elsewhere/data",
        {
            "PG_VERSION": "16",
            "standby.signal": "",
            "pg_replslot/arizona/state": "",
            "postgresql.auto.conf": "primary_conninfo = 'host=198.18.1.30 password=hidden'\n",
        },
    )
    for pid, title in (
        (90, "postgres: 16/main: walreceiver streaming 0/1"),
        (91, "postgres: logical replication launcher"),
    ):
        process(root, pid, "postgres", cwd=f"-> {mine}", cmdline=f"{title}\0")
    write(root, {"var/lib/pgsql/data/PG_VERSION": "13"})
    (root / "var/lib/pgsql/data/pg_replslot").mkdir()
    said = ask(postgres.QUESTION, root)
    found = parts(framed(said), postgres.PARTS)
    assert found["data"] == [str(mine), f"{root}/var/lib/pgsql/data"]
    assert found["streams"] == ["walreceiver"]
    assert sorted(found["signals"]) == ["a replication slot", "primary_conninfo", "standby.signal"]
    assert "hidden" not in said


def test_a_host_without_a_database_has_none_of_it(ask: Shell, root: Path) -> None:
    """Not even a line."""
    assert framed(ask(postgres.QUESTION, root)) == ["[data]", "[streams]", "[signals]"]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("/var/lib/mysql/db1-relay-bin.index", "a relay log of MySQL or MariaDB"),
        ("/etc/drbd.d/r0.res", "a resource of DRBD"),
    ],
)
def test_other_databases_that_follow_one_are_found(file: str, line: str, ask: Shell, root: Path) -> None:
    """By their files."""
    write(root, {file: ""})
    assert line in framed(ask(postgres.QUESTION, root))


CRON_D = "*/5 * * * * shop /usr/local/bin/subscriptions run --password hidden\n"


@pytest.mark.parametrize(
    ("files", "own", "charging"),
    [
        ({}, NOTHING, NOTHING),
        (
            {"etc/crontab": "SHELL=/bin/sh\n# charge\n17 * * * * root run-parts --report /etc/cron.hourly\n"},
            NOTHING,
            NOTHING,
        ),
        (
            {"etc/crontab": "1 * * * * root run-parts /etc/cron.hourly\n5 1 * * * root /opt/bin/bill\n"},
            "/etc/crontab",
            "/etc/crontab (bill...)",
        ),
        ({"etc/cron.d/x": CRON_D}, "/etc/cron.d/x", "/etc/cron.d/x (subscri...)"),
        ({"etc/cron.d/x": f"#{CRON_D}MAILTO=billing@shop.example\n"}, NOTHING, NOTHING),
        ({"etc/cron.d/certbot": "0 0 * * * root certbot -q renew\n"}, "/etc/cron.d/certbot", NOTHING),
        (
            {
                "etc/cron.d/e2scrub_all": "0 0 * * 0 root e2scrub\n",
                "var/lib/dpkg/info/e2fsprogs.conffiles": "{root}/etc/cron.d/e2scrub_all\n",
            },
            NOTHING,
            NOTHING,
        ),
        (
            {"var/spool/cron/crontabs/shop": "@daily renew-memberships"},
            "/var/spool/cron/crontabs/shop",
            "/var/spool/cron/crontabs/shop (renew...)",
        ),
        (
            {"var/spool/cron/apache": "@daily php artisan invoices:send\n"},
            "/var/spool/cron/apache",
            "/var/spool/cron/apache (invoic...)",
        ),
        (
            {"etc/cron.daily/dunning": "#!/bin/sh\nexec /opt/dunning\n"},
            "/etc/cron.daily/dunning",
            "/etc/cron.daily/dunning (dunning...)",
        ),
        (
            {
                "etc/systemd/system/pay.timer": "[Timer]\nOnCalendar=daily\n",
                "etc/systemd/system/pay.service": "[Service]\nExecStart=/opt/pay charge\n",
            },
            "/etc/systemd/system/pay.timer",
            "/etc/systemd/system/pay.service (charg...)",
        ),
        ({"usr/lib/systemd/system/fstrim.timer": "[Timer]\nOnCalendar=weekly\n"}, NOTHING, NOTHING),
        (
            {
                "usr/lib/systemd/system/certbot.timer": "[Timer]\nOnCalendar=daily\n",
                "usr/lib/systemd/system/certbot.service": "ExecStart=certbot -q renew\n",
            },
            NOTHING,
            NOTHING,
        ),
        (
            {
                "usr/lib/systemd/system/acct.timer": "[Timer]\n",
                "usr/lib/systemd/system/acct.service": "ExecStart=/usr/bin/acct --recurring\n",
            },
            NOTHING,
            "/usr/lib/systemd/system/acct.service (recurring...)",
        ),
    ],
)
def test_jobs_are_found_wherever_they_are_scheduled(
    files: Mapping[str, str], own: str, charging: str, ask: Shell, root: Path
) -> None:
    """What a distribution brings is no site's own; a line itself never leaves the host."""
    write(root, {name: text.replace("{root}", str(root)) for name, text in files.items()})
    answer = ask(jobs.QUESTION, root)
    rows = [row.replace(str(root), "") for row in framed(answer)]
    assert witnessed(jobs.own(rows)) == own
    assert witnessed(jobs.charging(rows)) == charging
    assert "hidden" not in answer


def test_a_job_of_the_distribution_without_dpkg_is_known_by_name() -> None:
    """RPM is not asked: it would take longer than everything else."""
    assert witnessed(jobs.own(["own /etc/cron.d/0hourly", "own /etc/cron.d/shop"])) == "/etc/cron.d/shop"


@pytest.mark.parametrize("row", ["", "own", "own x", "words /etc/x hack", "mine /etc/x", "words /etc/x"])
def test_a_line_about_jobs_that_is_not_understood_is_refused(row: str) -> None:
    """It may be about a job."""
    with pytest.raises(UnmeasuredError, match="expected a job"):
        list(jobs.own([row]))


@pytest.mark.parametrize(
    ("variables", "hosts", "names"),
    [
        ("HOME=/root\0LANG=C\0", NOTHING, NOTHING),
        ("PAY=https://payment.example:8081/x?key=hidden\0", "payment.example", NOTHING),
        ("DB=postgresql://shop:hidden@db.shop.example/shop\0", "db.shop.example", "DB"),
        ("DB=postgresql://shop:hid@den@db.shop.example/shop\0", "db.shop.example", "DB"),
        ("DB=postgresql://shop:hid/den@db.shop.example/shop\0", NOTHING, NOTHING),
        ("R=redis://:hidden@[2001:db8::1]:6379/0\0", "2001:db8::1", "R"),
        ("R=redis://cache\0U=http://localhost:80/\0", NOTHING, NOTHING),
        ("TWO=http://a.example,https://b.example/x\0", "a.example, b.example", NOTHING),
        ('J={"url": "https://api.example/v1", "k": "hidden"}\0', "api.example", NOTHING),
        ("STRIPE_API_KEY=hidden\0STRIPE_SECRET=hidden\0", NOTHING, "STRIPE_API_KEY, STRIPE_SECRET"),
        (
            "pgpassword=hidden\0MYSQL_PWD=hidden\0AUTH_TOKEN=hidden\0",
            NOTHING,
            "AUTH_TOKEN, MYSQL_PWD, pgpassword",
        ),
        ("PASSWORD=\0PWD=/srv\0OLDPWD=/\0BYPASS=1\0TOX_PASSENV=1\0KEYBOARD=us\0", NOTHING, NOTHING),
        ("DEBUGINFOD_URLS=https://debuginfod.debian.net\0CREDENTIALS_DIRECTORY=/run/x\0", NOTHING, NOTHING),
        ("M=a\nhttps://line.example\nhidden\0", "line.example", NOTHING),
        ("no name here ://hidden.example\0", NOTHING, NOTHING),
        ("X=://\0Y=https://\0Z=https://:@\0", NOTHING, NOTHING),
    ],
)
def test_of_environments_only_names_leave_the_host(
    variables: str, hosts: str, names: str, ask: Shell, root: Path
) -> None:
    """Of hosts and of variables; no value, and no part of a password."""
    process(root, 90, "app", environ=variables.encode())
    answer = ask(environments.QUESTION, root)
    assert witnessed(environments.named(framed(answer), "host")) == hosts
    assert witnessed(environments.named(framed(answer), "variable")) == names
    assert "hid" not in answer
    assert "den" not in answer


def test_whoever_asks_is_no_part_of_the_host() -> None:
    """The environment of the question itself holds the texts of all questions."""
    text = environments.QUESTION.replace("</proc/1/environ ||", "</dev/null ||")
    text = text.replace('{ echo "$place cannot be read" >&2; exit 1; }', ":")
    made = subprocess.run(
        ["sh", "-c", f"sh -c {shlex.quote(text)}; :"],
        capture_output=True,
        timeout=20,
        check=True,
        env={"PATH": os.environ["PATH"], "ASKED": "https://asked.invalid/"},
    )
    assert made.stdout.endswith(b"end\n")
    assert b"asked.invalid" not in made.stdout


@pytest.mark.parametrize("row", ["host", "host a b", "variable a=b", "value x", "host https://x"])
def test_a_line_about_environments_that_is_not_understood_is_refused(row: str) -> None:
    """It may be a value."""
    with pytest.raises(UnmeasuredError, match="expected a host or a variable"):
        list(environments.named([row], "host"))


@pytest.mark.parametrize(
    ("file", "is_found"),
    [
        ("srv/shop/locales/de/LC_MESSAGES/shop.mo", True),
        ("var/www/blog/wp-content/languages/de_DE.mo", True),
        ("opt/v/lib/python3.11/site-packages/pretix/locale/de/LC_MESSAGES/django.mo", True),
        ("opt/v/lib/python3.11/site-packages/django/conf/locale/de/LC_MESSAGES/django.mo", False),
        ("usr/share/locale/de/LC_MESSAGES/bash.mo", False),
        ("usr/local/share/locale/de/LC_MESSAGES/git.mo", False),
        ("srv/shop/node_modules/x/de.mo", False),
        ("srv/shop/locales/de/LC_MESSAGES/shop.po", False),
        ("elsewhere/shop/locale/de.mo", True),
    ],
)
def test_catalogues_of_applications_are_found(file: str, is_found: bool, ask: Shell, root: Path) -> None:
    """Those of libraries and of the distribution say nothing about the application."""
    process(root, 90, "app", cwd=f"-> {root}/elsewhere/shop")
    (root / "elsewhere/shop").mkdir(parents=True)
    write(root, {file: ""})
    assert framed(ask(compiled.QUESTION, root)) == ([f"{root}/{file}"] if is_found else [])


RULES = """table inet filter {
\t# a comment
\tset allowed {
\t\ttype ipv4_addr
\t\telements = { 198.18.1.1,
\t\t\t     198.18.1.2 }
\t}

\tchain input {
\t\ttype filter hook input priority filter; policy accept;
\t}
}
"""


@pytest.mark.parametrize(
    ("listed", "what"),
    [
        ("", NOTHING),
        (RULES, NOTHING),
        (RULES.replace("policy accept;", "policy drop;"), "rules of nftables"),
        (RULES.replace("policy accept;", "policy accept;\n\t\ttcp dport 22 accept"), "rules of nftables"),
    ],
)
def test_a_packet_filter_is_there_if_it_has_a_rule(listed: str, what: str, ask: Shell, root: Path) -> None:
    """Tables, empty chains and sets filter nothing."""
    tool(root, "nft", f"cat <<'RULES'\n{listed}RULES")
    rules = packet_filters.rules(parts(framed(ask(packet_filters.QUESTION, root)), packet_filters.PARTS))
    assert witnessed(rules) == what


def test_rules_of_the_old_iptables_are_found(ask: Shell, root: Path) -> None:
    """Its tables are listed only if they are in use."""
    tool(root, "nft", "")
    tool(
        root, "iptables-legacy-save", "printf '*filter\\n:INPUT ACCEPT [0:0]\\n-A INPUT -j DROP\\nCOMMIT\\n'"
    )
    write(root, {"proc/net/ip_tables_names": "filter\n"})
    rules = packet_filters.rules(parts(framed(ask(packet_filters.QUESTION, root)), packet_filters.PARTS))
    assert witnessed(rules) == "rules of the old iptables"


@pytest.mark.parametrize("lines", [[], ["x"], ["1", "2"], ["-1"], ["9" * 5000], ["\u0661"]])
def test_a_count_of_rules_that_is_none_is_refused(lines: list[str]) -> None:
    """There is exactly one for nftables."""
    with pytest.raises(UnmeasuredError, match="how many rules"):
        list(packet_filters.rules({"nft": lines, "legacy": []}))


@pytest.mark.parametrize(
    ("file", "is_found"),
    [
        ("etc/shop/shop.env", True),
        ("srv/app/.env", True),
        ("etc/app/credentials.json", True),
        ("etc/app/db_password", True),
        ("var/lib/postgresql/.pgpass", True),
        ("etc/pam.d/common-password", False),
        ("etc/authselect/password-auth", False),
        ("etc/passwd", False),
        ("opt/pkg/secretstorage.py", False),
        ("srv/app/node_modules/.env", False),
    ],
)
def test_files_are_taken_for_secrets_by_their_names(
    file: str, is_found: bool, ask: Shell, root: Path
) -> None:
    """None is opened."""
    write(root, {file: "x"})
    assert framed(ask(named_files.SECRETS, root)) == ([f"{root}/{file}"] if is_found else [])


def test_session_files_of_php_are_found_by_their_folder(ask: Shell, root: Path) -> None:
    """Their names are the sessions' own secrets."""
    assert framed(ask(named_files.SESSIONS, root)) == []
    write(root, {"var/lib/php/sessions/sess_hidden": "x"})
    assert framed(ask(named_files.SESSIONS, root)) == [f"{root}/var/lib/php/sessions"]


def test_a_value_names_a_few_things_in_one_order() -> None:
    """The same for the same things, however a host lists them."""
    assert witnessed([]) == NOTHING
    assert witnessed("bab") == "a, b"
    assert witnessed(str(number) for number in range(MOST + 2)) == "0, 1, 2, 3, 4, 2 more"

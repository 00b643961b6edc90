"""What web servers have loaded, and what their configuration sets."""

from __future__ import annotations

import shlex

from siteparity.tools.program import filled, program

_SERVERS = (
    "^(nginx|freenginx|openresty|angie|tengine|apache|httpd|haproxy|caddy|envoy|traefik|lighttpd|litespeed|lshttpd"
    "|openlitespeed|varnish|cache-main|h2o|hitch|pound)"
)
_MODULES = (
    r"(lib)?modsecurity|mod_security[23]?|naxsi|coraza|app_protect|wallarm|sigsci|crowdsec|open-?appsec"
    r"|cp_?nano"
)
_FIREWALL = (
    r"^[[:space:]]*(modsecurity[[:space:]]+on|modsecurity_rules|sec(rule|action)[[:space:]]"
    r"|secruleengine[[:space:]]+\"?(on|detectiononly)|securityrulesenabled|(main|basic|check)rule[[:space:]]"
    r"|app_protect_enable[[:space:]]+on|wallarm_mode[[:space:]]+[^o[:space:]]"
    r"|[^#]*(security[23]_module|coraza|crowdsec|sigsci|open-?appsec|mod_?security[^_]*(spoe|spoa|vmod)))"
)
_CERTIFICATE = (
    r"^[[:space:]]*(ssl_certificate[[:space:]]|sslcertificatefile[[:space:]]|bind[[:space:]][^#]*[[:space:]]ssl"
    r"|ssl\.(pemfile|privkey)|tls[[:space:]]+[^{]|certfile|keyfile|pem-file|certificate_chain|certificates:"
    r"|certresolver|certificate-file|[^#]*downstreamtlscontext|acme_(ca|issuer|certificate))"
)

QUESTION = filled(
    program(__package__, "web_servers.sh"),
    servers=shlex.quote(_SERVERS),
    modules=shlex.quote(_MODULES),
    firewall=shlex.quote(_FIREWALL),
    certificate=shlex.quote(_CERTIFICATE),
)
PARTS = ("loaded", "filtered", "certificates")
"""Lines ``PROGRAM MODULE``; then paths of files that set something of the kind."""

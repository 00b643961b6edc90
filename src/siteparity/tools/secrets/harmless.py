"""What of a line of configuration is known to be harmless; all else stays on the host.

It is a part of perl programs that run on the host. A rule that looks for secrets misses those that look like
nothing, under a name that says nothing. So the rule is turned round: shown are numbers with their units,
booleans, paths, addresses, names that the sites and the policy have, words of public lists, and names below a
key that holds names, such as ``user``. Below the key of a secret hardly anything is shown.

``words.txt`` holds the words: what Debian 12's manual pages and sample files of apache2, dovecot, exim4,
haproxy, mariadb, nginx, openssh, php, postfix, postgresql, rabbitmq, redis, squid and systemd have in common,
and the keywords of Vim's syntax files for formats of configuration. Names are split where a letter becomes a
capital and at each sign, so ``worker_connections`` is two words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from siteparity.redaction import SECRET_NAMES
from siteparity.tools.program import filled, program

SECRET_NAMES_IN_FILES = (
    *SECRET_NAMES,
    "r[ow]community",
    "(?:bind|root|admin|db|user|mail|smtp|ftp|ldap)pw",
    "authtok(?!_reqd)",
    "pepper",
    "setcookie",
)
SECRET_ENDS = (
    "key", "auth", "sig", "signature", "pw", "pin", "psk", "salt", "nonce", "seed", "creds?", "hmac",
    "otp", "totp", "bearer", "jwt", "eap", "xauth", "community", "authorization", "webhook(?:url)?",
    "licen[cs]e", "unlock", "sas", "mfa", "tan",
)  # fmt: skip
"""A setting is secret also if the last word of its name is one of these."""
ABOUT_SECRETS = (
    "files?", "paths?", "dir(?:ectory)?", "len(?:gth)?", "size", "timeout", "ttl", "count", "type",
    "method", "age", "days", "retries", "lifetime", "expir(?:es|y|ation)", "format", "encoding",
    "encryption", "algorithms?", "policy", "required", "enabled?", "allow(?:ed)?", "maps?", "ur[li]",
    "users?", "names?", "header", "prefix", "field", "scheme", "backend", "driver", "store", "verify",
    "authentication", "min", "max", "limit", "zone", "query", "mode", "level", "interval", "domain",
    "secure", "httponly", "protocols?", "options?", "mechanisms?", "security", "attempts", "validators",
    "hashers", "logins?", "dialog", "command", "change", "reset", "bits", "bytes",
)  # fmt: skip
"""A setting whose name ends so is about a secret, and not one."""
NOT_SECRET = (
    r"(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached)_pass\w*", r"proxypass\w*", r"\w*bypass\w*", "passenv",
    r"pass_\w+", r"passthr\w*", r"compass\w*", r"passive\w*", r"\w*_pass_\w+", r"passenger\w*",
    r"loadcredential\w*",
)  # fmt: skip
"""Directives in which such a word has another meaning."""
KEYS_OF_NAMES = (
    "user", "username", "login", "owner", "group", "db", "database", "dbname", "hosts?", "hostname",
    "servers?", "names?", "title", "label", "path", "dir", "directory", "files?", "root", "log", "prefix",
    "suffix", "domains?", "realm", "from", "to", "subject", "description", "comment", "message",
    "modules?", "class", "handler", "plugins?", "role", "region", "bucket", "queue", "topic", "channel",
    "vhost", "schema", "table", "interface", "device", "app", "application", "service", "alias",
    "aliases", "namespace", "image", "cluster", "author", "e?mail", "ids?", "cn", "ou", "dc", "uid", "dn",
    "scopes?", "relay", "backend", "frontend", "listen", "bind", "index", "template", "view", "pool",
    "program", "command", "exec(?:start)?", "include", "location", "upstream", "acl", "wantedby", "after",
    "before", "requires", "wants", "branch", "product", "company", "organi[sz]ation", "city", "state",
    "country", "project", "tenant", "instance", "node", "backends?", "apps?", "unit", "documentation",
    "agent", "resolver", "matchuser", "matchgroup", "allowusers", "allowgroups", "denyusers", "admin",
    "admins", "sender", "recipient", "adapter", "package", "bundle", "tags?", "zone", "languages?",
    "locales?", "provider", "theme", "skin", "icon",
)  # fmt: skip
"""A setting whose name ends so holds names that people gave."""
_ROOTS = (
    "etc", "var", "run", "srv", "opt", "usr", "home", "root", "tmp", "mnt", "data", "dev", "proc", "sys",
    "lib", "media", "app", "www", "boot", "nfs", "export", "storage",
)  # fmt: skip
_ENDINGS = (
    "conf", "cnf", "cfg", "ini", "php", "phtml", "html?", "xml", "ya?ml", "json", "toml", "env", "pem",
    "crt", "cer", "key", "csr", "log", "txt", "sock", "socket", "service", "timer", "target", "mount",
    "slice", "path", "sh", "py", "pl", "rb", "js", "css", "so", "db", "sqlite3?", "sql", "gz", "bz2",
    "xz", "zst", "zip", "tar", "types", "map", "lua", "vcl", "cf", "properties", "jar", "war", "tmpl",
    "tpl", "j2", "erb", "list", "rules", "pid", "lock", "bak", "d", "dat", "csv", "png", "jpe?g", "gif",
    "svg", "ico", "webp", "woff2?", "ttf", "eot", "pdf", "mo", "po",
)  # fmt: skip
_ZONES = (
    "com", "net", "org", "io", "info", "biz", "example", "test", "local", "internal", "lan",
    "localdomain", "corp", "home", "arpa", "invalid", "dev", "app", "cloud", "svc", "shop", "site",
    "online", "tech", "edu", "gov", "mil", "int", "[a-z]{2}",
)  # fmt: skip
NUMBERED = (
    "v", "r", "utf", "sha", "md", "http", "ipv", "ip", "tlsv?", "sslv?", "x", "eth", "ens", "enp", "bond",
    "php", "python", "tty", "local", "inet", "web", "db", "app", "srv", "node", "ns", "mx", "sd", "vd",
    "nvme", "aes", "rsa", "ed", "p", "s", "h", "l", "u?int", "float", "latin", "iso", "level", "gzip",
    "base", "crc", "i", "c", "cap", "lib", "fs", "ext", "xfs", "amd", "arm", "host", "server", "redis",
    "mysql", "pg", "postgres", "api", "www", "mail", "smtp", "imap", "cache", "core", "vlan", "br", "vm",
    "pop", "oauth", "bcrypt", "ssha", "k", "z", "en", "rfc", "stage", "worker", "shard", "replica",
    "site", "dc", "zone", "az", "chacha", "poly", "curve", "secp", "prime", "dh", "jdk", "java", "dav",
    "cp", "windows", "nfs", "nistp", "koi", "big", "t", "q", "d", "w", "m", "g", "f", "n", "o", "e", "b",
    "a", "L", "ecdhe", "dhe", "cbc", "gcm",
)  # fmt: skip
"""What a number may follow directly: ``utf8``, ``sha256``, ``web1``."""


def _joined(patterns: Iterable[str]) -> str:
    return "|".join(patterns)


def coded(words: Iterable[str]) -> str:
    """Sorted words in half their bytes: each as the number of letters that it shares with the one before."""
    return "".join(_coded(words))


def _coded(words: Iterable[str]) -> Iterator[str]:
    last = ""
    for word in sorted(words):
        shared = next(
            (n for n, (a, b) in enumerate(zip(word, last, strict=False)) if a != b), min(len(word), len(last))
        )
        yield f"{min(shared, 9)}{word[min(shared, 9) :]}"
        last = word


WORDS = frozenset(program(__package__, "words.txt").split())
VALUES = frozenset(program(__package__, "values.txt").split())
"""What variables of an environment are set to. All of `WORDS` would be too much for each service."""


def _perl(words: Iterable[str]) -> str:
    """The program, without the comments and margins that only its readers need."""
    lines = (_filled(words) + program(__package__, "lines.pl")).splitlines()
    return "".join(
        f"{line.strip()}\n" for line in lines if line.strip() and not line.lstrip().startswith("# ")
    )


def _filled(words: Iterable[str]) -> str:
    return filled(
        program(__package__, "harmless.pl"),
        words=coded(words),
        names=_joined(SECRET_NAMES_IN_FILES),
        ends=_joined(SECRET_ENDS),
        about=_joined(ABOUT_SECRETS),
        no_secret=_joined(NOT_SECRET),
        of_names=_joined(KEYS_OF_NAMES),
        roots=_joined(_ROOTS),
        endings=_joined(_ENDINGS),
        zones=_joined(_ZONES),
        numbered=_joined(NUMBERED),
    )


PERL = _perl(WORDS)
"""Perl: ``begin(PATH, SIZE)`` before the lines of a file, ``shown(LINE)`` for each, ``@hidden`` for what it
hid.

It needs the function ``given`` and the list ``KNOWN`` (`siteparity.tools.given`).
"""
PERL_OF_VALUES = _perl(VALUES)
"""The same with the words of `VALUES` alone."""

"""The table of products: how each is recognised, how it tests itself, and what it tells of its settings.

One row is one product. To add one, write a row; neither the question nor its reader knows it by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OPTIONS = "{options}"
"""In a command: the options of the service's own command line that the row lists."""
VALUES = "{values}"
"""In a command: the values of these options alone; of none, the files of `Product.configuration`."""
PROGRAM = "{program}"
"""In a command: the program of the service."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a product is run with to test itself, or to tell its settings. It must not need to write."""

    argv: tuple[str, ...]
    takes: tuple[str, ...] = ()
    """Patterns of perl with the groups ``item`` and ``value``: the lines that tell a setting. Of an item with
    several lines all values count."""
    section: str = ""
    """A pattern whose first group names what the following settings are about."""
    drops: str = ""
    """A pattern of lines that say nothing about the configuration."""
    refused: str = ""
    """A pattern of lines that tell of a failure although the command succeeds."""


@dataclass(frozen=True, slots=True)
class Product:
    """One product."""

    name: str
    program: str
    """A pattern of perl for the whole path of the program that its service runs."""
    commands: tuple[Command, ...] = ()
    options: str = ""
    """The letters or words of options with a value, such as ``-f``, that decide about its configuration."""
    alone: tuple[str, ...] = ()
    """Patterns of files of the shell: programs that are looked at wherever they are installed, without a
    service."""
    configuration: tuple[str, ...] = ()
    """Patterns of files of the shell; what they include is read as well. Values of options come before
    them."""
    roots: str = ""
    """A pattern whose first group is a folder with an application's pages."""
    needs: str = ""
    """A pattern of lines whose files must be there on every host."""
    passes: str = ""
    """A pattern of lines whose files are left out: the product's own test opens them."""
    writes: str = ""
    """A pattern of lines that name files to write to. Their folders must be there on every host."""
    of_workers: str = ""
    """A pattern of lines whose files the worker processes must be able to read."""
    databases: tuple[tuple[str, str], ...] = ()
    """A kind of map and what the name of its file ends in, as in ``hash:/etc/aliases``."""
    talk: Literal["", "haproxy", "memcached"] = ""
    """How the running service is asked for its state."""


_KEY_VALUE = r"^(?<item>[A-Za-z][\w.-]*) +(?<value>\S.*)$"
_ASSIGNED = r"^\s*(?<item>[\w.:/-]+) = ?(?<value>.*)$"
_NOT_LOADED = r"Unable to (?:load dynamic library|start .* module)|Failed loading "

PRODUCTS = (
    Product(
        "nginx",
        program=r".*/(?:nginx|openresty|angie)",
        options="-c -p -g",
        commands=(Command((PROGRAM, "-t", "-q", OPTIONS)),),
        configuration=("/etc/nginx/nginx.conf",),
        roots=r"^\s*root\s+([^;\s]+)",
        needs=r"^\s*auth_basic_user_file\s",
        writes=r"^\s*(?:access_log|error_log|pid)\s",
        of_workers=r"^\s*auth_basic_user_file\s",
    ),
    Product(
        "Apache",
        program=r".*/(?:apache2|httpd)",
        options="-f -d -D -C -c",
        commands=(
            Command(
                (
                    "sh", "-c", '[ ! -r /etc/apache2/envvars ] || . /etc/apache2/envvars; exec "$@"', "sh",
                    PROGRAM, "-t", "-D", "DUMP_MODULES", "-D", "DUMP_VHOSTS", "-D", "DUMP_RUN_CFG", OPTIONS,
                ),
                takes=(
                    r"^\s*(?<item>\w+_module) \((?<value>\w+)\)$",
                    r"^\s*(?<item>\S+:(?:\d+|\*)|port \S+ namevhost|default server|alias)\s+(?<value>\S.*)$",
                    r"^(?<item>[A-Z][\w ]*): (?<value>.+)$",
                ),
                drops=r"^AH\d+|^\[|^Define: DUMP_",
            ),
        ),
        configuration=("/etc/apache2/apache2.conf", "/etc/httpd/conf/httpd.conf"),
        passes=r"^\s*LoadModule\s",
        roots=r'^\s*DocumentRoot\s+"?([^"\s]+)',
        needs=r"^\s*(?:AuthUserFile|AuthGroupFile|AuthDigestFile)\s",
        of_workers=r"^\s*(?:AuthUserFile|AuthGroupFile|AuthDigestFile)\s",
    ),
    Product(
        "HAProxy",
        program=r".*/haproxy",
        options="-f -C",
        commands=(Command((PROGRAM, "-c", "-q", OPTIONS)),),
        configuration=("/etc/haproxy/haproxy.cfg",),
        talk="haproxy",
    ),
    Product(
        "PHP-FPM",
        program=r".*/php-fpm[0-9.]*",
        options="-y -c -d -p --fpm-config --php-ini",
        commands=(
            Command(
                (PROGRAM, "-tt", OPTIONS),
                takes=(r"NOTICE:\s+(?<item>[\w.]+(?:\[[^\]]*\])?) = (?<value>.*)$",),
                section=r"NOTICE: \[(.+)\]$",
                refused=_NOT_LOADED,
            ),
            Command(
                (PROGRAM, "-i"),
                takes=(r"^(?<item>[\w.]+) => (?<value>.*) => .*$",),
                drops=r"^Directive => ",
                refused=_NOT_LOADED,
            ),
        ),
        configuration=("/etc/php-fpm.conf",),
        writes=r"^\s*(?:error_log|pid|slowlog|access\.log)\s*=",
    ),
    Product(
        "PHP",
        program=r"/usr/bin/php[0-9]\.[0-9]+",
        alone=("/usr/bin/php[0-9].[0-9]*",),
        commands=(
            Command(
                (PROGRAM, "-i"),
                takes=(r"^(?<item>[\w.]+) => (?<value>.*) => .*$",),
                drops=r"^Directive => ",
                refused=_NOT_LOADED,
            ),
        ),
    ),
    Product(
        "memcached",
        program=r".*/memcached",
        talk="memcached",
    ),
    Product(
        "Postfix",
        program=r"/usr/(?:lib|libexec)/postfix/(?:sbin/)?master",
        commands=(
            Command(("postconf", "-n"), takes=(_ASSIGNED,)),
            Command(("postconf", "-M"), takes=(r"^(?<item>\S+\s+\S+)\s+(?<value>\S.*)$",)),
        ),
        configuration=("/etc/postfix/main.cf", "/etc/postfix/master.cf"),
        needs=r"\b(?:hash|btree|lmdb|cdb|dbm|texthash|regexp|pcre|cidr):/",
        databases=(("hash", ".db"), ("btree", ".db"), ("lmdb", ".lmdb"), ("cdb", ".cdb")),
    ),
    Product(
        "OpenSSH",
        program=r".*/sshd",
        options="-f -o",
        commands=(Command((PROGRAM, "-T", OPTIONS), takes=(_KEY_VALUE,)),),
        configuration=("/etc/ssh/sshd_config",),
    ),
    Product(
        "chrony",
        program=r".*/chronyd",
        options="-f",
        commands=(Command((PROGRAM, "-p", OPTIONS), takes=(_KEY_VALUE, r"^(?<item>\w+)(?<value>)$")),),
        configuration=("/etc/chrony/chrony.conf", "/etc/chrony.conf"),
    ),
    Product(
        "BIND",
        program=r".*/named",
        options="-c",
        commands=(Command(("named-checkconf", "-z", VALUES)),),
        configuration=("/etc/bind/named.conf", "/etc/named.conf"),
    ),
    Product(
        "NSD",
        program=r".*/nsd",
        options="-c",
        commands=(Command(("nsd-checkconf", VALUES)),),
        configuration=("/etc/nsd/nsd.conf",),
    ),
    Product(
        "Unbound",
        program=r".*/unbound",
        options="-c",
        commands=(Command(("unbound-checkconf", VALUES)),),
        configuration=("/etc/unbound/unbound.conf",),
    ),
    Product(
        "Dovecot",
        program=r".*/dovecot",
        options="-c",
        commands=(Command(("doveconf", "-n", OPTIONS), takes=(_ASSIGNED,), drops=r"^#"),),
        configuration=("/etc/dovecot/dovecot.conf",),
    ),
    Product(
        "rsyslog",
        program=r".*/rsyslogd",
        options="-f",
        commands=(Command((PROGRAM, "-N1", OPTIONS)),),
        configuration=("/etc/rsyslog.conf",),
    ),
    Product(
        "Exim",
        program=r".*/exim4?",
        options="-C",
        commands=(Command((PROGRAM, "-bV", OPTIONS)),),
    ),
    Product(
        "Squid",
        program=r".*/squid",
        options="-f",
        commands=(Command((PROGRAM, "-k", "parse", OPTIONS)),),
        configuration=("/etc/squid/squid.conf",),
    ),
    Product(
        "MariaDB",
        program=r".*/mariadbd",
        options="--defaults-file --defaults-extra-file",
        commands=(
            Command(
                (PROGRAM, OPTIONS, "--verbose", "--help"),
                drops=r"^[a-z][a-z0-9-]+(?: {2,}|$)|^ |\.lower-test",
            ),
        ),
        configuration=("/etc/mysql/my.cnf", "/etc/my.cnf"),
    ),
    Product(
        "sudo",
        program=r"/usr/s?bin/visudo",
        alone=("/usr/sbin/visudo",),
        commands=(Command((PROGRAM, "-c", "-q")),),
    ),
)  # fmt: skip
"""All products that are known."""

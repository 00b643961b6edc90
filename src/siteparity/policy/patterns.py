"""Patterns of what the policy leaves out. One that matches nearly everything is refused.

A section that is there and looks at nothing is worse than one that is missing: nobody misses it. So a pattern
must say what it leaves out: enough of a name in front of and between its wildcards, and not what hosts have
in common.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pydantic import AfterValidator

from siteparity.yamlfile import quoted

LETTERS = 3
"""How many letters and digits a pattern must have outside its wildcards."""

_WILD = re.compile(r"\[[^]]*\]?|[*?]")

_TREES = frozenset(
    (
        "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/share",
        "/usr/local", "/usr/local/bin", "/usr/local/sbin", "/usr/local/lib", "/usr/local/share",
        "/var/lib", "/var/cache", "/var/spool",
    )
)  # fmt: skip
"""Folders in which every package has something; the first folder of a path is always one of them."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the names of one kind have in common."""

    of: str
    """What a pattern leaves out, such as ``units``."""
    example: str
    known: Sequence[str]
    """Names of different things."""
    most: int = 1
    """How many of them one pattern may match."""
    words: bool = False
    """Each of them is refused by itself too: it says nothing about what it belongs to."""
    ending: str = ""
    """What every name ends in, as a regular expression; it tells nothing."""
    fine: Sequence[str] = ()
    """Patterns without letters that leave out few names all the same."""

    def is_too_wide(self, pattern: str) -> bool:
        """Whether a pattern matches nearly every name."""
        if pattern in self.fine:
            return False
        if not _WILD.search(pattern):
            return self.words and pattern in self.known
        if self._letters(pattern) < LETTERS:
            return True
        return sum(fnmatchcase(name, pattern) for name in self.known) > self.most

    def _letters(self, pattern: str) -> int:
        return _letters(re.sub(rf"(?:{self.ending})$", "", pattern) if self.ending else pattern)


UNITS = Names(
    "units",
    "backup-*.service",
    (
        "nginx.service", "apache2.service", "haproxy.service", "shop.service", "gunicorn.service",
        "php8.2-fpm.service", "postgresql@15-main.service", "mariadb.service", "redis-server.service",
        "ssh.service", "sshd.service", "cron.service", "crond.service", "chrony.service", "nftables.service",
        "prometheus-node-exporter.service", "systemd-journald.service", "systemd-logind.service",
        "systemd-networkd.service", "dbus.service", "docker.service", "rsyslog.service", "logrotate.timer",
        "apt-daily.timer", "shop-report.timer", "ssh.socket", "dbus.socket", "systemd-journald.socket",
    ),
    most=2,  # the service and the socket of one name
    ending=r"\.(?:service|socket|timer|path|mount|automount|swap|target|slice|scope|device)",
)  # fmt: skip

SETTINGS = Names(
    "settings of the kernel",
    "net.ipv4.conf.*.forwarding",
    (
        "net.ipv4.ip_forward", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_keepalive_time",
        "net.ipv4.conf.all.rp_filter", "net.ipv4.conf.all.accept_redirects",
        "net.ipv4.conf.default.send_redirects", "net.ipv4.conf.eth0.forwarding", "net.core.somaxconn",
        "net.core.rmem_max", "net.ipv6.conf.all.forwarding", "net.ipv6.conf.all.disable_ipv6",
        "kernel.pid_max", "kernel.randomize_va_space", "kernel.core_pattern", "vm.swappiness",
        "vm.overcommit_memory", "vm.dirty_ratio", "fs.nr_open", "fs.inotify.max_user_instances",
        "fs.protected_hardlinks",
    ),
)  # fmt: skip

ROUTES = Names(
    "rules and routes",
    "IPv4 rule from 10.9.0.0/16 *",
    (
        "IPv4 rule from all lookup local", "IPv4 rule from all lookup main",
        "IPv6 rule from all lookup local", "IPv4 route default via (an address of the site) dev (main)",
        "IPv6 route default dev (main)", "IPv4 route 10.20.0.0/16 via 10.1.0.254 dev eth1",
        "IPv4 route blackhole 100.64.0.0/10",
        "IPv4 neighbour 10.1.0.31 is pinned", "IPsec blocks src 10.1.0.0/16 dst 10.2.0.0/16 out",
    ),
)  # fmt: skip

CHAINS = Names(
    "tables, chains and sets",
    "DOCKER*",
    (
        *(word for one in ("input", "forward", "output", "prerouting", "postrouting") for word in
          (one, one.upper())),
        "ip", "ip6", "inet", "arp", "bridge", "netdev", "filter", "nat", "mangle", "raw", "security", "table",
        "chain", "set", "map", "type", "hook", "priority", "policy", "tcp", "udp", "icmp", "dport", "sport",
        "saddr", "daddr", "ct", "state", "meta", "iif", "oif", "iifname", "oifname", "accept", "drop",
        "reject", "jump", "goto", "return", "counter", "-A", "-j", "-p", "-s", "-d", "-m", "-i", "-o",
        "ACCEPT", "DROP", "REJECT", "--dport", "iptables", "ip6tables", "established", "related",
    ),
    most=0,
    words=True,
)  # fmt: skip

LEFTOVERS = Names(
    "files that cron ignores",
    "*.dpkg-*",
    ("backup", "certbot", "php", "shop", "sysstat", "0hourly", "e2scrub_all", "backup.sh", "shop.cron"),
    most=0,
    fine=("*~",),
)

RESULTS = Names("lines", "*Last-Modified*", ())

CODE = (
    "VERSION", "app.py", "shop/app.py", "index.php", "src/index.php", "app.js", "dist/app.js", "app.rb",
    "lib/app.rb", "app.jar", "lib/app.so", "bin/app", "templates/page.html", "static/page.css",
)  # fmt: skip
"""What releases are made of, in their folders."""
STORED_FILES = ("stored", "1/2/stored")
"""What may lie in folders for uploads: nearly any name."""


COMMON_WORDS = re.findall(
    r"\S+",
    """
    amd64 arm64 all any usr etc var opt srv run tmp bin sbin home root share local service socket timer
    target mount path slice scope conf config cfg ini yml yaml json toml env log txt html system systemd
    tcp tcp6 udp udp6 http https ipv4 ipv6 net kernel sys www com org true false yes none table chain
    set rule user group data daily hourly weekly monthly yearly annually midnight reboot the and jan feb
    mar apr may jun jul aug sep oct nov dec mon tue wed thu fri sat sun
    """,
)
"""Words that many items have in common, so that none of them says which is meant."""


def names_nearly_all(pattern: str) -> bool:
    """Whether a pattern of items, in which ``*`` and ``?`` are wild, holds no word that names one of them.

    Such a word has `LETTERS` letters and digits without a wildcard between them, is not digits alone, and
    stands for none of `COMMON_WORDS`.
    """
    return not any(map(_names_one, re.findall(r"(?:[^\W_]|[*?])+", pattern.casefold())))


def _names_one(word: str) -> bool:
    pieces = re.split(r"[*?]+", word)
    return any(len(piece) >= LETTERS and not piece.isdecimal() for piece in pieces) and not any(
        fnmatchcase(common, word) for common in COMMON_WORDS
    )


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in _WILD.sub("", text))


def naming(names: Names) -> AfterValidator:
    """A name, or a pattern of names, that does not match nearly every one of them."""

    def check(pattern: str) -> str:
        if names.is_too_wide(pattern):
            raise ValueError(
                f"expected a pattern that leaves out few {names.of}, found {quoted(pattern)}, which would "
                f"leave out nearly all; write the names themselves, or more of them as in {names.example}"
            )
        return pattern

    return AfterValidator(check)


def _is_wide_path(pattern: str) -> bool:
    """Whether a pattern of absolute paths leaves out a whole part of the system."""
    plain = _WILD.split(pattern, maxsplit=1)[0]
    if plain == pattern:
        path = pattern.rstrip("/")
        return path in _TREES or _is_first(path)
    folder, _, begun = plain.rpartition("/")
    if not folder.strip("/"):
        return True
    return _letters(begun) < LETTERS and (folder in _TREES or _is_first(folder))


def _is_first(path: str) -> bool:
    """Whether a path is that of a folder just below the root."""
    return "/" not in path.strip("/")


def _path(pattern: str) -> str:
    if _is_wide_path(pattern):
        raise ValueError(
            f"expected a pattern of a few files, found {quoted(pattern)}, which would leave out a whole "
            "part of the system; write the paths themselves, or begin with the folder, as in /etc/apt/*"
        )
    return pattern


def _relative(pattern: str) -> str:
    wild = _WILD.search(pattern)
    if wild and (_letters(pattern) < LETTERS or any(fnmatchcase(name, pattern) for name in CODE)):
        raise ValueError(
            f"expected a pattern of a few files of the release, found {quoted(pattern)}, which would "
            "leave out its code; begin with the folder that is meant, as in uploads/*"
        )
    return pattern


def _whole(path: str) -> str:
    if _WILD.search(path):
        raise ValueError(
            f"expected the whole path of one file, found {quoted(path)}; wildcards mean nothing here"
        )
    return path


PATHS = AfterValidator(_path)
"""A path, or a pattern of paths in which ``*`` matches slashes too, that is no whole part of the system."""

RELEASE_FILES = AfterValidator(_relative)
"""The same for files of a release, relative to its folder."""

WHOLE_PATH = AfterValidator(_whole)
"""The path of one file, without wildcards."""


def matches_any(pattern: str, paths: Sequence[str]) -> bool:
    """Whether a pattern matches one of these paths."""
    return any(fnmatchcase(path, pattern) for path in paths)

"""The settings of the kernel below ``/proc/sys``, and the files that set them at a boot (sysctl.d(5)).

Not every setting says something about a host: counters, names, keys, and what the kernel computes from the
machine's memory, processors and network cards differ between hosts that are alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from siteparity.model import UnmeasuredError
from siteparity.tools import conf_d
from siteparity.tools.program import filled, program

IN_FORCE = "in force"
NOTHING = "nothing is set"

QUESTION = filled(program(__package__, "sysctl.sh"), files=conf_d.question("sysctl.d"))
PARTS = ("files", "now")

_COMPUTED = (
    "debug.*", "dev.*", "sunrpc.*", "user.*",
    "fs.aio-nr", "fs.dentry-state", "fs.epoll.*", "fs.fanotify.*", "fs.file-max", "fs.file-nr", "fs.inode-*",
    "fs.inotify.max_user_watches", "fs.nfs.*", "fs.quota.*",
    "kernel.bootloader_*", "kernel.cap_last_cap", "kernel.domainname", "kernel.firmware_config.*",
    "kernel.hostname", "kernel.hung_task_detect_count", "kernel.ns_last_pid", "kernel.osrelease",
    "kernel.perf_event_max_sample_rate", "kernel.pty.nr", "kernel.sched_domain.*", "kernel.spl.*",
    "kernel.tainted", "kernel.threads-max", "kernel.usermodehelper.*", "kernel.version",
    "net.core.bpf_jit_limit", "net.core.flow_limit*", "net.core.netdev_rss_key", "net.core.rps_*",
    "net.ipv4.inet_peer_*", "net.ipv4.route.*", "net.ipv4.tcp_*hash_entries", "net.ipv4.tcp_max_orphans",
    "net.ipv4.tcp_max_syn_backlog", "net.ipv4.tcp_max_tw_buckets", "net.ipv4.tcp_mem",
    "net.ipv4.udp_*hash_entries", "net.ipv4.udp_mem", "net.ipv6.route.*",
    "net.netfilter.nf_conntrack_*buckets", "net.netfilter.nf_conntrack_count",
    "net.netfilter.nf_conntrack_*max", "net.nf_conntrack_max", "net.sctp.*mem",
    "vm.admin_reserve_kbytes", "vm.drop_caches", "vm.min_free_kbytes", "vm.user_reserve_kbytes",
)  # fmt: skip
"""Settings that differ by themselves. They are compared if a file of the host sets them."""

_OF_INTERFACE = re.compile(r"net\.ipv[46]\.(conf|neigh)\.(?!all\.|default\.)")
"""Settings of single interfaces, whose names differ between machines."""

_WITNESSES = ("kernel.ostype", "vm.swappiness")
"""Every kernel has these; without them the list is not whole."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one host; names are written with dots."""

    now: Mapping[str, str]
    filed: Mapping[str, tuple[str, str]]
    """Name -> the file that sets it last, and the value."""

    def judged(self, ignore: Iterable[str] = ()) -> Mapping[str, str]:
        """Each setting that could matter to a service -> its value now."""
        more = tuple(ignore)
        return {
            name: value
            for name, value in sorted(self.now.items())
            if (name in self.filed or not _differs(name)) and not _matches(name, more)
        }

    def persisted(self) -> Mapping[str, str]:
        """Each setting that a file sets -> `IN_FORCE`, or both values."""
        return {name: self._state(name) for name in sorted(self.filed)} or {"sysctl.d": NOTHING}

    def _state(self, name: str) -> str:
        path, value = self.filed[name]
        if name not in self.now and value:
            return f"the kernel has no such setting, {path} sets it"
        now = self.now.get(name, "")
        return IN_FORCE if now == value else f"is {now or 'empty'}, {path} says {value or 'empty'}"


@lru_cache(maxsize=8192)
def _differs(name: str) -> bool:
    """Whether a setting differs between hosts that are alike."""
    return _OF_INTERFACE.match(name) is not None or _matches(name, _COMPUTED)


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def read(parts: Mapping[str, Sequence[str]]) -> Settings:
    """Read the answer to `QUESTION`.

    Raises:
        UnmeasuredError: a line is not understood, or a setting is missing or may not be read.
    """
    now = _now(parts["now"])
    if not all(name in now for name in _WITNESSES):
        raise UnmeasuredError("sysctl: settings that every kernel has are missing")
    return Settings(now, _filed(conf_d.settings(line for line in parts["files"] if line), now))


def _now(lines: Iterable[str]) -> Mapping[str, str]:
    """Each setting -> its value, from lines of grep such as ``./net/core/somaxconn:1024``."""
    found: dict[str, list[str]] = {}
    for line in lines:
        refused = re.fullmatch(r"grep: \./(.+): ([A-Z][A-Za-z ]+)", line)
        path, colon, value = line.partition(":")
        if refused and refused[2] in ("Permission denied", "Operation not permitted"):
            raise UnmeasuredError(f"sysctl: {_dotted(refused[1])}: {refused[2]}")
        if refused:
            found.setdefault(_dotted(refused[1]), []).append(f"cannot be read ({refused[2]})")
        elif path.startswith("./") and colon:
            found.setdefault(_dotted(path[2:]), []).append(_plain(value))
        else:
            raise UnmeasuredError(f"sysctl: a line is no setting: {line[:80]}")
    return {name: "; ".join(values) for name, values in found.items()}


def _plain(value: str) -> str:
    return " ".join(value.split())


def _dotted(path: str) -> str:
    """The path below /proc/sys with dots for slashes, and slashes for the dots of interface names."""
    return path.translate(str.maketrans("/.", "./"))


def _filed(lines: Iterable[tuple[str, str]], now: Mapping[str, str]) -> Mapping[str, tuple[str, str]]:
    """Each setting of the files -> path, value. Later lines win, plain names over patterns."""
    plain: dict[str, tuple[str, str]] = {}
    patterns: list[tuple[str, str, str]] = []
    spared: list[str] = []
    optional: set[str] = set()
    for path, line in lines:
        key, equals, value = line.partition("=")
        name = _name(key.strip().removeprefix("-"))
        if not equals and not key.startswith("-"):
            raise UnmeasuredError(f"{path}: a line sets nothing: {line[:80]}")
        if not equals:
            spared.append(name)
        elif re.search(r"[*?\[]", name):
            patterns.append((name, path, _plain(value)))
        else:
            plain[name] = (path, _plain(value))
            (optional.add if key.startswith("-") else optional.discard)(name)
    found = {name: one for name, one in plain.items() if name in now or name not in optional}
    for pattern, path, value in patterns:
        for name in now:
            if _glob(pattern, name) and name not in plain and not any(_glob(one, name) for one in spared):
                found[name] = (path, value)
    return found


def _name(key: str) -> str:
    """The name with dots. If its first separator is a slash, dots belong to names (sysctl.d(5))."""
    first = re.search(r"[./]", key)
    return _dotted(key) if first and first[0] == "/" else key


def _glob(pattern: str, name: str) -> bool:
    """A pattern for each part of the name: ``*`` does not reach over a separator (glob(7))."""
    wanted, parts = pattern.split("."), name.split(".")
    return len(wanted) == len(parts) and all(map(fnmatchcase, parts, wanted))

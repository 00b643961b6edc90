"""Answers about the network: names and files, routes and links, packets and connections.

Formats: ``ip -o route get`` (ip-route(8)), ``ping -q`` of iputils (ping(8)), proc_net_snmp(5) and the files
of ``/sys/class/net``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from siteparity.model import UnmeasuredError
from siteparity.tools.network.question import REACHED

FILES = ("hosts", "resolv.conf", "nsswitch.conf")
NAMES_PARTS = ("names", *FILES)


@dataclass(frozen=True, slots=True)
class Names:
    """How a host resolves names."""

    answers: Mapping[str, tuple[str, ...]]
    """Name -> its addresses, perhaps none; or a reason that begins with ``!``."""
    files: Mapping[str, tuple[str, ...]]
    """Name of a file in /etc -> its lines, without comments."""


def read_names(parts: Mapping[str, Sequence[str]]) -> Names:
    """Read the answer to `siteparity.tools.network.question.resolve`.

    Raises:
        UnmeasuredError: a file could not be read.
    """
    files = {name: tuple(filter(None, parts[name])) for name in FILES}
    for name, of_file in files.items():
        if any(line.startswith("!") for line in of_file):
            raise UnmeasuredError(f"names: /etc/{name} cannot be read: {of_file[0]}")
    answers: dict[str, tuple[str, ...]] = {}
    for line in filter(None, parts["names"]):
        name, _, rest = line.partition(" ")
        answers[name] = (rest,) if rest.startswith("!") else tuple(dict.fromkeys(rest.split()))
    return Names(answers, files)


@dataclass(slots=True)
class Packets:
    """Packets of full size that were sent to a peer, and came back."""

    sent: int = 0
    received: int = 0
    doubled: int = 0
    small_received: int = 0
    """How many of a few small packets came back, which are sent if none of full size did."""
    quickest: float | None = None
    """The shortest round trip, in seconds."""


@dataclass(frozen=True, slots=True)
class Connections:
    """Connections that were tried to one port."""

    answered: int
    refused: int
    late: int
    no_route: int

    @property
    def tried(self) -> int:
        """All of them."""
        return self.answered + self.refused + self.late + self.no_route


@dataclass(frozen=True, slots=True)
class Link:
    """An interface."""

    mtu: int
    speed: int | None
    """Mb/s; None if the interface does not say."""
    duplex: str | None
    shaped: str | None = None
    """The discipline of tc(8) that holds its traffic back; None if none does."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What a host found out about its peers."""

    peers: tuple[str, ...]
    """Addresses of those that were tried."""
    routes: Mapping[str, tuple[str, int | None]]
    """Address of a peer -> interface, and the MTU of the route itself if it has one (learned or set)."""
    links: Mapping[str, Link]
    """By interface."""
    packets: Mapping[str, Packets]
    """By address."""
    connections: Mapping[tuple[str, int], Connections]
    """By address and port."""
    segments: tuple[int, int]
    """How many TCP segments the host sent during the tries, and how many of them again."""
    errors: Mapping[str, int]
    """Interface -> errors during the tries."""


def read(parts: Mapping[str, Sequence[str]]) -> Reached:
    """Read the answer to `siteparity.tools.network.question.reach`.

    Raises:
        UnmeasuredError: a line is not understood, or something about a peer is missing.
    """
    peers, routes, links, before, tries, after = ([line for line in parts[name] if line] for name in REACHED)
    found = _Tries()
    for line in tries:
        found.read(line)
    if found.packets.keys() != set(peers):
        raise UnmeasuredError("reached: the answer lacks the packets to one of the peers")
    counted = [_counters(some) for some in (before, after)]
    counts = {name: counted[1][name] - counted[0].get(name, 0) for name in counted[1]}
    if counted[0].keys() != counted[1].keys() or any(number < 0 for number in counts.values()):
        raise UnmeasuredError("reached: counters went back; an interface came or went during the tries")
    return Reached(
        tuple(peers),
        dict(map(_route, routes)),
        _links(links),
        found.packets,
        found.connections,
        (counts.pop("OutSegs"), counts.pop("RetransSegs")),
        _summed(counts),
    )


def _route(line: str) -> tuple[str, tuple[str, int | None]]:
    words = line.split()
    device = _after("dev", words)
    if not words or device is None:
        raise UnmeasuredError(f"ip route get: a line is no route: {line[:80]}")
    mtu = _after("mtu", words)
    return words[0], (device, int(mtu) if mtu and re.fullmatch(r"[0-9]{1,6}", mtu) else None)


def _after(key: str, words: list[str]) -> str | None:
    return words[words.index(key) + 1] if key in words[:-1] else None


def _links(some: Iterable[str]) -> Mapping[str, Link]:
    found: dict[str, dict[str, str]] = {}
    for line in some:
        device, _, rest = line.partition(" ")
        key, _, value = rest.partition(" ")
        found.setdefault(device, {})[key] = value.strip()
    return {device: _link(device, values) for device, values in found.items()}


_SHAPING = ("tbf", "htb", "hfsc", "cbq", "netem")
"""Disciplines that hold traffic back. Others only share out what there is."""


def _link(device: str, values: Mapping[str, str]) -> Link:
    """An interface. A virtual one has no speed, or -1."""
    if not re.fullmatch(r"[0-9]{1,6}", values.get("mtu", "")):
        raise UnmeasuredError(f"the MTU of {device} cannot be read")
    speed, duplex = values.get("speed", ""), values.get("duplex", "")
    return Link(
        int(values["mtu"]),
        int(speed) if re.fullmatch(r"[1-9][0-9]{0,8}", speed) else None,
        duplex if duplex in ("full", "half") else None,
        values["qdisc"] if values.get("qdisc") in _SHAPING else None,
    )


def _counters(some: Iterable[str]) -> dict[str, int]:
    """``DEVICE NAME`` -> number, for each interface; and the TCP segments sent, and sent again."""
    found: dict[str, int] = {}
    tcp: list[list[str]] = []
    for line in some:
        if line.startswith("Tcp:"):
            tcp.append(line.split()[1:])
            continue
        name, _, number = line.rpartition(" ")
        if not re.fullmatch(r"[0-9]{1,20}", number):
            raise UnmeasuredError(f"a counter is no number: {line[:80]}")
        found[name] = int(number)
    names, values = tcp if len(tcp) == 2 else ([], [])  # noqa: PLR2004  # names, numbers
    sent = dict(zip(names, values, strict=False))
    for name in ("OutSegs", "RetransSegs"):
        if not re.fullmatch(r"[0-9]{1,20}", sent.get(name, "")):
            raise UnmeasuredError(f"/proc/net/snmp does not tell {name}")
        found[name] = int(sent[name])
    return found


def _summed(counts: Mapping[str, int]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for name, number in counts.items():
        device = name.partition(" ")[0]
        found[device] = found.get(device, 0) + number
    return found


_SENT = re.compile(
    r"([0-9]{1,6}) packets transmitted, ([0-9]{1,6}) received"
    r"((?:, \+[0-9]{1,6} [a-z]+)*), [0-9.]+% packet loss.*"
)
_TIMES = re.compile(r"rtt min/avg/max/mdev = ([0-9.]+)/[0-9.]+/[0-9.]+/[0-9.]+ ms.*")
_CONNECTED = re.compile(r"connected (\S+) ([0-9]{1,5}) ([0-9]{1,9}) ([0-9]{1,9}) ([0-9]{1,9}) ([0-9]{1,9})")


@dataclass
class _Tries:
    """What the tries print, read line by line."""

    packets: dict[str, Packets] = field(default_factory=dict)
    connections: dict[tuple[str, int], Connections] = field(default_factory=dict)
    peer: str = ""
    more: bool = False
    before: int = 0
    """How many packets had come back from the peer before this train."""

    def read(self, line: str) -> None:
        """Take the next line."""
        if begun := re.fullmatch(r"\[packets (\S+)\]", line):
            self.peer, self.more = begun[1], False
            self.before = self.packets.setdefault(self.peer, Packets()).received
        elif line == "[more]":
            self.more = True
        elif connected := _CONNECTED.fullmatch(line):
            place, port, *counts = connected.groups()
            self.connections[place, int(port)] = Connections(*map(int, counts))
        elif sent := _SENT.fullmatch(line):
            self._count(self.packets.get(self.peer, Packets()), sent)
        elif times := _TIMES.fullmatch(line):
            of = self.packets.get(self.peer, Packets())
            of.quickest = min(float(times[1]) / 1000, of.quickest or 3600.0)
        elif not line.startswith(("PING ", "--- ")):
            raise UnmeasuredError(f"ping: a line is not understood: {line[:80]}")

    def _count(self, of: Packets, sent: re.Match[str]) -> None:
        doubled = re.search(r"\+([0-9]+) duplicates", sent[3])
        of.doubled += int(doubled[1]) if doubled else 0
        if self.more and of.received == self.before:
            of.small_received += int(sent[2])
        else:
            of.sent += int(sent[1])
            of.received += int(sent[2])

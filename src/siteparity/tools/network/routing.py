"""Where the kernel sends packets: rules, routes of every table, addresses, pinned neighbours.

What the kernel makes of a host's own addresses (``proto kernel``, ``table local``), and what routing daemons
and router advertisements learn, is left out: it differs between sites that are alike, and changes by itself.

Sources: ip-rule(8), ip-route(8), ip-address(8), ip-neighbour(8), ip-xfrm(8).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface, ip_network

from siteparity.model import Address, Network, UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "routing.sh")
PARTS = ("rules", "routes", "addresses", "neighbours", "policies")

THROWING = ("blackhole", "unreachable", "prohibit")
"""Kinds of rules and routes by which packets are thrown away."""
_LEARNT = {
    "babel", "bgp", "bird", "dnrouted", "eigrp", "gated", "isis", "kernel", "mrouted", "openr", "ospf", "ra",
    "redirect", "rip", "xorp", "zebra",
}  # fmt: skip
"""Who makes routes that differ by nature (rt_protos of iproute2)."""
_OWN_KINDS = ("local", "broadcast", "anycast", "multicast")
_DROPPED = {
    "proto": 1,
    "expires": 1,
    "pref": 1,
    "metric": 1,
    "hoplimit": 1,
    "src": 1,
    "linkdown": 0,
    "scope": 1,
}
"""Words of a route that say nothing about where packets go -> how many words follow them."""
_DEVICE = re.compile(r"\bdev (\S+)")


@dataclass(frozen=True, slots=True)
class Routing:
    """What a host's kernel goes by. Each line begins with the version of IP and a blank."""

    rules: tuple[str, ...]
    """Without their priorities, in their order."""
    routes: tuple[str, ...]
    addresses: tuple[tuple[str, Address], ...]
    """Device, address."""
    neighbours: tuple[str, ...]
    """The addresses whose hardware address is pinned."""
    blocked: tuple[str, ...]
    """Policies of IPsec that throw packets away."""

    def thrown_away(self) -> Iterator[tuple[str, Network | None]]:
        """Each rule and route that throws packets away, with the addresses that it is about; None for all."""
        for line in (*self.rules, *self.routes):
            words = line.split()
            if kind := next((word for word in words if word in THROWING), ""):
                yield line, _destination(words, kind)


def read(parts: Mapping[str, Sequence[str]], place: Callable[[str], str]) -> Routing:
    """Read the answer to `QUESTION`.

    Args:
        parts: of the answer.
        place: an address that is no host's -> how it is told.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    routes = [line for line in parts["routes"] if line and not _is_of_the_kernel(line)]
    main = {found[1] for line in routes if " default " in f" {line} " and (found := _DEVICE.search(line))}
    return Routing(
        tuple(_rule(line) for line in parts["rules"] if line),
        tuple(_route(line, main, place) for line in routes),
        tuple(_address(line) for line in parts["addresses"] if line),
        tuple(sorted({_neighbour(line) for line in parts["neighbours"] if line})),
        tuple(sorted(_blocked(parts["policies"]))),
    )


def _versioned(line: str, what: str) -> tuple[str, list[str]]:
    version, _, rest = line.partition(" ")
    if version not in ("4", "6") or not rest.split():
        raise UnmeasuredError(f"ip: a line is no {what}: {line[:80]}")
    return version, rest.replace("\\", " ").split()


def _rule(line: str) -> str:
    version, words = _versioned(line, "rule")
    if not re.fullmatch("[0-9]+:", words[0]):
        raise UnmeasuredError(f"ip rule: a line is no rule: {line[:80]}")
    return " ".join([version, *words[1:]])


def _is_of_the_kernel(line: str) -> bool:
    _, words = _versioned(line, "route")
    maker = words[words.index("proto") + 1 :][:1] if "proto" in words else []
    return words[0] in _OWN_KINDS or bool(_LEARNT.intersection(maker))


def _route(line: str, main: set[str], place: Callable[[str], str]) -> str:
    """A route without what differs by itself, and with a name for the device of the default route."""
    version, words = _versioned(line, "route")
    told, left = [version], iter(words)
    for word in left:
        if word in _DROPPED:
            for _ in range(_DROPPED[word]):
                next(left, "")
        elif word == "dev":
            told += ["dev", "(main)" if (device := next(left, "")) in main else device]
        elif word == "via":
            gateway = next(left, "")
            told += ["via", place(next(left, "") if gateway in ("inet", "inet6") else gateway)]
        else:
            told.append(word)
    return " ".join(told)


def _address(line: str) -> tuple[str, Address]:
    _, words = _versioned(line, "address")
    try:
        kind = next(at for at, word in enumerate(words) if word in ("inet", "inet6"))
        return words[1].rstrip(":"), ip_interface(words[kind + 1]).ip
    except (StopIteration, IndexError, ValueError):
        raise UnmeasuredError(f"ip addr: a line is no address: {line[:80]}") from None


def _neighbour(line: str) -> str:
    version, words = _versioned(line, "neighbour")
    try:
        return f"{version} {ip_address(words[0])}"
    except ValueError:
        raise UnmeasuredError(f"ip neighbour: a line is no neighbour: {line[:80]}") from None


def _blocked(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        words = line.replace("\\", " ").split()
        if words and words[0] != "src":
            raise UnmeasuredError(f"ip xfrm policy: a line is no policy: {line[:80]}")
        if "action" in words and words[words.index("action") + 1 :][:1] == ["block"]:
            way = words[words.index("dir") + 1 :][:1] if "dir" in words else []
            yield " ".join([*words[:4], *way])


def _destination(words: Sequence[str], kind: str) -> Network | None:
    """The addresses that a rule (``from all to NETWORK``) or a route (``blackhole NETWORK``) is about."""
    after = words[words.index("to") + 1 :] if "to" in words else words[words.index(kind) + 1 :]
    try:
        return ip_network(after[0], strict=False)
    except (IndexError, ValueError):
        return None

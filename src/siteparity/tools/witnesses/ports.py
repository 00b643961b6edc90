"""Which ports others can reach, whatever listens there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from ipaddress import ip_address

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "ports.sh")

TLS = frozenset(
    {443, 465, 636, 853, 989, 990, 992, 993, 994, 995, 2376, 3269, 4433, 5061, 5349, 5671, 6443, 6514}
    | {6697, 8443, 8883, 9443, 10443}
)
"""The ports of protocols that begin with TLS (IANA's registry, and what is usual)."""
DOMAIN = frozenset({53})

_LINE = re.compile(
    r"(?P<kind>tcp|udp) +(LISTEN|UNCONN) +[0-9]+ +[0-9]+ +(?P<at>\S+):(?P<port>[0-9]{1,5}) +\S+:([0-9]+|\*) *"
)


def reachable(rows: Sequence[str], ports: Collection[int]) -> Iterator[str]:
    """The ports among these that listen on more than loopback.

    Raises:
        UnmeasuredError: a line is none of ss.
    """
    for row in rows:
        line = _LINE.fullmatch(row)
        if line is None:
            raise UnmeasuredError(f"ports: expected a line of ss, found {row[:80]!r}")
        if int(line["port"]) in ports and not _is_loopback(line["at"]):
            yield f"{line['kind']} port {line['port']}"


def _is_loopback(place: str) -> bool:
    bare = place.strip("[]").partition("%")[0].strip("[]")
    try:
        address = ip_address(bare)
    except ValueError:
        return False  # "*" and whatever else ss may show is open
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback

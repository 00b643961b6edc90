"""What a host is asked about the network between itself and its peers.

Perl's core is on every Debian host; it has sockets that do not block, and resolves names as the host's
programs do. ``ping`` (iputils) sends packets of full size that may not be fragmented, each one when the last
came back: with pauses of less than 10 ms it would wait actively. Half of them are sent before the connections
and half a little later, since devices lose packets in bursts. All peers are tried at once.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable

from siteparity.tools.program import filled, program

PATIENCE_MS = 500
"""A connection that takes longer has lost a packet: the kernel sends it again after 1 s."""
AT_ONCE = 4
"""Connections to one port at the same time. A database must have some left for its customers."""

_RESOLVE = program(__package__, "resolve.pl")
CONNECT = program(__package__, "connect.pl")
_REACH = program(__package__, "reach.sh")

REACHED = ("peers", "routes", "links", "before", "tries", "after")
"""The parts of an answer to `reach`."""


def resolve(names: Iterable[str]) -> str:
    """A shell text that looks names up as programs do, and prints the files that decide about the result."""
    return f"exec perl -e {shlex.quote(_RESOLVE)} -- {' '.join(map(shlex.quote, names))}"


def reach(
    peers: Iterable[tuple[str, int]], ports: Iterable[tuple[str, int]], packets: int, tries: int
) -> str:
    """A shell text that sends packets to peers and opens connections to ports, all at once.

    Only the peers in the shell's ``PEERS`` are tried: addresses with blanks between them. If there are none,
    the parts of the answer are empty.

    Args:
        peers: address, and the bytes of payload that fill a packet on the way there.
        ports: address and port.
        packets: how many for each peer, in two halves; four times as many if one of them is lost.
        tries: how many connections to each port.
    """
    half = math.ceil(packets / 2)
    quoted = [(shlex.quote(place), size) for place, size in peers]
    behind = [(shlex.quote(place), port) for place, port in ports]
    return filled(
        _REACH,
        parts=" ".join(f"'[{part}]'" for part in REACHED),
        packets=str(half),
        more=str(3 * half),
        peers="\n".join(f'! up {place} || peers="$peers "{place}' for place, _ in quoted),
        trains="\n    ".join(f"if up {place}; then train {place} {size} & fi" for place, size in quoted),
        ports="\n    ".join(f'! up {place} || set -- "$@" {place} {port} {tries}' for place, port in behind),
        connect=shlex.quote(CONNECT),
        patience=str(PATIENCE_MS),
        at_once=str(AT_ONCE),
    )

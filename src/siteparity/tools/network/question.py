"""What a host is asked about the network between itself and its peers.

Perl's core is on every Debian host, with sockets that do not block, and it resolves names as the host's
programs do. ``ping`` (iputils) sends full-size packets that may not be cut into pieces, the next one when the
last came back: with pauses of less than 10 ms it would not sleep but wait actively. Half of them are sent
before the connections and half a little later, since devices lose packets in bursts. All peers are tried at
once.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable

from siteparity.tools.program import filled, program

PATIENCE_MS = 500
"""After this time a connection that is not there has lost a packet: the kernel repeats it after 1 s."""
AT_ONCE = 4
"""Connections to one port at the same time: a database may have few left for its customers."""

_RESOLVE = program(__package__, "resolve.pl")
CONNECT = program(__package__, "connect.pl")
_REACH = program(__package__, "reach.sh")

REACHED = ("peers", "routes", "links", "before", "tries", "after")
"""The parts of an answer to `reach`."""


def resolve(names: Iterable[str]) -> str:
    """A shell text that asks for names as programs do, and prints the files that decide about the answer."""
    return f"exec perl -e {shlex.quote(_RESOLVE)} -- {' '.join(map(shlex.quote, names))}"


def reach(
    peers: Iterable[tuple[str, int]], ports: Iterable[tuple[str, int]], packets: int, tries: int
) -> str:
    """A shell text that sends packets to peers and opens connections to ports, all at once.

    Only those peers are tried whose addresses stand in the shell's ``PEERS``, with blanks between them; the
    parts of the answer are empty if there are none of them.

    Args:
        peers: Address, and how many bytes of payload fill a packet on the way there.
        ports: Address and port.
        packets: How many packets for each peer, in two halves; four times as many where one of them is lost.
        tries: How many connections to each port.
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

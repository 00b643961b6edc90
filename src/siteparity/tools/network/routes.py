"""Default routes, as the kernel has them: proc(5), ``/proc/net/route`` and ``/proc/net/ipv6_route``.

Rules that send some packets by other tables (ip-rule(8)) are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "routes.sh")
PARTS = ("4", "6")

_UP, _REJECT = 0x1, 0x200
_FOUR = re.compile(r"(\S+)\t([0-9A-F]{8})\t[0-9A-F]{8}\t([0-9A-F]{4})\t\d+\t\d+\t\d+\t([0-9A-F]{8})\t.*")
_SIX = re.compile(
    r"([0-9a-f]{32}) ([0-9a-f]{2}) [0-9a-f]{32} [0-9a-f]{2} [0-9a-f]{32} "
    r"(?:[0-9a-f]{8} ){3}([0-9a-f]{8}) +(\S+)"
)


def read(parts: Mapping[str, Sequence[str]]) -> Mapping[int, bool]:
    """Version of IP -> whether the host has a default route of it.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    four, six = ([line for line in parts[name] if line] for name in PARTS)
    if not four or not four[0].startswith("Iface\tDestination\t"):
        raise UnmeasuredError("routes: the list of IPv4 lacks its header")
    return {4: any(list(map(_is_default_of_four, four[1:]))), 6: any(list(map(_is_default_of_six, six)))}


def _is_default_of_four(line: str) -> bool:
    found = _FOUR.match(line)
    if found is None:
        raise UnmeasuredError(f"routes: a line is not understood: {line[:80]}")
    return found[2] == found[4] == "00000000" and _leads_on(found[3])


def _is_default_of_six(line: str) -> bool:
    found = _SIX.fullmatch(line)
    if found is None:
        raise UnmeasuredError(f"routes: a line is not understood: {line[:80]}")
    return f"{found[1]}{found[2]}" == "0" * 34 and found[4] != "lo" and _leads_on(found[3])


def _leads_on(flags: str) -> bool:
    return bool(int(flags, 16) & _UP) and not int(flags, 16) & _REJECT

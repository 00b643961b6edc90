"""Default routes of the main table, as ip-route(8) shows them.

Not looked at: rules that send some packets by other tables (ip-rule(8)). Routes that reject or drop what is
sent there are none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "routes.sh")
PARTS = ("4", "6")


def read(parts: Mapping[str, Sequence[str]]) -> Mapping[int, bool]:
    """Version of IP -> whether the host has a default route of it.

    Raises:
        UnmeasuredError: a line is no route. A route of several hops has a line for each of them.
    """
    for line in filter(None, (*parts["4"], *parts["6"])):
        if not line.startswith(("default ", "\tnexthop ")):
            raise UnmeasuredError(f"ip route: a line is no default route: {line[:80]}")
    return {int(version): any(parts[version]) for version in PARTS}

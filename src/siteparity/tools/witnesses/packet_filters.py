"""How many rules filter packets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "packet_filters.sh")
PARTS = ("nft", "legacy")


def rules(parts: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What has rules. How many is not told: hosts that gain one must not differ by it.

    Raises:
        UnmeasuredError: a count is missing.
    """
    for name in PARTS:
        lines = parts[name]
        if not all(re.fullmatch("[0-9]{1,9}", line) for line in lines) or (
            name == PARTS[0] and len(lines) != 1
        ):
            raise UnmeasuredError(f"firewall: expected how many rules {name} has, found {lines[:3]}")
        if any(int(line) for line in lines):
            yield f"rules of {'nftables' if name == PARTS[0] else 'the old iptables'}"

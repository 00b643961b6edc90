"""An order as a table, in which a missing or moved thing changes its neighbours only."""

from __future__ import annotations

from collections.abc import Sequence

FIRST = "the first"


def chain(things: Sequence[str]) -> dict[str, str]:
    """Each thing -> the one before it. Of a thing that occurs twice, the first place counts."""
    found: dict[str, str] = {}
    before = FIRST
    for thing in things:
        if thing not in found:
            found[thing] = before
            before = f"after: {thing}"
    return found

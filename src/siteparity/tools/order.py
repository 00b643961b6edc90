"""An order as a table, so that one thing that is missing or moved shifts no other."""

from __future__ import annotations

from collections.abc import Sequence

FIRST = "the first"


def chain(things: Sequence[str]) -> dict[str, str]:
    """Each thing -> the one before it; of one that comes again, the first time counts."""
    found: dict[str, str] = {}
    before = FIRST
    for thing in things:
        if thing not in found:
            found[thing] = before
            before = f"after: {thing}"
    return found

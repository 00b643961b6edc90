"""Small questions that show what a host has, whatever anybody says of it.

They serve only to catch a declaration that is not true: kinds of things, names and places leave the host,
never arguments, settings or values. Each looks at what runs, and most also at what a boot would start.
"""

from __future__ import annotations

from collections.abc import Iterable

NOTHING = "none"
"""The value of a witness where a host has nothing of that kind."""
MOST = 5
"""So many are named in one value."""


def witnessed(found: Iterable[str]) -> str:
    """What was found as one value, the same for the same things in any order; `NOTHING` if it is nothing."""
    things = sorted(set(found))
    more = [f"{len(things) - MOST} more"] if len(things) > MOST else []
    return ", ".join((*things[:MOST], *more)) or NOTHING

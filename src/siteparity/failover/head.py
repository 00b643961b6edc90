"""What the head of a runbook says: whether it was rehearsed, and whether it changed since. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from siteparity.failover.document import Mode
from siteparity.report.words import utc


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A drill that reached its end."""

    at: datetime
    """When it began."""
    mode: Mode
    old: str
    new: str
    digest: str
    """Of the plan that it followed."""


def rehearsed(drills: Iterable[Rehearsal], mode: Mode, digest: str) -> str:
    """When a mode was last rehearsed, in whichever direction, and whether the plan changed since.

    Args:
        drills: those that reached their end, in any order.
        mode: of the runbook.
        digest: of the plan as it is now.
    """
    of_mode = [one for one in drills if one.mode is mode]
    if not of_mode:
        return "never"
    last = max(of_mode, key=lambda one: one.at)
    since = "unchanged since" if last.digest == digest else "CHANGED SINCE: rehearse it again"
    return f"{utc(last.at)}, {last.old} to {last.new}; {since}"

"""When a failover between two sites was last rehearsed, as the journal of drills tells it to the gate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from siteparity.failover import events
from siteparity.failover.drill import drills
from siteparity.model import ConfigurationError


@dataclass(frozen=True, slots=True)
class LastRehearsal:
    """The last drill between two sites that was followed to its end, in whichever direction and mode."""

    ended: datetime | None = None
    """None if none is known."""
    problem: str = ""
    """Why there may be a later one; empty if every line of the journal could be read."""


def last_rehearsal(reports: Path, sites: tuple[str, str]) -> LastRehearsal:
    """What the journal in a reports folder tells of the last rehearsal between two sites."""
    try:
        journal = events.read(reports)
    except ConfigurationError as error:
        return LastRehearsal(problem=str(error))
    found = drills(journal.events)
    ended = [
        drill.ended for drill in found if drill.ended and {drill.begun.old, drill.begun.new} == set(sites)
    ]
    return LastRehearsal(max(ended, default=None), next(iter(journal.damaged), ""))

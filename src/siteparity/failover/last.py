"""When a failover between two sites was last rehearsed, for the page of the gate."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from siteparity.failover import events
from siteparity.failover.drill import drills
from siteparity.model import ConfigurationError


def last_rehearsal(reports: Path, sites: tuple[str, str]) -> datetime | None:
    """When the last drill between two sites ended, in whichever direction; None if none is known.

    No verdict needs it, so a journal that cannot be read is as good as none.
    """
    try:
        found = drills(events.read(reports).events)
    except ConfigurationError:
        return None
    ended = [
        drill.ended for drill in found if drill.ended and {drill.begun.old, drill.begun.new} == set(sites)
    ]
    return max(ended, default=None)

"""What the old site's WAL shows to be lost: the transactions that the new site never received. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from siteparity.model import Table
from siteparity.tools.postgres import lsn


@dataclass(frozen=True, slots=True)
class Lost:
    """The transactions of a database that the new site never received."""

    common: datetime
    """When the last transaction was committed that both sites have."""
    commits: tuple[datetime, ...]
    """When each of the others was committed, in the order of the WAL."""

    def seconds(self, fenced_at: datetime) -> float:
        """For how long the lost transactions were committed, until nobody could ask the old site any more."""
        if not self.commits:
            return 0.0
        return max(0.0, (min(self.commits[-1], fenced_at) - self.common).total_seconds())


def lost(forks: Iterable[Table], committed: Iterable[Table], followed: int) -> Lost | str:
    """What is lost, or why that is not known.

    Args:
        forks: of the new site's hosts: system identifier and timeline -> where the timeline ended.
        committed: of the old site's hosts: system identifier and position of a transaction -> when it was
            committed.
        followed: the timeline that the new site followed when the drill began.
    """
    ended = {name: position for table in forks for name, position in table.items()}
    left = {
        name.partition(" ")[0]: at
        for name, position in ended.items()
        if name.endswith(f" {followed}") and (at := lsn(position)) is not None
    }
    if not left:
        return "no database of the new site tells where it left the timeline of the old one"
    every = [(name.split(" "), str(moment)) for table in committed for name, moment in table.items()]
    found = sorted(
        {
            (position, datetime.fromisoformat(moment), left[system])
            for (system, written), moment in every
            if system in left and (position := lsn(written)) is not None
        }
    )
    common = [moment for position, moment, fork in found if position < fork]
    if not common:
        return "no database at the old site is down whose WAL reaches back to where the new one left it"
    return Lost(common[-1], tuple(moment for position, moment, fork in found if position >= fork))

"""What may be lost with a primary that is away: a range, from what was last heard of it. Pure.

A replica of a database has every transaction that was committed before the last one it has replayed, and all
that the primary had written when its position was noted, once it has passed that position. What came later
may be missing, up to now: nobody knows when the primary wrote its last order. So the range never ends at
nothing.

Source: PostgreSQL 15 manual, sections 9.27.4 (pg_last_xact_replay_timestamp) and 8.20 (pg_lsn).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from siteparity.facts.records import Record
from siteparity.model import Unmeasured, Value

ASPECT = "replication"
MODE = ("mode", "writable")
POSITION = ("_position", "position")
REPLAYED = ("_replayed", "seconds since the last replayed commit")
"""The aspect, and the tables with their items, in which a probe says what must be known."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What may be lost."""

    since: datetime
    """All that was committed at the primary until then is at the standby."""
    until: datetime
    """When the standby was measured; the primary may have taken orders until then."""
    missing_bytes: int
    """How much the primary had written when its record was made, and the standby has not: this is lost."""


def possible_loss(primary: Record, standby: Record) -> Loss | None:
    """The range for the replica that is farthest behind; None where it is not known.

    Args:
        primary: the record that stands in for it.
        standby: measured now.
    """
    noted = [
        position
        for host in primary.hosts
        if _value(primary, host, *MODE) == "yes"
        and (position := lsn(_value(primary, host, *POSITION))) is not None
    ]
    replicas = [host for host in standby.hosts if _value(standby, host, *MODE) == "no"]
    if len(noted) != 1 or not replicas:
        return None
    losses = [_of_replica(noted[0], primary, standby, host) for host in replicas]
    known = [loss for loss in losses if loss is not None]
    return min(known, key=lambda loss: loss.since) if len(known) == len(losses) else None


def _of_replica(noted: int, primary: Record, standby: Record, host: str) -> Loss | None:
    replayed = lsn(_value(standby, host, *POSITION))
    if replayed is None:
        return None
    moments = list(_moments(replayed >= noted, primary, standby, host))
    if not moments:
        return None
    since = min(max(moments), standby.measured_at)
    return Loss(since, max(standby.measured_at, since + timedelta(seconds=1)), max(0, noted - replayed))


def _moments(passed: bool, primary: Record, standby: Record, host: str) -> Iterator[datetime]:  # noqa: FBT001  # a fact, not a mode
    """Up to when the replica is known to have everything."""
    if passed:
        yield primary.measured_at
    seconds = _value(standby, host, *REPLAYED)
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        yield standby.measured_at - timedelta(seconds=seconds)


def lsn(text: Value | None) -> int | None:
    """A position in the WAL as a number of bytes: ``1/A0`` is 2**32 + 160."""
    found = re.fullmatch(r"([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})", text) if isinstance(text, str) else None
    return (int(found[1], 16) << 32) + int(found[2], 16) if found else None


def _value(record: Record, host: str, table: str, item: str) -> Value | None:
    found = record.facts(host, ASPECT).get(table)
    return None if found is None or isinstance(found, Unmeasured) else found.get(item)

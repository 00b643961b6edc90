"""What may be lost with a primary that is away: a range of time. Pure.

A replica holds every transaction that was committed before the last one it replayed. Once it has passed the
position that was noted on the primary, it also holds everything written before that moment. Anything later
may be missing, up to now: nobody knows when the primary took its last order. So the range is never empty.

A probe declares which of its tables tell this (`siteparity.probes.LossWitness`).

Source: PostgreSQL 15 manual, sections 9.27.4 (pg_last_xact_replay_timestamp) and 8.20 (pg_lsn).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from siteparity.facts.records import Record
from siteparity.model import Unmeasured, Value
from siteparity.probes import LossWitness, Probes


@dataclass(frozen=True, slots=True)
class Loss:
    """What may be lost."""

    since: datetime
    """Everything that was committed on the primary before this moment is on the standby."""
    until: datetime
    """When the standby was measured: the primary may have taken orders until then."""
    missing_bytes: int
    """Bytes of WAL that the primary had written when it was recorded, and that the standby lacks."""


def possible_loss(primary: Record, standby: Record, probes: Probes) -> Loss | None:
    """The range for the replica that is farthest behind; None if it is not known.

    Args:
        primary: the record that stands in for the primary.
        standby: measured now.
        probes: aspect -> probe.
    """
    return _farthest(
        [
            _of_aspect(_Witness(aspect, probe.data_loss, primary, standby))
            for aspect, probe in probes.items()
            if probe.data_loss
        ]
    )


@dataclass(frozen=True, slots=True)
class _Witness:
    """What one aspect says of both sites."""

    aspect: str
    places: LossWitness
    primary: Record
    standby: Record

    def value(self, record: Record, host: str, place: tuple[str, str]) -> Value | None:
        table, item = place
        found = record.facts(host, self.aspect).get(table)
        return None if found is None or isinstance(found, Unmeasured) else found.get(item)

    def position(self, record: Record, host: str) -> int | None:
        return lsn(self.value(record, host, self.places.position))

    def hosts(self, record: Record, writable: str) -> list[str]:
        return [host for host in record.hosts if self.value(record, host, self.places.writable) == writable]


def _of_aspect(said: _Witness) -> Loss | None:
    positions = [said.position(said.primary, host) for host in said.hosts(said.primary, "yes")]
    noted = [position for position in positions if position is not None]
    if len(noted) != 1:
        return None
    return _farthest([_of_replica(said, host, noted[0]) for host in said.hosts(said.standby, "no")])


def _farthest(losses: Sequence[Loss | None]) -> Loss | None:
    """The widest range; None if there is none, or if one of them is not known."""
    known = [loss for loss in losses if loss is not None]
    return min(known, key=lambda loss: loss.since) if known and len(known) == len(losses) else None


def _of_replica(said: _Witness, host: str, noted: int) -> Loss | None:
    replayed = said.position(said.standby, host)
    if replayed is None:
        return None
    moments = list(_moments(said, host, passed=replayed >= noted))
    if not moments:
        return None
    now = said.standby.measured_at
    since = min(max(moments), now)
    return Loss(since, max(now, since + timedelta(seconds=1)), max(0, noted - replayed))


def _moments(said: _Witness, host: str, *, passed: bool) -> Iterator[datetime]:
    """The moments until which the replica is known to hold everything."""
    if passed:
        yield said.primary.measured_at
    seconds = said.value(said.standby, host, said.places.replayed)
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        yield said.standby.measured_at - timedelta(seconds=seconds)


def lsn(text: Value | None) -> int | None:
    """A position in the WAL as a number of bytes: ``1/A0`` is 2**32 + 160. None if it is not one."""
    found = re.fullmatch(r"([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})", text) if isinstance(text, str) else None
    return (int(found[1], 16) << 32) + int(found[2], 16) if found else None

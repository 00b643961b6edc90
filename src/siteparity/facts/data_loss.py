"""What may be lost with a primary that is away: a range of time. Pure.

A replica holds every transaction that was committed before the last one it replayed. Once it has passed the
position that was noted on the primary, it also holds everything written before that moment. Anything later
may be missing, up to now: nobody knows when the primary took its last order. So the range is never empty.

A later record of the primary may show that it had written more than the record that stands in knows of. What
of that the standby lacks is lost for certain, whichever record stands in.

A probe declares which of its tables tell this (`siteparity.probes.LossWitness`).

Source: PostgreSQL 15 manual, sections 9.27.4 (pg_last_xact_replay_timestamp) and 8.20 (pg_lsn).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from siteparity.facts.records import Record
from siteparity.model import Unmeasured, Value
from siteparity.probes import LossWitness, Probes
from siteparity.result import SavedWritten
from siteparity.tools.postgres import lsn


@dataclass(frozen=True, slots=True)
class Loss:
    """What may be lost."""

    since: datetime
    """Everything that was committed on the primary before this moment is on the standby."""
    until: datetime
    """When the standby was measured: the primary may have taken orders until then."""
    missing_bytes: int
    """Bytes of WAL that the primary is known to have written, and that the standby lacks."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What the standby lacks for certain of what the primary had written."""

    written: SavedWritten
    """What shows it."""
    host: str
    """Of the standby."""
    size: int | None
    """Bytes of WAL; None if the databases have different histories, so that their positions tell nothing."""


def written(record: Record, probes: Probes, source: str) -> Iterator[SavedWritten]:
    """What a record of the primary shows of how far it had written; nothing if it could not be measured.

    Args:
        record: of the primary.
        probes: aspect -> probe.
        source: the file or run of the record, for messages.
    """
    for aspect, probe in probes.items():
        if probe.data_loss:
            said = _Witness(aspect, probe.data_loss, record, record)
            for host in said.hosts(record, "yes"):
                if (position := said.value(record, host, said.places.position)) and lsn(position) is not None:
                    yield SavedWritten(
                        aspect=aspect,
                        at=record.measured_at,
                        position=str(position),
                        history=said.history(record, host),
                        source=source,
                    )


def missing(standby: Record, probes: Probes, later: Sequence[SavedWritten]) -> Iterator[Missing]:
    """What later records of the primary prove to be missing at a replica, the largest part of each first."""
    for aspect, probe in probes.items():
        if probe.data_loss:
            said = _Witness(aspect, probe.data_loss, standby, standby)
            for host in said.hosts(standby, "no"):
                lacks = (_lacks(said, host, one) for one in later if one.aspect == aspect)
                yield from sorted(
                    filter(None, lacks), key=lambda one: (one.size is not None, -(one.size or 0))
                )


def possible_loss(
    primary: Record, standby: Record, probes: Probes, later: Sequence[SavedWritten] = ()
) -> Loss | None:
    """The range for the replica that is farthest behind; None if it is not known.

    Args:
        primary: the record that stands in for the primary.
        standby: measured now.
        probes: aspect -> probe.
        later: what later records of the primary show.
    """
    return _farthest(
        [
            _of_aspect(_Witness(aspect, probe.data_loss, primary, standby, later))
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
    later: Sequence[SavedWritten] = ()

    def value(self, record: Record, host: str, place: tuple[str, str]) -> Value | None:
        table, item = place
        found = record.facts(host, self.aspect).get(table)
        return None if found is None or isinstance(found, Unmeasured) else found.get(item)

    def position(self, record: Record, host: str) -> int | None:
        return lsn(self.value(record, host, self.places.position))

    def history(self, record: Record, host: str) -> tuple[str, ...]:
        """What two servers have in common if their positions can be compared; empty where it is not known."""
        found = (self.value(record, host, place) for place in self.places.history)
        return tuple("" if value is None else str(value) for value in found)

    def hosts(self, record: Record, writable: str) -> list[str]:
        return [host for host in record.hosts if self.value(record, host, self.places.writable) == writable]


def _of_aspect(said: _Witness) -> Loss | None:
    hosts = said.hosts(said.primary, "yes")
    positions = [said.position(said.primary, host) for host in hosts]
    noted = [(position, said.primary.measured_at) for position in positions if position is not None]
    if len(noted) != 1:
        return None
    return _farthest([_of_replica(said, host, noted) for host in said.hosts(said.standby, "no")])


def _farthest(losses: Sequence[Loss | None]) -> Loss | None:
    """The widest range, and the most that is missing; None if nothing, or not all of it, is known."""
    known = [loss for loss in losses if loss is not None]
    if not known or len(known) < len(losses):
        return None
    widest = min(known, key=lambda loss: loss.since)
    return replace(widest, missing_bytes=max(loss.missing_bytes for loss in known))


def _of_replica(said: _Witness, host: str, noted: Sequence[tuple[int, datetime]]) -> Loss | None:
    """What a replica may lack.

    Args:
        said: by the records.
        host: the replica.
        noted: the primary's position in the record that stands in, and when that was.
    """
    replayed = said.position(said.standby, host)
    if replayed is None:
        return None
    history = said.history(said.standby, host)
    noted = [*noted, *_comparable(said, history)]
    moments = list(_moments(said, host, [at for position, at in noted if replayed >= position]))
    if not moments:
        return None
    now = said.standby.measured_at
    since = min(max(moments), now)
    lacking = max(0, *(position - replayed for position, _ in noted))
    return Loss(since, max(now, since + timedelta(seconds=1)), lacking)


def _comparable(said: _Witness, history: tuple[str, ...]) -> Iterator[tuple[int, datetime]]:
    """The later positions in the same history."""
    for one in said.later:
        position = lsn(one.position)
        if one.aspect == said.aspect and position is not None and not _differs(one.history, history):
            yield position, one.at


def _differs(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two histories are known to be different."""
    return any(mine and yours and mine != yours for mine, yours in zip(one, other, strict=False))


def _lacks(said: _Witness, host: str, one: SavedWritten) -> Missing | None:
    """What a replica lacks of what a later record shows; None if that is not known, or nothing."""
    if _differs(one.history, said.history(said.standby, host)):
        return Missing(one, host, None)
    replayed, position = said.position(said.standby, host), lsn(one.position)
    if replayed is None or position is None or replayed >= position:
        return None
    return Missing(one, host, position - replayed)


def _moments(said: _Witness, host: str, passed: Sequence[datetime]) -> Iterator[datetime]:
    """The moments until which the replica is known to hold everything."""
    yield from passed
    seconds = said.value(said.standby, host, said.places.replayed)
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        yield said.standby.measured_at - timedelta(seconds=seconds)

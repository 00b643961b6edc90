"""How long customers were not served (RTO), and what was lost (RPO): the definitions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from siteparity.failover.answers import CUSTOMERS, Question, Seen
from siteparity.failover.document import Mode, Plan, Step
from siteparity.failover.drill import Drill
from siteparity.failover.order import Part
from siteparity.failover.proofs import Kind, Proof, Side, StandbyHas

_EVERYTHING = Question(Proof(Kind.STANDBY_HAS, StandbyHas.EVERYTHING))


@dataclass(frozen=True, slots=True)
class Moments:
    """The moments of a failover; None for one that was not seen."""

    last_good: datetime | None
    """The last look at which customers were served, before the first at which they were not."""
    noticed: datetime | None
    """The first look at which they were not."""
    fenced: datetime | None
    switched: datetime | None
    redirected: datetime | None
    served: datetime | None
    """The first look after that at which all journeys worked, by the authoritative answer."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """How long customers were not served, as the lab's definition has it."""

    time: timedelta | None
    """From the last good look before the first bad one, to the first at which all journeys work."""
    parts: tuple[tuple[str, timedelta], ...]
    """What took so long: noticed, fenced, switched, redirected, proven. One that was not seen is left out,
    and counts for the next."""
    last_customer: timedelta | None
    """The same for a customer whose resolver kept the old answer for its whole TTL."""


def recovery(moments: Moments, ttl: timedelta | None = None) -> Recovery:
    """The recovery time, in parts.

    Args:
        moments: of the failover.
        ttl: for how long resolvers may keep the old answer; None if it is not known.
    """
    if moments.last_good is None or moments.served is None:
        return Recovery(None, tuple(_parts(moments)), None)
    time = moments.served - moments.last_good
    redirected = moments.redirected or moments.served
    last = max(moments.served, redirected + ttl) - moments.last_good if ttl is not None else None
    return Recovery(time, tuple(_parts(moments)), last)


def _parts(moments: Moments) -> Iterable[tuple[str, timedelta]]:
    before = moments.last_good
    for name, at in (
        ("noticed", moments.noticed),
        ("fenced", moments.fenced),
        ("switched", moments.switched),
        ("redirected", moments.redirected),
        ("proven", moments.served),
    ):
        if at is None:
            continue
        if before is not None:
            yield name, max(at - before, timedelta(0))
        before = at


@dataclass(frozen=True, slots=True)
class Loss:
    """What was lost, in time: the orders of at least and at most so long. Equal if it is exact."""

    least: timedelta
    most: timedelta


def lost(mode: Mode, has_everything: Seen | None, counted: Loss | None) -> Loss | None:
    """What was lost; None if it is not known.

    Args:
        mode: of the failover.
        has_everything: what a look before the switch saw of that; None if there was none.
        counted: the range, or the exact count, that was found.
    """
    if mode is Mode.PLANNED and has_everything is Seen.YES:
        return Loss(timedelta(0), timedelta(0))
    return counted


def recovery_of(plan: Plan, drill: Drill) -> Recovery:
    """The recovery time of a drill."""
    ttl = drill.begun.ttl_seconds
    return recovery(moments_of(plan, drill), None if ttl is None else timedelta(seconds=ttl))


def moments_of(plan: Plan, drill: Drill) -> Moments:
    """The moments of a drill."""
    there = plan.of(drill.begun.mode, Part.THERE)
    switched = _last(drill, [step for step in there if step.promotes is not None])
    last_good, noticed, served = _outage(drill, switched)
    return Moments(
        last_good=last_good,
        noticed=noticed,
        fenced=_last(drill, [step for step in there if step.fences is Side.OLD]),
        switched=switched,
        redirected=_last(drill, [step for step in there if step.proof.dns is not None]),
        served=served,
    )


def _outage(
    drill: Drill, switched: datetime | None
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """The last good look before the outage of the switch, the first bad one, and the next good one.

    An earlier outage, such as a restart, is another one. Without a switch it is the first one.
    """
    looks = [look for look in drill.looks if look.question == CUSTOMERS.key]
    good = [number for number, look in enumerate(looks) if look.seen is Seen.YES]
    if switched is None:
        bad = next((number for number, look in enumerate(looks) if look.seen is Seen.NO), len(looks))
        good = [number for number in good if number < bad]
    else:
        good = [number for number in good if looks[number].at <= switched]
    after = looks[good[-1] + 1 :] if good else looks
    noticed = next((look for look in after if look.seen is Seen.NO), None)
    if noticed is None:
        return None, None, None
    last_good = after[0].before if good else None
    least = max(noticed.at, switched or noticed.at)
    served = next((look.at for look in after if look.seen is Seen.YES and look.at > least), None)
    return last_good, noticed.at, served


def loss_of(plan: Plan, drill: Drill) -> Loss | None:
    """What a drill lost."""
    switched = moments_of(plan, drill).switched
    looks = [
        look
        for look in drill.looks
        if look.question == _EVERYTHING.key and (switched is None or look.at <= switched)
    ]
    counted = drill.counted
    found = (
        Loss(timedelta(seconds=counted.least_seconds), timedelta(seconds=counted.most_seconds))
        if counted
        else None
    )
    return lost(drill.begun.mode, looks[-1].seen if looks else None, found)


def _last(drill: Drill, steps: Sequence[Step]) -> datetime | None:
    """When the last of these steps was done; None if one of them is not."""
    done = [drill.done.get(step.name) for step in steps]
    moments = [one.at for one in done if one is not None]
    return max(moments) if moments and len(moments) == len(done) else None

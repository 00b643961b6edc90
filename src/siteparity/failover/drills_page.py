"""The journal of drills as one static page, in the style of report.html: for the director. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo

from siteparity.failover.document import Objectives, Plan
from siteparity.failover.drill import Drill
from siteparity.failover.events import Proven
from siteparity.failover.html import environment
from siteparity.failover.lines import AGAIN, reason
from siteparity.failover.log import people, rpo_missed, rpo_words, rto_missed, rto_words
from siteparity.failover.objectives import recovery_of
from siteparity.failover.proofs import spelled
from siteparity.report.words import count, span, title, utc

_RTO, _RPO = "Customers not served (RTO)", "Orders lost (RPO)"


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of a drill."""

    name: str
    words: str
    state: str = ""
    """As a class of CSS: ``stop`` for what missed its aim."""


@dataclass(frozen=True, slots=True)
class Row:
    """One step of a drill."""

    step: str
    done: str
    """When it was proven, to the second."""
    took: str
    remarks: str
    """That it was late, out of order, or said and not measured."""
    said: str
    """Who said what of it."""
    state: str


@dataclass(frozen=True, slots=True)
class Card:
    """One drill."""

    heading: str
    state: str
    facts: tuple[Fact, ...]
    rows: tuple[Row, ...]
    alarms: tuple[str, ...]


def render_drills(
    plan: Plan | None, drills: Sequence[Drill], damaged: Sequence[str] = (), zone: tzinfo | None = None
) -> str:
    """The page.

    Args:
        plan: as it is now; None if there is none, so that neither RTO nor RPO can be told.
        drills: of the journal, in any order; the newest comes first.
        damaged: the lines of the journal that prove nothing.
        zone: adds the local time in brackets to times in UTC.
    """
    newest = sorted(drills, key=lambda drill: drill.begun.at, reverse=True)
    ended = [drill.ended for drill in drills if drill.ended]
    text = (
        environment()
        .get_template("drills.html.jinja")
        .render(
            cards=[card(plan, drill, zone) for drill in newest],
            last=utc(max(ended), zone) if ended else "never",
            aims=tuple(_aims(plan)),
            damaged=damaged,
            counted=count(len(drills), "drill"),
        )
    )
    return text.lstrip() + "\n"


def _aims(plan: Plan | None) -> Iterator[Fact]:
    """What the plan allows a failover to cost."""
    aims = plan.objectives if plan else Objectives()
    for name, aim in ((_RTO, aims.rto), (_RPO, aims.rpo)):
        yield Fact(f"{name}, at most", "not set" if aim is None else spelled(aim))


def card(plan: Plan | None, drill: Drill, zone: tzinfo | None = None) -> Card:
    """One drill as the page shows it."""
    begun = drill.begun
    good = drill.ended and not (rto_missed(plan, drill) or rpo_missed(plan, drill) or drill.alarmed)
    return Card(
        heading=f"{utc(begun.at, zone)}: {title(begun.old)} to {title(begun.new)}, {begun.mode}",
        state="ok" if good else "stop",
        facts=tuple(_facts(plan, drill, zone)),
        rows=tuple(_row(drill, done) for done in drill.done.values()),
        alarms=tuple(f"{utc(one.at, zone)}: {one.alarm}{reason(one.words)}" for one in drill.alarmed),
    )


def _facts(plan: Plan | None, drill: Drill, zone: tzinfo | None) -> Iterator[Fact]:
    yield Fact(_RTO, rto_words(plan, drill), "stop" if rto_missed(plan, drill) else "")
    found = recovery_of(plan, drill) if plan else None
    if found and found.parts:
        yield Fact("of which", ", ".join(f"{name} {_short(length)}" for name, length in found.parts))
    if found and found.last_customer is not None and drill.begun.ttl_seconds:
        kept = _short(timedelta(seconds=drill.begun.ttl_seconds))
        words = f"{_short(found.last_customer)} at most: resolvers may keep the old address for {kept}"
        yield Fact("Last customer not served", words)
    yield Fact(_RPO, rpo_words(plan, drill), "stop" if rpo_missed(plan, drill) else "")
    if drill.counted and drill.counted.words:
        yield Fact("What was lost", drill.counted.words)
    ended = f"{utc(drill.ended, zone)}: {AGAIN}" if drill.ended else "not ended"
    yield Fact("Ended", ended, "" if drill.ended else "stop")
    yield Fact("People", ", ".join(people(drill)))
    if drill.alarmed:
        yield Fact("Alarms", count(len(drill.alarmed), "alarm"), "stop")


def _row(drill: Drill, done: Proven) -> Row:
    said = drill.said.get(done.step)
    late = [f"late by {_short(timedelta(seconds=done.late_seconds))}"] if done.late_seconds else []
    early = ["out of order"] if done.out_of_order else []
    by_word = ["said, not measured"] if done.said else []
    return Row(
        step=done.step,
        done=f"{done.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        took=span(done.at - done.ready_at),
        remarks=", ".join((*late, *early, *by_word)),
        said=f"{said.by}{reason(said.words)}" if said else "",
        state="stop" if late or early else "ok",
    )


def _short(length: timedelta) -> str:
    return spelled(timedelta(seconds=round(length.total_seconds())))

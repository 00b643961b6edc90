"""How far a failover is, and what is awaited now. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from siteparity.failover.answers import Seen
from siteparity.failover.document import Step
from siteparity.failover.lines import AGAIN, reason
from siteparity.failover.order import Part
from siteparity.failover.proofs import Kind, spelled
from siteparity.failover.runbook import Line
from siteparity.failover.turn import Following

UNPROTECTED = "switched, unprotected"


def state(following: Following) -> str:
    """How far a failover is."""
    drill, plan = following.drill, following.plan
    if drill.ended:
        return AGAIN
    there = plan.of(drill.begun.mode, Part.THERE)
    if all(step.name in drill.done for step in there):
        return UNPROTECTED
    if any(step.promotes is not None and step.name in drill.done for step in there):
        return "switching, unprotected"
    return "under way"


def awaited(following: Following, book: Mapping[str, Line], now: datetime) -> Iterator[str]:
    """What is awaited now, since when, and the commands to type next.

    Args:
        following: the plan and the drill.
        book: step -> its line in the runbook.
        now: the time.
    """
    for step in following.ready:
        line = book[step.name]
        waits = now - following.ready_at(step)
        late = " LATE" if waits > step.within else ""
        since = spelled(timedelta(seconds=round(waits.total_seconds())))
        yield f"next: {step.name}, {line.where or line.who}, for {since} of {line.within}{late}"
        yield from (f"    {part}" for command in line.commands for part in command.strip().split("\n"))
        yield from (f"  [{mark}] {text}" for mark, text in _proofs(following, line, step))
    for alarm in following.drill.alarms.values():
        yield f"ALARM since {alarm.at.astimezone(UTC):%H:%M:%S}: {alarm.alarm}{reason(alarm.words)}"


def _proofs(following: Following, line: Line, step: Step) -> Iterator[tuple[str, str]]:
    """Whether each proof of a step is seen, and the proof."""
    asked = iter(following.questions(step))
    for proof, text in zip(step.proof.each(), line.proofs, strict=True):
        if proof.kind is Kind.SAID_BY:
            yield ("said" if step.name in following.drill.said else "not said"), text
            continue
        known = following.drill.known.get(next(asked).key)
        seen = known.seen if known else Seen.UNKNOWN
        yield seen.value, text + (reason(known.words) if known and seen is not Seen.YES else "")

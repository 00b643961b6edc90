"""How far a failover is, and what is awaited now. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta

from siteparity.failover.answers import Answer, Look, Seen
from siteparity.failover.document import Step
from siteparity.failover.lines import AGAIN, reason
from siteparity.failover.markdown import quoted
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


@dataclass(frozen=True, slots=True)
class Awaited:
    """A step that can be made now, and is not done."""

    line: Line
    """Of the runbook."""
    waits: timedelta
    """Since the steps before it were done."""
    late: bool
    proofs: tuple[tuple[str, str], ...]
    """Whether each proof is seen (``yes``, ``no``, ``unknown``, ``said``, ``not said``), and the proof."""

    @property
    def commands(self) -> Iterator[str]:
        """What to type next, line by line."""
        for command in self.line.commands:
            yield from command.strip().split("\n")
        if ("not said" in (mark for mark, _ in self.proofs)) and self.line.is_said:
            yield f"siteparity said {quoted(self.line.name)} --by NAME"


def awaited(following: Following, book: Mapping[str, Line], look: Look) -> Iterator[Awaited]:
    """What is awaited now.

    Args:
        following: the plan and the drill.
        book: step -> its line in the runbook.
        look: the last one, whose words count.
    """
    for step in following.ready:
        waits = look.at - following.ready_at(step)
        proofs = tuple(_proofs(following, book[step.name], step, look))
        yield Awaited(book[step.name], waits, waits > step.within, proofs)


def in_lines(following: Following, book: Mapping[str, Line], look: Look) -> Iterator[str]:
    """What is awaited now, since when, the commands to type next, and the alarms that stand."""
    for one in awaited(following, book, look):
        late = " LATE" if one.late else ""
        place = one.line.where or one.line.who
        yield f"next: {one.line.name}, {place}, for {seconds(one.waits)} of {one.line.within}{late}"
        yield from (f"    {command}" for command in one.commands)
        yield from (f"  [{mark}] {text}" for mark, text in one.proofs)
    for alarm in following.drill.alarms.values():
        yield f"ALARM since {alarm.at.astimezone(UTC):%H:%M:%S}: {alarm.alarm}{reason(alarm.words)}"


def seconds(length: timedelta) -> str:
    """A time to the second."""
    return spelled(timedelta(seconds=round(length.total_seconds())))


def _proofs(following: Following, line: Line, step: Step, look: Look) -> Iterator[tuple[str, str]]:
    asked = iter(following.questions(step))
    for proof, text in zip(step.proof.each(), line.proofs, strict=True):
        if proof.kind is Kind.SAID_BY:
            yield ("said" if step.name in following.drill.said else "not said"), text
            continue
        answer = look.answers.get(next(asked), Answer(Seen.UNKNOWN))
        why = reason(answer.words) if answer.seen is not Seen.YES else ""
        yield answer.seen.value, text.removesuffix(".") + why if why else text

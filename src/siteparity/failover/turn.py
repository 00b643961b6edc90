"""What one more look means for a drill: which steps it proves, and what is an alarm. Pure.

A step is done when the steps before it are done and each of its proofs is seen. What a person said stands in
for a proof that is not known, never for one that is seen not to hold. Where a person must speak in any case,
as of a fence, the word stands for itself alone, and the rest must be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from siteparity.failover.answers import Alarm, Answer, Look, Question, Seen, questions_of
from siteparity.failover.document import Plan, Step
from siteparity.failover.drill import Drill
from siteparity.failover.events import Alarmed, Cleared, Counted, Ended, Event, Looked, Proven
from siteparity.failover.proofs import Database, Kind, Proof, Side

_ALARMS: Mapping[Kind, Alarm] = {
    Kind.WRITERS: Alarm.SECOND_WRITER,
    Kind.SILENT: Alarm.FENCED_ANSWERS,
    Kind.JOBS: Alarm.ARMED_TWICE,
}
_MADE = (Kind.DATABASE, Kind.UNITS, Kind.DNS, Kind.TIMELINE)
"""What holds only after somebody made the step, so that the order in which it is seen tells something."""


@dataclass(frozen=True, slots=True)
class Following:
    """A plan that a drill follows."""

    plan: Plan
    drill: Drill
    before: Mapping[str, tuple[str, ...]]
    """Step -> the steps that must be done before."""

    @classmethod
    def of(cls, plan: Plan, drill: Drill) -> Following:
        """The plan in the mode of the drill."""
        return cls(plan, drill, plan.before(drill.begun.mode))

    def with_(self, *events: Event) -> Following:
        """The same after more lines of the journal."""
        drill = self.drill
        for event in events:
            drill = drill.with_(event)
        return Following(self.plan, drill, self.before)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the mode, the way back included."""
        return self.plan.of(self.drill.begun.mode)

    @property
    def ready(self) -> tuple[Step, ...]:
        """The steps that can be made now, and are not done."""
        return tuple(step for step in self.steps if self.is_ready(step) and step.name not in self.drill.done)

    def is_ready(self, step: Step) -> bool:
        """Whether all the steps before it are done."""
        return all(name in self.drill.done for name in self.before[step.name])

    def ready_at(self, step: Step) -> datetime:
        """When the last step before it was done."""
        moments = [self.drill.done[name].at for name in self.before[step.name] if name in self.drill.done]
        return max([self.drill.begun.at, *moments])

    def ancestors(self, step: Step) -> frozenset[str]:
        """All steps that come before a step."""
        found: set[str] = set()
        waiting = list(self.before[step.name])
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.before[name]
        return frozenset(found)

    def questions(self, step: Step) -> tuple[Question, ...]:
        """What is asked to prove a step."""
        return questions_of(step, self.plan.part_of(step.name))


def turn(following: Following, look: Look, previous: datetime | None = None) -> tuple[Event, ...]:
    """The lines that a look adds to the journal.

    Args:
        following: the plan, and the drill so far.
        look: what was seen.
        previous: when the look before was; None if nobody looked for a while.
    """
    changes: tuple[Event, ...] = (
        *_changes(following.drill, look, previous),
        *_losses(following.drill, look),
    )
    now = following.with_(*changes)
    steps = tuple(_proven(now, look))
    now = now.with_(*steps)
    alarms = tuple(_alarms(now, look))
    events: tuple[Event, ...] = (*changes, *steps, *alarms)
    if now.drill.ended is None and all(step.name in now.drill.done for step in now.steps):
        return (*events, Ended(drill=now.drill.id, at=look.at))
    return events


def _changes(drill: Drill, look: Look, previous: datetime | None) -> Iterator[Looked]:
    for question, answer in look.answers.items():
        known = drill.known.get(question.key)
        if known is None or known.seen is not answer.seen:
            yield Looked(
                drill=drill.id,
                at=look.at,
                question=question.key,
                seen=answer.seen,
                words=answer.words,
                before=previous if known is not None else None,
            )


def _losses(drill: Drill, look: Look) -> Iterator[Counted]:
    """What may be lost, whenever a look tells something new of it."""
    for answer in look.answers.values():
        known = drill.counted and (drill.counted.least_seconds, drill.counted.most_seconds)
        if answer.lost_seconds is not None and answer.lost_seconds != known:
            least, most = answer.lost_seconds
            yield Counted(
                drill=drill.id, at=look.at, least_seconds=least, most_seconds=most, words=answer.words
            )


def _proven(following: Following, look: Look) -> Iterator[Proven]:
    """Each step that the look proves; a step may make the next one ready."""
    now = following
    while found := next((step for step in now.ready if _is_proven(now, step, look)), None):
        line = _line(now, found, look)
        yield line
        now = now.with_(line)


def _is_proven(following: Following, step: Step, look: Look) -> bool:
    said, must_be_said = step.name in following.drill.said, step.proof.said_by is not None
    if must_be_said and not said:
        return False
    stands_in = said and not must_be_said
    return all(_is_seen(following, one, look, said=stands_in) for one in following.questions(step))


def _is_seen(following: Following, question: Question, look: Look, *, said: bool) -> bool:
    seen = look.answers.get(question, Answer(Seen.UNKNOWN)).seen
    if seen is Seen.UNKNOWN:
        return said
    return seen is Seen.YES and _has_lasted(following, question, look)


def _has_lasted(following: Following, question: Question, look: Look) -> bool:
    """Whether it was seen for as long as the proof demands."""
    known, least = following.drill.known.get(question.key), question.proof.held_for
    return not least or (known is not None and look.at - known.since >= least)


def _line(following: Following, step: Step, look: Look) -> Proven:
    ready_at = following.ready_at(step)
    late = (look.at - ready_at - step.within).total_seconds()
    asked = following.questions(step)
    unmeasured = [
        one.key for one in asked if look.answers.get(one, Answer(Seen.UNKNOWN)).seen is Seen.UNKNOWN
    ]
    by_person = [f"{Kind.SAID_BY} {step.proof.said_by}"] if step.proof.said_by is not None else []
    return Proven(
        drill=following.drill.id,
        at=look.at,
        step=step.name,
        ready_at=ready_at,
        late_seconds=max(0.0, round(late, 1)),
        out_of_order=any(_came_early(following, one, ready_at) for one in asked),
        said=(*unmeasured, *by_person),
    )


def _came_early(following: Following, question: Question, ready_at: datetime) -> bool:
    """Whether somebody made the step before it was its turn."""
    known = following.drill.known.get(question.key)
    return (
        question.proof.kind in _MADE
        and known is not None
        and known.seen is Seen.YES
        and known.turned
        and known.since < ready_at
    )


def _alarms(following: Following, look: Look) -> Iterator[Alarmed | Cleared]:
    drill = following.drill
    found = dict(_found(following, look))
    for (alarm, key), words in found.items():
        if (alarm, key) not in drill.alarms:
            yield Alarmed(drill=drill.id, at=look.at, alarm=alarm, about=key, words=words)
    answered = {question.key: answer for question, answer in look.answers.items()}
    for alarm, key in drill.alarms:
        seen = answered[key].seen if key in answered else Seen.UNKNOWN
        if (alarm, key) not in found and seen is not Seen.UNKNOWN:
            yield Cleared(drill=drill.id, at=look.at, alarm=alarm, about=key)


def _found(following: Following, look: Look) -> Iterator[tuple[tuple[Alarm, str], str]]:
    """Each alarm, its question, and what was seen."""
    lasting = {question for step in following.steps for question in _lasting(following, step)}
    for question, answer in look.answers.items():
        if answer.alarm is not None:
            yield (answer.alarm, question.key), answer.words
        elif answer.seen is Seen.NO and question in lasting:
            yield (_alarm_of(question), question.key), answer.words


def _lasting(following: Following, step: Step) -> Iterator[Question]:
    """What a step that is done has proven, and no later step is meant to change."""
    if step.name not in following.drill.done:
        return
    for question in following.questions(step):
        if question.proof.kind.lasts and not _is_superseded(following, step, question):
            yield question


def _is_superseded(following: Following, step: Step, question: Question) -> bool:
    """Whether a later step, done or to be made now, changes the same thing."""
    return any(
        _changes_it(later, question)
        for later in following.steps
        if following.is_ready(later) and step.name in following.ancestors(later)
    )


def _changes_it(step: Step, question: Question) -> bool:
    if question.proof.kind is Kind.SILENT:
        return step.side is question.side
    if not question.proof.kind.is_of_hosts or step.at is None or step.side is not question.side:
        return False
    asks = any(proof.kind is question.proof.kind for proof in step.proof.each())
    return asks and (step.at.role is None or question.role is None or step.at.role == question.role)


def _alarm_of(question: Question) -> Alarm:
    fenced = Proof(Kind.DATABASE, Database.SHUT_DOWN)
    if question.proof == fenced and question.side is Side.OLD:
        return Alarm.FENCED_ANSWERS
    return _ALARMS.get(question.proof.kind, Alarm.UNDONE)

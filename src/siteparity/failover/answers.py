"""What is asked while a failover is watched, and what a look can answer. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from siteparity.failover.document import Mode, Plan, Step
from siteparity.failover.order import Part
from siteparity.failover.proofs import Kind, Proof, Side, Smoke, Units, spelled


class Seen(StrEnum):
    """What a look tells of a proof."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Alarm(StrEnum):
    """What must never be while a failover is under way."""

    SECOND_WRITER = "second writer"
    FENCED_ANSWERS = "fenced server answers"
    ARMED_TWICE = "job armed twice"
    UNDONE = "proven step no longer holds"


@dataclass(frozen=True, slots=True)
class Question:
    """A proof, and the hosts that it is about."""

    proof: Proof
    side: Side | None = None
    """The site of the hosts; None if it is about both sites."""
    role: str | None = None
    """None if it is about every host of the site, or about both sites."""
    part: Part = Part.THERE
    """For the gate: which site it is to let take over."""

    @property
    def key(self) -> str:
        """Names the question in a journal: ``database takes writes (new db)``."""
        place = " ".join(filter(None, (self.side, self.role)))
        part = "back" if self.part is Part.BACK else ""
        about = ", ".join(filter(None, (place, part)))
        return f"{self.proof.kind} {_wanted(self.proof)}" + (f" ({about})" if about else "")


CUSTOMERS = Question(Proof(Kind.SMOKE, Smoke.ALL))
"""Whether customers are served."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a look tells of a question."""

    seen: Seen
    words: str = ""
    """What was seen, or why it is not known."""
    alarm: Alarm | None = None
    """What was seen that must never be, whichever step is made."""
    lost_seconds: tuple[float, float] | None = None
    """What may be lost, at least and at most, if the answer tells that."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at everything."""

    at: datetime
    answers: Mapping[Question, Answer]


def _wanted(proof: Proof) -> str:
    if isinstance(proof.wanted, Units):
        run = [f"+{unit}" for unit in proof.wanted.run]
        return " ".join((*run, *(f"-{unit}" for unit in proof.wanted.stopped)))
    return spelled(proof.held_for) if proof.held_for else str(proof.wanted)


def questions_of(step: Step, part: Part) -> tuple[Question, ...]:
    """What is asked to prove a step, apart from what a person must say."""
    return tuple(
        _question(step, proof, part) for proof in step.proof.each() if proof.kind is not Kind.SAID_BY
    )


def _question(step: Step, proof: Proof, part: Part) -> Question:
    if proof.kind.is_of_hosts and step.at:
        return Question(proof, step.at.site, step.at.role)
    return Question(proof, part=part if proof.kind is Kind.GATE else Part.THERE)


def questions(plan: Plan, mode: Mode) -> tuple[Question, ...]:
    """All that is asked in a mode, each once; the journeys of customers in any case: they tell the RTO."""
    return tuple(dict.fromkeys(_questions(plan, mode)))


def _questions(plan: Plan, mode: Mode) -> Iterator[Question]:
    for step in plan.of(mode):
        yield from questions_of(step, plan.part_of(step.name))
    yield CUSTOMERS

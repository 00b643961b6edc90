"""The plan's file, ``failover.yml`` beside the policy: the steps of a failover and of the way back.

A step says where it is made, what is typed, how long it may take, what proves it, and how it is undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from siteparity.failover import placeholders
from siteparity.failover.order import Graph, Part, wrong_order
from siteparity.failover.proofs import Database, Kind, Proof, Proofs, Side
from siteparity.policy.section import (
    Duration,
    PositiveDuration,
    RoleName,
    Strict,
    Words,
    as_several,
    matching,
)
from siteparity.yamlfile import Document, Problems, load, quoted, validate

NAME = "failover.yml"
NOTHING = "nothing"
"""The way back of a step that changes nothing."""
_PROMOTES = "promote"


class Mode(StrEnum):
    """Whether the old site still answers."""

    PLANNED = "planned"
    DEAD = "dead"


Commands: TypeAlias = Annotated[tuple[Words, ...], BeforeValidator(as_several)]
StepName: TypeAlias = Annotated[
    str, matching(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}", "a name of letters, digits, blanks, _ . -")
]


class At(Strict):
    """Where a step is made."""

    site: Side | None = None
    """The site that is left, or the one that takes over."""
    role: RoleName | None = None
    """The hosts of the site; every host without it."""
    outside: Words | None = None
    """A machine in neither inventory, as people call it, such as a name server."""

    @model_validator(mode="after")
    def _is_one_place(self) -> Self:
        if (self.site is None) == (self.outside is None):
            found = "both" if self.outside else "neither"
            raise ValueError(f"expected either site or outside, found {found}; say where the step is made")
        if self.role is not None and self.site is None:
            raise ValueError(f"expected site beside role, found none; add it: {' or '.join(Side)}")
        return self


class Step(Strict):
    """One step of a failover."""

    name: StepName
    """What people call it; `siteparity said` takes it."""
    who: Words | None = None
    """Who does it, if not the engineer who follows the plan."""
    at: At | None = None
    """Where it is made. A step without commands may leave it out, if it says who."""
    do: Commands = ()
    """The exact commands, typed in a root shell there. `{{old}}`, `{{new.db}}` and the like are filled in."""
    within: PositiveDuration
    """How long it may take, from the moment at which the steps before it were done."""
    proof: Proofs
    """What shows that it is done."""
    after: tuple[StepName, ...] | None = None
    """The steps that must be done before; without the key, the step before it in the file."""
    back: Commands = ()
    """The commands that undo it at the same place, in words if it has none itself; `nothing` if it changes
    nothing."""
    no_way_back: bool = False
    """Whether nothing undoes it but the failover the other way round."""
    modes: Annotated[tuple[Mode, ...], Field(min_length=1)] = (Mode.PLANNED, Mode.DEAD)
    """Whether it is a step while the old site answers, while it is dead, or both."""
    note: Words | None = None
    """What whoever makes it must know."""

    @model_validator(mode="after")
    def _names_a_host(self) -> Self:
        needs = [kind.value for kind in (proof.kind for proof in self.proof.each()) if kind.is_of_hosts]
        of_site = self.at is not None and self.at.site is not None
        if needs and not of_site:
            raise ValueError(
                f"expected at with a site beside the proof {needs[0]}, which is about its hosts, found none; "
                "add at: {site: old or new, role: ROLE}"
            )
        if self.at is None and (self.do or self.who is None):
            raise ValueError(
                "expected at, the hosts of the step, found none; add at: {site: old or new, role: ROLE}"
                + ("" if self.do else ", or who does it")
            )
        return self

    @model_validator(mode="after")
    def _has_a_way_back_or_none(self) -> Self:
        if bool(self.back) == self.no_way_back:
            found = "both" if self.back else "neither"
            raise ValueError(
                f"expected either back or no_way_back: true, found {found}; say how the step is undone, "
                f"back: {NOTHING} if it changes nothing"
            )
        return self

    @model_validator(mode="after")
    def _leaves_only_names_open(self, info: ValidationInfo) -> Self:
        for text in self.texts:
            placeholders.check(text, (info.context or {}).get("roles") or ())
        return self

    @property
    def texts(self) -> Iterator[str]:
        """What may hold placeholders."""
        yield from (*self.do, *self.back)
        yield from filter(None, (self.who, self.note, self.at and self.at.outside))

    @property
    def changes_nothing(self) -> bool:
        """Whether there is nothing to undo."""
        return self.back == (NOTHING,)

    @property
    def side(self) -> Side | None:
        """The site of its hosts."""
        return self.at.site if self.at else None

    @property
    def promotes(self) -> Side | None:
        """The site whose database it makes take writes, by its proof or its commands."""
        by_proof = Proof(Kind.DATABASE, Database.TAKES_WRITES) in self.proof.each()
        by_command = any(_PROMOTES in command for command in self.do)
        return (self.side or Side.NEW) if by_proof or by_command else None

    @property
    def fences(self) -> Side | None:
        """The site that takes no more writes once it is proven."""
        fenced = self.proof.database is Database.SHUT_DOWN or self.proof.silent is not None
        return self.side if fenced else None


class Objectives(Strict):
    """What the failover may cost."""

    rto: PositiveDuration | None = None
    """From the last moment at which customers were served, to the first at which they are served again."""
    rpo: Duration | None = None
    """The orders of at most so long may be lost."""


class PlanFile(Strict):
    """The whole file."""

    version: Literal[1]
    """The version of this format."""
    objectives: Objectives = Objectives()
    """What the failover may cost."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    """From the question to the gate until the new site serves."""
    back: Annotated[tuple[Step, ...], Field(min_length=1)]
    """From there until the old site protects the new one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that can be followed."""

    objectives: Objectives
    steps: tuple[Step, ...]
    back: tuple[Step, ...]
    source: Path
    places: Mapping[str, str] = field(compare=False)
    """Name of a step -> its place in the file, as messages name it."""

    def of(self, mode: Mode, part: Part | None = None) -> tuple[Step, ...]:
        """The steps of a mode in the order of the file, of one part or of both."""
        return tuple(step for step in self._part(part) if mode in step.modes)

    def _part(self, part: Part | None) -> tuple[Step, ...]:
        there = () if part is Part.BACK else self.steps
        return (*there, *(() if part is Part.THERE else self.back))

    def step(self, name: str) -> Step | None:
        """The step of that name."""
        return next((step for step in self._part(None) if step.name == name), None)

    def part_of(self, name: str) -> Part:
        """The part of the plan that has the step."""
        return Part.THERE if any(step.name == name for step in self.steps) else Part.BACK

    def before(self, mode: Mode) -> Mapping[str, tuple[str, ...]]:
        """Name of each step of a mode -> the steps that must be done before."""
        graph = graph_of(self.steps, self.back, mode)
        return {step.name: graph.before(step.name) for step in self.of(mode)}

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes that it has steps for."""
        return tuple(mode for mode in Mode if self.of(mode, Part.THERE))

    def dumped(self) -> dict[str, Any]:
        """Its meaning: comments, the order of keys and spelled-out defaults do not change it."""
        return {
            "objectives": self.objectives.model_dump(mode="json"),
            **{part.value: [step.model_dump(mode="json") for step in self._part(part)] for part in Part},
        }


def load_plan(path: Path, roles: tuple[str, ...]) -> Plan:
    """Read a plan.

    Args:
        path: usually ``inventories/failover.yml``.
        roles: those of the policy.

    Raises:
        ConfigurationError: every problem, one per line: file, line, key, what was expected, what to do.
    """
    document = load(path)
    file = validate(document, PlanFile, {"roles": roles})
    _check(document, file)
    places = {
        step.name: document.where((part, number))
        for part, steps in (("steps", file.steps), ("back", file.back))
        for number, step in enumerate(steps)
    }
    return Plan(file.objectives, file.steps, file.back, path, places)


def _check(document: Document, file: PlanFile) -> None:
    """Raise ConfigurationError for what the steps get wrong together."""
    problems = Problems()
    lines = _lines(document, file, problems)
    problems.check()
    for mode in Mode:
        steps = [step for step in file.steps if mode in step.modes]
        if not steps:
            continue
        graph = graph_of(file.steps, file.back, mode)
        for name, text in wrong_order(graph):
            problems.add(text, document.path, lines.get(name, document.line(("steps",))))
    problems.check()


def _lines(document: Document, file: PlanFile, problems: Problems) -> dict[str, int]:
    """Name of each step -> its line. Notes names that are there twice."""
    lines: dict[str, int] = {}
    for part, steps in (("steps", file.steps), ("back", file.back)):
        for number, step in enumerate(steps):
            line = document.line((part, number, "name"))
            if step.name in lines:
                problems.add(
                    f"{part}[{number}].name: expected a name of its own, found {quoted(step.name)} on line "
                    f"{lines[step.name]} too; rename one",
                    document.path,
                    line,
                )
            lines.setdefault(step.name, line)
    return lines


def graph_of(steps: tuple[Step, ...], back: tuple[Step, ...], mode: Mode) -> Graph:
    """Which step of a mode waits for which."""
    every = (*steps, *back)
    return Graph(
        mode=mode.value,
        names=tuple(step.name for step in every),
        present=frozenset(step.name for step in every if mode in step.modes),
        after={step.name: step.after for step in every},
        part={step.name: Part.THERE if step in steps else Part.BACK for step in every},
        fences={step.name: step.fences.value for step in every if step.fences},
        promotes={step.name: step.promotes.value for step in every if step.promotes},
    )

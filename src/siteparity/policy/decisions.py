"""What a policy says is absent on purpose, and what nobody decided yet."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from siteparity.policy.journeys import JOURNEYS, Journey
from siteparity.policy.questions import questions, unanswered
from siteparity.policy.section import Person, Reason, Section, Strict, Text
from siteparity.policy.todo import Todo
from siteparity.yamlfile import Document, KeyPath, Problems, did_you_mean, quoted, shown_key, shown_path

LANGUAGES = "Which languages do customers read, and which locale does each of them need?"


RPO = "objectives.rpo"
LOSS = "Orders of how many minutes may be lost if the primary dies?"
"""Asked where a record stands in for the primary: only then nobody can see what is lost."""

VERIFIED = "every host of every role is asked in each run"
DECLARED_ONLY = "declared; nothing on a host can show it"


class Absence(Strict):
    """Something that the sites do not have, on purpose. Each run verifies it where a host can show it."""

    reason: Reason
    approved_by: Person


class Declared(Section):
    """The whole table ``absent``, as the section of the aspect that verifies it in each run."""

    apart: ClassVar[bool] = True

    absent: Mapping[Text, Absence] = {}


@dataclass(frozen=True, slots=True)
class Undecided:
    """Something that cannot be derived and that nobody decided. While there is one, no answer is GO."""

    key: str
    """``aspects.waf``, ``smoke.session``, ``aspects.capacity.peak``, ``roles.web.owner``."""
    question: str
    """What a person must answer."""
    place: str
    """File, and the line where there is one: ``inventories/policy.yml:12``."""

    def __str__(self) -> str:
        return f"{self.place}: {self.key}: {self.question}"


@dataclass(frozen=True, slots=True)
class Described:
    """What a policy file describes, and what it says is absent."""

    document: Document
    sections: Mapping[str, type[Section]]
    """Of every aspect."""
    aspects: Mapping[str, Section]
    """Those that have a section in the file."""
    journeys: Mapping[str, Journey]
    languages: Mapping[str, str]
    absent: Mapping[str, Absence]
    everywhere: Collection[str] = ()
    """The aspects that every host has."""

    def check_absences(self) -> None:
        """Raise ConfigurationError for each absence of something unknown, or described as well."""
        problems = Problems()
        for name in self.absent:
            if fault := self._fault(name):
                at = ("absent", name)
                problems.add(f"{shown_key(at)}: {fault}", self.document.path, self.document.line(at))
        problems.check()

    def _fault(self, name: str) -> str:
        known = {*self.sections, *JOURNEYS, *(f"smoke.{journey}" for journey in JOURNEYS), *self._promises()}
        if name not in known:
            return (
                f"expected an aspect, a journey, or a promise such as capacity.peak, found {quoted(name)}"
                f"{did_you_mean(name, known)}; correct it"
            )
        both = [at for at in covered(name, self.sections) if at in self.document.lines]
        if both:
            return f"is declared absent, and {shown_key(both[0])} describes it; remove one of them"
        if (section := self.sections.get(name)) and section.only_named:
            return "cannot be absent, since it is about nothing but what the policy names; remove the line"
        if name in self.everywhere:
            return "cannot be absent, since every host has it; remove the line"
        return ""

    def _promises(self) -> Iterator[str]:
        yield RPO
        for aspect, section in self.sections.items():
            for key, field in section.model_fields.items():
                if not field.is_required() and key not in Section.model_fields:
                    yield f"{aspect}.{key}"
        for name, journey in JOURNEYS.items():
            yield from (f"smoke.{name}.{key}" for key, _ in questions(journey))

    def measured(self, owner: str) -> Mapping[str, Section]:
        """The section of each aspect that is described, or that needs no words to be compared."""
        compared = [
            aspect
            for aspect, section in self.sections.items()
            if not (aspect in self.aspects or aspect in self.absent or needs_words(section))
        ]
        bare = {aspect: self.sections[aspect].model_validate({"owner": owner}) for aspect in compared}
        of_any = {**self.aspects, **bare}
        return {aspect: of_any[aspect] for aspect in self.sections if aspect in of_any}

    def undecided(self, todos: Sequence[Todo], measured: Mapping[str, Section]) -> Iterator[Undecided]:
        """Each ``TODO``; each aspect, journey and key of which a person must say something, and nobody did.

        Args:
            todos: of the file.
            measured: the section of each aspect that is described or compared.
        """
        file = shown_path(self.document.path)
        for one in todos:
            question = one.question or "write a value in place of TODO"
            yield Undecided(shown_key(one.at), question, f"{file}:{one.line}")
        if not self.languages:
            yield Undecided("languages", LANGUAGES, file)
        gone = {at for name in self.absent for at in covered(name, self.sections)}
        for at, part in self._in_need_of_words().items():
            if at not in gone and not any(one.at[: len(at)] == at for one in todos):
                yield Undecided(shown_key(at), part.question, file)
        written = {one.at for one in todos}
        parts: dict[KeyPath, Section] = {("aspects", name): section for name, section in measured.items()}
        parts |= {("smoke", name): journey for name, journey in self.journeys.items()}
        for place, section in parts.items():
            for key, question in unanswered(section):
                at = (*place, key)
                if at not in gone and not any(one[: len(at)] == at for one in written):
                    yield Undecided(shown_key(at), question, self.document.where(at))

    def _in_need_of_words(self) -> Mapping[KeyPath, type[Section]]:
        """The parts of the file that are missing, and without which nothing can be compared."""
        aspects: dict[KeyPath, type[Section]] = {
            ("aspects", name): part
            for name, part in self.sections.items()
            if needs_words(part) and name not in self.aspects
        }
        return aspects | {
            ("smoke", name): part for name, part in JOURNEYS.items() if name not in self.journeys
        }


def needs_words(section: type[Section]) -> bool:
    """Whether nothing of an aspect can be compared before somebody has described it."""
    return any(field.is_required() for field in section.model_fields.values())


def covered(name: str, aspects: Collection[str]) -> tuple[KeyPath, ...]:
    """The parts of the file that an absence is about.

    A name that an aspect and a journey have means both; ``smoke.`` before it means the journey alone.
    """
    first, *rest = name.split(".")
    if first == "smoke" or name == RPO:
        return ((first, *rest),)
    of_aspect: list[KeyPath] = [("aspects", first, *rest)] if first in aspects else []
    return (*of_aspect, *([("smoke", name)] if name in JOURNEYS else []))


def shown_by(name: str, aspects: Collection[str]) -> str | None:
    """The aspect whose witnesses show that something declared absent is there after all.

    None if nothing on a host can show it: it is a promise of an aspect that is measured anyway, or a journey
    that leaves no trace on a host.
    """
    if name in aspects:
        return name
    journey = JOURNEYS.get(name.removeprefix("smoke."))
    if journey is None:
        return None if "." in name else name
    return journey.shown_by


def verification(name: str, aspects: Collection[str]) -> str:
    """How far a declared absence is verified, as answers say it: `VERIFIED` or `DECLARED_ONLY`."""
    return VERIFIED if shown_by(name, aspects) else DECLARED_ONLY

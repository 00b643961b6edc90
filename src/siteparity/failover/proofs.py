"""What proves a step of a failover: a closed vocabulary. The file writes a step's proofs as a map. Pure.

A proof is seen, or seen not to hold, or not known. What is not known never counts as seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from siteparity.policy.section import PositiveDuration, Strict, Words, matching
from siteparity.yamlfile import did_you_mean, shown


class Side(StrEnum):
    """A site of a failover."""

    OLD = "old"
    """The one that is left."""
    NEW = "new"
    """The one that takes over."""

    @property
    def other(self) -> Side:
        """The other site."""
        return Side.NEW if self is Side.OLD else Side.OLD


class Kind(StrEnum):
    """What is proven."""

    GATE = "gate"
    UNITS = "units"
    DATABASE = "database"
    STANDBY_HAS = "standby_has"
    SILENT = "silent"
    TIMELINE = "timeline"
    WRITERS = "writers"
    DNS = "dns"
    JOBS = "jobs"
    CONNECTIONS = "connections"
    SMOKE = "smoke"
    LOST = "lost"
    SAID_BY = "said_by"

    @property
    def is_of_hosts(self) -> bool:
        """Whether it is about the hosts of the step, not about both sites."""
        return self in (Kind.UNITS, Kind.DATABASE, Kind.TIMELINE, Kind.SILENT)

    @property
    def lasts(self) -> bool:
        """Whether it must still hold when later steps are made."""
        return self not in (Kind.GATE, Kind.STANDBY_HAS, Kind.LOST, Kind.SAID_BY, Kind.SMOKE)


class Gate(StrEnum):
    """What the gate must say."""

    GO = "GO"


class Database(StrEnum):
    """What a database does."""

    SHUT_DOWN = "shut down"
    TAKES_WRITES = "takes writes"
    FOLLOWS = "follows"


class StandbyHas(StrEnum):
    """What the standby must have replayed."""

    EVERYTHING = "everything"


class Timeline(StrEnum):
    """Which timeline the database must be on."""

    NEWER = "newer"


class Place(StrEnum):
    """Where the names of customers must lead."""

    NEW = "new"


class Armed(StrEnum):
    """Where jobs must be armed."""

    NEW_ONLY = "new only"


class Connected(StrEnum):
    """What may be connected to the old site."""

    NONE = "none to old"


class Smoke(StrEnum):
    """Which journeys of customers must work."""

    ALL = "all"


class Lost(StrEnum):
    """What must be known of the loss."""

    COUNTED = "counted"


def _word_of(kind: type[StrEnum]) -> BeforeValidator:
    """A word of a closed set; of another one the message names the one that is meant."""
    words = [one.value for one in kind]

    def check(value: object) -> object:
        if value not in words:
            near = did_you_mean(value, words) if isinstance(value, str) else ""
            raise ValueError(f"expected {' or '.join(words)}, found {shown(value)}{near}; correct it")
        return value

    return BeforeValidator(check)


UnitName: TypeAlias = Annotated[
    str,
    matching(
        r"[A-Za-z0-9:_.@\\-]+\.(service|socket|timer|path|mount|target)",
        "a unit with its ending, as in cron.service",
    ),
]


class Units(Strict):
    """Units of the step's hosts."""

    run: tuple[UnitName, ...] = ()
    """Those that must run."""
    stopped: tuple[UnitName, ...] = ()
    """Those that must not run."""

    @model_validator(mode="after")
    def _names_some(self) -> Self:
        if not (self.run or self.stopped):
            raise ValueError("expected units below run or stopped, found none; name them")
        if both := sorted({*self.run} & {*self.stopped}):
            raise ValueError(f"expected each unit once, found {', '.join(both)} in run and stopped")
        return self


Wanted: TypeAlias = StrEnum | Units | timedelta | int | str


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that must be seen before a step counts as done."""

    kind: Kind
    wanted: Wanted

    @property
    def held_for(self) -> timedelta:
        """How long it must be seen without a break."""
        return self.wanted if isinstance(self.wanted, timedelta) else timedelta(0)


class Proofs(Strict):
    """The proofs of a step; every one of them must be seen."""

    gate: Annotated[Gate | None, _word_of(Gate)] = None
    """The last answer of the gate is a GO that still holds: the other site may take over."""
    units: Units | None = None
    """Units of the step's hosts run, or are stopped."""
    database: Annotated[Database | None, _word_of(Database)] = None
    """What the database of the step's hosts does: it is shut down, takes writes, or follows another one."""
    standby_has: Annotated[StandbyHas | None, _word_of(StandbyHas)] = None
    """The standby has replayed the old server's last checkpoint, so that nothing is lost."""
    silent: PositiveDuration | None = None
    """No host of the step answers for so long, without a break."""
    timeline: Annotated[Timeline | None, _word_of(Timeline)] = None
    """The database of the step's hosts is on a newer timeline than when the drill began."""
    writers: Annotated[int | None, Field(ge=1, le=1)] = None
    """Exactly one database of both sites takes writes."""
    dns: Annotated[Place | None, _word_of(Place)] = None
    """Every authoritative server leads customers to the new site."""
    jobs: Annotated[Armed | None, _word_of(Armed)] = None
    """The jobs that charge customers are armed at the new site and at no other."""
    connections: Annotated[Connected | None, _word_of(Connected)] = None
    """No process of the new site is connected to the old one."""
    smoke: Annotated[Smoke | None, _word_of(Smoke)] = None
    """Every journey of customers works, by the names that customers type."""
    lost: Annotated[Lost | None, _word_of(Lost)] = None
    """What was lost with the old site is counted."""
    said_by: Words | None = None
    """Who must say it, by `siteparity said`: for what no machine can see. It is shown as said."""

    @model_validator(mode="after")
    def _is_one_at_least(self) -> Self:
        if not self.each():
            raise ValueError(f"expected one of {', '.join(Kind)}, found none; write what proves the step")
        return self

    def each(self) -> tuple[Proof, ...]:
        """Each proof, in the order of the vocabulary."""
        found = ((kind, getattr(self, kind.value)) for kind in Kind)
        return tuple(Proof(kind, wanted) for kind, wanted in found if wanted is not None)


def in_words(proof: Proof, sites: Callable[[Side], str]) -> str:
    """A proof as a sentence.

    Args:
        proof: of a step.
        sites: the name of each site, as people write it.
    """
    if isinstance(proof.wanted, Units):
        return " ".join(_units_in_words(proof.wanted))
    if proof.kind is Kind.SILENT:
        return f"No host of the step answers for {spelled(proof.held_for)} without a break."
    if proof.kind is Kind.SAID_BY:
        return f"Said by {proof.wanted}: no machine can see it."
    return _SENTENCES[proof.kind, str(proof.wanted)].format(old=sites(Side.OLD), new=sites(Side.NEW))


def _units_in_words(units: Units) -> Iterator[str]:
    if units.run:
        yield f"Runs: {', '.join(units.run)}."
    if units.stopped:
        yield f"Stopped: {', '.join(units.stopped)}."


_SENTENCES: dict[tuple[Kind, str], str] = {
    (Kind.GATE, Gate.GO): "The last line of the gate is GO, and it still holds.",
    (Kind.DATABASE, Database.SHUT_DOWN): "The database is shut down.",
    (Kind.DATABASE, Database.TAKES_WRITES): "The database takes writes.",
    (Kind.DATABASE, Database.FOLLOWS): "The database follows the other one.",
    (Kind.STANDBY_HAS, StandbyHas.EVERYTHING): "{new} has replayed the last checkpoint of {old}.",
    (Kind.TIMELINE, Timeline.NEWER): "The database is on a newer timeline.",
    (Kind.WRITERS, "1"): "Exactly one database of both sites takes writes.",
    (Kind.DNS, Place.NEW): "Every authoritative name server leads customers to {new}.",
    (Kind.JOBS, Armed.NEW_ONLY): "The jobs that charge customers are armed at {new} alone.",
    (Kind.CONNECTIONS, Connected.NONE): "Nothing of {new} is connected to {old}.",
    (Kind.SMOKE, Smoke.ALL): "Every journey of customers works, by the names that they type.",
    (Kind.LOST, Lost.COUNTED): "What was lost with {old} is counted.",
}


def spelled(length: timedelta) -> str:
    """A time as the file writes it, in the largest unit that fits: ``30 s``, ``5 min``, ``4 h``."""
    seconds = length.total_seconds()
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"

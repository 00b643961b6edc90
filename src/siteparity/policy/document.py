"""The policy file: what both sites must satisfy, and who owns what.

This module declares the core; `siteparity.policy.journeys` declares the parts of the smoke checks, and each
probe the `Section` of its aspect.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, create_model, model_validator

from siteparity.model import ConfigurationError
from siteparity.policy import todo
from siteparity.policy.applications import Applications, Applied, drawn
from siteparity.policy.bounds import Loosened, at_most, loosened
from siteparity.policy.decisions import Absence, Declared, Described, Undecided
from siteparity.policy.differs import FIRM, Differs, Entry
from siteparity.policy.journeys import JOURNEYS, Journey, Smoke
from siteparity.policy.own_tests import OwnTests
from siteparity.policy.planned import KEY, with_planned
from siteparity.policy.section import (
    NEVER_WARNINGS,
    OWNER,
    LanguageTag,
    LocaleName,
    Owned,
    PositiveDuration,
    RoleKey,
    Section,
    Strict,
    Text,
)
from siteparity.yamlfile import (
    Document,
    Mistake,
    Problems,
    did_you_mean,
    fail,
    load,
    mistakes,
    quoted,
    shown,
    shown_key,
    shown_path,
    validate,
)

NO_OWNER = "nobody yet"
"""Who owns the findings while the owner is a ``TODO``."""


class Limits(Strict):
    """The time limits of a run, and the largest age of what it relies on."""

    deadline: Annotated[PositiveDuration, at_most("1h", budget=True)] = timedelta(seconds=300)
    """The whole run."""
    host_deadline: Annotated[PositiveDuration, at_most("10m", budget=True)] = timedelta(seconds=30)
    """The measuring of one host: a host that hangs delays the run by no more than this."""
    check_deadline: Annotated[PositiveDuration, at_most("10m", budget=True)] = timedelta(seconds=30)
    """One check; a smoke check that takes longer is stopped and counts as unmeasured."""
    window: Annotated[PositiveDuration, at_most("1h")] = timedelta(minutes=10)
    """Both sites must be measured within this time of each other."""
    go_valid_for: Annotated[PositiveDuration, at_most("24h")] = timedelta(hours=4)
    """How long a GO holds."""
    record_max_age: Annotated[PositiveDuration, at_most("7d")] = timedelta(hours=24)
    """The largest age of a record that may stand in for the primary."""
    clock_offset: Annotated[PositiveDuration, at_most("10s")] = timedelta(seconds=2)
    """How far the clock of a host may be off."""

    @model_validator(mode="after")
    def _a_host_fits_into_the_run(self) -> Self:
        if self.host_deadline > self.deadline:
            raise ValueError(
                f"expected host_deadline within deadline, found {self.host_deadline.total_seconds():g}s "
                f"and {self.deadline.total_seconds():g}s; raise deadline or lower host_deadline"
            )
        return self


class Objectives(Strict):
    """What the business accepts on the night of a failover."""

    rpo: Annotated[PositiveDuration, at_most("24h")]
    """The recovery point objective: the orders of at most so long may be lost. It limits a GO for which a
    record stands in for the primary."""


class Failover(Strict):
    """What is demanded of the failover plan (`failover.yml`)."""

    rehearsed_within: PositiveDuration | None = None
    """The last drill that `siteparity watch` followed to its end may be so old; else the answer is NO-GO.
    Without the key none is demanded. A GO ends when the next one is due."""


class Role(Owned):
    """A group of hosts that do the same work."""


def roles_by_name(value: object) -> object:
    """The roles as keys: a role may be just a name, since its owner is that of the file."""
    if isinstance(value, list):
        if strange := [role for role in value if not isinstance(role, str)]:
            raise ValueError(
                f"expected names of groups, found {shown(strange[0])}; write the name of a group"
            )
        return {role: {} for role in value}
    if isinstance(value, dict):
        return {name: {} if role is None else role for name, role in value.items()}
    return value


class _File(Applied):
    """The whole file."""

    version: Literal[2]
    """The version of the file's format; docs/policy-versions.md lists what has changed."""
    owner: Text
    """Who gets the findings of whatever names no owner of its own."""
    primary: Text | None = None
    """The site that serves: the folder of its inventory. The option of the command line counts before it."""
    standby: Text | None = None
    """The site that must be able to take over."""
    limits: Limits = Limits()
    objectives: Objectives | None = None
    """What may be lost. Without it no answer is GO while a record stands in for the primary, and replication
    is measured; ``absent: {objectives.rpo: ...}`` says that nobody set a limit."""
    failover: Failover = Failover()
    """What is demanded of the failover plan."""
    roles: Annotated[Mapping[RoleKey, Role], Field(min_length=1), BeforeValidator(roles_by_name)]
    """Groups of the inventories; each host in one of them is measured. Reports follow their order."""
    languages: Mapping[LanguageTag, LocaleName] = {}
    """Each language that the sites serve, and its locale."""
    absent: Mapping[str, Absence] = {}
    """What the sites do not have, on purpose: an aspect, a journey, or a promise (``capacity.peak``)."""
    smoke: Smoke = Smoke()
    """What is tried out at the standby."""
    differs: tuple[Differs, ...] = ()
    """Where the sites differ on purpose."""
    own_tests: OwnTests | None = None
    """Tests of your own in the style of testinfra."""
    aspects: Strict
    """What is measured on hosts of both sites. An aspect without a section is compared or undecided."""

    @model_validator(mode="after")
    def _two_sites(self) -> Self:
        if self.primary is not None and self.primary == self.standby:
            raise ValueError(
                f"expected two sites as primary and standby, found {self.primary} twice; change one"
            )
        return self


P = TypeVar("P", bound=Section)


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy of a run."""

    limits: Limits
    roles: Mapping[str, Role]
    """In the order of the file, which every report follows."""
    languages: Mapping[str, str]
    """Served language -> locale."""
    smoke: Smoke
    """The journeys that it describes."""
    sections: Mapping[str, Section]
    """The section of each aspect that is measured: of every other one, it is absent or undecided."""
    primary: str | None
    """The primary site, unless an option names another."""
    standby: str | None
    digest: str
    """SHA-256 of the meaning: comments, the order of keys, spelled-out defaults, and whether a section says
    something itself or takes it from an application do not change it."""
    source: Path = field(compare=False)
    rpo: timedelta | None = None
    """The most that may be lost if a record stands in for the primary; None if the policy does not say."""
    rehearsed_within: timedelta | None = None
    """How old the last rehearsal of a failover may be; None if none is demanded."""
    promised: frozenset[str] = frozenset()
    """The aspects that have a section in the file. The others of `sections` are only compared."""
    absent: Mapping[str, Absence] = field(default_factory=dict)
    """What the sites do not have, on purpose."""
    undecided: tuple[Undecided, ...] = ()
    """What nobody decided."""
    loosened: tuple[Loosened, ...] = ()
    """The limits that are looser than usual, in the order of their classes."""
    differs: tuple[Entry, ...] = ()
    """Where the sites differ by design, in the order of the file."""
    own_tests: OwnTests = field(default_factory=lambda: OwnTests(owner="nobody"))
    """Where tests of one's own are, and on which hosts they run."""
    applications: Applications = field(default_factory=lambda: Applications({}), compare=False)
    """What serves customers; what is measured of it stands in the sections."""
    written: Document | None = field(default=None, compare=False, repr=False)
    """The file as it was read, with every ``TODO``."""

    def section(self, aspect: str) -> Section:
        """The section of an aspect, of the type that its probe declares.

        Raises:
            ConfigurationError: the policy has no such aspect.
        """
        return self._part("aspect", aspect, self.sections)

    def journey(self, name: str) -> Journey:
        """The section of a journey.

        Raises:
            ConfigurationError: the policy has no such journey.
        """
        return self._part("journey", name, self.smoke.journeys())

    def _part(self, what: str, name: str, parts: Mapping[str, P]) -> P:
        if name not in parts:
            near = did_you_mean(name, parts)
            raise ConfigurationError(
                f"{shown_path(self.source)}: expected the {what} {quoted(name)}, found none{near}; add it"
            )
        return parts[name]


def load_policy(
    path: Path,
    sections: Mapping[str, type[Section]],
    never_waived: Collection[str] = (),
    everywhere: Collection[str] = (),
    known: Mapping[str, Collection[str]] = {},
) -> Policy:
    """Read the policy.

    Args:
        path: Usually ``inventories/policy.yml``.
        sections: Aspect -> the type of its section, of every probe.
        never_waived: The aspects whose checks no policy may make a warning, or let differ by design.
        everywhere: The aspects that every host has, so that no policy may declare them absent.
        known: Names outside the policy, by the keys of `siteparity.policy.differs`; others are not looked at.

    Raises:
        ConfigurationError: every problem of the file, one per line; among them an aspect without a probe, an
            unknown role or language, something that is both described and absent.
    """
    written = load(path)
    _demand_this_version(written)
    document = _with_an_owner(written)
    apart = [aspect for aspect, section in sections.items() if section.apart]
    sections = {aspect: section for aspect, section in sections.items() if not section.apart}
    context = {
        **{key: _keys(document.value, key) for key in ("roles", todo.APPLICATIONS)},
        "languages": _keys(document.value, "languages") or (),
        OWNER: _text(document.value, "owner"),
        NEVER_WARNINGS: tuple(sections[aspect] for aspect in never_waived if aspect in sections),
        FIRM: never_waived,
        **known,
    }
    parts: dict[tuple[str, str], type[Section]] = {
        **{("aspects", aspect): section for aspect, section in sections.items()},
        **{("smoke", name): journey for name, journey in JOURNEYS.items()},
    }

    def judge(left: Document) -> tuple[Mistake, ...]:
        return mistakes(drawn(left, parts, context), file_model, context)

    file_model = file_type(tuple(sections.items()))
    todos = todo.find(written)
    document = todo.without(document, todo.find(document), judge)
    planning = [aspect for aspect, section in sections.items() if KEY in section.model_fields]
    document = drawn(with_planned(document, path.parent, planning), parts, context)
    model = validate(document, file_model, context)
    # Like waivers, these do not change what is measured: records stay usable without them, and whoever is
    # asked at night what may be lost can answer.
    left_out: dict[str, Any] = dict.fromkeys((todo.APPLICATIONS, "differs", "objectives", "failover"), True)
    left_out["aspects"] = {aspect: {KEY} for aspect in planning}
    dumped = json.dumps(model.model_dump(mode="json", exclude=left_out), sort_keys=True)
    described = Described(
        document,
        sections,
        {aspect: section for aspect in sections if (section := getattr(model.aspects, aspect))},
        model.smoke.journeys(),
        model.languages,
        model.absent,
        everywhere,
    )
    described.check_absences()
    measured = described.measured(model.owner)
    return Policy(
        limits=model.limits,
        roles=model.roles,
        languages=model.languages,
        smoke=model.smoke,
        sections={
            **{aspect: Declared(owner=model.owner, absent=model.absent) for aspect in apart},
            **measured,
        },
        promised=frozenset(described.aspects),
        absent=model.absent,
        undecided=(
            *described.undecided(todos, measured),
            *(
                Undecided(shown_key(at), question, document.where(at))
                for at, question in Applications(model.applications).beyond_the_first()
            ),
        ),
        primary=model.primary,
        standby=model.standby,
        digest=hashlib.sha256(dumped.encode()).hexdigest(),
        source=path,
        written=written,
        rpo=model.objectives.rpo if model.objectives else None,
        rehearsed_within=model.failover.rehearsed_within,
        loosened=tuple(_loosened(model, document.value)),
        applications=Applications(model.applications),
        differs=tuple(
            Entry(one, document.where(("differs", number))) for number, one in enumerate(model.differs)
        ),
        own_tests=model.own_tests or OwnTests(owner=model.owner),
    )


def _demand_this_version(document: Document) -> None:
    """Raise ConfigurationError if the file is of an earlier version, or lacks what all of it needs."""
    problems = Problems()
    for key in ("version", "roles"):
        if _part(document.value, key) == todo.TODO:
            text = f"{key}: expected a value, found TODO; write it, since the whole file needs it"
            problems.add(text, document.path, document.line((key,)))
    problems.check()
    version = document.value.get("version") if isinstance(document.value, dict) else None
    if version == 1 and version is not True:
        fail(
            "expected version: 2, found 1; docs/policy-versions.md lists what has changed since",
            document.path,
            document.line(("version",)),
        )


def _with_an_owner(document: Document) -> Document:
    """The file, with words in place of an owner whom nobody named yet: nothing else waits for the name."""
    if _part(document.value, OWNER) != todo.TODO or not isinstance(document.value, dict):
        return document
    return replace(document, value={**document.value, OWNER: NO_OWNER})


def _loosened(model: _File, written: object) -> Iterator[Loosened]:
    """The limits of every section that are looser than usual."""
    yield from loosened("limits", model.limits, _part(written, "limits"))
    if model.objectives:
        yield from loosened("objectives", model.objectives, _part(written, "objectives"))
    for aspect in type(model.aspects).model_fields:
        if section := getattr(model.aspects, aspect):
            yield from loosened(aspect, section, _part(written, "aspects", aspect))
    for name, journey in model.smoke.journeys().items():
        yield from loosened(f"smoke.{name}", journey, _part(written, "smoke", name))


def _part(written: object, *keys: str) -> object:
    """What stands below these keys; None if the file has no such key."""
    for key in keys:
        written = written.get(key) if isinstance(written, Mapping) else None
    return written


@dataclass(frozen=True, slots=True)
class Outline:
    """What a policy is about: enough to read the other files, even if something in the policy is wrong."""

    roles: tuple[str, ...]
    primary: str | None
    standby: str | None


def outline(path: Path) -> Outline | None:
    """What a policy is about, as its file says it; None if that cannot be read."""
    try:
        value = load(path).value
    except ConfigurationError:
        return None
    roles = _keys(value, "roles")
    if not roles or not isinstance(value, dict):
        return None
    return Outline(roles, _text(value, "primary"), _text(value, "standby"))


def _keys(value: object, key: str) -> tuple[str, ...] | None:
    """The names in one of the policy's tables, or lists; None if the file has no such table."""
    table = value.get(key) if isinstance(value, dict) else None
    return tuple(map(str, table)) if isinstance(table, dict | list) else None


def _text(value: object, key: str) -> str | None:
    """A text at the top of the file; None if it has none there, or only a `TODO`."""
    text = value.get(key) if isinstance(value, dict) else None
    return text if isinstance(text, str) and text and text != todo.TODO else None


@cache
def file_type(sections: tuple[tuple[str, type[Section]], ...]) -> type[_File]:
    """The type of the whole file: one validation then finds the problems of all sections."""
    fields: dict[str, Any] = {aspect: (section | None, None) for aspect, section in sections}
    aspects = create_model("Aspects", __base__=Strict, **fields)
    return create_model("PolicyFile", __base__=_File, aspects=(aspects, aspects()))

"""The policy: what both sites must satisfy, and who owns what. Typed, strict, frozen, read once.

The core and the journeys (smoke checks) are declared here; each probe declares its aspect's own `Section`.
"""

from __future__ import annotations

import hashlib
import json
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    create_model,
    model_validator,
)

from siteparity.model import ConfigurationError, Severity
from siteparity.yamlfile import did_you_mean, load, quoted, shown, shown_path, validate

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


def _measure(value: object, units: Mapping[str, float], example: str) -> float:
    """A number with its unit; no number goes without one."""
    found = re.fullmatch(r"([0-9]{1,9}) ?([A-Za-z]+)", value) if isinstance(value, str) else None
    if found and found[2] in units:
        return int(found[1]) * units[found[2]]
    known = ", ".join(units)
    number = found[1] if found else value if isinstance(value, int) and not isinstance(value, bool) else None
    advice = (
        f"write the unit, such as {number}{example.lstrip('0123456789')}"
        if number is not None
        else "write one"
    )
    raise ValueError(
        f"expected a number with one of the units {known}, as in {example}; found {shown(value)}; {advice}"
    )


def _duration(value: object) -> timedelta:
    return value if isinstance(value, timedelta) else timedelta(seconds=_measure(value, _SECONDS, "30s"))


def _size(value: object, info: ValidationInfo) -> int:
    if info.mode == "python" and isinstance(value, int):
        return value
    return int(_measure(value, _BYTES, "16MiB"))


Duration: TypeAlias = Annotated[timedelta, BeforeValidator(_duration)]
"""Written as ``500ms``, ``30s``, ``5m``, ``4h``, ``2d``."""

Size: TypeAlias = Annotated[int, BeforeValidator(_size)]
"""Bytes, written as ``64KiB``, ``16MiB``, ``1GiB``."""


def _matching(pattern: str, expected: str) -> AfterValidator:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"expected {expected}, found {quoted(text)}; correct it")
        return text

    return AfterValidator(check)


def _one_of(what: str, key: str) -> AfterValidator:
    """A reference into the policy's own table ``key``; checked where the whole policy is read."""

    def check(text: str, info: ValidationInfo) -> str:
        known = (info.context or {}).get(key)
        if known is not None and text not in known:
            listed, near = ", ".join(known), did_you_mean(text, known)
            raise ValueError(
                f"expected {what} of the policy ({listed}), found {quoted(text)}{near}; correct it"
            )
        return text

    return AfterValidator(check)


def _template(*names: str) -> AfterValidator:
    """A text with exactly these placeholders, each in braces."""

    def check(text: str) -> str:
        try:
            found = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        except ValueError:
            found = {"?"}
        if found != set(names):
            wanted = " and ".join(f"{{{name}}}" for name in names)
            raise ValueError(
                f"expected a text with {wanted} in it and no other braces, found {quoted(text)}; write it"
            )
        return text

    return AfterValidator(check)


LanguageTag: TypeAlias = Annotated[
    str, _matching(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", "a language tag such as en, pt-BR or zh-Hant")
]
"""A language as the shop's addresses name it (BCP 47: language, script, region)."""

LocaleName: TypeAlias = Annotated[
    str, _matching(r"[a-z]{2,3}_[A-Z]{2}(\.[A-Za-z0-9-]+)?(@[a-z]+)?", "a locale such as de_DE.UTF-8")
]
"""A locale as ``setlocale`` takes it."""

RoleName: TypeAlias = Annotated[str, _one_of("a role", "roles")]
"""A reference to one of the policy's roles; usable in every section."""

Language: TypeAlias = Annotated[str, _one_of("a language", "languages")]
"""A reference to one of the policy's languages; usable in every section."""

AbsolutePath: TypeAlias = Annotated[str, _matching(r"/[^\0\n]*", "an absolute path")]
"""A path on a host."""

Port: TypeAlias = Annotated[int, Field(ge=1, le=65535)]
Text: TypeAlias = Annotated[str, Field(min_length=1)]
_RoleKey = Annotated[str, _matching(r"[a-z][a-z0-9_-]{0,31}", "a role's name of a-z, 0-9, _ -")]
_PositiveDuration = Annotated[Duration, Field(gt=timedelta(0))]


class Strict(BaseModel):
    """Frozen, strict, and without a key that is not declared: the base of whatever the policy holds."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Limits(Strict):
    """How long a run may take, and how old what it knows may be."""

    deadline: _PositiveDuration = timedelta(seconds=300)
    """The whole run."""
    host_deadline: _PositiveDuration = timedelta(seconds=60)
    """One host; a host that hangs delays the run by no more than this."""
    window: _PositiveDuration = timedelta(minutes=10)
    """Both sites are measured within this time of each other."""
    go_valid_for: _PositiveDuration = timedelta(hours=4)
    record_max_age: _PositiveDuration = timedelta(hours=24)
    """The oldest record of a primary that may stand in for it."""
    clock_offset: _PositiveDuration = timedelta(seconds=2)

    @model_validator(mode="after")
    def _a_host_fits_into_the_run(self) -> Self:
        if self.host_deadline > self.deadline:
            raise ValueError(
                f"expected host_deadline within deadline, found {self.host_deadline.total_seconds():g}s "
                f"and {self.deadline.total_seconds():g}s; raise deadline or lower host_deadline"
            )
        return self


class Role(Strict):
    """A group of hosts that do the same work."""

    owner: Text


class Section(Strict):
    """What every aspect's part of the policy holds; a probe adds its own keys."""

    owner: Text
    """Who gets its findings."""
    severity: Severity | None = None
    """Overrides the checks' own."""
    roles: tuple[RoleName, ...] = ()
    """Where it is measured; empty: on every role."""


class Journey(Section):
    """What every smoke check's part of the policy holds."""

    roles: Annotated[tuple[RoleName, ...], Field(min_length=1, max_length=1)]
    """The one role whose hosts do the work."""
    timeout: _PositiveDuration = timedelta(seconds=10)
    """One request, query or command."""

    @property
    def role(self) -> str:
        """The one role whose hosts do the work."""
        return self.roles[0]


class Storefront(Journey):
    """Pages of the shop in each served language, asked from the standby's edge."""

    roles: Annotated[tuple[RoleName, ...], Field(min_length=1, max_length=1)] = ("edge",)
    host: Text
    """The name that customers type; sent as the ``Host`` header."""
    port: Port = 80
    path: Annotated[str, _template("language")] = "/{language}/"
    requests: Annotated[int, Field(ge=1, le=1000)] = 20
    """For each language. No error in n requests bounds the rate of errors near 3/n at 95 %."""
    slower_than_primary: Annotated[float, Field(ge=1)] = 3.0
    """The median may take this many times the primary's."""


class Session(Journey):
    """A canary session through the standby's web tier must appear in the standby's own Redis."""

    roles: Annotated[tuple[RoleName, ...], Field(min_length=1, max_length=1)] = ("web",)
    port: Port = 8000
    language: Language | None = None
    """The language of the page that is asked; the policy's first when None."""
    path: Annotated[str, _template("language")] = "/{language}/cart"
    cookie: Text = "sid"
    sessions_role: RoleName = "sessions"
    redis_port: Port = 6379
    redis_database: Annotated[int, Field(ge=0)] = 0
    redis_user: Text = "parity"
    redis_auth_file: AbsolutePath = "/etc/siteparity/redis-auth"
    """On the sessions host: one line, the password; it never leaves the host."""
    key: Annotated[str, _template("cookie")] = "session:{cookie}"


class Database(Journey):
    """Current rows must be readable on the standby's database."""

    roles: Annotated[tuple[RoleName, ...], Field(min_length=1, max_length=1)] = ("db",)
    socket: AbsolutePath = "/var/run/postgresql/.s.PGSQL.5432"
    """Unix socket, so that the account's name is the proof (peer authentication)."""
    database: Text
    user: Text = "parity"
    query: Annotated[str, _matching(r"(?is)\s*select\s[^;]*", "one SELECT without a semicolon")]
    """Gives one row with one number."""
    at_least: int = 1
    """The least number that it must give."""


class Subscriptions(Journey):
    """The subscription job must run dry on the standby and charge nobody."""

    roles: Annotated[tuple[RoleName, ...], Field(min_length=1, max_length=1)] = ("web",)
    timeout: _PositiveDuration = timedelta(seconds=30)
    command: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Argument by argument; no shell reads it."""
    expect: Annotated[Mapping[str, str], Field(min_length=1)]
    """Lines ``key=value`` that it must print, each as key: "value"."""


class Smoke(Strict):
    """The journeys, by the name of their test file: ``tests/smoke/test_<journey>.py``."""

    storefront: Storefront
    session: Session
    database: Database
    subscriptions: Subscriptions


class _File(Strict):
    """The whole file; the sections of the aspects are put in where it is read."""

    version: Literal[1]
    primary: Text | None = None
    standby: Text | None = None
    limits: Limits = Limits()
    roles: Annotated[Mapping[_RoleKey, Role], Field(min_length=1)]
    languages: Annotated[Mapping[LanguageTag, LocaleName], Field(min_length=1)]
    smoke: Smoke
    aspects: Strict

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
    """In the order of the file, which is the order of every report."""
    languages: Mapping[str, str]
    """Served language -> locale."""
    smoke: Smoke
    sections: Mapping[str, Section]
    primary: str | None
    """The site that is primary when no option says otherwise."""
    standby: str | None
    digest: str
    """SHA-256 of its meaning: comments, order and spelled-out defaults do not count."""
    source: Path = field(compare=False)

    def section(self, aspect: str) -> Section:
        """The part of an aspect, of the type that its probe declares.

        Raises:
            ConfigurationError: there is no such aspect in the policy.
        """
        return self._part("aspect", aspect, self.sections)

    def journey(self, name: str) -> Journey:
        """The part of a smoke check.

        Raises:
            ConfigurationError: there is no such journey in the policy.
        """
        journeys: dict[str, Journey] = {known: getattr(self.smoke, known) for known in Smoke.model_fields}
        return self._part("journey", name, journeys)

    def _part(self, what: str, name: str, parts: Mapping[str, P]) -> P:
        if name not in parts:
            near = did_you_mean(name, parts)
            raise ConfigurationError(
                f"{shown_path(self.source)}: expected the {what} {quoted(name)}, found none{near}; add it"
            )
        return parts[name]


def load_policy(path: Path, sections: Mapping[str, type[Section]]) -> Policy:
    """Read the policy.

    Args:
        path: Usually ``inventories/policy.yml``.
        sections: Aspect -> the type of its section, from every probe there is.

    Raises:
        ConfigurationError: every problem of the file, one per line; among them an aspect without a probe, a
            probe without its section (unless all its keys have defaults), an unknown role or language.
    """
    document = load(path)
    known = {key: _keys(document.value, key) for key in ("roles", "languages")}
    model = validate(document, _file_model(sections), context=known)
    dumped = json.dumps(model.model_dump(mode="json"), sort_keys=True)
    return Policy(
        limits=model.limits,
        roles=model.roles,
        languages=model.languages,
        smoke=model.smoke,
        sections={aspect: getattr(model.aspects, aspect) for aspect in sections},
        primary=model.primary,
        standby=model.standby,
        digest=hashlib.sha256(dumped.encode()).hexdigest(),
        source=path,
    )


def _keys(value: object, key: str) -> tuple[str, ...] | None:
    """The names in one of the policy's own tables; None when the file has no such table."""
    table = value.get(key) if isinstance(value, dict) else None
    return tuple(table) if isinstance(table, dict) else None


def _file_model(sections: Mapping[str, type[Section]]) -> type[_File]:
    """The type of the whole file, so that one validation finds the problems of all sections at once."""
    fields: dict[str, Any] = {
        aspect: (section, ... if _needs_keys(section) else Field(default_factory=section))
        for aspect, section in sections.items()
    }
    aspects = create_model("Aspects", __base__=Strict, **fields)
    default = ... if any(_needs_keys(section) for section in sections.values()) else aspects()
    return create_model("PolicyFile", __base__=_File, aspects=(aspects, default))


def _needs_keys(section: type[Section]) -> bool:
    return any(one.is_required() for one in section.model_fields.values())

"""``applications:``: each program that serves customers, described once. Aspects and journeys take from it.

What a section of the file says itself is added to it: lists and maps are joined, and a single value of the
section counts in place of the application's.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, TypeAlias

from siteparity.policy.patterns import RELEASE_FILES
from siteparity.policy.section import (
    AbsolutePath,
    HeaderName,
    HeaderValue,
    LocaleName,
    PathPattern,
    Port,
    RoleName,
    Scheme,
    Section,
    ServerName,
    ServiceName,
    Strict,
    Text,
    matching,
    one_of,
)
from siteparity.policy.todo import APPLICATIONS
from siteparity.yamlfile import Document, KeyPath, fitting

Account: TypeAlias = Annotated[str, matching(r"[a-z_][a-z0-9_-]{0,31}", "the name of a user")]
Name: TypeAlias = Annotated[str, matching(r"[A-Za-z_][A-Za-z0-9_.]*", "the name of a setting")]
Inside: TypeAlias = Annotated[str, matching(r"[^/\0\n][^\0\n]*", "a path below the release's folder")]


class Release(Strict):
    """The folder that a deployment writes."""

    path: AbsolutePath
    version: Inside | None = None
    """The file that names the version, and that every deployment writes."""
    manifest: Inside | None = None
    """Its list of checksums, in the format of sha256sum."""
    git: bool = False
    """The folder is a work tree of git."""
    leave_out: tuple[Annotated[Inside, RELEASE_FILES], ...] = ()
    """Patterns of files that are not part of the release, such as ``uploads/*``."""


class Catalogues(Strict):
    """Its translations: ``{language}`` stands for a language."""

    path: AbsolutePath
    """A compiled catalogue."""
    source: AbsolutePath | None = None
    """Its source, if releases contain it."""


class Postgres(Strict):
    """It is a PostgreSQL server: how siteparity looks into it."""

    database: Text
    database_user: Text
    """siteparity's own user; `siteparity privileges` prints what it must be granted."""


class Redis(Strict):
    """It is a Redis: how siteparity looks into it."""

    redis_user: Text
    """siteparity's own ACL user."""
    auth_file: AbsolutePath
    """A file on the host with that user's password, readable by root only."""


class Lead(Strict):
    """Another application that it connects to."""

    application: Annotated[str, one_of("an application", APPLICATIONS)]
    setting: Name | None = None
    """The setting that says where the other one is: a variable, or a key of the first file with settings,
    such as ``redis.location``, if its name or that of the file (``.ini``, ``.php``) fits no environment."""
    keeps_sessions: bool = False
    """It keeps the sessions of customers there."""
    database_user: Text | None = None
    """As whom it connects to a database."""


class Application(Strict):
    """A program that serves customers, on the hosts of one role."""

    role: RoleName
    """The role whose hosts run it."""
    units: tuple[ServiceName, ...] = ()
    """The services that run it."""
    user: Account | None = None
    """The account that they run as."""
    ports: Mapping[Port, Text] = {}
    """Port -> the program that listens there, as ss shows it."""
    names: tuple[ServerName, ...] = ()
    """The names under which customers reach it: it is the front door."""
    scheme: Scheme | None = None
    """How its first port is spoken to; by default https at the ports 443 and 8443, else http."""
    trust: AbsolutePath | None = None
    """A file on its hosts with the authorities of its certificate, in PEM; by default those of the system."""
    headers: Mapping[HeaderName, HeaderValue] = {}
    """What each request to it carries, such as ``X-Forwarded-Proto: https`` behind a front door."""
    settings: tuple[AbsolutePath, ...] = ()
    """The files with its settings."""
    secrets: tuple[Name, ...] = ()
    """The settings that hold secrets; both sites must have the same."""
    release: Release | None = None
    """What a deployment writes."""
    code: tuple[AbsolutePath, ...] = ()
    """Further folders that it loads code from."""
    leave_out: tuple[PathPattern, ...] = ()
    """Patterns of files among its code that it writes itself, or that another aspect judges."""
    catalogues: Catalogues | None = None
    language: Mapping[Name, LocaleName] = {}
    """The language variables of its services, such as ``LANG``; all others must be unset."""
    uploads: tuple[AbsolutePath, ...] = ()
    """Where it stores files: mounted at every boot, with enough room."""
    workers: Text | None = None
    """A text in the command line of each worker of its first service."""
    leads_to: tuple[Lead, ...] = ()
    """The applications that it connects to."""
    postgresql: Postgres | None = None
    """Present if it is a PostgreSQL server."""
    redis: Redis | None = None
    """Present if it is a Redis."""

    @property
    def port(self) -> int | None:
        """The first of its ports."""
        return next(iter(self.ports), None)

    @property
    def service(self) -> str | None:
        """The first of its services."""
        return next(iter(self.units), None)


@dataclass(frozen=True, slots=True)
class Applications:
    """All applications of a policy, by name, in its order."""

    named: Mapping[str, Application]

    def __iter__(self) -> Iterator[Application]:
        return iter(self.named.values())

    def lists(self, of: Callable[[Application], Iterable[Any]]) -> dict[str, list[Any]]:
        """Role -> what its applications name, each once. A role without anything is left out."""
        found: dict[str, list[Any]] = {}
        for one in self:
            for value in of(one):
                if value not in found.setdefault(one.role, []):
                    found[one.role].append(value)
        return {role: values for role, values in found.items() if values}

    def maps(self, of: Callable[[Application], Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """Role -> what its applications map. A role without anything is left out."""
        found: dict[str, dict[str, Any]] = {}
        for one in self:
            if mapped := of(one):
                found.setdefault(one.role, {}).update(mapped)
        return found

    def roles(self, where: Callable[[Application], object]) -> list[str]:
        """The roles of the applications for which this holds, each once."""
        return list(dict.fromkeys(one.role for one in self if where(one)))

    def leads(self) -> Iterator[tuple[Application, Lead, Application]]:
        """Each application, and each that it leads to."""
        for one in self:
            for lead in one.leads_to:
                yield one, lead, self.named[lead.application]

    def is_of_its_host(self, one: Application) -> bool:
        """Whether nobody but applications of the same hosts leads to it, so that loopback is enough."""
        from_ = [leader.role for leader, _, to in self.leads() if to is one]
        return bool(from_) and not one.names and set(from_) == {one.role}

    def units(self, role: str) -> tuple[str, ...]:
        """The services of a role's applications, each once."""
        return tuple(dict.fromkeys(unit for one in self if one.role == role for unit in one.units))

    def in_fix(self, fix: str, roles: Iterable[str]) -> str:
        """A fix with the services of some roles: ``{units}``; ``{logs}`` are options of journalctl."""
        roles = tuple(roles)
        units = [shlex.quote(unit) for role in roles for unit in self.units(role)]
        units = units or [f"<services of {', '.join(roles)}>"]
        logs = " ".join(f"--unit={unit}" for unit in units)
        return fix.replace("{units}", " ".join(units)).replace("{logs}", logs)

    @property
    def front(self) -> Application | None:
        """The first one that customers reach by name."""
        return next((one for one in self if one.names), None)

    @property
    def behind(self) -> Application | None:
        """The one to which the front door leads; itself, if it leads only to servers of data."""
        front = self.front
        if front is None:
            return None
        led_to = [self.named[lead.application] for lead in front.leads_to]
        return next((one for one in led_to if not (one.postgresql or one.redis)), front)

    def reached_at(self, one: Application) -> Application:
        """Itself if it has a port; else the application of the same hosts that leads to it and has one."""
        leaders = (from_ for from_, _, to in self.leads() if to is one and from_.role == one.role)
        return one if one.ports else next((leader for leader in leaders if leader.ports), one)

    def beyond_the_first(self) -> Iterator[tuple[KeyPath, str]]:
        """What no section takes, because it looks at the first of a kind alone: place and question."""
        kinds = {"postgresql": "PostgreSQL", "redis": "Redis"}
        for key, kind in kinds.items():
            servers = [name for name, one in self.named.items() if getattr(one, key)]
            for name in servers[1:]:
                yield (
                    (APPLICATIONS, name, key),
                    f"The aspects look into one {kind}, that of {servers[0]}. Who looks into this one?",
                )
        keeping = [
            (name, number)
            for name, one in self.named.items()
            for number, lead in enumerate(one.leads_to)
            if lead.keeps_sessions
        ]
        for name, number in keeping[1:]:
            yield (
                (APPLICATIONS, name, "leads_to", number, "keeps_sessions"),
                f"The aspect sessions looks at those of {keeping[0][0]}. Who looks at these?",
            )

    @property
    def postgresql(self) -> Application | None:
        """The first PostgreSQL."""
        return next((one for one in self if one.postgresql), None)

    @property
    def redis(self) -> Application | None:
        """The first Redis."""
        return next((one for one in self if one.redis), None)


class Applied(Strict):
    """The table of applications in the policy file."""

    applications: Mapping[Text, Application] = {}
    """What serves customers, each described once; aspects and journeys take from it what they need."""


def said(**keys: object) -> dict[str, Any]:
    """The keys that an application says anything about."""
    return {key: value for key, value in keys.items() if value not in (None, "", [], {}, ())}


def postgres_of(of: Applications) -> Mapping[str, Any]:
    """Where the first PostgreSQL is, and as whom siteparity looks into it."""
    one = of.postgresql
    if one is None or one.postgresql is None:
        return {}
    return {
        "roles": [one.role],
        "database": one.postgresql.database,
        "database_user": one.postgresql.database_user,
    }


def drawn(
    document: Document, sections: Mapping[tuple[str, str], type[Section]], context: Mapping[str, object]
) -> Document:
    """The document with what its applications say in the sections that take from them.

    A section that the file lacks is added if the applications say all that it must have. What is declared
    absent is left alone. Applications with mistakes are left out: validating the file reports them.

    Args:
        document: the policy.
        sections: where each aspect and journey stands in it, and the type of its section.
        context: of the models' validators.
    """
    value = document.value
    if not isinstance(value, dict) or not (found := _read(value, context)):
        return document
    absent = value.get("absent") or {}
    if not isinstance(absent, dict):
        return document
    whole: dict[str, Any] = {**value}
    for (part, name), section in sections.items():
        before = f"{part}.{name}" if part == "smoke" else name
        taken = {key: one for key, one in section.drawn(found).items() if f"{before}.{key}" not in absent}
        table = whole.get(part) or {}
        if not taken or name in absent or f"{part}.{name}" in absent or not isinstance(table, dict):
            continue
        if name in table or _is_whole(section, taken):
            whole[part] = {**table, name: _joined(table.get(name) or {}, taken)}
    return replace(document, value=whole)


def _read(value: Mapping[str, object], context: Mapping[str, object]) -> Applications | None:
    """The applications of a policy; None if it has none, or they have mistakes."""
    table = fitting({APPLICATIONS: value.get(APPLICATIONS, {})}, Applied, context)
    return Applications(table.applications) if table and table.applications else None


def _is_whole(section: type[Section], taken: Collection[str]) -> bool:
    """Whether the applications say all that a section must have."""
    required = [key for key, field in section.model_fields.items() if field.is_required()]
    return not section.never_whole and all(key in taken for key in required)


def _joined(written: object, taken: object) -> object:
    """What a section says itself, and what it takes from the applications."""
    if isinstance(written, dict) and isinstance(taken, dict):
        keys = dict.fromkeys([*written, *taken])
        return {
            key: _joined(written[key], taken[key])
            if key in written and key in taken
            else written.get(key, taken.get(key))
            for key in keys
        }
    if isinstance(written, list) and isinstance(taken, list):
        return [*written, *(one for one in taken if one not in written)]
    return written

"""What a host said, as types; and how its answers are read. Pure.

All texts are the host's own: whoever writes or shows them takes care of odd characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from siteparity.collect.same_machine import identity
from siteparity.compare import introduction
from siteparity.compare.introduction import Introduction
from siteparity.drafting.questions import INTRODUCTION, POSTGRES, SAME_MACHINE, SERVICES, WITNESS
from siteparity.model import UnmeasuredError
from siteparity.probes import Answers
from siteparity.tools import json_text
from siteparity.transport.script import Answer


@dataclass(frozen=True, slots=True)
class Unit:
    """A service that runs, or that a boot starts."""

    name: str
    active: str
    enabled: str
    type: str
    user: str
    program: str
    """Of its main process, as the kernel calls it; empty if it has none."""
    folder: str
    """Its WorkingDirectory."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that takes connections."""

    protocol: str
    address: str
    port: int
    unit: str
    program: str
    """As ss shows it."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Open connections from a host to one place."""

    unit: str
    own_port: int
    address: str
    port: int
    number: int


@dataclass(frozen=True, slots=True)
class Use:
    """Open connections from one service to a Unix socket of another one."""

    unit: str
    server: str
    path: str
    number: int


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting whose value names a place."""

    unit: str
    file: str
    form: str
    key: str
    scheme: str
    user: str
    host: str
    """Empty for a Unix socket."""
    port: int | None
    path: str


@dataclass(frozen=True, slots=True)
class Named:
    """Something of a service that has one text: a name, a path, a variable's value."""

    unit: str
    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Secret:
    """A setting that holds a secret."""

    unit: str
    file: str
    form: str
    key: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A language variable of a service."""

    unit: str
    name: str
    value: str
    how: str
    """``running`` or ``configured``."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Processes of a service that do the same."""

    unit: str
    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A compiled catalogue."""

    unit: str
    path: str
    has_source: bool


@dataclass(frozen=True, slots=True)
class Release:
    """A folder that looks like a release."""

    unit: str
    path: str
    version: str
    manifest: str
    git: bool


@dataclass(frozen=True, slots=True)
class Mount:
    """A file system of its own."""

    path: str
    type: str
    configured: bool


@dataclass(frozen=True, slots=True)
class Job:
    """A line of a crontab that no package brought."""

    file: str
    user: str
    at: str
    command: str
    """Empty if a word of it may be a secret."""
    program: str
    """What it starts, if the command is not told."""


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer of systemd."""

    name: str
    starts: str
    active: str
    enabled: str
    file: str


@dataclass(frozen=True, slots=True)
class NameServer:
    """An authoritative name server of the zone of a name."""

    name: str
    zone: str
    server: str
    address: str


@dataclass(frozen=True, slots=True)
class Postgres:
    """What a PostgreSQL server of the host says of itself."""

    follows: bool
    databases: tuple[str, ...]
    roles: tuple[Mapping[str, Any], ...]
    monitors: tuple[str, ...]
    clients: tuple[Mapping[str, str], ...]
    followers: int


@dataclass(frozen=True, slots=True)
class Seen:
    """All that one host said."""

    own: Introduction
    machine: str | None
    units: tuple[Unit, ...] = ()
    listeners: tuple[Listener, ...] = ()
    connections: tuple[Connection, ...] = ()
    uses: tuple[Use, ...] = ()
    sockets: tuple[Named, ...] = ()
    """Unix sockets that take connections."""
    settings: tuple[Setting, ...] = ()
    processes: tuple[Setting, ...] = ()
    """The same of running processes: their variables; the file is empty."""
    secrets: tuple[Secret, ...] = ()
    sessions: tuple[Named, ...] = ()
    """Settings with a place, beside one that says that sessions are kept there."""
    names: tuple[Named, ...] = ()
    certificates: tuple[Named, ...] = ()
    keys: tuple[Named, ...] = ()
    variables: tuple[Variable, ...] = ()
    workers: tuple[Workers, ...] = ()
    catalogues: tuple[Catalogue, ...] = ()
    releases: tuple[Release, ...] = ()
    mounts: tuple[Mount, ...] = ()
    jobs: tuple[Job, ...] = ()
    timers: tuple[Timer, ...] = ()
    name_servers: tuple[NameServer, ...] = ()
    resolves: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name -> its addresses, as this host looks them up."""
    locales: frozenset[str] = frozenset()
    unread: tuple[Named, ...] = ()
    """Files with settings that were not understood."""
    postgres: Postgres | None = None
    witnesses: Answers = field(default_factory=lambda: Answers({}), compare=False, repr=False)
    """What shows whether the host has anything of an aspect, by the names of the aspects' own questions."""

    def unit(self, name: str) -> Unit | None:
        """The service of that name."""
        return next((one for one in self.units if one.name == name), None)


NOBODY = Seen(introduction.Introduction(True, "", (), "", (), (), ""), None)  # noqa: FBT003  # is_root
"""Of a host that did not answer."""


def read(given: Mapping[str, Answer]) -> Seen:
    """Read the answers of a host.

    Args:
        given: name of a question -> answer.

    Raises:
        UnmeasuredError: one of them is missing, or is not understood.
    """
    answers = Answers(given)
    found = introduced(answers)
    rows = [[_plain(one) for one in row.split("\t")] for row in answers.rows(SERVICES)]
    if not rows:
        raise UnmeasuredError(f"{SERVICES}: the answer names not one service")
    kinds: dict[str, list[Any]] = {}
    for kind, *fields in rows:
        if kind not in _ROWS or len(fields) != _ROWS[kind].fields:
            raise UnmeasuredError(f"{SERVICES}: a row of the answer is not understood: {kind[:40]!r}")
        kinds.setdefault(kind, []).append(_ROWS[kind].made(*fields))
    resolves: dict[str, tuple[str, ...]] = {}
    for name, address in kinds.get("resolves", ()):
        resolves[name] = tuple(dict.fromkeys([*resolves.get(name, ()), address]))
    of: dict[str, Any] = {
        row.key: tuple(dict.fromkeys(kinds.get(kind, ()))) for kind, row in _ROWS.items() if row.key
    }
    return replace(
        found,
        **of,
        resolves=resolves,
        locales=frozenset(kinds.get("locale", ())),
        postgres=_postgres(answers),
        witnesses=Answers(
            {name.removeprefix(WITNESS): one for name, one in given.items() if name.startswith(WITNESS)}
        ),
    )


def introduced(answers: Answers) -> Seen:
    """The first answers alone; raises what `read` raises."""
    own = introduction.read(answers.parts(INTRODUCTION, introduction.PARTS))
    return Seen(own, identity(answers.raw(SAME_MACHINE)))


def _plain(text: str) -> str:
    r"""A field as the host holds it; bytes that are no UTF-8 are shown as ``\xNN``."""
    raw = re.sub(
        rb"\\x([0-9a-f]{2})", lambda one: bytes([int(one[1], 16)]), text.encode("utf-8", "surrogateescape")
    )
    return raw.decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class _Row:
    """How the rows of a kind are read."""

    key: str
    """The field of `Seen` with them; empty if `read` makes something else of them."""
    fields: int
    made: Callable[..., Any]


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise UnmeasuredError(f"{SERVICES}: expected a number, found {text[:40]!r}")
    return int(text)


def _setting(unit: str, file: str, form: str, key: str, *of: str) -> Setting:
    scheme, user, host, port, path = of
    return Setting(unit, file, form, key, scheme, user, host, _number(port) if port else None, path)


_ROWS: Mapping[str, _Row] = {
    "unit": _Row("units", 7, Unit),
    "listens": _Row(
        "listeners",
        5,
        lambda protocol, at, port, unit, name: Listener(protocol, at, _number(port), unit, name),
    ),
    "connection": _Row(
        "connections", 5, lambda unit, own, at, port, number: Connection(unit, *_ports(own, at, port, number))
    ),
    "uses": _Row("uses", 4, lambda unit, server, path, number: Use(unit, server, path, _number(number))),
    "socket": _Row("sockets", 2, lambda unit, path: Named(unit, "", path)),
    "setting": _Row("settings", 9, _setting),
    "process": _Row("processes", 7, lambda unit, key, *of: _setting(unit, "", "", key, *of)),
    "secret": _Row("secrets", 4, Secret),
    "sessions": _Row("sessions", 3, Named),
    "name": _Row("names", 3, Named),
    "certificate": _Row("certificates", 3, Named),
    "key": _Row("keys", 3, Named),
    "variable": _Row("variables", 4, Variable),
    "workers": _Row("workers", 3, lambda unit, text, number: Workers(unit, text, _number(number))),
    "catalogue": _Row("catalogues", 3, lambda unit, path, source: Catalogue(unit, path, source == "source")),
    "release": _Row(
        "releases",
        5,
        lambda unit, path, version, names, git: Release(unit, path, version, names, git == "git"),
    ),
    "mount": _Row("mounts", 3, lambda path, kind, how: Mount(path, kind, how == "fstab")),
    "job": _Row("jobs", 5, Job),
    "timer": _Row("timers", 5, Timer),
    "nameserver": _Row("name_servers", 4, NameServer),
    "unread": _Row("unread", 2, lambda unit, file: Named(unit, file, "")),
    "resolves": _Row("", 2, lambda name, address: (name, address)),
    "locale": _Row("", 1, str),
}


def _ports(own: str, address: str, port: str, number: str) -> tuple[int, str, int, int]:
    return _number(own), address, _number(port), _number(number)


def _postgres(answers: Answers) -> Postgres | None:
    """What the server says; None where there is none, or it does not answer."""
    lines = answers.rows(POSTGRES)
    if not lines:
        return None
    said = json_text.parsed(lines[0], POSTGRES)
    try:
        return Postgres(
            bool(said["follows"]),
            _texts(said["databases"]),
            tuple(said["roles"]),
            _texts(said["monitors"]),
            tuple(said["clients"]),
            int(said["followers"]),
        )
    except (KeyError, TypeError, ValueError):
        raise UnmeasuredError(f"{POSTGRES}: the answer is not understood") from None


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(map(str, values))

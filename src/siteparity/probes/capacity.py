"""Capacity: whether the standby can carry what the primary carries.

A standby is often the older, smaller machine, and nobody notices while it is idle. The hosts of a role count
together: fewer, bigger ones are as good. Sizes are compared with the primary's, and with the peak that the
policy names, since two sites that are both too small are equal. Disks that are full now leave no room for the
orders of tomorrow.

Sources: nproc(1), proc(5), cgroups(7), df(1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from siteparity.model import Table, UnmeasuredError, Value
from siteparity.policy import AbsolutePath, Percent, Port, RoleName, Section, Text
from siteparity.policy.applications import Application, Applications
from siteparity.policy.bounds import at_least, at_most
from siteparity.policy.grants import DatabaseAccess, Grant, RedisAccess
from siteparity.policy.questions import Question
from siteparity.policy.section import ServiceName, SizeOrCount, Strict
from siteparity.policy.service_setting import Key, ServiceSetting
from siteparity.policy.several import Several, all_of
from siteparity.probes import Answers, Probe, Reading, Target, by_role, once
from siteparity.tools.capacity import disks, machine, servers
from siteparity.tools.postgres import psql
from siteparity.tools.redis_cli import client
from siteparity.tools.settings import reader
from siteparity.tools.systemd.unit import only_at_primary
from siteparity.transport.script import Ask
from siteparity.transport.words import LOGIN, PLACES, TEXT, UNIT
from siteparity.yamlfile import quoted

Amount = Annotated[SizeOrCount, Field(gt=0)]

_ROOM = re.compile(r"/.* (?:bytes|inodes)")
"""An item of the table ``free``."""


class Pool(ServiceSetting):
    """A pool of a service, whose size is a setting."""

    def names(self) -> tuple[str, ...]:
        """What it may be called, the shortest first."""
        long = f"{self.service} {self.name}"
        return self.name, long, f"{long} in {self.file or 'its unit'}"

    def read(self) -> servers.ReadWhen:
        """When the service reads it."""
        if self.key is None:
            return "in its environment"
        return "whenever it is needed" if self.reread else "when it starts"


class Postgres(Strict):
    """A PostgreSQL that is asked over its Unix socket."""

    database: Text
    database_user: Text


class Redis(Strict):
    """A Redis that is asked as siteparity's own user."""

    port: Port = 6379
    redis_user: Text
    auth_file: AbsolutePath


class FileSetting(Strict):
    """A number in a server's file."""

    file: AbsolutePath
    key: Key
    """Its name, with the sections or blocks around it in front where several have one of this name."""
    form: reader.Form | None = None
    """How the file is written; by default as the end of its name says, else in lines."""

    def setting(self) -> reader.Setting:
        """The setting, as hosts are asked for it."""
        return reader.Setting(file=self.file, keys=(self.key,), form=self.form)


class Server(Strict):
    """How to find out how many connections a server accepts: exactly one of these."""

    postgresql: Postgres | None = None
    redis: Redis | None = None
    setting: FileSetting | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Server:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"expected one of postgresql, redis and setting, found {len(given)}; keep one")
        return self


def _stands_for(name: str, item: str) -> bool:
    """Whether an item has this name, in which an asterisk stands for a section of a file."""
    return re.fullmatch(".+".join(map(re.escape, name.split("*"))), item) is not None


class Policy(Section):
    """What is enough."""

    full: Annotated[Percent, at_most("98%")] = 90.0
    """How full a file system may be, in bytes and in inodes."""
    file_systems: Mapping[RoleName, tuple[AbsolutePath, ...]] = {}
    """For each role: further file systems to judge, which are no local disks."""
    free: Annotated[Percent, at_least("50%")] = 80.0
    """How much of the primary's free space is enough at the standby."""
    memory: Annotated[Percent, at_least("50%")] = 95.0
    """How much of the primary's memory is enough; machines of one kind differ a little."""
    workers: Annotated[
        Mapping[RoleName, Mapping[ServiceName, Text]],
        Question("Which services have workers, and by which text are they recognised?"),
    ] = {}
    """For each role: service -> a text in the command line of each of its workers."""
    pools: Mapping[RoleName, Several[Pool]] = {}
    """For each role: its pools. Findings call them by their variables, keys or options, as far as these
    tell them apart."""
    connections: Mapping[RoleName, Server] = {}
    """For each role: how to find out how many connections its server accepts."""
    peak: Annotated[
        Mapping[RoleName, Mapping[Text, Amount]],
        Question("What does each role need at the worst hour, whatever the sites have?"),
    ] = {}
    """For each role: item of a table below -> what all its hosts together need in the worst hour. A standby
    that has as much may have less of this item than the primary: that is told, and stops nothing."""

    @model_validator(mode="after")
    def _the_peak_is_of_what_is_counted(self) -> Self:
        known = dict.fromkeys(
            [
                "cores",
                "memory",
                *(f"{unit} workers" for units in self.workers.values() for unit in units),
                *(self.called(pool) for pool in all_of(self.pools)),
                *(["connections"] if self.connections else []),
            ]
        )
        strangers = {
            item: role
            for role, items in self.peak.items()
            for item in items
            if not any(_stands_for(one, item) for one in known) and not _ROOM.fullmatch(item)
        }
        if strangers:
            item, role = next(iter(strangers.items()))
            raise ValueError(
                f"expected in peak.{role} one of {', '.join(known)}, or the room on a file system, as in "
                f'"/srv bytes" and "/srv inodes"; found {quoted(item)}; '
                "add it to workers, pools or connections, or remove it from peak"
            )
        return self

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """Room for what they store, their workers, and how many connections their servers accept."""
        return {
            "file_systems": of.lists(lambda one: one.uploads),
            "workers": of.maps(lambda one: {one.units[0]: one.workers} if one.units and one.workers else {}),
            "connections": {one.role: found for one in of if (found := _server_of(one))},
        }

    def called(self, pool: Pool) -> str:
        """What findings and ``peak`` call a pool: the same on every host, whichever pools it has."""
        others = [one for one in all_of(self.pools) if one != pool]
        return next(
            (name for name in pool.names() if all(name not in one.names() for one in others)),
            pool.names()[-1],
        )


def _server_of(one: Application) -> Mapping[str, Any]:
    """How the number of connections that an application accepts is found out; empty if nothing says it."""
    if one.postgresql:
        database, user = one.postgresql.database, one.postgresql.database_user
        return {"postgresql": {"database": database, "database_user": user}}
    if one.redis:
        return {"redis": {"port": next(iter(one.ports), 6379), **one.redis.model_dump()}}
    return {}


_MACHINE = Ask(machine.QUESTION)
_DISKS = Ask(disks.QUESTION, words=(PLACES,))
_WORKERS = Ask(servers.WORKERS, words=(UNIT, TEXT))
_OF_POSTGRESQL = Ask(psql(["SHOW max_connections"]), words=LOGIN)


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """The machine, the disks, and the servers that the policy names for the host's roles."""
    section = target.section
    named = target.listed(section.file_systems)
    asks = {"machine": _MACHINE, "disks": _DISKS.about(PLACES=named)}
    for unit, text in _workers(target):
        asks[f"workers:{unit}"] = _WORKERS.about(UNIT=[unit], TEXT=[text])
    for name, pool in _pools_of(target).items():
        asks[_pool_question(name)] = Ask(reader.question(pool.setting(), "number"))
    for server in target.named(section.connections):
        asks["connections"] = _connections(server)
    return asks


def _pools_of(target: Target[Policy]) -> Mapping[str, Pool]:
    """The host's pools, by what findings call them."""
    return {target.section.called(pool): pool for pool in target.listed(target.section.pools)}


def _pool_question(name: str) -> str:
    return f"pool:{name.replace(' ', ':')}"


def _workers(target: Target[Policy]) -> list[tuple[str, str]]:
    return [pair for some in target.named(target.section.workers) for pair in some.items()]


def _connections(server: Server) -> Ask:
    if server.postgresql:
        asked = server.postgresql
        return _OF_POSTGRESQL.about(DATABASE=[asked.database], DATABASE_USER=[asked.database_user])
    if server.redis:
        return Ask(client(server.redis, "CONFIG GET maxclients") + "printf '%s\\n' \"$answer\"")
    assert server.setting  # noqa: S101  # one of three, as the policy was checked
    return Ask(reader.question(server.setting.setting(), "number"))


@once
def _machine(answers: Answers, _: Target[Policy]) -> tuple[float, int]:
    return machine.read(answers.rows("machine"))


def read_cores(answers: Answers, target: Target[Policy]) -> Table:
    """How many processors the host may use."""
    cores, _ = _machine(answers, target)
    return {"cores": cores}


def read_memory(answers: Answers, target: Target[Policy]) -> Table:
    """How many bytes of memory the host may use."""
    _, memory = _machine(answers, target)
    return {"memory": memory}


@once
def _disks(answers: Answers, _: Target[Policy]) -> Mapping[str, disks.Disk]:
    return disks.read(answers.rows("disks"))


def read_full(answers: Answers, target: Target[Policy]) -> Table:
    """How full each file system is, in percent of its bytes and of its inodes."""
    seen = _disks(answers, target)
    return {f"{path} bytes": disk.percent() for path, disk in seen.items()} | {
        f"{path} inodes": disk.percent_inodes() for path, disk in seen.items()
    }


def read_free(answers: Answers, target: Target[Policy]) -> Table:
    """How many bytes and inodes each file system has left."""
    seen = _disks(answers, target)
    return {f"{path} bytes": disk.free for path, disk in seen.items()} | {
        f"{path} inodes": disk.files_left for path, disk in seen.items()
    }


def read_workers(answers: Answers, target: Target[Policy]) -> Table:
    """How many worker processes each service has now. One that runs only at the primary is not compared."""
    apart = only_at_primary(target.needed, target.roles)
    services = [unit for unit, _ in _workers(target)]
    if services and apart.issuperset(services):
        raise UnmeasuredError(
            f"workers: {', '.join(services)} must run at the primary alone, so no workers can be compared; "
            "remove the role from capacity.workers"
        )
    return {
        f"{unit} workers": servers.read_workers(answers.parts(f"workers:{unit}", servers.WORKERS_PARTS))
        for unit in services
        if unit not in apart
    }


def read_pools(answers: Answers, target: Target[Policy]) -> Table:
    """Each pool -> its size in the running service."""
    return {name: one.running for name, one in _pools(answers, target).items()}


def read_pools_in_force(answers: Answers, target: Target[Policy]) -> Table:
    """Each pool -> `servers.AS_IN_FILE`, or its size in the running service and in the file."""
    return {name: one.state for name, one in _pools(answers, target).items()}


@once
def _pools(answers: Answers, target: Target[Policy]) -> Mapping[str, servers.Pool]:
    """Each pool of the host, one for each section that the asterisk in a key stands for."""
    found: dict[str, servers.Pool] = {}
    for name, pool in _pools_of(target).items():
        question = _pool_question(name)
        said = reader.read(answers.parts(question, reader.PARTS), question)
        for key, one in servers.pools(said, pool.name, pool.read()).items():
            if not _stands_for(pool.name, key):
                raise UnmeasuredError(f"{question}: a line of the answer is not understood")
            found[name.replace(pool.name, key)] = one
    return found


def read_connections(answers: Answers, target: Target[Policy]) -> Table:
    """How many connections the host's server accepts."""
    (*_, server) = target.named(target.section.connections)
    if server.setting:
        said = reader.read(answers.parts("connections", reader.PARTS), "connections")
        return {"connections": servers.number(said.last().get(server.setting.key), "its file")}
    text = answers.text("connections")
    word = (text.split() or [""])[-1]
    if not (word.isascii() and word.isdigit() and len(word) < 10):  # noqa: PLR2004  # no server takes a billion
        raise UnmeasuredError(f"connections: expected a number, found {word[:40]!r}")
    return {"connections": int(word)}


def read_peak(answers: Answers, target: Target[Policy]) -> Table:
    """Each item that the policy names in ``peak`` -> its value in the tables above."""
    section, roles = target.section, target.roles
    wanted = [item for role in roles for item in section.peak.get(role, {})]
    known: dict[str, Value] = {}
    if any(map(_ROOM.fullmatch, wanted)):
        known |= read_free(answers, target)
    for read, where in (
        (read_cores, section.peak),
        (read_memory, section.peak),
        (read_workers, section.workers),
        (read_pools, section.pools),
        (read_connections, section.connections),
    ):
        known |= read(answers, target) if any(role in where for role in roles) else {}
    missing = [item for item in wanted if item not in known]
    if missing:
        raise UnmeasuredError(f"peak: the policy names {missing[0]}, known are {', '.join(known)}")
    return {item: known[item] for item in wanted}


def _grants(section: Policy) -> Iterator[Grant]:
    for role, server in section.connections.items():
        if server.postgresql:
            yield DatabaseAccess((role,), server.postgresql.database_user)
        if server.redis:
            yield RedisAccess((role,), server.redis.redis_user, server.redis.auth_file)


PROBE = Probe(
    section=Policy,
    ask=ask,
    needs="services",
    always=(_MACHINE, _DISKS, _WORKERS, _OF_POSTGRESQL),
    grants=_grants,
    tables={
        "cores": Reading(read_cores),
        "memory": Reading(read_memory, enough="memory"),
        "full": Reading(read_full, moves=True),
        "free": Reading(read_free, moves=True),
        "workers": Reading(read_workers, roles=by_role("workers"), moves=True),
        "pools": Reading(read_pools, roles=by_role("pools")),
        "pools_in_force": Reading(read_pools_in_force, healthy=servers.AS_IN_FILE, roles=by_role("pools")),
        "connections": Reading(read_connections, roles=by_role("connections")),
        "peak": Reading(read_peak, roles=by_role("peak"), moves=True),
    },
)

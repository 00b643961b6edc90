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

from pydantic import BeforeValidator, Field, model_validator

from siteparity.model import Table, UnmeasuredError, Value
from siteparity.policy import AbsolutePath, Percent, Port, RoleName, Section, Text
from siteparity.policy.applications import Application, Applications
from siteparity.policy.bounds import at_least, at_most
from siteparity.policy.grants import DatabaseAccess, Grant, RedisAccess
from siteparity.policy.section import Strict, matching, size_or_count
from siteparity.probes import Answers, Probe, Reading, Target, by_role, once
from siteparity.tools.capacity import disks, machine, servers
from siteparity.tools.postgres import psql
from siteparity.tools.redis_cli import client
from siteparity.tools.systemd.unit import UnitName, only_at_primary
from siteparity.transport.script import Ask
from siteparity.yamlfile import quoted

Amount = Annotated[int, BeforeValidator(size_or_count), Field(gt=0)]

_ROOM = re.compile(r"/.* (?:bytes|inodes)")
"""An item of the table ``free``."""

Variable = Annotated[str, matching(r"[A-Za-z_][A-Za-z0-9_]*", "the name of a variable")]


class Pool(Strict):
    """A pool whose size a service takes from its environment."""

    service: UnitName
    file: AbsolutePath
    """The unit's environment file."""
    variable: Variable


class Postgres(Strict):
    """A PostgreSQL that is asked over its Unix socket."""

    database: Text
    user: Text


class Redis(Strict):
    """A Redis that is asked as siteparity's own user."""

    port: Port = 6379
    user: Text
    auth_file: AbsolutePath


class Setting(Strict):
    """A number in a server's file."""

    file: AbsolutePath
    name: Variable


class Server(Strict):
    """How to find out how many connections a server accepts: exactly one of these."""

    postgresql: Postgres | None = None
    redis: Redis | None = None
    setting: Setting | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Server:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"expected one of postgresql, redis and setting, found {len(given)}; keep one")
        return self


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
    workers: Mapping[RoleName, Mapping[UnitName, Text]] = {}
    """For each role: service -> a text in the command line of each of its workers."""
    pools: Mapping[RoleName, Pool] = {}
    connections: Mapping[RoleName, Server] = {}
    peak: Mapping[RoleName, Mapping[Text, Amount]] = {}
    """For each role: item of a table below -> what all its hosts together need in the worst hour. A standby
    that has as much may have less of this item than the primary: that is told, and stops nothing."""

    @model_validator(mode="after")
    def _the_peak_is_of_what_is_counted(self) -> Self:
        known = dict.fromkeys(
            [
                "cores",
                "memory",
                *(f"{unit} workers" for units in self.workers.values() for unit in units),
                *(pool.variable for pool in self.pools.values()),
                *(["connections"] if self.connections else []),
            ]
        )
        strangers = {
            item: role
            for role, items in self.peak.items()
            for item in items
            if item not in known and not _ROOM.fullmatch(item)
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


def _server_of(one: Application) -> Mapping[str, Any]:
    """How the number of connections that an application accepts is found out; empty if nothing says it."""
    if one.postgresql:
        database, user = one.postgresql.database, one.postgresql.database_user
        return {"postgresql": {"database": database, "user": user}}
    if one.redis:
        return {"redis": {"port": next(iter(one.ports), 6379), **one.redis.model_dump()}}
    return {}


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """The machine, the disks, and the servers that the policy names for the host's roles."""
    section = target.section
    named = target.listed(section.file_systems)
    asks = {"machine": Ask(machine.QUESTION), "disks": Ask(disks.question(named))}
    for unit, text in _workers(target):
        asks[f"workers:{unit}"] = Ask(servers.workers_question(unit, text))
    for pool in target.named(section.pools):
        asks[f"pool:{pool.variable}"] = Ask(servers.pool_question(pool.service, pool.file, pool.variable))
    for server in target.named(section.connections):
        asks["connections"] = Ask(_connections(server))
    return asks


def _workers(target: Target[Policy]) -> list[tuple[str, str]]:
    return [pair for some in target.named(target.section.workers) for pair in some.items()]


def _connections(server: Server) -> str:
    if server.postgresql:
        return psql(
            ["SHOW max_connections"], database=server.postgresql.database, role=server.postgresql.user
        )
    if server.redis:
        return client(server.redis, "CONFIG GET maxclients") + "printf '%s\\n' \"$answer\""
    assert server.setting  # noqa: S101  # one of three, as the policy was checked
    return servers.setting_question(server.setting.file, server.setting.name)


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
    apart = only_at_primary(target.needed, target.host.roles)
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
    return dict(_pools(answers, target)[1])


def read_pools_in_force(answers: Answers, target: Target[Policy]) -> Table:
    """Each pool -> `servers.AS_IN_FILE`, or its size in the running service and in the file."""
    return servers.in_force(*_pools(answers, target))


@once
def _pools(answers: Answers, target: Target[Policy]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Each pool -> its size, in the files and in the running services."""
    found = {
        pool.variable: servers.read_pool(answers.parts(f"pool:{pool.variable}", servers.POOL_PARTS))
        for pool in target.named(target.section.pools)
    }
    return {name: pair[0] for name, pair in found.items()}, {name: pair[1] for name, pair in found.items()}


def read_connections(answers: Answers, target: Target[Policy]) -> Table:
    """How many connections the host's server accepts."""
    (*_, server) = target.named(target.section.connections)
    text = answers.text("connections")
    if server.setting:
        return {"connections": servers.read_setting(text)}
    word = (text.split() or [""])[-1]
    if not (word.isascii() and word.isdigit() and len(word) < 10):  # noqa: PLR2004  # no server takes a billion
        raise UnmeasuredError(f"connections: expected a number, found {word[:40]!r}")
    return {"connections": int(word)}


def read_peak(answers: Answers, target: Target[Policy]) -> Table:
    """Each item that the policy names in ``peak`` -> its value in the tables above."""
    section, roles = target.section, target.host.roles
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
            yield DatabaseAccess((role,), server.postgresql.user)
        if server.redis:
            yield RedisAccess((role,), server.redis.user, server.redis.auth_file)


PROBE = Probe(
    section=Policy,
    ask=ask,
    needs="services",
    grants=_grants,
    tables={
        "cores": Reading(read_cores),
        "memory": Reading(read_memory),
        "full": Reading(read_full, moves=True),
        "free": Reading(read_free, moves=True),
        "workers": Reading(read_workers, roles=by_role("workers"), moves=True),
        "pools": Reading(read_pools, roles=by_role("pools")),
        "pools_in_force": Reading(read_pools_in_force, healthy=servers.AS_IN_FILE, roles=by_role("pools")),
        "connections": Reading(read_connections, roles=by_role("connections")),
        "peak": Reading(read_peak, roles=by_role("peak"), moves=True),
    },
)

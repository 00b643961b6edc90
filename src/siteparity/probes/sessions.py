"""In whose Redis the web hosts keep their sessions, by several witnesses, since each alone can mislead.

They are the application's setting in its file; the setting with which its processes were started; what the
name resolves to *on that host*; the connections that these processes hold (a persistent connection keeps its
old target until the worker is recycled); and who is connected to the Redis of each site. In October 2012
sessions kept coming from Dallas after the failover.

Of the setting, only host, port and database leave the web host, never the user or the password.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from siteparity.model import Table, UnmeasuredError
from siteparity.policy import AbsolutePath, Port, RoleName, Roles, Section, Text
from siteparity.policy.applications import Applications
from siteparity.policy.grants import RedisAccess
from siteparity.policy.section import PartName
from siteparity.policy.service_setting import ServiceSetting
from siteparity.probes import Answers, Probe, Reading, Target, Witnesses, once
from siteparity.tools import redis_cli
from siteparity.tools.program import filled, program
from siteparity.tools.settings import reader
from siteparity.tools.systemd.unit import look_up_of
from siteparity.tools.witnesses import named_files, products, programs, witnessed
from siteparity.transport.script import Ask


class Client(ServiceSetting):
    """A service that keeps sessions, and its setting with the address of the Redis."""

    persistent_connections: bool = True
    """Whether a running service always holds a connection, so that having none is a sign of trouble."""


class Further(Client):
    """A further service, or a further setting."""

    clients: tuple[RoleName, ...] = ()
    """The roles whose hosts have it; those of the section if empty."""


class Policy(Section, Client):
    """The sessions of the web hosts."""

    question: ClassVar[str] = "Where does the application keep the sessions of customers?"

    clients: Roles
    """The roles whose hosts keep sessions."""
    servers: Roles
    """The roles whose hosts run the Redis."""
    also: Mapping[PartName, Further] = {}
    """Further services that keep sessions there, by the name that findings give them."""
    port: Port = 6379
    redis_user: Text
    """The ACL user of the suite on the Redis hosts; it needs CLIENT LIST."""
    auth_file: AbsolutePath
    """A file on the Redis hosts with that user's password, readable by root only."""

    def every(self) -> Mapping[str, tuple[tuple[str, ...], Client]]:
        """Name -> roles and client; the name of the section's own is empty."""
        further = {name: (one.clients or self.clients, one) for name, one in self.also.items()}
        return {"": (self.clients, self), **further}

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The first one that keeps sessions somewhere else."""
        for one, lead, store in of.leads():
            if lead.keeps_sessions and lead.setting and store.redis and one.units and one.settings:
                return {
                    "clients": [one.role],
                    "servers": [store.role],
                    "service": one.units[0],
                    **reader.place_of(lead.setting, one.settings[0]),
                    "port": next(iter(store.ports), 6379),
                    **store.redis.model_dump(),
                }
        return {}


AS_FILED = "as in the file"
OWN_READER = "the service reads the file itself"

_RESOLVED = program(__package__, "sessions_resolved.sh")
_SOCKETS_PARTS = ("unit", "pids", "connections")


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """Web hosts are asked for setting, name and open connections; Redis hosts for their clients."""
    section, asks = target.section, dict[str, Ask]()
    for name, client in _of_host(target).items():
        asks |= {_question(what, name): one for what, one in _asks(client, section.port).items()}
    if set(target.roles) & set(section.servers):
        asks["clients"] = Ask(redis_cli.question(section, "CLIENT LIST"))
    return asks


def _asks(client: Client, port: int) -> Mapping[str, Ask]:
    place = reader.question(client.setting(), "place")
    # close-wait: a worker that nobody visits notices only at its next use that Redis was restarted.
    connections = f"ss -Htnp state established state close-wait dport = :{port}"
    return {
        "setting": Ask(place),
        "resolved": Ask(filled(_RESOLVED, setting=place.rstrip("\n"))),
        "sockets": Ask(
            f"echo '[unit]'\n{look_up_of(client.service)}"
            "printf '%s\\n' '[pids]' \"$pids\" '[connections]'\n"
            f"{connections} || exit\necho end\n"
        ),
    }


def _of_host(target: Target[Policy]) -> Mapping[str, Client]:
    """What the host's roles have, by name."""
    every = target.section.every().items()
    return {name: one for name, (roles, one) in every if set(roles) & set(target.roles)}


def _question(what: str, name: str) -> str:
    return f"{what}-{name}" if name else what


def _item(name: str, item: str) -> str:
    """An item; one of a further service has its name in front."""
    return f"{name}: {item}" if name else item


@once
def _settings(answers: Answers, target: Target[Policy]) -> Mapping[str, tuple[Client, reader.Found]]:
    """Name -> client, and what the host says of its setting."""
    found: dict[str, tuple[Client, reader.Found]] = {}
    for name, client in _of_host(target).items():
        question = _question("setting", name)
        found[name] = client, reader.read(answers.parts(question, reader.PARTS), question)
    return found


@once
def _places(answers: Answers, target: Target[Policy]) -> Mapping[str, str]:
    """Name -> host, port and database of its setting."""
    return {name: _place(*found) for name, found in _settings(answers, target).items()}


def _place(client: Client, found: reader.Found) -> str:
    times = len(found.configured)
    if times == 0:
        raise UnmeasuredError(f"setting: {client.name} is not set in {client.file or client.service}")
    if times > 1 and not (found.decides or re.search(r"[*?[]", client.file or "*")):
        raise UnmeasuredError(f"setting: {times} lines set {client.name}; expected one")
    if len(found.last()) > 1 or (place := found.configured[-1][1]) is None:
        raise UnmeasuredError(f"setting: {client.name} does not hold the address of one server")
    return place


def read_setting(answers: Answers, target: Target[Policy]) -> Table:
    """The host, port and database number of each setting."""
    return {_item(name, "setting"): place for name, place in _places(answers, target).items()}


def read_configured(answers: Answers, target: Target[Policy]) -> Table:
    """The host that each setting names."""
    return {_item(name, "setting names"): _host(place) for name, place in _places(answers, target).items()}


def read_resolved(answers: Answers, target: Target[Policy]) -> Table:
    """Each address to which each setting's name resolves on this host."""
    table: dict[str, str] = {}
    for name, place in _places(answers, target).items():
        question = _question("resolved", name)
        lines = [line.split() for line in answers.rows(question)]
        if not lines or not all(words and re.fullmatch(r"[0-9A-Fa-f:.%a-z]+", words[0]) for words in lines):
            raise UnmeasuredError(f"{question}: the name has no address, or the answer is damaged")
        host = _host(place)
        table |= {_item(name, f"{host} answers {words[0]}"): words[0] for words in lines}
    return table


def read_started(answers: Answers, target: Target[Policy]) -> Table:
    """Whether the running processes use the setting of the file, and would after a restart."""
    table: dict[str, str] = {}
    for name, (client, found) in _settings(answers, target).items():
        if found.idle:
            raise UnmeasuredError(f"{_question('setting', name)}: {client.service}: {found.idle}")
        overridden = found.decides not in (None, client.file) and client.file is not None
        restarted = f"that of {found.decides}" if overridden else AS_FILED
        table[_item(name, f"{client.name} of the running service")] = _running(client, found)
        table[_item(name, f"{client.name} after a restart")] = restarted
    return table


def _running(client: Client, found: reader.Found) -> str:
    states = {state for state, _ in found.running}
    if client.key is None and not states:
        raise UnmeasuredError(f"setting: no process of {client.service} says with which it was started")
    if "differs" in states:
        return "another than in the file"
    if "same" in states:
        return AS_FILED
    if client.key is None and (client.file is None or found.decides == client.file):
        return "set in the file, and not in the running service"
    if found.changed_since and not client.reread:
        return "that of the file before it was last changed"
    return OWN_READER


def read_sockets(answers: Answers, target: Target[Policy]) -> Table:
    """The peers to which each service's processes hold connections on the port of Redis."""
    table: dict[str, str] = {}
    for name, client in _of_host(target).items():
        peers = _sockets(answers, _question("sockets", name), client)
        if not peers:
            raise UnmeasuredError(
                f"sockets: {client.service} holds no connection; if it opens one for each visit, say "
                "persistent_connections: false in the section sessions"
            )
        table |= {_item(name, item): peer for item, peer in peers.items()}
    return table


def _sockets(answers: Answers, question: str, client: Client) -> Mapping[str, str]:
    sockets = answers.parts(question, _SOCKETS_PARTS)
    pids = {pid for line in sockets["pids"] for pid in line.split()}
    lines = [line for line in sockets["connections"] if line.strip()]
    if not any(line.startswith("MainPID=") for line in sockets["unit"]):
        raise UnmeasuredError(f"{question}: the answer does not say which processes the service has")
    if not pids:
        raise UnmeasuredError(f"{question}: {client.service} does not run")
    peers = {_peer(line) for line in lines if pids & set(re.findall(r"pid=([0-9]+)", line))}
    if not peers and not client.persistent_connections:
        return {"no connection is open": "localhost"}
    return {f"open connection to {peer}": peer for peer in peers}


def read_clients(answers: Answers, target: Target[Policy]) -> Table:
    """Who is connected to this Redis, without its replica and master if the policy wants replication."""
    replicated = getattr(target.needed, "replicated", False)
    clients = {
        (found[1], user[1])
        for line in answers.rows("clients")
        if not (replicated and re.search(r" flags=[A-Za-z]*[MS]", line))
        and (found := re.search(r"(?:^| )addr=(\S+):[0-9]+(?: |$)", line))
        and (user := re.search(r" user=(\S+)", line))
    }
    if not clients:
        raise UnmeasuredError("clients: the answer names no client, not even the one that asked")
    return {f"client {address} as {user}": address for address, user in clients}


def _host(place: str) -> str:
    """The host of ``host:port/database``, or of the path of a socket. An IPv6 address keeps its brackets."""
    if place.startswith("/"):
        return "localhost"
    return re.sub(r":[0-9]+$", "", place.partition("/")[0])


def _peer(line: str) -> str:
    """The peer's address in a line of ``ss -Htn`` for two states: State, Recv-Q, Send-Q, local, peer."""
    words = line.split()
    if len(words) < 5 or words[0] not in ("ESTAB", "CLOSE-WAIT"):  # noqa: PLR2004  # the columns named above
        raise UnmeasuredError(f"sockets: a line is not a connection: {line[:80]!r}")
    return words[4].rpartition(":")[0]


def _clients(section: Policy) -> tuple[str, ...]:
    return tuple(dict.fromkeys(role for roles, _ in section.every().values() for role in roles))


def _servers(section: Policy) -> tuple[str, ...]:
    return section.servers


def read_absence(answers: Answers, target: Target[Any]) -> Table:
    """Each witness -> what was found of it.

    A Redis that the policy describes is no witness: somebody knows it, and says that it keeps no sessions.
    """
    seen = answers.parts("programs", programs.PARTS)
    described = "redis" in target.policy.sections
    servers = products.SESSIONS_BESIDE_REDIS if described else products.SESSIONS
    return {
        "a server that keeps sessions": witnessed(programs.found(seen, servers)),
        "session files of PHP": witnessed(answers.rows("session_files")),
    }


PROBE = Probe(
    section=Policy,
    ask=ask,
    never_waived=True,
    needs="redis",
    grants=lambda section: (RedisAccess(section.servers, section.redis_user, section.auth_file),),
    tables={
        "setting": Reading(read_setting, roles=_clients),
        "configured": Reading(read_configured, roles=_clients),
        "started": Reading(read_started, healthy=(AS_FILED, OWN_READER), roles=_clients),
        "resolved": Reading(read_resolved, roles=_clients),
        "sockets": Reading(read_sockets, roles=_clients, moves=True),
        "clients": Reading(read_clients, roles=_servers, moves=True),
    },
    absence=Witnesses(
        {"programs": Ask(programs.QUESTION), "session_files": Ask(named_files.SESSIONS)}, read_absence
    ),
)

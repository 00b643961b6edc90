"""In whose Redis the web hosts keep their sessions, by several witnesses, since each alone can mislead.

They are the application's setting in its file; the setting with which its processes were started; what the
name resolves to *on that host*; the connections that these processes hold (a persistent connection keeps its
old target until the worker is recycled); and who is connected to the Redis of each site. In October 2012
sessions kept coming from Dallas after the failover.

Of the setting, only host, port and database leave the web host, never the user or the password.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import StringConstraints

from siteparity.model import Table, UnmeasuredError
from siteparity.policy import AbsolutePath, Port, Roles, Section, Text
from siteparity.policy.applications import Applications
from siteparity.policy.grants import RedisAccess
from siteparity.probes import Answers, Probe, Reading, Target
from siteparity.tools import redis_cli
from siteparity.tools.program import filled, program
from siteparity.tools.systemd.unit import UnitName, look_up
from siteparity.transport.script import Ask


class Policy(Section):
    """The sessions of the web hosts."""

    question: ClassVar[str] = "Where does the application keep the sessions of customers?"

    clients: Roles
    """The roles whose hosts keep sessions."""
    servers: Roles
    """The roles whose hosts run the Redis."""
    service: UnitName
    """The unit whose processes keep sessions."""
    file: AbsolutePath
    """The application's file with the setting: an environment file, or a ``php.ini``."""
    variable: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.]*$")]
    """The setting's name, e.g. ``SESSION_URL`` or ``session.save_path``."""
    port: Port = 6379
    user: Text
    """The ACL user of the suite on the Redis hosts; it needs CLIENT LIST."""
    auth_file: AbsolutePath
    """A file on the Redis hosts with that user's password, readable by root only."""
    persistent_connections: bool = True
    """Whether a running service always holds a connection, so that having none is a sign of trouble."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The first one that keeps sessions somewhere else."""
        for one, lead, store in of.leads():
            if lead.keeps_sessions and lead.setting and store.redis and one.units and one.settings:
                return {
                    "clients": [one.role],
                    "servers": [store.role],
                    "service": one.units[0],
                    "file": one.settings[0],
                    "variable": lead.setting,
                    "port": next(iter(store.ports), 6379),
                    **store.redis.model_dump(),
                }
        return {}


AS_FILED = "as in the file"
OWN_READER = "the service reads the file itself"

_SETTING = program(__package__, "sessions_setting.sh")
_STARTED = program(__package__, "sessions_started.sh")
_RESOLVE = """\
host=${place%%/*} host=${host%:*}
getent ahosts -- "$host" || { echo "the name $host has no answer" >&2; exit 1; }
"""
_STARTED_PARTS = ("unit", "overridden", "processes")
_SOCKETS_PARTS = ("unit", "pids", "connections")


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """Web hosts are asked for setting, name and open connections; Redis hosts for their clients."""
    section, roles = target.section, target.host.roles
    asks: dict[str, Ask] = {}
    if set(roles) & set(section.clients):
        variable, file = section.variable.replace(".", r"\."), shlex.quote(section.file)
        setting = filled(_SETTING, variable=variable, file=file)
        started = filled(_STARTED, variable=variable, file=file)
        # close-wait: a worker that nobody visits notices only at its next use that Redis was restarted.
        connections = f"ss -Htnp state established state close-wait dport = :{section.port}"
        asks |= {
            "setting": Ask(f"{setting}printf '%s\\n' \"$place\" end\n"),
            "resolved": Ask(f"{setting}{_RESOLVE}echo end\n"),
            "started": Ask(f"echo '[unit]'\n{look_up(section.service, ['EnvironmentFiles'])}{started}"),
            "sockets": Ask(
                f"echo '[unit]'\n{look_up(section.service)}"
                "printf '%s\\n' '[pids]' \"$pids\" '[connections]'\n"
                f"{connections} || exit\necho end\n"
            ),
        }
    if set(roles) & set(section.servers):
        asks["clients"] = Ask(redis_cli.question(section, "CLIENT LIST"))
    return asks


def read_setting(answers: Answers, _: Target[Policy]) -> Table:
    """The host, port and database number of the setting."""
    return {"setting": _setting(answers)}


def read_configured(answers: Answers, _: Target[Policy]) -> Table:
    """The host that the setting names."""
    return {"setting names": _host(_setting(answers))}


def read_resolved(answers: Answers, _: Target[Policy]) -> Table:
    """Each address to which the setting's name resolves on this host."""
    lines = [line.split() for line in answers.rows("resolved")]
    if not lines or not all(words and re.fullmatch(r"[0-9A-Fa-f:.%a-z]+", words[0]) for words in lines):
        raise UnmeasuredError("resolved: the name has no address, or the answer is damaged")
    return {f"{_host(_setting(answers))} answers {words[0]}": words[0] for words in lines}


def read_started(answers: Answers, target: Target[Policy]) -> Table:
    """Whether the running processes use the setting of the file, and would after a restart."""
    variable, started = target.section.variable, answers.parts("started", _STARTED_PARTS)
    states, overridden = set(started["processes"]), started["overridden"]
    if not states or not states <= {"same", "differs", "unset"}:
        raise UnmeasuredError("started: the answer does not say with which setting the service was started")
    running = (
        "another than in the file" if "differs" in states else AS_FILED if "same" in states else OWN_READER
    )
    return {
        f"{variable} of the running service": running,
        f"{variable} after a restart": f"that of {overridden[0]}" if overridden else AS_FILED,
    }


def read_sockets(answers: Answers, target: Target[Policy]) -> Table:
    """The peers to which the service's processes hold connections on the port of Redis."""
    sockets = answers.parts("sockets", _SOCKETS_PARTS)
    pids = {pid for line in sockets["pids"] for pid in line.split()}
    lines = [line for line in sockets["connections"] if line.strip()]
    if not any(line.startswith("MainPID=") for line in sockets["unit"]):
        raise UnmeasuredError("sockets: the answer does not say which processes the service has")
    if not pids:
        raise UnmeasuredError(f"sockets: {target.section.service} does not run")
    peers = {_peer(line) for line in lines if pids & set(re.findall(r"pid=([0-9]+)", line))}
    if not peers and not target.section.persistent_connections:
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


def _setting(answers: Answers) -> str:
    lines = answers.rows("setting")
    if len(lines) != 1:
        raise UnmeasuredError(f"setting: {len(lines)} lines set it; expected one")
    return lines[0]


def _host(place: str) -> str:
    """The host of ``host:port/database``. An IPv6 address keeps its brackets."""
    return re.sub(r":[0-9]+$", "", place.partition("/")[0])


def _peer(line: str) -> str:
    """The peer's address in a line of ``ss -Htn`` for two states: State, Recv-Q, Send-Q, local, peer."""
    words = line.split()
    if len(words) < 5 or words[0] not in ("ESTAB", "CLOSE-WAIT"):  # noqa: PLR2004  # the columns named above
        raise UnmeasuredError(f"sockets: a line is not a connection: {line[:80]!r}")
    return words[4].rpartition(":")[0]


def _clients(section: Policy) -> tuple[str, ...]:
    return section.clients


def _servers(section: Policy) -> tuple[str, ...]:
    return section.servers


PROBE = Probe(
    section=Policy,
    ask=ask,
    never_waived=True,
    needs="redis",
    grants=lambda section: (RedisAccess(section.servers, section.user, section.auth_file),),
    tables={
        "setting": Reading(read_setting, roles=_clients),
        "configured": Reading(read_configured, roles=_clients),
        "started": Reading(read_started, healthy=(AS_FILED, OWN_READER), roles=_clients),
        "resolved": Reading(read_resolved, roles=_clients),
        "sockets": Reading(read_sockets, roles=_clients, moves=True),
        "clients": Reading(read_clients, roles=_servers, moves=True),
    },
)

"""Listeners: which ports are open, at which kind of address, and which program answers there.

A service that listens only at loopback looks healthy to everything on its own host. A program that nobody
expects answers whoever asks. Both are read from the kernel's list of sockets (ss(8)), not from files.

Addresses differ by site, so only their kind counts: loopback, inside the site, any. Clients' UDP sockets at
ports that the kernel hands out come and go, and are left out; so are the numbers of TCP ports that it hands
out. A server could use such a UDP port as well: every answer names the programs that do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Literal

from siteparity.model import Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.policy import Port, RoleName, Section, Text
from siteparity.policy.applications import Applications
from siteparity.policy.section import Strict
from siteparity.probes import COMPARED, PROMISED, Answers, Probe, Reading, Target, Where, once
from siteparity.tools.program import program
from siteparity.transport.script import Ask

LISTENS = "listens"
NONE = "none"
EPHEMERAL = "handed out by the kernel"


class Listener(Strict):
    """A port that must be open."""

    protocol: Literal["tcp", "udp"] = "tcp"
    port: Port | Literal["ephemeral"]
    """Its number, or ``ephemeral`` for one that the kernel hands out (``ip_local_port_range``)."""
    program: Text
    """As ss(8) shows it, at most 15 characters; ``systemd`` for a socket unit, ``kernel`` for the kernel."""
    at: Literal["any", "site", "loopback", "host"] = "any"
    """Every address of the host, only addresses inside the site, or only loopback; or ``host``: any of these,
    since only the host itself needs it. Whether the sites are alike in it is compared."""

    @property
    def name(self) -> str:
        """The item of the facts."""
        return f"{self.protocol} {EPHEMERAL if self.port == 'ephemeral' else self.port}"


class Policy(Section):
    """The ports that must be open. Every other one is unexpected, unless the policy names none at all."""

    everywhere: tuple[Listener, ...] = ()
    """On every host."""
    expected: Mapping[RoleName, tuple[Listener, ...]] = {}
    """For each role, in addition."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """Their ports."""
        return {
            "expected": of.lists(
                lambda one: [
                    {"port": port, "program": program, "at": "host" if of.is_of_its_host(one) else "any"}
                    for port, program in one.ports.items()
                ]
            )
        }


_SOCKETS = Ask(program(__package__, "listeners.sh"))


def ask(_: Target[Policy]) -> Mapping[str, Ask]:
    """Every listening TCP socket, and every UDP socket that is not connected."""
    return {"sockets": _SOCKETS}


@dataclass(frozen=True, slots=True)
class Socket:
    """One open port."""

    protocol: str
    port: str
    """Its number, or `EPHEMERAL`."""
    kind: str
    """``any``, ``loopback``, ``site``, ``link-local`` or ``another address``."""
    version: int
    """Of IP."""
    program: str
    is_clients: bool = False
    """Whether it looks like a client's, which comes and goes."""

    @property
    def name(self) -> str:
        """Protocol and port."""
        return f"{self.protocol} {self.port}"

    @property
    def place(self) -> str:
        """The kind of the address, for people."""
        return f"{self.kind} (IPv{self.version})"


def read_listening(answers: Answers, target: Target[Policy]) -> Table:
    """Each open port -> the programs that answer there, and the kinds of their addresses."""
    return {name: _programs(of_port) for name, of_port in _by_name(_sockets(answers, target)).items()}


def read_required(answers: Answers, target: Target[Policy]) -> Table:
    """Each port that the policy expects -> `LISTENS`, or what is there instead."""
    open_ = _by_name(_sockets(answers, target))
    return {one.name: _state(one, open_.get(one.name, []), target) for one in _expected(target)}


def read_unexpected(answers: Answers, target: Target[Policy]) -> Table:
    """Each open port that the policy does not expect -> the programs there; or that there is none."""
    expected = {one.name for one in _expected(target)}
    return {
        name: programs for name, programs in read_listening(answers, target).items() if name not in expected
    } or {"unexpected listeners": NONE}


def read_judged(answers: Answers, target: Target[Policy]) -> Table:
    """Each open port -> how it is judged, or why it is not."""
    expected = {one.name for one in _expected(target)}
    judged = {one.name: PROMISED if one.name in expected else COMPARED for one in _sockets(answers, target)}
    clients = (one for one in _every_socket(answers, target) if one.is_clients)
    return judged | {
        f"{one.name}: {one.program}": "may be a client's, which comes and goes" for one in clients
    }


def _expected(target: Target[Policy]) -> tuple[Listener, ...]:
    return (*target.section.everywhere, *target.listed(target.section.expected))


def _by_name(sockets: Iterable[Socket]) -> dict[str, list[Socket]]:
    found: dict[str, list[Socket]] = {}
    for socket in sockets:
        found.setdefault(socket.name, []).append(socket)
    return found


def _programs(sockets: Iterable[Socket]) -> str:
    places: dict[str, set[str]] = {}
    for socket in sockets:
        places.setdefault(socket.program, set()).add(socket.place)
    return "; ".join(f"{program} at {', '.join(sorted(places[program]))}" for program in sorted(places))


def _state(wanted: Listener, found: list[Socket], target: Target[Policy]) -> str:
    if not found:
        return "nobody listens"
    kinds = {socket.kind for socket in found}
    versions = {socket.version for socket in found if socket.kind == wanted.at}
    own = {address.version for address in target.host.addresses} or {4}
    allowed = {"any", "site"} if wanted.at in ("any", "host") else {wanted.at}
    is_right = (
        {socket.program for socket in found} == {wanted.program}
        and kinds <= allowed | {"loopback"}
        and (wanted.at == "host" or (bool(versions) if wanted.at == "loopback" else own <= versions))
    )
    return LISTENS if is_right else _programs(found)


def _sockets(answers: Answers, target: Target[Policy]) -> list[Socket]:
    """Every socket that is judged."""
    return [one for one in _every_socket(answers, target) if not one.is_clients]


@once
def _every_socket(answers: Answers, target: Target[Policy]) -> list[Socket]:
    """Every socket of the answer.

    Raises:
        UnmeasuredError: a line is not understood, or there is none.
    """
    first, *rows = answers.rows("sockets") or [""]
    ports = re.fullmatch(r"handed out ([0-9]{1,5}) ([0-9]{1,5})", first)
    lines = [row for row in rows if row.strip()]
    if ports is None or not lines:
        raise UnmeasuredError("sockets: the answer lists no socket, not even that of the SSH daemon")
    handed_out = range(int(ports[1]), int(ports[2]) + 1)
    fixed = {one.name for one in _expected(target)}
    names = OwnNames.of(target.site)
    return [socket for line in lines for socket in _read(line, handed_out, fixed, names)]


_LINE = re.compile(
    r"(tcp|udp) +(?:LISTEN|UNCONN) +[0-9]+ +[0-9]+ +(\S+):([0-9]{1,5}) +\S+:\*(?: +users:\((.*)\))? *"
)
_USER = r'\("(.*?)",pid=([0-9]+),fd=[0-9]+\)'


def _read(line: str, handed_out: range, fixed: set[str], names: OwnNames) -> list[Socket]:
    """The sockets of a line: two for one that takes both versions of IP."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise UnmeasuredError(f"ss: a line is no socket: {line[:80]}")
    protocol, place, port, users = found.groups()
    program = _program(users)
    is_clients = False
    if int(port) in handed_out and f"{protocol} {port}" not in fixed:
        is_clients = protocol == "udp" and program != "kernel"
        port = EPHEMERAL
    return [
        Socket(protocol, port, kind, version, program, is_clients) for kind, version in _kinds(place, names)
    ]


def _program(users: str | None) -> str:
    """The programs that hold a socket. One of a socket unit is systemd's, whether or not its service runs."""
    if users is None:
        return "kernel"
    if not re.fullmatch(rf"{_USER}(?:,{_USER})*", users):
        raise UnmeasuredError(f"ss: the programs of a socket are not understood: {users[:80]}")
    holders = re.findall(_USER, users)
    if any(pid == "1" for _, pid in holders):
        return "systemd"
    return ", ".join(sorted({name for name, _ in holders}))


def _kinds(place: str, names: OwnNames) -> list[tuple[str, int]]:
    """Kind and version of an address as ss writes it; ``*`` means every address of both versions."""
    bare = re.sub(r"%[^\]]*", "", place).strip("[]")
    if bare == "*":
        return [("any", 4), ("any", 6)]
    try:
        address = ip_address(bare)
    except ValueError:
        raise UnmeasuredError(f"ss: an address is not understood: {place[:80]}") from None
    mapped = getattr(address, "ipv4_mapped", None)
    return [(_kind(mapped or address, names), (mapped or address).version)]


def _kind(address: IPv4Address | IPv6Address, names: OwnNames) -> str:
    if address.is_unspecified:
        return "any"
    if address.is_loopback:
        return "loopback"
    if address.is_link_local:
        return "link-local"
    return "site" if names.owns(str(address)) else "another address"


def _with_expected(section: Policy) -> tuple[str, ...] | None:
    """The roles whose hosts must have a port open."""
    return None if section.everywhere else tuple(role for role, named in section.expected.items() if named)


def _if_any_is_named(section: Policy) -> tuple[str, ...] | None:
    """Every role once the policy names a port of any: a role without one is to have no other port open."""
    return None if section.everywhere or any(section.expected.values()) else ()


_KEYS = "everywhere or expected"

PROBE = Probe(
    section=Policy,
    ask=ask,
    title="Open ports",
    always=(_SOCKETS,),
    tables={
        "listening": Reading(read_listening),
        "required": Reading(read_required, healthy=LISTENS, roles=Where(_KEYS, _with_expected)),
        "unexpected": Reading(read_unexpected, healthy=NONE, roles=Where(_KEYS, _if_any_is_named)),
        "judged": Reading(read_judged, lists="open ports", moves=True),
    },
)

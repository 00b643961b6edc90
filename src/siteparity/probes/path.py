"""Path: whether the hosts that serve together reach each other without loss, at full size, by the right name.

In October 2012 a faulty switch between web and database hosts caused random errors. Such a switch still
works: it loses a few packets in a hundred, and TCP hides that behind waiting. So each pair of hosts of a
site, in the roles they have after the switch, opens n connections (one that takes half a second has lost a
packet), and sends n packets of full size that may not be fragmented, from both ends. n tries prove a bound: 0
lost of 150 excludes a rate of 2 % at 95 % confidence (`siteparity.tools.network.rates`). If one is lost there
are four times as many tries, so that one odd packet does not decide.

Where a role has more hosts than `siteparity.tools.network.sample.TRIED`, a host tries so many of them, and is
tried by as many: always the same ones. A way that nobody tried is known by the bound for its role alone.

Meanwhile interface errors are counted, and TCP segments that are sent again. Before that every host looks up
the others' names. Peers that could not be measured themselves are left out: the path is not to blame for
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated, Any, ClassVar

from pydantic import Field

from siteparity.model import Address, Facts, Host, Table, Unmeasured, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.policy import Percent, Port, RoleName, Section
from siteparity.policy.applications import Applications
from siteparity.policy.bounds import at_least, at_most
from siteparity.policy.section import PositiveDuration, Strict
from siteparity.probes import Answers, Probe, Reading, SecondLook, Seen, Target, Where, Witnesses, once
from siteparity.tools.network import rates, reading, routes
from siteparity.tools.network.question import REACHED, reach, resolve
from siteparity.tools.network.reading import Connections, Link, Packets, Reached
from siteparity.tools.network.sample import partners
from siteparity.tools.witnesses import witnessed
from siteparity.transport.script import Ask, Word

WELL = "well"
AS_INVENTORIED = "as in the inventory"
ANSWERS = "answers"
UNKNOWN = "no answer"
NO_ROUTE = "none"
NAMELESS = "without a name in the inventory"


Rate = Annotated[Percent, Field(le=50)]


class Leg(Strict):
    """Each host of the client role connects to hosts of the server role at its site: to all, or 8 of many."""

    client: RoleName
    server: RoleName
    port: Port


class Policy(Section):
    """The paths that customers' requests take, and how much they may lose."""

    question: ClassVar[str] = "Which roles connect to which others, at which ports?"

    legs: tuple[Leg, ...] = ()
    """Who connects to whom."""
    packets: Annotated[Rate, at_most("10%")] = 2.0
    """The rate of lost packets that must be excluded; 2% needs 149 packets of full size each way."""
    connections: Annotated[Rate, at_most("20%")] = 10.0
    """The rate of failed connections that must be excluded; 10% needs 29 of them."""
    resent: Annotated[Rate, at_most("20%")] = 5.0
    """The rate of TCP segments that a host may send again, in all of its traffic during the tries."""
    errors: Annotated[int, Field(ge=0), at_most("10")] = 0
    """How many errors of an interface, or doubled packets, may occur during the tries."""
    mtu: Annotated[int, Field(ge=576, le=65535), at_least("1280")] = 1500
    """The size in bytes of a packet that every path must carry."""
    shaped: bool = False
    """Traffic may be held back on purpose (tc(8): tbf, htb ...)."""
    min_speed: Annotated[int, Field(ge=0), at_least("100")] = 1000
    """Mb/s, for interfaces that say their speed."""
    latency: Annotated[PositiveDuration, at_most("1s")] = timedelta(milliseconds=5)
    """How long the quickest round trip of all tries may take."""
    quick: Annotated[PositiveDuration, at_most("50ms")] = timedelta(milliseconds=1)
    """Quicker paths count as alike; slower ones are compared by their order of magnitude."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The ways between them. What runs on the same hosts is reached there, and takes none."""
        legs = [
            {"client": one.role, "server": other.role, "port": port}
            for one, _, other in of.leads()
            if one.role != other.role
            for port in other.ports
        ]
        return {"legs": legs} if legs else {}


_ROUTES = Ask(routes.QUESTION)


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """How the names of the servers are resolved, and the default routes."""
    return {
        "names": Ask(resolve(name for host in _servers(target) for name in host.names)),
        "routes": _ROUTES,
    }


PEERS = Word("PEERS", "0-9A-Za-z.:%_ -", 20_000, meaning="which of the peers in the text are tried")
"""The addresses of the peers that were measured themselves, or ``none``."""


def ask_again(target: Target[Policy]) -> Mapping[str, Ask]:
    """Packets to every peer and connections to every port, for the peers in `PEERS`."""
    section = target.section
    text = reach(
        [(place, _payload(host, section.mtu)) for host, place in _peers(target)],
        [(str(_place(host)), leg.port) for leg, host in _tried_ports(target)],
        packets=rates.tries(section.packets / 100),
        tries=rates.tries(section.connections / 100),
    )
    return {"reached": Ask(text, timeout=20, words=(PEERS,))}


def who_is_up(target: Target[Policy], seen: Seen) -> Mapping[str, str]:
    """The peers that answered when they were measured.

    Raises:
        UnmeasuredError: this host did not answer itself.
    """
    site = target.site.name
    own = [
        table for table in seen.get((site, target.host.name), {}).values() if isinstance(table, Unmeasured)
    ]
    if own and not _is_up(seen, site, target.host):
        raise UnmeasuredError(own[0].reason)  # a host that hangs would hold up the run once more
    peers = [place for host, place in _peers(target) if _is_up(seen, site, host)]
    return {PEERS.name: " ".join(peers) or "none"}


def _payload(host: Host, mtu: int) -> int:
    """The bytes that fill a packet after the headers of IP and ICMP."""
    return mtu - (28 if _place(host).version == 4 else 48)  # noqa: PLR2004  # the version of IP


def _is_up(seen: Seen, site: str, host: Host) -> bool:
    facts: Facts = seen.get((site, host.name), {})
    return any(not isinstance(table, Unmeasured) for table in facts.values())


def _place(host: Host) -> Address:
    if not host.addresses:
        raise UnmeasuredError(f"the inventory gives {host.name} no parity_address")
    return host.addresses[0]


def _ports(target: Target[Policy]) -> Iterator[tuple[Leg, Host]]:
    """Every port that this host connects to in its roles."""
    for leg in target.section.legs:
        if leg.client in target.roles:
            for host in target.site.in_role(leg.server):
                if host is not target.host:
                    yield leg, host


def _tried_ports(target: Target[Policy]) -> Iterator[tuple[Leg, Host]]:
    """Those of them that this host tries."""
    tried = {leg: _partners(target, leg.client, leg.server) for leg in target.section.legs}
    return ((leg, host) for leg, host in _ports(target) if host.name in tried[leg])


def _partners(target: Target[Policy], own: RoleName, other: RoleName) -> frozenset[str]:
    """The hosts of another role that this host tries, if it is in its own one."""
    if own not in target.roles:
        return frozenset()
    row, others = ([host.name for host in target.site.in_role(role)] for role in (own, other))
    return partners(target.host.name, row, others)


def _by_role(target: Target[Policy]) -> Mapping[RoleName, frozenset[str]]:
    """Each role that this host exchanges packets with -> those of its hosts that it tries."""
    found: dict[RoleName, frozenset[str]] = {}
    for leg in target.section.legs:
        for own, other in ((leg.client, leg.server), (leg.server, leg.client)):
            found[other] = found.get(other, frozenset()) | _partners(target, own, other)
    return found


def _servers(target: Target[Policy]) -> list[Host]:
    return list({host.name: host for _, host in _ports(target)}.values())


def _peers(target: Target[Policy]) -> list[tuple[Host, str]]:
    """Every host of the own site that this one exchanges packets with, and its address."""
    tried = frozenset[str]().union(*_by_role(target).values())
    return [(host, str(_place(host))) for host in target.site.hosts if host.name in tried]


@once
def _names(answers: Answers, _: Target[Policy]) -> reading.Names:
    return reading.read_names(answers.parts("names", reading.NAMES_PARTS))


def read_names(answers: Answers, target: Target[Policy]) -> Table:
    """Each name of each server -> `AS_INVENTORIED`, or the addresses that this host finds."""
    found = _names(answers, target).answers
    wanted = {name: host for host in _servers(target) for name in host.names}
    states = {name: _sense(found.get(name, ()), host) for name, host in wanted.items()}
    known = {name: state for name, state in states.items() if state != UNKNOWN or _is_full(name, target)}
    return known or {"the servers": NAMELESS}


def _is_full(name: str, target: Target[Policy]) -> bool:
    """Whether a name server must know the name. A short one in an inventory may be meant for people only."""
    return bool(target.site.domain) and name.endswith(f".{target.site.domain}")


def _sense(answer: tuple[str, ...], host: Host) -> str:
    if answer and set(answer) <= set(map(str, host.addresses)):
        return AS_INVENTORIED
    if not answer or answer[0].startswith("!"):
        return UNKNOWN
    return f"stands for {', '.join(answer)}"


def read_resolution(answers: Answers, target: Target[Policy]) -> Table:
    """Each line of /etc/hosts about others, and each setting of the resolver -> value."""
    files, own = _names(answers, target).files, OwnNames.of(target.site)
    found: dict[str, str] = {}
    for line in files["hosts"]:
        place, *names = line.split()
        if _is_pinned(place, target.host):
            found |= {f"/etc/hosts: {name}": place for name in names}
    for line in files["resolv.conf"]:
        key, _, value = line.partition(" ")
        number = sum(item.startswith(f"resolver: {key}") for item in found) + 1
        inside = key == "nameserver" and own.owns(value) and not value.startswith("127.")
        found[f"resolver: {key} {number}"] = "inside the site" if inside else value
    return {**found, "order of looking": " ".join(files["nsswitch.conf"]) or "as built in"}


def _is_pinned(place: str, host: Host) -> bool:
    """Whether an address in /etc/hosts is another host's."""
    try:
        address = ip_address(place.partition("%")[0])
    except ValueError:
        return True
    return not (
        address.is_loopback or address.is_multicast or address in host.addresses or place == "fe00::0"
    )


def read_routes(answers: Answers, _: Target[Policy]) -> Table:
    """Each version of IP -> whether there is a default route."""
    found = routes.read(answers.parts("routes", routes.PARTS))
    return {
        f"default route of IPv{version}": "there" if is_there else NO_ROUTE
        for version, is_there in found.items()
    }


@dataclass(frozen=True, slots=True)
class _Peers:
    """What this host found out about those of its peers that were measured themselves."""

    reached: Reached
    names: Mapping[str, str]
    """Address -> name of the host."""
    target: Target[Policy]

    def packets(self) -> Iterator[tuple[str, Packets]]:
        """Each peer's name, and the packets that came back from it."""
        for place, packets in self.reached.packets.items():
            if not packets.sent:
                raise UnmeasuredError(f"reached: ping said nothing about {self.names.get(place, place)}")
            yield self.names.get(place, place), packets

    def connections(self) -> Iterator[tuple[str, Connections]]:
        """Each port of each peer, and how the connections to it ended."""
        ports = [(str(_place(host)), leg.port) for leg, host in _tried_ports(self.target)]
        if {one for one in ports if one[0] in self.reached.peers} != self.reached.connections.keys():
            raise UnmeasuredError("reached: the answer lacks the connections to one of the ports")
        for (place, port), tried in self.reached.connections.items():
            yield f"{self.names.get(place, place)} port {port}", tried

    def of_role(self) -> Iterator[tuple[RoleName, Packets]]:
        """Each role of which only some hosts are tried, and the packets of those that answer any."""
        seen = {name: one for name, one in self.packets() if one.received + one.small_received}
        for role, tried in _by_role(self.target).items():
            others = {host.name for host in self.target.site.in_role(role)} - {self.target.host.name}
            if tried and tried < others:
                every = [seen[name] for name in tried & seen.keys()]
                if every:
                    yield role, Packets(sum(one.sent for one in every), sum(one.received for one in every))

    def links(self) -> Iterator[tuple[str, Link | None, int]]:
        """Each peer's name, the interface that leads there (None if no route does), and the path MTU."""
        for place in self.reached.peers:
            device, mtu = self.reached.routes.get(place, ("", None))
            link = self.reached.links.get(device)
            if link is None and device:
                raise UnmeasuredError(f"reached: nothing is known of the interface {device}")
            yield self.names.get(place, place), link, min(link.mtu, mtu or link.mtu) if link else 0


@once
def _found(answers: Answers, target: Target[Policy]) -> _Peers:
    parts = answers.parts("reached", REACHED)
    if not any(parts["peers"]):
        raise UnmeasuredError("reached: none of the hosts on the other end could be measured")
    return _Peers(reading.read(parts), {place: host.name for host, place in _peers(target)}, target)


def read_reached(answers: Answers, target: Target[Policy]) -> Table:
    """Each port of each server -> `ANSWERS`, or how every connection to it fails."""
    return {port: _outcome(tried) for port, tried in _found(answers, target).connections()}


def _outcome(tried: Connections) -> str:
    if tried.answered:
        return ANSWERS
    return "refused" if tried.refused else "no route" if tried.no_route else "no answer"


def read_connections(answers: Answers, target: Target[Policy]) -> Table:
    """Each port -> the highest rate of failed connections that the tries do not exclude, in percent."""
    return {
        f"connections to {port} that may fail, in percent": _bound(tried.tried - tried.answered, tried.tried)
        for port, tried in _found(answers, target).connections()
    }


def read_packets(answers: Answers, target: Target[Policy]) -> Table:
    """Each peer -> the highest rate of lost packets of full size that the tries do not exclude, in percent.

    So is a role of which some hosts are tried, by the tries of all of these.

    Raises:
        UnmeasuredError: a peer answers no packet of any size, and no other peer loses any: it may be
        forbidden.
    """
    seen = list(_found(answers, target).packets())
    silent = [name for name, packets in seen if packets.received + packets.small_received == 0]
    found = {
        f"packets to {name} and back that may be lost, in percent": _bound(
            packets.sent - packets.received, packets.sent
        )
        for name, packets in seen
        if name not in silent
    }
    if silent and all(bound <= target.section.packets for bound in found.values()):
        raise UnmeasuredError(
            f"{', '.join(silent)} answers no ICMP echo; allow it between the site's own hosts"
        )
    return found | {
        f"packets to hosts of {role} and back that may be lost, in percent": _bound(
            packets.sent - packets.received, packets.sent
        )
        for role, packets in _found(answers, target).of_role()
    }


def _bound(failures: int, of: int) -> float:
    return round(100 * rates.at_most(failures, of), 3)


def read_resent(answers: Answers, target: Target[Policy]) -> Table:
    """The lowest rate of TCP segments sent again that the counters do not exclude, in percent."""
    sent, again = _found(answers, target).reached.segments
    return {"TCP segments sent again, in percent": round(100 * rates.at_least(min(again, sent), sent), 3)}


def read_errors(answers: Answers, target: Target[Policy]) -> Table:
    """Each interface -> its errors during the tries; each peer -> packets that came back twice."""
    seen = _found(answers, target)
    return {
        **{f"errors of {device}": number for device, number in seen.reached.errors.items()},
        **{f"packets that came twice from {name}": packets.doubled for name, packets in seen.packets()},
    }


def read_latency(answers: Answers, target: Target[Policy]) -> Table:
    """Each peer -> the quickest round trip, in seconds."""
    seen = _found(answers, target).packets()
    return {f"to {name} and back": one.quickest for name, one in seen if one.quickest is not None}


def read_links(answers: Answers, target: Target[Policy]) -> Table:
    """Each peer -> `WELL`, or what is wrong with the interface that leads there."""
    links = _found(answers, target).links()
    return {f"towards {name}": _fitness(link, mtu, target.section) for name, link, mtu in links}


def _fitness(link: Link | None, mtu: int, section: Policy) -> str:
    if link is None:
        return "no route"
    wrong = [f"MTU {mtu}, expected {section.mtu}"] if mtu != section.mtu else []
    if link.duplex == "half":
        wrong.append("half duplex")
    if link.shaped and not section.shaped:
        wrong.append(f"held back by {link.shaped}")
    if link.speed is not None and link.speed < section.min_speed:
        wrong.append(f"{link.speed} Mb/s, expected {section.min_speed} or more")
    return "; ".join(wrong) or WELL


def read_paths(answers: Answers, target: Target[Policy]) -> Table:
    """MTU and order of magnitude of the round trip, of all peers together: their number may differ."""
    seen, quick = _found(answers, target), target.section.quick
    mtus = {name: mtu for name, _, mtu in seen.links()}
    kinds = {f"MTU {mtus[name]}, {_pace(one.quickest, quick)}" for name, one in seen.packets()}
    return {"to the others and back": " or ".join(sorted(kinds))}


def _pace(seconds: float | None, quick: timedelta) -> str:
    if seconds is None:
        return "no answer"
    limit = quick.total_seconds() * 1000
    while seconds * 1000 > limit:
        limit *= 3
    return f"within {limit:g} ms"


def _clients(section: Policy) -> tuple[str, ...]:
    return tuple(leg.client for leg in section.legs)


def _everybody(section: Policy) -> tuple[str, ...]:
    return tuple(role for leg in section.legs for role in (leg.client, leg.server))


_CLIENTS, _EVERYBODY = Where("legs", _clients), Where("legs", _everybody)


def read_absence(_: Answers, target: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    hosts = [host.name for host in target.site.hosts]
    return {"a second host at the site": witnessed(hosts if len(hosts) > 1 else ())}


PROBE = Probe(
    section=Policy,
    ask=ask,
    always=(_ROUTES,),
    tables={
        "names": Reading(read_names, healthy=(AS_INVENTORIED, NAMELESS), roles=_CLIENTS),
        "resolution": Reading(read_resolution, roles=_EVERYBODY),
        "routes": Reading(read_routes, roles=_EVERYBODY),
    },
    then=SecondLook(
        ask_again,
        who_is_up,
        tables={
            "reached": Reading(read_reached, healthy=ANSWERS, roles=_CLIENTS),
            "connections": Reading(read_connections, roles=_CLIENTS, moves=True),
            "packets": Reading(read_packets, roles=_EVERYBODY, moves=True),
            "resent": Reading(read_resent, roles=_EVERYBODY, moves=True),
            "errors": Reading(read_errors, roles=_EVERYBODY),
            "latency": Reading(read_latency, roles=_EVERYBODY, moves=True),
            "links": Reading(read_links, healthy=WELL, roles=_EVERYBODY),
            "paths": Reading(read_paths, roles=_EVERYBODY, moves=True),
        },
    ),
    absence=Witnesses({}, read_absence),
)

"""Where the kernel of each host sends packets.

A rule, a route or a neighbour that somebody set by hand stays until the next boot, and only the packets to a
few addresses show it. ``path`` sends packets between the hosts of a site; what else a host calls after a
failover, such as the network of a partner, is only seen here.

A rule or a route that throws packets away is judged at both sites alike: equal mistakes are mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from siteparity.model import Address, Host, Network, Site, Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.policy import Section
from siteparity.policy.section import RoutePattern
from siteparity.probes import Answers, Probe, Reading, Target, once
from siteparity.tools.network import routing
from siteparity.tools.network.routing import Routing
from siteparity.transport.script import Ask

THERE = "there"
NONE = "none"
THROWN_AWAY = "packets to hosts of both sites that are thrown away"
BORROWED = "addresses of other hosts"


class Policy(Section):
    """What decides where packets go."""

    leave_out: tuple[RoutePattern, ...] = ()
    """Patterns of rules, routes and neighbours that differ for a reason, as the report shows them, such as
    ``IPv4 rule from 10.9.0.0/16 *``."""


_ROUTING = Ask(routing.QUESTION, limit=1024 * 1024)


def ask(_: Target[Policy]) -> Mapping[str, Ask]:
    """Rules, routes, addresses and neighbours."""
    return {"routing": _ROUTING}


@once
def _routing(answers: Answers, target: Target[Policy]) -> Routing:
    own = OwnNames.of(target.site)

    def place(address: str) -> str:
        if address.lower().startswith("fe80:"):
            return "(a router of the link)"
        return "(an address of the site)" if own.owns(address) and not own.stands_in(address) else address

    found = routing.read(answers.parts("routing", routing.PARTS), place)
    if not found.rules or not found.addresses:  # every kernel has some, that of loopback among them
        raise UnmeasuredError("routing: the answer has no rule or no address")
    return found


def read_routing(answers: Answers, target: Target[Policy]) -> Table:
    """Each rule, route, pinned neighbour and blocking policy of IPsec -> `THERE`, or how often."""
    found = _routing(answers, target)
    told = [f"IPv{line[0]} rule {line[2:]}" for line in found.rules]
    told += [f"IPv{line[0]} route {line[2:]}" for line in found.routes]
    told += [f"IPv{line[0]} neighbour {line[2:]} is pinned" for line in found.neighbours]
    told += [f"IPsec blocks {line}" for line in found.blocked]
    left = [line for line in told if not any(fnmatchcase(line, one) for one in target.section.leave_out)]
    counts = {line: left.count(line) for line in left}
    return {line: THERE if count == 1 else f"{THERE} {count} times" for line, count in counts.items()} or {
        "rules and routes": NONE
    }


def read_thrown_away(answers: Answers, target: Target[Policy]) -> Table:
    """Each rule and route that throws packets to hosts away -> whose; `NONE` if there is none."""
    found = {
        f"IPv{line[0]} {line[2:]}": f"reaches {whose}"
        for line, network in _routing(answers, target).thrown_away()
        if (whose := ", ".join(_of(network, int(line[0]), target)))
    }
    return found or {THROWN_AWAY: NONE}


def _of(network: Network | None, version: int, target: Target[Policy]) -> Iterator[str]:
    """The sites of which a host lies in a network. A default route that throws away is the last resort."""
    if network is None or network.prefixlen == 0:
        return
    for site in (target.site, *([target.other] if target.other else [])):
        if any(one.version == version and one in network for host in site.hosts for one in host.addresses):
            yield site.name


def read_borrowed(answers: Answers, target: Target[Policy]) -> Table:
    """Each address that the inventory gives to another host alone -> whose it is; `NONE` if there is none."""
    known = _owners(target)
    found = {
        f"{address} on {device}": f"is that of {known[address]}"
        for device, address in _routing(answers, target).addresses
        if address in known and address not in target.host.addresses
    }
    return found or {BORROWED: NONE}


def _owners(target: Target[Policy]) -> Mapping[Address, str]:
    sites: list[Site] = [target.site, *([target.other] if target.other else [])]
    hosts: list[tuple[Site, Host]] = [(site, host) for site in sites for host in site.hosts]
    return {address: f"{site.name}/{host.name}" for site, host in hosts for address in host.addresses}


PROBE = Probe(
    section=Policy,
    ask=ask,
    always=(_ROUTING,),
    tables={
        "routing": Reading(read_routing),
        "thrown_away": Reading(read_thrown_away, healthy=NONE),
        "borrowed": Reading(read_borrowed, healthy=NONE),
    },
)

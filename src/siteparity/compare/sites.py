"""Two hosts as two sites of one host each, with their own names and without any. Pure.

What two hosts always have apart, such as their names, is no difference. It is found as for two sites: their
own names, addresses, networks and domains are replaced before facts are compared. A name can be a word as
well: a host may be called ``backup``, and so may a program. So everything is also read without any name, and
what is alike as it stands is alike (`siteparity.compare.judging`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from siteparity.compare.introduction import Introduction
from siteparity.compare.places import Place
from siteparity.model import Connection, ConnectionKind, Host, Network, Site

ROLE = "host"
"""The one role of the policy."""
NAMES = ("first host", "second host")
"""What the sites are called: no text of a host says so."""


def named(of: Sequence[tuple[Place, Introduction]], *, as_root: bool) -> tuple[Site, Site]:
    """The sites, with what each host calls its own. What both call so tells neither from the other.

    Args:
        of: each host, and what it said of itself.
        as_root: whether hosts whose login is another user's are asked through sudo.
    """
    first, second = (one for _, one in of)
    domains = _apart(first.domain, second.domain)
    networks = _networks(first, second)
    made = []
    for number, (place, own) in enumerate(of):
        other = (second, first)[number]
        host = Host(
            name=ROLE,
            site=NAMES[number],
            roles=(ROLE,),
            connection=replace(place.connection, become=as_root and not own.is_root),
            addresses=tuple(one for one in own.addresses if one not in other.addresses),
            names=_names(place, own, other),
        )
        made.append(Site(NAMES[number], (host,), domain=domains[number], networks=networks[number]))
    return made[0], made[1]


def nameless(sites: Sequence[Site]) -> tuple[Site, Site]:
    """The same sites, of whose names nothing is known."""
    nowhere = Connection(ConnectionKind.LOCAL, "nowhere")
    first, second = (
        Site(site.name, tuple(Host(one.name, one.site, one.roles, nowhere) for one in site.hosts))
        for site in sites
    )
    return first, second


def _names(place: Place, own: Introduction, other: Introduction) -> tuple[str, ...]:
    full = [one for one in (*own.names, place.connection.address) if re.search("[.].*[A-Za-z]", one)]
    short = [one.partition(".")[0] for one in own.names]
    every = dict.fromkeys([*full, *short, *filter(None, [own.machine])])
    theirs = {name.lower() for name in (*other.names, *(one.partition(".")[0] for one in other.names))}
    return tuple(name for name in every if name.lower() not in {*theirs, other.machine, ROLE})


def _apart(one: str | None, other: str | None) -> tuple[str | None, str | None]:
    return (one, other) if one and other and one.lower() != other.lower() else (None, None)


def _networks(first: Introduction, second: Introduction) -> tuple[tuple[Network, ...], tuple[Network, ...]]:
    """The networks of each, unless they share one: then an address says nothing of the host."""
    shared = any(
        one.version == two.version and one.overlaps(two) for one in first.networks for two in second.networks
    )
    return ((), ()) if shared else (first.networks, second.networks)

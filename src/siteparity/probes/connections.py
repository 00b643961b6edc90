"""Connections: no process of a site is connected to the other one, or told to connect there.

In October 2012 sessions kept coming from Redis in Dallas. The same happens with a cache, a queue, a relay of
mail, a file system, a proxy. Settings are the main witness, since what runs at night is connected to nobody
at noon: the environment and the arguments of processes, files outside /etc that services and jobs read, and
mounted file systems. ``files`` judges what stands below /etc, and ``database`` its foreign servers. A name
without a site, such as ``redis.shop.example``, is looked up on the host itself. Sockets are the second
witness: what a process opened, whoever told it to.

What is *not* a dependence: a connection that the host accepted; the stream of a replica of PostgreSQL, which
``replication`` judges; somebody who is logged in; one of several name servers or clocks; a list that names
hosts of both sites, role by role; a name that customers use, which leads to the site that serves them.

A primary that depends on the standby is a finding as well: work on the standby, or its loss, would take the
primary down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import Field

from siteparity.model import Site, Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.policy import RoleName, Section, Text
from siteparity.policy.section import Person, Reason, Strict
from siteparity.probes import Answers, Probe, Reading, Shown, Sight, Target, once
from siteparity.tools.connections import found
from siteparity.transport import words
from siteparity.transport.script import Ask

NONE = "none"
_LEADS = {"there": "the other site", "outside": "neither site", "nothing": "nothing"}
_RECEIVES = "walreceiver"


class Leg(Strict):
    """One way to the other site that is meant."""

    what: Text
    """The unit, the program of no unit, the file or the mounted folder, as the finding names it, such as
    ``barman.service``."""
    to: Annotated[tuple[RoleName, ...], Field(min_length=1)]
    """The roles of the hosts there."""
    reason: Reason
    approved_by: Person


class Policy(Section):
    """What may lead to the other site."""

    allowed: tuple[Leg, ...] = ()
    """Ways to the other site that are meant, such as a copy of backups. The stream of a replica of PostgreSQL
    need not be named: ``replication`` judges it."""


_FOUND = Ask(
    found.QUESTION,
    words=(words.OWN_SITE, words.OTHER_SITE, words.PUBLIC_NAMES),
    timeout=20,
    limit=1024 * 1024,
)


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """What leads to the other site."""
    own, other = _names(target.site), _names(target.other) if target.other else ()
    public = sorted(_public(target))
    return {"found": _FOUND.about(OWN_SITE=own, OTHER_SITE=other, PUBLIC_NAMES=public)}


def _names(site: Site) -> tuple[str, ...]:
    """The names, addresses and networks of a site, without words that other things may have as well."""
    names = [name.lower().rstrip(".") for host in site.hosts for name in host.names]
    full = [f"{host.name}.{site.domain}".lower() for host in site.hosts if site.domain]
    addresses = [str(address) for host in site.hosts for address in host.addresses]
    return tuple(dict.fromkeys([*found.names([*names, *full]), *addresses, *map(str, site.networks)]))


def _public(target: Target[Policy]) -> frozenset[str]:
    """The names by which customers reach whichever site serves them."""
    of_applications = [name for one in target.policy.applications for name in one.names]
    of_certificates = getattr(target.needed, "names", None) or ()
    return frozenset(name.lower() for name in (*of_applications, *of_certificates))


def _other(target: Target[Policy]) -> OwnNames:
    if target.other is None:
        raise UnmeasuredError("found: the other site is not known, so nothing that leads there can be found")
    return OwnNames.of(target.other)


@once
def _found(answers: Answers, _: Target[Policy]) -> found.Found:
    lines = answers.rows("found")
    try:
        return found.read(lines)
    except UnmeasuredError as error:
        raise UnmeasuredError(f"found: {error}") from None


def _looked_up(answers: Answers, target: Target[Policy]) -> found.Found:
    seen = _found(answers, target)
    if seen.slow:
        raise UnmeasuredError(
            f"found: {len(seen.slow)} names in settings, such as {seen.slow[0]}, were not looked up, since "
            "no name server answers in time"
        )
    return seen


def read_connected(answers: Answers, target: Target[Policy]) -> Table:
    """Each process that is connected to the other site -> to whom; `NONE` if no process is."""
    other, table = _other(target), dict[str, str]()
    for one in _found(answers, target).sockets:
        hosts = tuple(_hosts([one.address], other))
        if one.title == _RECEIVES or _is_allowed(one.unit or one.program, hosts, target):
            continue
        said = f"{one.state} to {_said(hosts, [one.address], other)} at {one.protocol} port {one.port}"
        title = f" {one.title}" if one.title else ""
        item = f"{one.who}{title}"
        table[item] = f"{table[item]}; {said}" if item in table else said
    return table or {"connections to the other site": NONE}


def read_configured(answers: Answers, target: Target[Policy]) -> Table:
    """Each place where a name or an address of the other site stands -> whose it is; else `NONE`."""
    own, other, table = OwnNames.of(target.site), _other(target), dict[str, str]()
    for one in _found(answers, target).named:
        hosts = tuple(_hosts(one.there, other))
        if not _is_list(hosts, tuple(_hosts(one.own, own)), other, own) and not _is_allowed(
            one.place, hosts, target
        ):
            table[one.place] = f"names {_said(hosts, one.there, other)}"
    return table or {"settings that name the other site": NONE}


def read_resolved(answers: Answers, target: Target[Policy]) -> Table:
    """Each place with a name that leads to the other site -> the name, and to whom; `NONE` if none does."""
    other, seen = _other(target), _looked_up(answers, target)
    table = dict[str, str]()
    for one in seen.resolved:
        hosts = tuple(_hosts(one.addresses, other))
        if not _is_allowed(one.place, hosts, target):
            table[one.place] = f"{one.name} leads to {_said(hosts, one.addresses, other)}"
    return table or {"names that lead to the other site": NONE}


def read_leads(answers: Answers, target: Target[Policy]) -> Table:
    """Each name in a file of settings -> the host of the own site to which it leads, or else where."""
    seen = _looked_up(answers, target)
    return {"names in settings": "looked up", **{name: _LEADS.get(to, to) for name, to in seen.leads.items()}}


def _hosts(places: Iterable[str], names: OwnNames) -> Iterator[str]:
    """The hosts of a site that names or addresses stand for, each once."""
    told = (names.read(place).named for place in places)
    return iter(
        dict.fromkeys(host for some in told for hosts in some for host in hosts if host in names.roles)
    )


def _said(hosts: tuple[str, ...], places: Iterable[str], names: OwnNames) -> str:
    """``web1 of Dallas (10.1.0.21)``; an address of no host is one of the site's network."""
    site = names.site.name
    return f"{', '.join(hosts) or 'the network'} of {site} ({', '.join(places)})"


def _is_list(hosts: tuple[str, ...], own_hosts: tuple[str, ...], other: OwnNames, own: OwnNames) -> bool:
    """Whether a text names, beside hosts of the other site, hosts of the same roles at the own one."""
    there = {other.roles[host] for host in hosts}
    return bool(there) and there <= {own.roles[host] for host in own_hosts}


def _is_allowed(what: str, hosts: tuple[str, ...], target: Target[Policy]) -> bool:
    """Whether the policy means it: every host that it leads to has one of the roles that are named."""
    roles = [set(_other(target).roles[host]) for host in hosts]
    return bool(roles) and any(
        _starts(what, leg.what) and all(some & set(leg.to) for some in roles)
        for leg in target.section.allowed
    )


def _starts(place: str, what: str) -> bool:
    return place == what or place.startswith(
        (f"{what} ", f"{what}:", f"{what},", f"what is mounted at {what}")
    )


PROBE = Probe(
    section=Policy,
    ask=ask,
    needs="tls",
    always=(_FOUND,),
    shows={Sight.CONNECTED: Shown(read_connected, ("found",))},
    tables={
        "connected": Reading(read_connected, healthy=NONE),
        "configured": Reading(read_configured, healthy=NONE),
        "resolved": Reading(read_resolved, healthy=NONE),
        "leads": Reading(read_leads),
    },
)

"""Where customers are sent: the records of every authoritative name server, with their TTLs.

If one of several servers is down, or has an old zone, some customers go to the wrong site while the record
looks right from here. So the hosts of the aspect's role at both sites ask every server of the policy,
without a resolver between. They ask for IPv4 and IPv6 addresses, since a forgotten AAAA record leads to the
old site.

Source: RFC 1034, 1035 (answers and authority), 2308 (how long an absence is kept).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from siteparity.model import Table, UnmeasuredError
from siteparity.policy import Duration, Section
from siteparity.policy.applications import Applications
from siteparity.policy.bounds import at_most
from siteparity.policy.section import matching, template
from siteparity.probes import Answers, Probe, Reading, Shown, Sight, Target, Witnesses, once
from siteparity.tools.dns import AUTHORITY, NO_ANSWER, Question, Reply, question, replies
from siteparity.tools.witnesses import ports, products, programs, witnessed
from siteparity.transport.script import Ask
from siteparity.yamlfile import quoted

Family = Literal["A", "AAAA"]
SAME_SERIAL = "the same on every server"
AS_IN_POLICY = "those of the policy"
FAMILIES: tuple[Family, ...] = ("A", "AAAA")
HostName = Annotated[
    str,
    matching(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,62})\.)*[a-z0-9-]{1,63}", "the name of a host or a zone"),
]


def _address(text: str) -> str:
    try:
        ip_address(text)
    except ValueError:
        raise ValueError(
            f"expected an address such as 192.0.2.53, found {quoted(text)}; correct it"
        ) from None
    return text


class Policy(Section):
    """The names that lead customers to the application."""

    question: ClassVar[str] = (
        "Which authoritative name servers lead customers to the sites, and under which names?"
    )

    zone: HostName
    """The zone of the names."""
    servers: Annotated[
        Mapping[HostName, Annotated[str, AfterValidator(_address)]], Field(min_length=1, max_length=32)
    ]
    """Each authoritative name server -> its address."""
    names: Annotated[tuple[HostName, ...], Field(min_length=1, max_length=64)]
    """The names that customers type. They must lead to the active site."""
    front_door: Annotated[str, template("domain")]
    """The name of each site's own front door, where the names lead after a failover: ``edge.{domain}``."""
    families: Annotated[tuple[Family, ...], Field(min_length=1)] = ("A",)
    """The kinds of address that must exist. Others are judged as well if they exist."""
    max_ttl: Annotated[Duration, at_most("1d")] = timedelta(minutes=5)
    """How long a resolver may keep an answer, and so send customers to a dead site."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The names of the front door."""
        front = of.front
        return {"roles": [front.role], "names": list(front.names)} if front else {}


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """All questions to all servers, as one."""
    servers = tuple(target.section.servers.values())
    return {"replies": Ask(question(servers, _questions(target)))}


def _questions(target: Target[Policy]) -> tuple[Question, ...]:
    section = target.section
    names = dict.fromkeys((*section.names, _front_door(target)))
    addresses = (Question(name, family) for name in names for family in FAMILIES)
    return (Question(section.zone, "SOA"), Question(section.zone, "NS"), *addresses)


def _front_door(target: Target[Policy]) -> str:
    if target.site.domain is None:
        raise UnmeasuredError(f"{target.site.name} has no parity_domain, so its front door has no name")
    return target.section.front_door.format(domain=target.site.domain).lower()


def read_servers(answers: Answers, target: Target[Policy]) -> Table:
    """Each name server -> `AUTHORITY`, or how it answers instead."""
    said = _said(answers, target)
    return {server: said[server, Question(target.section.zone, "SOA")].state for server in _servers(target)}


def read_zone(answers: Answers, target: Target[Policy]) -> Table:
    """Whether all servers have the same zone, and whether it names exactly the servers of the policy."""
    zone, said = target.section.zone, _heard(answers, target)
    starts = {server: said[server, Question(zone, "SOA")].values for server in _servers(target)}
    serials = {server: start[0].split(" ")[2] for server, start in starts.items() if start}
    differ = len(set(serials.values())) != 1
    each = ", ".join(f"{server} {serial}" for server, serial in sorted(serials.items())) or "none"
    return {f"serial of {zone}": each if differ else SAME_SERIAL} | {
        f"name servers of {zone} at {server}": _named(said[server, Question(zone, "NS")], target)
        for server in serials
    }


def _named(reply: Reply, target: Target[Policy]) -> str:
    named = {value.rstrip(".").lower() for value in reply.values}
    return AS_IN_POLICY if named == set(target.section.servers) else ", ".join(sorted(named)) or "none"


def read_records(answers: Answers, target: Target[Policy]) -> Table:
    """Each name and kind of address at each server -> where it leads."""
    return dict(_places(answers, target, target.section.names))


def read_front_door(answers: Answers, target: Target[Policy]) -> Table:
    """The site's own front door at each server -> its addresses."""
    return dict(_places(answers, target, (_front_door(target),)))


def _places(answers: Answers, target: Target[Policy], names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for item, family, reply in _addresses(answers, target, names):
        if reply.values:
            first, *others = reply.values
            yield item, first
            yield from ((f"{item} ({number})", value) for number, value in enumerate(others, 2))
        elif family in target.section.families:
            yield item, "no record" if reply.state == AUTHORITY else reply.state


def read_ttl(answers: Answers, target: Target[Policy]) -> Table:
    """Each answer, or absence of one -> the seconds for which resolvers may keep it."""
    names = (*target.section.names, _front_door(target))
    return {item: reply.ttl for item, _, reply in _addresses(answers, target, names)}


def _addresses(
    answers: Answers, target: Target[Policy], names: tuple[str, ...]
) -> Iterator[tuple[str, Family, Reply]]:
    """Each answer of the servers that answer. `read_servers` reports the others."""
    said = _heard(answers, target)
    for server in _servers(target):
        for name in names:
            for family in FAMILIES:
                reply = said[server, Question(name, family)]
                if reply.state != NO_ANSWER:
                    yield f"{name} {family} at {server}", family, reply


def _servers(target: Target[Policy]) -> tuple[str, ...]:
    return tuple(target.section.servers)


@once
def _said(answers: Answers, target: Target[Policy]) -> Mapping[tuple[str, Question], Reply]:
    return replies(answers.rows("replies"), _servers(target), _questions(target))


def _heard(answers: Answers, target: Target[Policy]) -> Mapping[tuple[str, Question], Reply]:
    said = _said(answers, target)
    if all(reply.state == NO_ANSWER for reply in said.values()):
        raise UnmeasuredError("no name server answered")
    return said


def read_absence(answers: Answers, _: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    seen = answers.parts("programs", programs.PARTS)
    return {
        "a name server": witnessed(programs.found(seen, products.DNS)),
        "a port of name servers": witnessed(ports.reachable(answers.rows("ports"), ports.DOMAIN)),
    }


PROBE = Probe(
    section=Policy,
    ask=ask,
    title="DNS",
    shows={
        Sight.NAME_SERVERS: Shown(read_servers, ("replies",)),
        Sight.RECORDS: Shown(read_records, ("replies",)),
        Sight.TTL: Shown(read_ttl, ("replies",)),
    },
    tables={
        "servers": Reading(read_servers, healthy=AUTHORITY),
        "zone": Reading(read_zone, healthy=(SAME_SERIAL, AS_IN_POLICY)),
        "records": Reading(read_records),
        "front_door": Reading(read_front_door),
        "ttl": Reading(read_ttl),
    },
    absence=Witnesses({"programs": Ask(programs.QUESTION), "ports": Ask(ports.QUESTION)}, read_absence),
)

"""The hosts of a site with their names and roles, from what was given and what they said. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

from siteparity.drafting import kinds
from siteparity.drafting.given import Given, GivenSite, groups_of
from siteparity.drafting.seen import NOBODY, Seen
from siteparity.model import Address

_ROLE = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,252}")


@dataclass(frozen=True, slots=True)
class HostSeen:
    """One host of a site."""

    name: str
    roles: tuple[str, ...]
    given: Given
    seen: Seen

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Its own, for other hosts."""
        return tuple(dict.fromkeys([*self.given.host.addresses, *self.seen.own.addresses]))


@dataclass(frozen=True, slots=True)
class SiteSeen:
    """A site, with what its hosts said."""

    name: str
    hosts: tuple[HostSeen, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    """What is in no role, or is no role, and why."""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Host -> its names, its own ones and those by which settings of the site reach it."""
    is_described: bool = False
    """Whether its inventory says which domain and networks are its own."""

    def roles(self) -> tuple[str, ...]:
        """Every role that has a host, in the order in which a request passes them, then as they come."""
        usual = ("edge", "lb", "web", "app", "db", "redis", "sessions", "cache")
        every = dict.fromkeys(role for host in self.hosts for role in host.roles)
        return (*[one for one in usual if one in every], *[one for one in every if one not in usual])

    def at(self, address: str) -> HostSeen | None:
        """The host with an address."""
        try:
            wanted = ip_address(address)
        except ValueError:
            return None
        return next((one for one in self.hosts if wanted in one.addresses), None)

    def called(self, name: str) -> HostSeen | None:
        """The host with a name."""
        wanted = name.lower().rstrip(".")
        return next(
            (
                one
                for one in self.hosts
                if wanted in map(str.lower, (one.name, *self.names.get(one.name, ())))
            ),
            None,
        )


def of(given: GivenSite, seen: Mapping[str, Seen], like: SiteSeen | None = None) -> SiteSeen:
    """A site with the names and roles of its hosts.

    Args:
        given: by the command line.
        seen: name of a host, as given -> what it said. A host that did not answer is named all the same.
        like: the primary, whose host of a like name has the role of one on which nothing runs.
    """
    there = given.hosts
    seen = {one.host.name: seen.get(one.host.name, NOBODY) for one in there}
    left_out: list[tuple[str, str]] = list(given.left_out)
    if given.is_bare:
        names = _names([seen[one.host.name] for one in there], there)
        roles = {
            one.host.name: tuple(filter(None, [_role(name, seen[one.host.name], given.name, like)]))
            for one, name in zip(there, names, strict=True)
        }
    else:
        names = [one.host.name for one in there]
        groups = list(groups_of(given))
        odd = [group for group in groups if not _ROLE.fullmatch(group)]
        left_out += [(f"group {one}", "a role is a name of a-z, 0-9, _ -; rename the group") for one in odd]
        roles = {
            one.host.name: tuple(group for group in groups if group in one.groups and group not in odd)
            for one in there
        }
    hosts = tuple(
        HostSeen(name, roles[one.host.name], one, seen[one.host.name])
        for one, name in zip(there, names, strict=True)
    )
    left_out += [
        (f"host {one.name}", "nothing on it shows a role, so it is in none") for one in hosts if not one.roles
    ]
    site = SiteSeen(given.name, hosts, tuple(left_out))
    called = {one.name: tuple(_called(one, site)) for one in hosts}
    return SiteSeen(site.name, hosts, site.left_out, called, bool(given.domain and given.networks))


def _names(seen: Sequence[Seen], given: Sequence[Given]) -> list[str]:
    """What bare hosts are called: as they call themselves, or as they were typed if that is no name."""
    short = [next(iter(one.own.names), "").partition(".")[0] for one in seen]
    times = Counter(short)
    typed = [one.host.connection.address.replace(":", "-") for one in given]
    made = [
        own if _NAME.fullmatch(own) and times[own] == 1 else name
        for own, name in zip(short, typed, strict=True)
    ]
    again = Counter(made)
    return [
        name if again[name] == 1 else f"{name}-{one.host.connection.port or 22}"
        for name, one in zip(made, given, strict=True)
    ]


def _role(name: str, seen: Seen, site: str, like: SiteSeen | None) -> str:
    if found := kinds.role(seen):
        return found
    if like is None:
        return ""
    wanted = _bare_name(name, site)
    alike = (one for one in like.hosts if _bare_name(one.name, like.name) == wanted)
    return next((role for one in alike for role in one.roles), "")


def _bare_name(name: str, site: str) -> str:
    """A name without its number and its site: ``web`` of ``dallas-web1``."""
    return re.sub(r"[0-9]+$", "", name.lower().replace(site.lower(), "").strip("-_."))


def _called(host: HostSeen, site: SiteSeen) -> Iterator[str]:
    """Names of a host: its own, and those that hosts of the site resolve to its addresses."""
    own = {str(one) for one in host.addresses}
    places = {one.given.host.connection.address for one in site.hosts}
    typed = host.given.host.connection.address
    reached = [
        name
        for one in site.hosts
        for name, addresses in one.seen.resolves.items()
        if own & {*addresses} and not _is_front(name, site)
    ]
    by_user = [typed] if re.search("[A-Za-z]", typed) and len(places) == len(site.hosts) else []
    yield from dict.fromkeys([*host.given.host.names, *host.seen.own.names, *by_user, *reached])


def _is_front(name: str, site: SiteSeen) -> bool:
    """Whether customers type a name: it is the site's that serves, and no host's own."""
    return any(one.text == name for host in site.hosts for one in host.seen.names)

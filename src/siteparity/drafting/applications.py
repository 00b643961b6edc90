"""Which services of the primary serve customers, together or one for another. Pure.

A service is part of it if others reach it over the network, if one that is uses it, or if it has settings
that lead to one that is. Services of one role that run as one account are one application. What leads where
is told by settings and by what runs: both must name the place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from siteparity.drafting import kinds
from siteparity.drafting.seen import Listener, Setting, Unit
from siteparity.drafting.sites import HostSeen, SiteSeen

SHARED = frozenset({"", "root", "www-data", "http", "apache", "nginx", "nobody", "daemon"})
"""Accounts as which different applications run."""


LISTENS, STARTED_WITH_IT = "it listens there", "its process was started with it"


@dataclass(frozen=True, slots=True)
class Service:
    """A service of one role, on all hosts of the role."""

    role: str
    unit: str

    def __str__(self) -> str:
        return f"{self.unit} ({self.role})"


@dataclass(frozen=True, slots=True)
class Lead:
    """What shows that one application uses another."""

    to: str
    """The name of the other one."""
    configured: tuple[Setting, ...] = ()
    running: tuple[str, ...] = ()
    """In words: what was seen to run."""
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Application:
    """Services of one role that are one application."""

    name: str
    role: str
    units: tuple[str, ...]
    hosts: tuple[HostSeen, ...]
    """Every host of the role."""
    leads: tuple[Lead, ...] = ()
    outside: tuple[Setting, ...] = ()
    """Settings that name a server outside the site."""

    def on(self) -> Iterator[tuple[HostSeen, Unit]]:
        """Each of its units on each host that has it."""
        for host in self.hosts:
            for name in self.units:
                if unit := host.seen.unit(name):
                    yield host, unit

    @property
    def main(self) -> Unit:
        """The first of its units, on the first host that has it."""
        return next(unit for _, unit in self.on())

    @property
    def is_postgres(self) -> bool:
        """Whether it is a PostgreSQL server."""
        return kinds.is_postgres(self.main)

    @property
    def is_redis(self) -> bool:
        """Whether it is a Redis."""
        return kinds.is_redis(self.main)

    @property
    def is_data(self) -> bool:
        """Whether it keeps data for others."""
        return kinds.is_data(self.main)

    @property
    def is_web(self) -> bool:
        """Whether it is a web server."""
        return kinds.is_web(self.main)


@dataclass(frozen=True, slots=True)
class Found:
    """All applications of a site, and what was left out."""

    applications: tuple[Application, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    unresolved: tuple[tuple[str, Setting], ...] = field(default=())
    """Application and setting of places about which nothing is known."""

    def named(self, name: str) -> Application:
        """The application of that name."""
        return next(one for one in self.applications if one.name == name)


@dataclass(frozen=True, slots=True)
class _Use:
    """One service uses another."""

    by: Service
    to: Service
    host: str
    setting: Setting | None = None
    running: str = ""


def find(site: SiteSeen) -> Found:
    """The applications of a site: the front door first, servers of data last."""
    uses = list(dict.fromkeys(_uses(site)))
    reached = {
        _service(host, one.unit) for host in site.hosts for one in host.seen.listeners if _is_open(one)
    }
    part = {one for one in reached if _serves(site, one)}
    while more := {
        other
        for use in uses
        for other in (use.by, use.to)
        if (use.by in part or use.to in part) and other not in part and _serves(site, other)
    }:
        part |= more
    groups = _grouped(site, part)
    name_of = {service: name for name, services in groups.items() for service in services}
    uses = list(_one_way(site, uses, name_of))
    applications = [
        Application(
            name,
            services[0].role,
            tuple(one.unit for one in services),
            tuple(host for host in site.hosts if services[0].role in host.roles),
            tuple(_leads(name, uses, name_of)),
            tuple(_outside(site, services)),
        )
        for name, services in groups.items()
    ]
    beside = tuple(_left_out(site, part))
    return Found(tuple(_ordered(applications)), beside)


def _one_way(site: SiteSeen, uses: Sequence[_Use], name_of: Mapping[Service, str]) -> Sequence[_Use]:
    """The uses without those by which an application names its own front door: a link for customers."""
    there = {(name_of.get(use.by), name_of.get(use.to)) for use in uses}

    def is_back(use: _Use) -> bool:
        unit = _unit(site, use.to)
        reverse = (name_of.get(use.to), name_of.get(use.by))
        return reverse in there and unit is not None and kinds.is_web(unit)

    return [use for use in uses if not is_back(use)]


def _is_open(one: Listener) -> bool:
    return one.protocol == "tcp" and bool(one.unit) and not kinds.is_loopback(one.address)


def _service(host: HostSeen, unit: str) -> Service:
    return Service(host.roles[0] if host.roles else "", unit)


def _unit(site: SiteSeen, service: Service) -> Unit | None:
    units = (host.seen.unit(service.unit) for host in site.hosts if service.role in host.roles)
    return next((one for one in units if one), None)


def _serves(site: SiteSeen, service: Service) -> bool:
    unit = _unit(site, service)
    return (
        bool(service.role)
        and unit is not None
        and not (kinds.is_platform(unit) or kinds.is_monitoring(unit) or kinds.is_mail(unit))
    )


def _uses(site: SiteSeen) -> Iterator[_Use]:
    """Each place at the site that settings, variables of processes or open connections of services name."""
    for host in site.hosts:
        yield from _set(site, host)
        yield from _connected(site, host)


def _set(site: SiteSeen, host: HostSeen) -> Iterator[_Use]:
    """What settings and variables of processes name."""
    sockets = {one.text: one.unit for one in host.seen.sockets}
    for setting in (*host.seen.settings, *host.seen.processes):
        by, unit = _service(host, setting.unit), host.seen.unit(setting.unit)
        if unit is None or kinds.is_data(unit):
            continue
        for to in _targets(site, host, setting, sockets):
            if to == by:
                continue
            if setting.file:
                yield _Use(by, to, host.name, setting)
            yield _Use(by, to, host.name, None, LISTENS if setting.file else STARTED_WITH_IT)


def _connected(site: SiteSeen, host: HostSeen) -> Iterator[_Use]:
    """What open connections lead to."""
    for one in host.seen.connections:
        target = site.at(one.address) if one.own_port == 0 and one.unit else None
        for to in _listening(target, one.port) if target else ():
            if to != _service(host, one.unit):
                yield _Use(_service(host, one.unit), to, host.name, None, "open connections")
    for used in host.seen.uses:
        by, to = _service(host, used.unit), _service(host, used.server)
        yield _Use(by, to, host.name, None, f"open connections to {used.path}")


def _targets(
    site: SiteSeen, host: HostSeen, setting: Setting, sockets: Mapping[str, str]
) -> Iterator[Service]:
    """The services of the site to which a setting leads."""
    if not setting.host:
        paths = (setting.path, f"/var{setting.path}", setting.path.removeprefix("/var"))
        yield from (_service(host, sockets[path]) for path in paths if path in sockets)
        return
    port = setting.port or PORTS.get(setting.scheme)
    for target in where(site, host, setting.host):
        yield from _listening(target, port) if port else _only_database(target)


PORTS: Mapping[str, int] = {
    "http": 80, "https": 443, "redis": 6379, "rediss": 6379, "postgres": 5432, "postgresql": 5432,
    "pgsql": 5432, "mysql": 3306, "amqp": 5672, "amqps": 5671, "smtp": 25, "smtps": 465, "ldap": 389,
    "ldaps": 636, "memcached": 11211, "mongodb": 27017,
}  # fmt: skip
"""The usual port of a scheme (IANA's registry)."""


def where(site: SiteSeen, host: HostSeen, name: str) -> Sequence[HostSeen]:
    """The hosts of the site that a name or an address means on a host."""
    if kinds.is_loopback(name):
        return [host]
    addresses = host.seen.resolves.get(name, (name,))
    found = [one for address in addresses if (one := site.at(address))]
    if not found and (called := site.called(name)):
        found = [called]
    return list({one.name: one for one in found}.values())


def _only_database(host: HostSeen) -> Iterator[Service]:
    """The one server of data of a host, which a setting without a port must mean."""
    units = [one for one in host.seen.units if kinds.is_data(one) and kinds.runs(one)]
    if len(units) == 1 and not kinds.is_loopback(host.name):
        yield _service(host, units[0].name)


def _listening(host: HostSeen, port: int) -> Iterator[Service]:
    units = (
        one.unit for one in host.seen.listeners if one.protocol == "tcp" and one.port == port and one.unit
    )
    for unit in dict.fromkeys(units):
        yield _service(host, unit)


def _grouped(site: SiteSeen, part: Iterable[Service]) -> Mapping[str, list[Service]]:
    """Application -> its services, one that listens first."""
    groups: dict[tuple[str, str], list[Service]] = {}
    for service in sorted(part, key=lambda one: (one.role, not _listens(site, one), one.unit)):
        unit = _unit(site, service)
        user = unit.user if unit else ""
        own = service.unit if user in SHARED or (unit and kinds.is_data(unit)) else user
        groups.setdefault((service.role, own), []).append(service)
    named: dict[str, list[Service]] = {}
    for (role, _), services in groups.items():
        short = kinds.stem(services[0].unit).removesuffix("-server")
        name = (
            short
            if short not in named and not _is_elsewhere(short, role, groups.values())
            else f"{short} {role}"
        )
        named[name] = services
    return named


def _is_elsewhere(name: str, role: str, groups: Iterable[Sequence[Service]]) -> bool:
    return any(
        kinds.stem(some[0].unit).removesuffix("-server") == name and some[0].role != role for some in groups
    )


def _listens(site: SiteSeen, service: Service) -> bool:
    there = [host.seen for host in site.hosts if service.role in host.roles]
    units = {one.unit for seen in there for one in seen.listeners}
    return service.unit in units | {one.unit for seen in there for one in seen.sockets}


def _leads(name: str, uses: Sequence[_Use], name_of: Mapping[Service, str]) -> Iterator[Lead]:
    """What an application uses, each once, with all that shows it."""
    leads: dict[str, Lead] = {}
    for use in uses:
        to = name_of.get(use.to)
        if name_of.get(use.by) != name or to is None or to == name:
            continue
        lead = leads.get(to, Lead(to))
        leads[to] = replace(
            lead,
            configured=tuple(dict.fromkeys([*lead.configured, *([use.setting] if use.setting else [])])),
            running=tuple(dict.fromkeys([*lead.running, *([use.running] if use.running else [])])),
            hosts=tuple(dict.fromkeys([*lead.hosts, use.host])),
        )
    yield from leads.values()


def _outside(site: SiteSeen, services: Sequence[Service]) -> Iterator[Setting]:
    """Settings with the name of a server that is none of the site's."""
    names = {one.unit for one in services}
    found: dict[tuple[str, str], Setting] = {}
    for host in site.hosts:
        for one in host.seen.settings:
            unit = host.seen.unit(one.unit)
            is_named = "." in one.host and any(map(str.isalpha, one.host))
            is_ours = one.unit in names and services[0].role in host.roles
            if is_ours and is_named and unit and not (kinds.is_data(unit) or where(site, host, one.host)):
                found.setdefault((one.file, one.key), one)
    yield from found.values()


def _left_out(site: SiteSeen, part: Iterable[Service]) -> Iterator[tuple[str, str]]:
    """Services that run and are no application: what is compared of them, and why nothing is drafted."""
    known = {*part}
    beside: dict[str, list[str]] = {}
    for host in site.hosts:
        for unit in host.seen.units:
            is_usual = kinds.is_platform(unit) or kinds.is_monitoring(unit)
            if kinds.runs(unit) and _service(host, unit.name) not in known and not is_usual:
                beside.setdefault(unit.name, []).append(host.name)
    for name in sorted(beside):
        yield name, f"runs on {', '.join(beside[name])}, but nothing shows that customers need it; compared"


def _ordered(applications: Sequence[Application]) -> Sequence[Application]:
    used = {lead.to for one in applications for lead in one.leads}
    return sorted(applications, key=lambda one: (one.is_data, one.name in used, not one.is_web, one.name))

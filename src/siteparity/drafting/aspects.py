"""The lines of aspects and journeys that need words, beside what the applications say. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from siteparity.drafting import kinds
from siteparity.drafting.applications import PORTS, Found
from siteparity.drafting.described import is_any, is_front, names_of, outside_of
from siteparity.drafting.lines import LeftOut, Line, listed, todo
from siteparity.drafting.seen import Job, Listener, Setting
from siteparity.drafting.sites import HostSeen, SiteSeen
from siteparity.model import UnmeasuredError
from siteparity.tools.schedule import programs
from siteparity.tools.witnesses import web_servers

_EPHEMERAL = 32_768
"""The first port that Linux hands out to clients (ip(7), ip_local_port_range)."""
_DISTRIBUTION = ("/lib/", "/usr/lib/")
_NODE_EXPORTER = {
    "time": "node_time_seconds",
    "parts": "node_scrape_collector_success",
    "files": "node_textfile_mtime_seconds",
}
"""What the exporter of Prometheus for hosts tells of itself."""
_SPEAKS = {"http": "http", "https": "https", "smtp": "smtp"}


class Aspects:
    """The lines below ``aspects`` and ``smoke``."""

    def __init__(self, site: SiteSeen, found: Found) -> None:
        self.site, self.found = site, found
        self.left_out: list[LeftOut] = []

    def lines(self) -> list[Line]:
        """All of them, in the order of the policy's reference."""
        parties = list(self._parties())
        waf = list(self._waf())
        front = self._front()
        return [
            *self._database(), *self._dns(), *parties, *self._listeners(), *self._monitoring(),
            *self._schedules(), *self._tls(), *waf,
            *([Line(("smoke", "attack"), {}, "requests are filtered")] if waf and front else []),
            *([Line(("smoke", "egress"), {}, "the third parties of egress")] if parties and front else []),
        ]  # fmt: skip

    def _front(self) -> bool:
        """Whether names of customers lead to an application."""
        return any(host.seen.names for host in self.site.hosts)

    def _of(self, has: Iterable[str]) -> str:
        return listed(dict.fromkeys(has))

    def _database(self) -> Iterator[Line]:
        servers = [(host.name, host.seen.postgres) for host in self.site.hosts if host.seen.postgres]
        users: dict[str, list[str]] = {}
        for _, server in servers:
            for role in server.roles:
                if not role.get("is_super"):
                    needs = [name for name in ("has_password", "replicates") if role.get(name)]
                    users[str(role["name"])] = [
                        {"has_password": "password", "replicates": "replication"}[one] for one in needs
                    ]
        if users:
            seen = f"they may log in to PostgreSQL on {self._of(name for name, _ in servers)}"
            yield Line(("aspects", "database", "users"), dict(sorted(users.items())), seen)

    def _dns(self) -> Iterator[Line]:
        every = {one for host in self.site.hosts for one in host.seen.name_servers}
        front = {name for one in self.found.applications for name, _ in names_of(self.found, one)}
        zones = {one.zone for one in every if one.name in front}
        if len(zones) != 1:
            if zones:
                self.left_out.append(
                    LeftOut("aspects.dns", f"the names lie in several zones: {listed(sorted(zones))}")
                )
            return
        zone = next(iter(zones))
        servers = {
            one.server: one.address for one in sorted(every, key=lambda one: one.server) if one.zone == zone
        }
        yield Line(("aspects", "dns", "zone"), zone, "the zone of the names, as resolvers say")
        yield Line(("aspects", "dns", "servers"), servers, "the authoritative name servers of the zone")
        question = (
            "Which name has each site's own front door, where customers are led after a failover, with "
            "{domain} in place of the site's domain?"
        )
        yield todo(("aspects", "dns", "front_door"), question)

    def _parties(self) -> Iterator[Line]:
        seen_servers: set[tuple[str, int]] = set()
        for one in self.found.applications:
            for setting in outside_of(one):
                port = setting.port or PORTS.get(setting.scheme)
                if port is None or (setting.host, port) in seen_servers:
                    continue
                seen_servers.add((setting.host, port))
                party: dict[str, object] = {
                    "server": setting.host, "port": port, "speaks": _SPEAKS.get(setting.scheme, "tcp"),
                }  # fmt: skip
                asks = f"Does {one.name} call {setting.host} itself?"
                if party["speaks"] in ("http", "https"):
                    asks = f"{asks} And may anybody GET / there, with the status 200?"
                yield Line(
                    ("aspects", "egress", "parties", _words(setting)),
                    party,
                    f"set as {setting.key} in {setting.file}; outside the site",
                    asks,
                )

    def _listeners(self) -> Iterator[Line]:
        if not any(key for one in self.found.applications for key in self._ports_of(one.name)):
            return
        own = {(one.role, port) for one in self.found.applications for port in self._ports_of(one.name)}
        of: dict[tuple[str, int | str, str, str], set[str]] = {}
        for host in self.site.hosts:
            for key in _sockets(host):
                if not any((role, key[1]) in own and key[0] == "tcp" for role in host.roles):
                    of.setdefault(key, set()).add(host.name)
        every = {host.name for host in self.site.hosts if host.roles}
        common = [_listener(key) for key, hosts in sorted(of.items(), key=_by_port) if every <= hosts]
        if common:
            yield Line(("aspects", "listeners", "everywhere"), common, "they listen on every host")
        for role in self.site.roles():
            hosts = {host.name for host in self.site.hosts if role in host.roles}
            some = [
                (key, on) for key, on in sorted(of.items(), key=_by_port) if not every <= on and on & hosts
            ]
            if some:
                lacking = sorted({name for _, on in some for name in hosts - on})
                asks = f"Should {listed(lacking)} have all of them, too?" if lacking else ""
                listening = self._of(sorted({name for _, on in some for name in on & hosts}))
                at = ("aspects", "listeners", "expected", role)
                yield Line(at, [_listener(key) for key, _ in some], f"they listen on {listening}", asks)

    def _ports_of(self, name: str) -> set[int]:
        one = self.found.named(name)
        return {
            port.port
            for host in one.hosts
            for port in host.seen.listeners
            if port.unit in one.units and port.protocol == "tcp" and is_any(port)
        }

    def _monitoring(self) -> Iterator[Line]:
        agents: dict[str, tuple[dict[str, object], list[str]]] = {}
        for host in self.site.hosts:
            for unit in host.seen.units:
                ports = sorted(
                    one.port for one in host.seen.listeners if one.unit == unit.name and one.protocol == "tcp"
                )
                if kinds.is_monitoring(unit) and ports and kinds.runs(unit):
                    value: dict[str, object] = {"unit": unit.name, "port": ports[0]}
                    value |= (
                        _NODE_EXPORTER if "node-exporter" in unit.name or "node_exporter" in unit.name else {}
                    )
                    agents.setdefault(kinds.stem(unit.name), (value, []))[1].append(host.name)
        for name, (value, on) in sorted(agents.items()):
            roles = [
                role
                for role in self.site.roles()
                if any(role in h.roles and h.name in on for h in self.site.hosts)
            ]
            whole = {**value, **({} if set(roles) == set(self.site.roles()) else {"roles": roles})}
            at = ("aspects", "monitoring", "agents", name)
            yield Line(at, whole, f"it runs and listens on {listed(on)}")

    def _schedules(self) -> Iterator[Line]:
        taken: set[str] = set()
        for (user, command), where in sorted(self._jobs().items(), key=lambda one: one[0][1]):
            hosts = [host for host, _ in where]
            value = {"roles": self._roles_of(hosts), "user": user, "command": command}
            at = ("aspects", "schedules", "jobs", _free(_program(command), taken))
            seen = f"in {listed(dict.fromkeys(job.file for _, job in where), 2)}"
            yield Line(at, value, seen, self._elsewhere(hosts))
        for name, hosts in sorted(self._timers().items()):
            value = {"roles": self._roles_of(hosts), "timer": name}
            at = ("aspects", "schedules", "jobs", _free(name.removesuffix(".timer"), taken))
            yield Line(at, value, f"a timer on {listed(host.name for host in hosts)}", self._elsewhere(hosts))

    def _jobs(self) -> Mapping[tuple[str, str], list[tuple[HostSeen, Job]]]:
        """User and command -> where crontabs have it. What cannot be drafted is left out."""
        jobs: dict[tuple[str, str], list[tuple[HostSeen, Job]]] = {}
        for host in self.site.hosts:
            for job in host.seen.jobs:
                told = sorted(programs.commands(job.command) - {""})
                if len(told) == 1:
                    jobs.setdefault((job.user, told[0]), []).append((host, job))
                    continue
                why = "its line runs several commands" if told else "a word of its command may be a secret"
                what = f"a job in {job.file} of {host.name} ({listed(told, 2) or job.program or 'not told'})"
                self.left_out.append(LeftOut(what, f"{why}; compared all the same"))
        return jobs

    def _timers(self) -> Mapping[str, list[HostSeen]]:
        """Each timer that no distribution brought, and that runs or starts at a boot -> its hosts."""
        timers: dict[str, list[HostSeen]] = {}
        for host in self.site.hosts:
            for timer in host.seen.timers:
                is_own = timer.file and not timer.file.startswith(_DISTRIBUTION)
                if is_own and (timer.active == "active" or timer.enabled.startswith("enabled")):
                    timers.setdefault(timer.name, []).append(host)
        return timers

    def _roles_of(self, hosts: Sequence[HostSeen]) -> list[str]:
        return list(dict.fromkeys(role for host in hosts for role in host.roles[:1]))

    def _elsewhere(self, hosts: Sequence[HostSeen]) -> str:
        """A question if only some hosts of the roles have a job."""
        names, roles = {host.name for host in hosts}, {*self._roles_of(hosts)}
        lacking = [one.name for one in self.site.hosts if roles & {*one.roles} and one.name not in names]
        return f"Should {listed(lacking)} have it, too?" if lacking else ""

    def _tls(self) -> Iterator[Line]:
        names: dict[str, tuple[dict[str, object], str, str]] = {}
        roles: list[str] = []
        fronts = [one for one in self.found.applications if is_front(self.found, one)]
        for one in fronts:
            for host in one.hosts:
                served = sorted(
                    port.port
                    for port in host.seen.listeners
                    if port.unit in one.units and port.port in (443, 8443)
                )
                every = list(dict.fromkeys(names_of(self.found, one)))
                for name, file in every:
                    own = [c for c in host.seen.certificates if c.unit in one.units]
                    # A server that only passes requests on has a certificate, and its names stand elsewhere.
                    files = (
                        {file}
                        if any(c.file == file for c in own)
                        else {c.file for c in own if len(every) == 1}
                    )
                    certificates = [c.text for c in own if c.file in files]
                    keys = [c.text for c in host.seen.keys if c.file in files and c.unit in one.units]
                    if len(set(certificates)) == 1 and len(set(keys)) == 1:
                        value: dict[str, object] = {"certificate": certificates[0], "key": keys[0]}
                        value |= {"port": served[0]} if served and served[0] != 443 else {}  # noqa: PLR2004
                        asks = (
                            ""
                            if served
                            else f"Nothing on {host.name} listens at 443. Is this certificate served?"
                        )
                        names.setdefault(name, (value, next(iter(sorted(files))), asks))
                        roles += [one.role]
                    elif certificates:
                        why = f"{listed(sorted(files))} names several certificates"
                        self.left_out.append(LeftOut(f"aspects.tls.names.{name}", why))
        if names:
            yield Line(("aspects", "tls", "roles"), list(dict.fromkeys(roles)), "these hosts serve the names")
        for name, (value, file, asks) in names.items():
            yield Line(("aspects", "tls", "names", name), value, f"{name} is served with it by {file}", asks)

    def _waf(self) -> Iterator[Line]:
        loaded, filtered = [], []
        for host in self.site.hosts:
            try:
                parts = host.seen.witnesses.parts("web_servers", web_servers.PARTS)
            except UnmeasuredError:
                continue
            loaded += [host.name] if any(parts["loaded"]) else []
            filtered += [host.name] if any(parts["filtered"]) else []
        if not (loaded or filtered) or not self._front():
            return
        asks = ""
        if not loaded:
            asks = (
                "A configuration filters requests, and no running server has such a module. Does one filter?"
            )
        elif not filtered:
            asks = "A server has a module that filters requests; no configuration uses it. Does it filter?"
        yield Line(
            ("aspects", "waf"), {}, f"a web server filters requests on {self._of([*loaded, *filtered])}", asks
        )


def _sockets(host: HostSeen) -> Iterator[tuple[str, int | str, str, str]]:
    """Each open port of a host: protocol, port, program, and at which addresses."""
    of: dict[tuple[str, int | str], list[Listener]] = {}
    for one in host.seen.listeners:
        if one.address.lower().startswith("fe80"):
            continue
        if one.port >= _EPHEMERAL and one.protocol == "udp":
            continue  # a client's, which comes and goes
        of.setdefault((one.protocol, "ephemeral" if one.port >= _EPHEMERAL else one.port), []).append(one)
    for (protocol, port), some in of.items():
        programs = sorted({one.program for one in some})
        at = "any" if any(map(is_any, some)) else "site"
        at = "loopback" if all(kinds.is_loopback(one.address) for one in some) else at
        yield protocol, port, programs[0], at


def _listener(key: tuple[str, int | str, str, str]) -> Mapping[str, object]:
    protocol, port, program, at = key
    beside = {**({"protocol": protocol} if protocol != "tcp" else {}), "port": port, "program": program}
    return {**beside, **({"at": at} if at != "any" else {})}


def _by_port(one: tuple[tuple[str, int | str, str, str], set[str]]) -> tuple[str, str, int]:
    protocol, port, program, _ = one[0]
    return protocol, program, port if isinstance(port, int) else _EPHEMERAL


def _program(command: str) -> str:
    """What people may call a job: the name of its first program, and its first plain word."""
    words = command.split()
    first = words[0].rpartition("/")[2]
    more = [one for one in words[1:2] if re.fullmatch(r"[a-z][a-z-]*", one)]
    return " ".join([first, *more])


def _free(name: str, taken: set[str]) -> str:
    number = 1
    while (found := name if number == 1 else f"{name} {number}") in taken:
        number += 1
    taken.add(found)
    return found


def _words(setting: Setting) -> str:
    """``SHOP_PAYMENT_URL`` as people may call the server."""
    last = re.split(r"[.]", setting.key)[-1]
    plain = re.sub(r"_?(URL|URI|HOST|SERVER|ENDPOINT|ADDRESS)$", "", last, flags=re.IGNORECASE)
    return re.sub(r"[^a-z0-9]+", " ", plain.lower()).strip() or setting.host

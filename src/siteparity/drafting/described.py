"""The lines of each application: what the policy says of it once. Pure."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from siteparity.drafting import kinds
from siteparity.drafting.applications import SHARED, Application, Found, Lead, where
from siteparity.drafting.lines import LeftOut, Line, listed, todo
from siteparity.drafting.seen import Listener, Setting
from siteparity.drafting.sites import HostSeen, SiteSeen
from siteparity.policy.todo import APPLICATIONS

SUITE = "parity"
"""siteparity's own user in databases, if none is there yet that may only watch."""
AUTH_FILE = "/etc/siteparity/redis-auth"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_MESSAGES = "LC_MESSAGES"


@dataclass(frozen=True, slots=True)
class Described:
    """The lines about applications."""

    lines: tuple[Line, ...]
    left_out: tuple[LeftOut, ...]
    languages: tuple[str, ...]
    """Of the catalogues that are drafted, as gettext writes them."""


def describe(site: SiteSeen, found: Found) -> Described:
    """The lines of all applications, the front door first."""
    lines: list[Line] = []
    sessions: list[Line] = []
    languages: list[str] = []
    left_out: list[LeftOut] = []
    for one in found.applications:
        writing = _Writing(site, found, one)
        lines += writing.lines()
        sessions += writing.sessions_section()
        left_out += writing.left_out
        languages += writing.languages
    return Described((*lines, *sessions[:1]), tuple(left_out), tuple(dict.fromkeys(languages)))


class _Writing:
    """One application."""

    def __init__(self, site: SiteSeen, found: Found, one: Application) -> None:
        self.site, self.found, self.one = site, found, one
        self.left_out: list[LeftOut] = []
        self.languages: list[str] = []
        self.every = [host.name for host in one.hosts]

    def lines(self) -> list[Line]:
        """Its lines, in the order of the keys of the policy."""
        steps: tuple[Callable[[], Iterator[Line]], ...] = (
            self._role, self._names, self._units, self._user, self._ports, self._workers, self._settings,
            self._release, self._language, self._catalogues, self._uploads, self._leads, self._server,
        )  # fmt: skip
        return [line for step in steps for line in step()]

    def _line(self, key: str, value: object, seen: str, asks: str = "") -> Line:
        return Line((APPLICATIONS, self.one.name, key), value, seen, asks)

    def _uneven(self, hosts: Iterable[str], what: str) -> str:
        """A question if not every host of the role has something."""
        there = set(hosts)
        lacking = [name for name in self.every if name not in there]
        return f"Should {listed(lacking)} have {what}, too?" if lacking else ""

    def _role(self) -> Iterator[Line]:
        yield self._line("role", self.one.role, f"it runs on {listed(self.every)}")

    def _units(self) -> Iterator[Line]:
        up, at_boot, hosts = [], [], []
        for host, unit in self.one.on():
            up += [unit.name] if kinds.runs(unit) else []
            at_boot += [unit.name] if unit.enabled.startswith(("enabled", "generated", "indirect")) else []
            hosts += [host.name] if kinds.runs(unit) else []
        asks = self._uneven(hosts, listed(self.one.units))
        idle = [name for name in self.one.units if name not in up]
        late = [name for name in self.one.units if name not in at_boot]
        asks = f"{listed(idle)} does not run. Should it?" if idle else asks
        asks = asks or (f"No boot starts {listed(late)}. Should one?" if late else "")
        seen = f"running{'' if late else ' and enabled'} on {listed(dict.fromkeys(hosts))}"
        yield self._line("units", list(self.one.units), seen, asks)

    def _user(self) -> Iterator[Line]:
        users = Counter(unit.user for _, unit in self.one.on() if kinds.runs(unit))
        if len(users) > 1:
            self._leave("user", f"its processes run as {listed(sorted(users))}")
        elif (user := next(iter(users), "")) and user != "root":
            yield self._line("user", user, "its processes run as it")

    def _ports(self) -> Iterator[Line]:
        if found := list(self._open()):
            ports = {one.port: one.program for _, one in sorted(found, key=lambda one: _rank(one[1].port))}
            hosts = listed(host.name for host, _ in found)
            asks = self._uneven((host.name for host, _ in found), "these ports open")
            yield self._line("ports", ports, f"they listen on {hosts}", asks)

    def _open(self) -> Iterator[tuple[HostSeen, Listener]]:
        """Its ports that are open at every address: the policy takes no other for an application's."""
        for host in self.one.hosts:
            for one in host.seen.listeners:
                if one.unit in self.one.units and one.protocol == "tcp" and is_any(one):
                    yield host, one

    def _names(self) -> Iterator[Line]:
        if not is_front(self.found, self.one):
            return
        reached: list[str] = []
        others: list[str] = []
        files: list[str] = []
        for name, file in names_of(self.found, self.one):
            is_there = any(
                where(self.site, host, name) for host in self.site.hosts if name in host.seen.resolves
            )
            (reached if is_there else others).append(name)
            files.append(file)
        names = list(dict.fromkeys([*reached, *others]))
        if names:
            lost = [name for name in names if name not in reached]
            asks = f"Do customers type {listed(lost)}? No host of the site has its address." if lost else ""
            leads = "" if lost else ", which leads to this site"
            yield self._line("names", names, f"a server name in {listed(files, 2)}{leads}", asks)

    def _workers(self) -> Iterator[Line]:
        found = [
            (host.name, one.text)
            for host in self.one.hosts
            for one in host.seen.workers
            if one.unit == self.one.units[0]
        ]
        texts = Counter(text for _, text in found)
        if len(texts) == 1 and not self.one.is_data:
            text = next(iter(texts))
            yield self._line(
                "workers", text, f"several such processes on {listed(host for host, _ in found)}"
            )
        elif len(texts) > 1 and not self.one.is_data:
            self._leave("workers", f"several kinds of processes do its work: {listed(texts)}")

    def _settings(self) -> Iterator[Line]:
        if self.one.is_data or self.one.is_web:
            return
        there = [host.seen for host in self.one.hosts]
        told = [(one.unit, one.form, one.file) for seen in there for one in seen.settings]
        told += [(one.unit, one.form, one.file) for seen in there for one in seen.secrets]
        files = list(
            dict.fromkeys(file for unit, form, file in told if form == "env" and unit in self.one.units)
        )
        if not files:
            return
        yield self._line("settings", files, "environment files of its units, with names of other servers")
        keys = [
            one.key for host in self.one.hosts for one in host.seen.secrets
            if one.unit in self.one.units and one.file == files[0]
        ]  # fmt: skip
        names = [key for key in dict.fromkeys(keys) if _NAME.fullmatch(key)]
        if names:
            yield self._line("secrets", names, f"they hold a password, or are called like one, in {files[0]}")

    def _release(self) -> Iterator[Line]:
        found = {
            (one.path, one.version, one.manifest, one.git)
            for host in self.one.hosts
            for one in host.seen.releases
            if one.unit in self.one.units
        }
        told = sorted(one for one in found if one[1] or one[3])
        if len(told) > 1:
            self._leave("release", f"several folders could be it: {listed(one[0] for one in told)}")
        for path, version, manifest, git in told if len(told) == 1 else ():
            value: dict[str, object] = {"path": path}
            value |= {"git": True} if git else {"version": version}
            value |= {"manifest": manifest} if manifest and not git else {}
            below = sorted(
                {
                    one.removeprefix(f"{path}/").split("/")[0]
                    for one in self._compiled()
                    if one.startswith(f"{path}/")
                }
            )
            if below:
                value["leave_out"] = [f"{one}/*" for one in below]
            what = " and ".join(filter(None, ["git" if git else version, "" if git else manifest]))
            yield self._line("release", value, f"its processes work there; {what} tells which one it is")
            if below:
                yield self._line(
                    "leave_out",
                    [f"{path}/{one}/*" for one in below],
                    "the catalogues, which are judged by themselves",
                )

    def _compiled(self) -> list[str]:
        return [
            one.path for host in self.one.hosts for one in host.seen.catalogues if one.unit in self.one.units
        ]

    def _language(self) -> Iterator[Line]:
        if self.one.is_data or self.one.is_web:
            return
        every = [one for host in self.one.hosts for one in host.seen.variables if one.unit in self.one.units]
        running = {one.name: one.value for one in every if one.how == "running"}
        configured = {one.name: one.value for one in every if one.how == "configured"}
        value = {
            name: text for name, text in sorted(running.items()) if re.match("[a-z]{2,3}_[A-Z]{2}", text)
        }
        if not value or len({(one.name, one.value) for one in every if one.how == "running"}) > len(running):
            return
        asks = "" if value.items() <= configured.items() else "No unit of it sets this. Is it meant to be so?"
        yield self._line("language", value, "its processes run with it", asks)

    def _catalogues(self) -> Iterator[Line]:
        found: dict[str, set[str]] = {}
        sources: dict[str, bool] = {}
        for host in self.one.hosts:
            for one in host.seen.catalogues:
                if one.unit in self.one.units and (told := template(one.path)):
                    found.setdefault(told[0], set()).add(told[1])
                    sources[told[0]] = sources.get(told[0], True) and one.has_source
        common = os.path.commonpath(found) if len(found) > 1 else ""
        own = [path for path in found if _is_own(path.removeprefix(common), self.one)] or list(found)
        best = max((len(found[path]) for path in own), default=0)
        own = sorted((path for path in own if len(found[path]) == best), key=lambda path: (len(path), path))
        for path in own[:1]:
            value = {"path": path}
            if sources[path]:
                value["source"] = f"{path.removesuffix('.mo')}.po"
            self.languages = sorted(found[path])
            seen = f"compiled catalogues of {listed(self.languages, 8)} below its folder"
            asks = f"Does it say the rest in {listed(own[1:], 2)}?" if own[1:] else ""
            yield self._line("catalogues", value, seen, asks)

    def _uploads(self) -> Iterator[Line]:
        first = next(one for one in self.found.applications if one.role == self.one.role)
        if first is not self.one and not self._is_of_role():
            return
        if first is self.one and any(
            _Writing(self.site, self.found, one)._is_of_role()  # noqa: SLF001  # another of the same kind
            for one in self.found.applications
            if one.role == self.one.role and one is not self.one
        ):
            return
        every = [(host.name, one) for host in self.one.hosts for one in host.seen.mounts]
        paths = sorted({one.path for _, one in every})
        if paths:
            bare = sorted({one.path for _, one in every if not one.configured})
            asks = f"No line of fstab mounts {listed(bare)}. Should one?" if bare else ""
            both = "" if bare else ", as fstab says"
            yield self._line("uploads", paths, f"mounted on {listed(host for host, _ in every)}{both}", asks)

    def _is_of_role(self) -> bool:
        """Whether the file systems of the role are most likely its own."""
        return not self.one.is_web and not self.one.is_redis

    def _leads(self) -> Iterator[Line]:
        leads, seen, asks = [], [], []
        for lead in self.one.leads:
            to = self.found.named(lead.to)
            leads.append(self._lead(lead, to))
            keys = listed(dict.fromkeys(f"{one.key} in {one.file}" for one in lead.configured), 2)
            told = f"set as {keys}" if keys else f"{listed(lead.running)} from {listed(lead.hosts)}"
            seen.append(f"{lead.to}: {told}")
            if not lead.configured:
                asks.append(f"No setting names {lead.to}, though connections lead there. Does it need it?")
            elif not lead.running:
                asks.append(f"Nothing that runs leads to {lead.to}. Does it need it?")
            elif to.is_redis and not self.sessions(lead):
                asks.append(
                    f"Does it keep the sessions of customers in {lead.to}? Then add keeps_sessions: true."
                )
        if leads:
            yield self._line("leads_to", leads, "; ".join(seen), " ".join(asks))

    def _lead(self, lead: Lead, to: Application) -> dict[str, object]:
        value: dict[str, object] = {"application": lead.to}
        named = [one for one in lead.configured if one.form == "env" and _NAME.fullmatch(one.key)]
        if to.is_postgres:
            users = {one.user for one in lead.configured if one.user} or self._clients(to)
            if len(users) == 1:
                value["database_user"] = next(iter(users))
        elif len(named) == 1:
            value["setting"] = named[0].key
        if to.is_redis and self.sessions(lead):
            value["keeps_sessions"] = True
        return value

    def sessions(self, lead: Lead) -> list[Setting]:
        """The settings of a lead that are about sessions, by their names or by one beside them."""
        beside = {(one.file, one.text) for host in self.one.hosts for one in host.seen.sessions}
        return [one for one in lead.configured if "sess" in one.key.lower() or (one.file, one.key) in beside]

    def sessions_section(self) -> Iterator[Line]:
        """Where sessions are kept, if no environment file says it, so that the application cannot."""
        for lead in self.one.leads:
            to = self.found.named(lead.to)
            told = self.sessions(lead) if to.is_redis else []
            if not told or told[0].form == "env":
                continue
            value = {
                "service": self.one.units[0], "file": told[0].file, "key": told[0].key,
                "clients": [self.one.role], "servers": [to.role],
                "redis_user": SUITE, "auth_file": AUTH_FILE,
            }  # fmt: skip
            yield Line(("aspects", "sessions"), value, f"set as {told[0].key} in {told[0].file}")
            return

    def _clients(self, to: Application) -> set[str]:
        """As whom hosts of the role are connected to a database."""
        own = {str(address) for host in self.one.hosts for address in host.addresses}
        return {
            one["user"]
            for host in to.hosts
            if host.seen.postgres
            for one in host.seen.postgres.clients
            if one.get("address") in own and one.get("user") != SUITE
        }

    def _server(self) -> Iterator[Line]:
        if self.one.is_postgres:
            yield from self._postgres()
        if self.one.is_redis:
            value = {"redis_user": SUITE, "auth_file": AUTH_FILE}
            yield self._line(
                "redis", value, "siteparity's own user; siteparity privileges prints what to grant"
            )

    def _postgres(self) -> Iterator[Line]:
        servers = [host.seen.postgres for host in self.one.hosts if host.seen.postgres]
        there = sorted({name for one in servers for name in one.databases})
        named = {
            setting.path
            for one in self.found.applications
            for lead in one.leads
            if lead.to == self.one.name
            for setting in lead.configured
            if setting.path in there
        }
        watching = sorted({name for one in servers for name in one.monitors})
        user = watching[0] if len(watching) == 1 else SUITE
        at = (APPLICATIONS, self.one.name, "postgresql")
        chosen = sorted(named) or there
        if len(chosen) != 1:
            known = listed(there) or "none was seen"
            yield todo(at, f"Which database do customers use ({known}), and which user may watch it?")
            return
        asks = "" if named else f"No setting names the database {chosen[0]}. Do customers use it?"
        seen = (
            "the database that settings name, and a user who may watch it" if named else "its only database"
        )
        yield Line(at, {"database": chosen[0], "database_user": user}, seen, asks)

    def _leave(self, key: str, why: str) -> None:
        self.left_out.append(LeftOut(f"{APPLICATIONS}.{self.one.name}.{key}", why))


def is_front(found: Found, one: Application) -> bool:
    """Whether customers come to it: no other application does, and it keeps no data for others."""
    used = {lead.to for other in found.applications for lead in other.leads}
    return one.name not in used and not one.is_data


def names_of(found: Found, one: Application) -> Iterator[tuple[str, str]]:
    """The names by which customers reach an application, and the files with them.

    A server that only passes requests on has none of its own: then those of what it leads to count.
    """
    behind = [found.named(lead.to) for lead in one.leads] if one.is_web else []
    yield from list(_own_names(one)) or [
        told for other in behind if other.is_web for told in _own_names(other)
    ]


def _own_names(one: Application) -> Iterator[tuple[str, str]]:
    for host in one.hosts:
        yield from ((named.text, named.file) for named in host.seen.names if named.unit in one.units)


def is_any(one: Listener) -> bool:
    """Whether a socket is open at every address of the host."""
    return one.address in ("0.0.0.0", "::", "*")  # noqa: S104  # what ss writes


def _rank(port: int) -> tuple[int, int]:
    """The usual ports of the web before others, https first: the first one is what customers come to."""
    return (443, 80, port).index(port), port


def template(path: str) -> tuple[str, str] | None:
    """A path with ``{language}`` in place of the language, and the language; None if it names none."""
    parts = path.split("/")
    for at, part in enumerate(parts):
        is_before = at + 1 < len(parts) and parts[at + 1] == _MESSAGES
        if is_before and re.fullmatch(r"[a-z]{2,3}(_[A-Z][A-Za-z]+)?(@[a-z]+)?", part) and "{" not in path:
            return "/".join([*parts[:at], "{language}", *parts[at + 1 :]]), part
    return None


def _is_own(path: str, one: Application) -> bool:
    """Whether a catalogue is called like the application, or lies in a folder of its name."""
    users = {unit.user for _, unit in one.on() if unit.user not in SHARED}
    names = {one.name.lower(), *(kinds.stem(unit).lower() for unit in one.units), *users}
    return any(part.lower().removesuffix(".mo") in names for part in path.split("/"))


def outside_of(one: Application) -> Sequence[Setting]:
    """The settings of an application that name servers outside the site, except those of a web server."""
    return () if one.is_web else one.outside

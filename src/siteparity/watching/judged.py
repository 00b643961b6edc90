"""What was seen on hosts -> what it says of each proof: yes, no, or not known. Pure.

What is not known is never a yes. Whatever a look cannot see is not known, and the answer says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from siteparity.failover.answers import Alarm, Answer, Question, Seen
from siteparity.failover.order import Part
from siteparity.failover.placeholders import name_of
from siteparity.failover.proofs import Database, Kind, Side, Units
from siteparity.model import Host, Site, Table, Unmeasured
from siteparity.names import OwnNames
from siteparity.probes import Sight
from siteparity.report.words import count
from siteparity.tools.postgres import lsn
from siteparity.watching.lost import lost

_UP = ("active", "reloading")
_DOWN = ("inactive", "failed")
_SILENT = re.compile(r"no answer within \d+ s|No route to host|Host is down")
"""What ssh says of a host at whose address nothing answers."""
_REFUSED_HERE = re.compile(r"connection refused \((127\.[0-9.]+|::1|localhost):\d+\)")
"""This machine refuses what it would pass on to the host, so nobody has asked the host."""
_ANSWERED = re.compile(
    r"connection refused|login refused|host key|sudo |the host lacks its collector|the host refuses"
)
"""What ssh says of a machine that answers at the host's address and lets nobody in."""
NOT_BUILT = "siteparity does not measure it; note with siteparity said who saw it"


@dataclass(frozen=True, slots=True)
class Sights:
    """What one look saw."""

    sites: Mapping[Side, Site]
    tables: Mapping[str, Mapping[Sight, Table | Unmeasured]]
    """Label of a host -> what was seen there."""
    gate: Mapping[Part, Answer] = field(default_factory=dict)
    """Whether the gate lets the new site take over, and later the old one."""
    timeline: int | None = None
    """The newest timeline when the drill began."""
    followed: int | None = None
    """The timeline that the new site's databases followed then."""
    fenced_at: datetime | None = None
    """When a step had proven that the old site is fenced."""
    held_until: datetime | None = None
    """Whatever was committed at the old site until then is at the new one, by a record that stood in."""
    journeys: Answer | None = None
    """What the journeys of customers told where they are led; None if nobody tried them."""
    serving: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Role -> the units that serve customers there."""
    database_units: tuple[str, ...] = ()
    """The units of the database, if the policy names them."""
    healthy: Mapping[Sight, tuple[object, ...]] = field(default_factory=dict)
    """The values that mean that nothing is wrong."""

    def hosts(self, question: Question) -> tuple[Host, ...]:
        """The hosts that a question is about."""
        if question.side is None:
            return ()
        site = self.sites[question.side]
        return site.in_role(question.role) if question.role else site.hosts

    def table(self, host: Host, sight: Sight) -> Table | Unmeasured:
        """What was seen on a host."""
        missing = Unmeasured("the policy does not say how to look at it")
        return self.tables.get(host.label, {}).get(sight, missing)

    def having(self, side: Side, sight: Sight) -> tuple[Host, ...]:
        """The hosts of a site on which something can be seen at all."""
        return tuple(host for host in self.sites[side].hosts if sight in self.tables.get(host.label, {}))

    def answers(self, host: Host) -> bool:
        """Whether a host said anything."""
        return any(not isinstance(table, Unmeasured) for table in self.tables.get(host.label, {}).values())

    def reason(self, host: Host) -> str:
        """Why a host said nothing."""
        tables = self.tables.get(host.label, {}).values()
        return next((one.reason for one in tables if isinstance(one, Unmeasured)), "nobody asked it")


def judge(question: Question, sights: Sights) -> Answer:
    """What a look says of a question."""
    judging = _JUDGES.get(question.proof.kind)
    return judging(question, sights) if judging else Answer(Seen.UNKNOWN, NOT_BUILT)


@dataclass(frozen=True, slots=True)
class Before:
    """What was so before a failover. None for what no look showed."""

    newest: int | None = None
    """The newest timeline of the databases; None unless each site shows one."""
    followed: int | None = None
    """The timeline of the new site's databases; None unless all of them show the same."""
    ttl_seconds: int | None = None
    """For how long a resolver may keep where customers are led."""


def before(sights: Sights) -> Before:
    """What a look saw before the failover."""
    of = {
        side: [_number(sights.table(host, Sight.TIMELINE)) for host in sights.having(side, Sight.TIMELINE)]
        for side in Side
    }
    known = {side: [one for one in found if one is not None] for side, found in of.items()}
    newest = max(one for found in known.values() for one in found) if all(known.values()) else None
    (followed, *others) = dict.fromkeys(of[Side.NEW]) or {None: None}
    ttls = [
        ttl
        for side in Side
        for host in sights.having(side, Sight.TTL)
        if not isinstance(table := sights.table(host, Sight.TTL), Unmeasured)
        for ttl in table.values()
        if isinstance(ttl, int)
    ]
    return Before(newest, None if others else followed, max(ttls, default=None))


def _each(answers: Iterable[tuple[Host, Answer]]) -> Answer:
    """All hosts together: one no is a no, and only a yes of every host is a yes."""
    told = list(answers)
    for seen in (Seen.NO, Seen.UNKNOWN):
        some = [f"{name_of(host)}: {one.words}" for host, one in told if one.seen is seen]
        if some:
            return Answer(seen, "; ".join(some))
    if not told:
        return Answer(Seen.UNKNOWN, "there is no host to look at")
    return Answer(Seen.YES, "; ".join(f"{name_of(host)}: {one.words}" for host, one in told))


def _units(question: Question, sights: Sights) -> Answer:
    wanted = question.proof.wanted
    if not isinstance(wanted, Units):
        return Answer(Seen.UNKNOWN, NOT_BUILT)
    return _each((host, _units_on(host, wanted, sights)) for host in sights.hosts(question))


def _units_on(host: Host, wanted: Units, sights: Sights) -> Answer:
    table = sights.table(host, Sight.UNITS)
    if isinstance(table, Unmeasured):
        return Answer(Seen.UNKNOWN, table.reason)
    wrong = [f"{name} is {table[name]}" for name in wanted.run if name in table and table[name] not in _UP]
    wrong += [
        f"{name} is {table[name]}" for name in wanted.stopped if table.get(name, "inactive") not in _DOWN
    ]
    if wrong:
        return Answer(Seen.NO, ", ".join(wrong))
    unseen = [name for name in (*wanted.run, *wanted.stopped) if name not in table]
    if unseen:
        words = f"nothing is known of {', '.join(unseen)}; require it in aspects.services of the policy"
        return Answer(Seen.UNKNOWN, words)
    return Answer(Seen.YES, ", ".join(f"{name} is {table[name]}" for name in (*wanted.run, *wanted.stopped)))


def _database(question: Question, sights: Sights) -> Answer:
    looks: Mapping[object, Callable[[Host, Sights], Answer]] = {
        Database.SHUT_DOWN: _is_shut_down,
        Database.TAKES_WRITES: _takes_writes,
        Database.FOLLOWS: _follows,
    }
    look = looks[question.proof.wanted]
    return _each((host, look(host, sights)) for host in sights.hosts(question))


def _is_shut_down(host: Host, sights: Sights) -> Answer:
    if not isinstance(sights.table(host, Sight.MODE), Unmeasured):
        return Answer(Seen.NO, "the database answers")
    if not sights.database_units:
        return Answer(Seen.UNKNOWN, "the policy names no unit of the database (applications: units)")
    return _units_on(host, Units(stopped=sights.database_units), sights)


def _takes_writes(host: Host, sights: Sights) -> Answer:
    writable = _item(sights.table(host, Sight.MODE))
    if isinstance(writable, Unmeasured):
        return _if_down(host, sights, writable)
    return Answer(Seen.YES, "takes writes") if writable == "yes" else Answer(Seen.NO, "is in recovery")


def _follows(host: Host, sights: Sights) -> Answer:
    receiver, mode = _item(sights.table(host, Sight.RECEIVER)), _item(sights.table(host, Sight.MODE))
    if isinstance(mode, Unmeasured):
        return _if_down(host, sights, mode)
    if mode != "no":
        return Answer(Seen.NO, "takes writes itself")
    if isinstance(receiver, Unmeasured):
        return Answer(Seen.UNKNOWN, receiver.reason)
    seen = Seen.YES if receiver == "streaming" else Seen.NO
    return Answer(seen, f"its WAL receiver: {receiver}")


def _if_down(host: Host, sights: Sights, unmeasured: Unmeasured) -> Answer:
    """A database that does not answer: no, if its units are known to be stopped."""
    if sights.database_units and _is_shut_down(host, sights).seen is Seen.YES:
        return Answer(Seen.NO, "it is shut down")
    return Answer(Seen.UNKNOWN, unmeasured.reason)


def _timeline(question: Question, sights: Sights) -> Answer:
    before = sights.timeline
    if before is None:
        return Answer(Seen.UNKNOWN, "the timeline was not known when the drill began")
    return _each((host, _timeline_on(host, before, sights)) for host in sights.hosts(question))


def _timeline_on(host: Host, before: int, sights: Sights) -> Answer:
    table = sights.table(host, Sight.TIMELINE)
    now = _number(table)
    if isinstance(table, Unmeasured) or now is None:
        return Answer(Seen.UNKNOWN, table.reason if isinstance(table, Unmeasured) else "no timeline was told")
    return Answer(Seen.YES if now > before else Seen.NO, f"timeline {now}, {before} when the drill began")


def _writers(_: Question, sights: Sights) -> Answer:
    looks = [(host, _takes_writes(host, sights)) for side in Side for host in sights.having(side, Sight.MODE)]
    writers = [name_of(host) for host, one in looks if one.seen is Seen.YES]
    if len(writers) > 1:
        return Answer(Seen.NO, f"{' and '.join(writers)} take writes", Alarm.SECOND_WRITER)
    unknown = [
        f"{name_of(host)}: {one.words}"
        for host, one in looks
        if one.seen is Seen.UNKNOWN and not _is_fenced(host, sights)
    ]
    words = f"{writers[0]} takes writes" if writers else "no database takes writes"
    if unknown:
        return Answer(Seen.UNKNOWN, "; ".join([words, *unknown]))
    return Answer(Seen.YES if writers else Seen.NO, words)


def _silent(question: Question, sights: Sights) -> Answer:
    """Silence counts only if somebody else answers: else it may be this machine that is cut off."""
    hosts = sights.hosts(question)
    answering = [f"{name_of(host)} {words}" for host in hosts if (words := _answer(host, sights))]
    if answering:
        return Answer(Seen.NO, "; ".join(answering))
    other = question.side.other if question.side else Side.NEW
    if not any(sights.answers(host) for host in sights.sites[other].hosts):
        return Answer(Seen.UNKNOWN, "no host of either site answers: is this machine cut off?")
    return _each((host, _silence(host, sights)) for host in hosts)


def _answer(host: Host, sights: Sights) -> str:
    """How a machine answers at the address of a host; empty if none is known to do so."""
    if sights.answers(host):
        return "answers"
    reason = sights.reason(host)
    is_one = _ANSWERED.search(reason) and not _REFUSED_HERE.search(reason)
    return f"answers, and lets nobody in: {reason}" if is_one else ""


def _silence(host: Host, sights: Sights) -> Answer:
    reason = sights.reason(host)
    if _REFUSED_HERE.search(reason):
        return Answer(Seen.UNKNOWN, f"this machine refuses in its place, and nobody asked it: {reason}")
    return Answer(Seen.YES if _is_silent(host, sights) else Seen.UNKNOWN, reason)


def _is_silent(host: Host, sights: Sights) -> bool:
    return not sights.answers(host) and bool(_SILENT.search(sights.reason(host)))


def _is_fenced(host: Host, sights: Sights) -> bool:
    """Whether a host is of the old site, which is proven to be fenced, and is silent."""
    return (
        sights.fenced_at is not None and host.site == sights.sites[Side.OLD].name and _is_silent(host, sights)
    )


def _standby_has(_: Question, sights: Sights) -> Answer:
    hosts = sights.having(Side.NEW, Sight.REPLAYED)
    return _each((host, _has_replayed(host, sights)) for host in hosts)


def _has_replayed(host: Host, sights: Sights) -> Answer:
    """Whether a database has replayed the last checkpoint of the old one, which is the last that it wrote."""
    table = sights.table(host, Sight.REPLAYED)
    if isinstance(table, Unmeasured):
        return Answer(Seen.UNKNOWN, table.reason)
    for system, position in table.items():
        replayed, ended = lsn(position), _last_checkpoint(system, sights)
        if isinstance(ended, Answer):
            return ended
        if replayed is not None:
            words = f"has replayed WAL up to {position}; the last checkpoint begins at {_shown(ended)}"
            return Answer(Seen.YES if replayed > ended else Seen.NO, words)
    return Answer(Seen.UNKNOWN, "it has replayed nothing since its start")


def _last_checkpoint(system: str, sights: Sights) -> int | Answer:
    """Where the old database was shut down; an answer if it was not, or that is not known."""
    if sights.followed is None:
        return Answer(Seen.UNKNOWN, "what the new database followed was not known when the drill began")
    found: list[int] = []
    for host in sights.having(Side.OLD, Sight.ENDED):
        table = sights.table(host, Sight.ENDED)
        if isinstance(table, Unmeasured):
            return Answer(Seen.UNKNOWN, f"{name_of(host)}: {table.reason}")
        ended = table.get(f"{system} {sights.followed}")
        position = lsn(ended)
        if position is not None:
            found.append(position)
        elif ended is not None:
            runs = not isinstance(sights.table(host, Sight.MODE), Unmeasured)
            return Answer(Seen.NO if runs else Seen.UNKNOWN, f"{name_of(host)} was not shut down: {ended}")
    none = "the old site shows no database that was shut down on the timeline which the new one followed"
    return max(found) if found else Answer(Seen.UNKNOWN, none)


def _shown(position: int) -> str:
    """A position as PostgreSQL writes it."""
    return f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"


def _lost(question: Question, sights: Sights) -> Answer:
    """What is lost: nothing if the new site has everything, or else what the old server's WAL shows.

    As long as nobody can look at that, it is between nothing and what was written since a record.
    """
    if sights.fenced_at is None:
        return Answer(Seen.UNKNOWN, "the old site is not fenced, and may still take orders")
    has = _standby_has(question, sights)
    if has.seen is Seen.YES:
        return Answer(Seen.YES, f"nothing: {has.words}", lost_seconds=(0.0, 0.0))
    counted = _counted(sights, sights.fenced_at)
    if counted.seen is Seen.YES:
        return counted
    if sights.held_until is None:
        words = f"not counted: {counted.words}; no run by a record tells what the new site has"
        return Answer(Seen.UNKNOWN, words)
    most = max(0.0, (sights.fenced_at - sights.held_until).total_seconds())
    since = f"{sights.held_until.astimezone(UTC):%H:%M:%S} to {sights.fenced_at.astimezone(UTC):%H:%M:%S}"
    if not most:
        words = "nothing: a record shows more than the old site committed"
        return Answer(Seen.YES, words, lost_seconds=(0.0, 0.0))
    words = f"orders of {since} UTC may be lost; not counted: {counted.words}"
    return Answer(Seen.UNKNOWN, words, lost_seconds=(0.0, most))


def _counted(sights: Sights, fenced_at: datetime) -> Answer:
    """The transactions that the old server committed after the new one had left its timeline.

    What it committed once it was fenced is counted as well, and does not lengthen the time: no customer
    ordered that.
    """
    if sights.followed is None:
        return Answer(Seen.UNKNOWN, "what the new database followed was not known when the drill began")
    forks, committed = (
        [sights.table(host, sight) for host in sights.having(side, sight)]
        for side, sight in ((Side.NEW, Sight.FORKED), (Side.OLD, Sight.COMMITTED))
    )
    unknown = [one.reason for one in (*forks, *committed) if isinstance(one, Unmeasured)]
    if unknown:
        return Answer(Seen.UNKNOWN, unknown[0])
    found = lost(_tables(forks), _tables(committed), sights.followed)
    if isinstance(found, str):
        return Answer(Seen.UNKNOWN, found)
    if not found.commits:
        return Answer(Seen.YES, "nothing: the old WAL holds no later transaction", lost_seconds=(0.0, 0.0))
    first, last = (f"{at.astimezone(UTC):%H:%M:%S}" for at in (found.commits[0], found.commits[-1]))
    exact = round(found.seconds(fenced_at), 1)
    number = count(len(found.commits), "transaction")
    words = f"{number} of {first} to {last} UTC, which only the old WAL holds"
    return Answer(Seen.YES, words, lost_seconds=(exact, exact))


def _tables(found: Iterable[Table | Unmeasured]) -> list[Table]:
    return [one for one in found if not isinstance(one, Unmeasured)]


def _dns(_: Question, sights: Sights) -> Answer:
    hosts = sights.having(Side.NEW, Sight.RECORDS)
    return _each((host, _dns_from(host, sights)) for host in hosts)


def _dns_from(host: Host, sights: Sights, side: Side = Side.NEW) -> Answer:
    records, servers = sights.table(host, Sight.RECORDS), sights.table(host, Sight.NAME_SERVERS)
    if isinstance(records, Unmeasured):
        return Answer(Seen.UNKNOWN, records.reason)
    if isinstance(servers, Unmeasured):
        return Answer(Seen.UNKNOWN, servers.reason)
    site = OwnNames.of(sights.sites[side])
    elsewhere = [f"{name}: {place}" for name, place in records.items() if not site.owns(str(place))]
    if elsewhere:
        return Answer(Seen.NO, ", ".join(elsewhere))
    good = sights.healthy.get(Sight.NAME_SERVERS, ())
    away = [f"{name}: {state}" for name, state in servers.items() if state not in good]
    if away or not records:
        return Answer(Seen.UNKNOWN, ", ".join(away) or "no record was told")
    return Answer(Seen.YES, f"{len(servers)} servers lead there")


def _jobs(_: Question, sights: Sights) -> Answer:
    armed = {side: dict(_armed(side, sights)) for side in Side}
    old = [name_of(host) for host, one in armed[Side.OLD].items() if one == "yes"]
    new = [name_of(host) for host, one in armed[Side.NEW].items() if one == "yes"]
    if old and new:
        words = f"armed on {', '.join(old)} and on {', '.join(new)}"
        return Answer(Seen.NO, words, Alarm.ARMED_TWICE)
    if old or "no" in armed[Side.NEW].values():
        return Answer(Seen.NO, f"armed on {', '.join(old) or 'no host of the old site'}; not on all new ones")
    without = _has_no_database(sights, Side.OLD)
    unknown = [
        f"{name_of(host)}: {one.reason}"
        for side in Side
        for host, one in armed[side].items()
        if isinstance(one, Unmeasured)
        and not _is_fenced(host, sights)
        and not (side is Side.OLD and without and sights.answers(host))
    ]
    if unknown or not new:
        return Answer(Seen.UNKNOWN, "; ".join(unknown) or "the policy describes no such job")
    return Answer(Seen.YES, f"armed on {', '.join(new)}" + without)


def _has_no_database(sights: Sights, side: Side) -> str:
    """That a job which fails at a site can charge nobody: each of its databases is shut down. Else empty."""
    hosts = sights.having(side, Sight.MODE)
    down = all(_is_shut_down(host, sights).seen is Seen.YES for host in hosts)
    return f"; the database of {sights.sites[side].name} is shut down" if hosts and down else ""


def _armed(side: Side, sights: Sights) -> Iterator[tuple[Host, object]]:
    for host in sights.having(side, Sight.ARMED):
        yield host, _item(sights.table(host, Sight.ARMED))


def _connections(_: Question, sights: Sights) -> Answer:
    hosts = sights.having(Side.NEW, Sight.CONNECTED)
    return _each((host, _connected(host, sights)) for host in hosts)


def _connected(host: Host, sights: Sights) -> Answer:
    table = sights.table(host, Sight.CONNECTED)
    if isinstance(table, Unmeasured):
        return Answer(Seen.UNKNOWN, table.reason)
    good = sights.healthy.get(Sight.CONNECTED, ())
    found = [f"{what}: {to}" for what, to in table.items() if to not in good]
    return Answer(Seen.NO, ", ".join(found)) if found else Answer(Seen.YES, "none")


def customers(sights: Sights) -> Side | Answer:
    """The site to which every name leads customers, if nothing is seen in their way there."""
    hosts = sights.having(Side.NEW, Sight.RECORDS)
    leads = {side: _each((host, _dns_from(host, sights, side)) for host in hosts) for side in Side}
    for side, answer in leads.items():
        if answer.seen is Seen.YES:
            return _in_the_way(side, sights) or side
    return Answer(Seen.UNKNOWN, f"where customers are led is not known: {leads[Side.NEW].words}")


def _in_the_way(side: Side, sights: Sights) -> Answer | None:
    """What keeps a site from serving anybody, as far as that is seen."""
    name, hosts = sights.sites[side].name, sights.sites[side].hosts
    if hosts and all(_is_fenced(host, sights) for host in hosts):
        return Answer(Seen.NO, f"{name}, to which customers are led, is cut off")
    looks = [_takes_writes(host, sights) for host in sights.having(side, Sight.MODE)]
    if looks and not any(one.seen is Seen.YES for one in looks):
        worst = Seen.UNKNOWN if any(one.seen is Seen.UNKNOWN for one in looks) else Seen.NO
        return Answer(worst, f"{name}, to which customers are led: {looks[0].words}")
    for role, units in sights.serving.items():
        tables = [sights.table(host, Sight.UNITS) for host in sights.sites[side].in_role(role)]
        known = [table for table in tables if not isinstance(table, Unmeasured)]
        for unit in units:
            states = [str(table.get(unit, "inactive")) for table in known]
            if states and len(known) == len(tables) and not any(state in _UP for state in states):
                return Answer(Seen.NO, f"{name}, to which customers are led: {unit} is {states[0]}")
    return None


def _smoke(_: Question, sights: Sights) -> Answer:
    at = customers(sights)
    if isinstance(at, Answer):
        return at
    return sights.journeys or Answer(Seen.UNKNOWN, "nobody tried the journeys out")


def _gate(question: Question, sights: Sights) -> Answer:
    return sights.gate.get(question.part, Answer(Seen.UNKNOWN, "the gate was not asked"))


def _item(table: Table | Unmeasured) -> object:
    """The one value of a table; `Unmeasured` if there is none."""
    if isinstance(table, Unmeasured):
        return table
    return next(iter(table.values()), Unmeasured("nothing was told"))


def _number(table: Table | Unmeasured) -> int | None:
    value = _item(table)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


_JUDGES: Mapping[Kind, Callable[[Question, Sights], Answer]] = {
    Kind.GATE: _gate,
    Kind.UNITS: _units,
    Kind.DATABASE: _database,
    Kind.TIMELINE: _timeline,
    Kind.WRITERS: _writers,
    Kind.SILENT: _silent,
    Kind.STANDBY_HAS: _standby_has,
    Kind.LOST: _lost,
    Kind.DNS: _dns,
    Kind.JOBS: _jobs,
    Kind.CONNECTIONS: _connections,
    Kind.SMOKE: _smoke,
}
"""How each kind of proof is judged. A person alone says the other one."""

"""Measuring: every host of both sites at once, one script each, before anything is compared.

A host that cannot be measured delays the run by no more than its own deadline, and stands in the result with
the reason for each of its tables.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar

from siteparity.model import Facts, Host, HostFacts, Site, Table, Unmeasured, UnmeasuredError
from siteparity.policy import Policy
from siteparity.probe import Answers, Probe, SecondLook, Seen, Target, read_tables
from siteparity.redaction import redacted, stand_ins
from siteparity.transport import Output
from siteparity.transport.script import OPENER, Answer, Ask, Moment, join, moment, split
from siteparity.twins import ASK as MACHINE
from siteparity.twins import identity, twins

MAX_CONNECTIONS = 32
"""Hosts asked at the same time."""
_WAKE_SECONDS = 0.5

_MACHINE = "machine"
"""The name of the one question that belongs to no aspect."""

L = TypeVar("L")

Probes: TypeAlias = Mapping[str, Probe[Any]]
Say: TypeAlias = Callable[[Host, str], None]
"""Tells the person who waits how far a host is."""


class Runner(Protocol):
    """What collecting needs of the transport."""

    def run(self, host: Host, script: bytes, *, timeout: float, opener: bytes) -> Output:
        """Run a script on a host after its opener; `UnmeasuredError` says why it could not be run."""


@dataclass(frozen=True, slots=True)
class Measured:
    """All facts of one site at one time."""

    site: str
    measured_at: datetime
    hosts: Mapping[str, HostFacts]


@dataclass(frozen=True, slots=True)
class _Look:
    """What the first look at a host brought."""

    facts: HostFacts
    machine: str | None
    """Which machine answered (`siteparity.twins`)."""


@dataclass(frozen=True, slots=True)
class Collector:
    """One run's measuring: the same policy, probes and deadline for every host."""

    policy: Policy
    probes: Probes
    runner: Runner
    deadline: float
    """The moment, on the monotonic clock, at which everything must be over."""
    say: Say
    known: Sequence[Site] = ()
    """Every site, also those that are not measured now."""
    stand_in: Measured | None = None
    """A record that stands in for a site which is not contacted: what second looks need to know of it."""
    key: str = field(default_factory=lambda: secrets.token_hex(32), init=False, repr=False)
    """What hosts hash secrets with; gone with the run."""
    _taken: dict[str, float] = field(default_factory=dict, init=False, repr=False)
    """Host -> seconds that it has taken: both looks together have the limit of one host."""

    def collect(self, sites: Sequence[Site]) -> tuple[Measured, ...]:
        """Measure every host of the sites. Never raises for what a host does."""
        started = datetime.now(UTC)
        targets = [(site, host) for site in sites for host in site.hosts]
        sites_of, hosts = [site for site, _ in targets], [host for _, host in targets]
        with _threads(min(MAX_CONNECTIONS, len(targets))) as pool:
            first = _each(pool, self._first_look, sites_of, hosts)
            facts = {
                (site.name, host.name): look.facts for (site, host), look in zip(targets, first, strict=True)
            }
            if self.stand_in:
                recorded = self.stand_in
                facts |= {(recorded.site, host): of_host for host, of_host in recorded.hosts.items()}
            second = _each(pool, partial(self._second_look, facts), sites_of, hosts)
        same = twins({host.label: look.machine for host, look in zip(hosts, first, strict=True)})
        return tuple(
            Measured(
                site.name,
                started,
                {
                    host.name: _once(_joined(one.facts, two), same.get(host.label))
                    for (of, host), one, two in zip(targets, first, second, strict=True)
                    if of is site
                },
            )
            for site in sites
        )

    def _first_look(self, site: Site, host: Host) -> _Look:
        began = time.monotonic()
        asks: dict[str, Mapping[str, Ask] | UnmeasuredError] = {
            aspect: _asked(probe.ask, target) for aspect, probe, target in self._targets(site, host)
        }
        if not asks:
            return _Look({}, None)
        answers = self._answers(host, {**asks, _MACHINE: {_MACHINE: MACHINE}})
        facts = {
            aspect: _read(probe.tables, answers[aspect], target, tuple(self.policy.roles))
            for aspect, probe, target in self._targets(site, host)
        }
        self.say(host, _progress(facts, time.monotonic() - began))
        return _Look(facts, _machine(answers[_MACHINE]))

    def _second_look(self, facts: Mapping[tuple[str, str], HostFacts], site: Site, host: Host) -> HostFacts:
        looks = [
            (aspect, probe.then, target) for aspect, probe, target in self._targets(site, host) if probe.then
        ]
        asks = {
            aspect: _asked(partial(_ask_again, then, _seen(facts, aspect)), target)
            for aspect, then, target in looks
        }
        wanted = {aspect: ask for aspect, ask in asks.items() if ask}
        answers = self._answers(host, wanted)
        return {
            aspect: _read(then.tables, answers[aspect], target, tuple(self.policy.roles))
            for aspect, then, target in looks
            if aspect in wanted
        }

    def _targets(self, site: Site, host: Host) -> list[tuple[str, Probe[Any], Target[Any]]]:
        every_role = tuple(self.policy.roles)
        sections = {aspect: self.policy.section(aspect) for aspect in self.probes}
        other = next((one for one in self.known if one.name != site.name), None)
        recorded_at = self.stand_in.measured_at if self.stand_in else None
        return [
            (aspect, probe, Target(host, site, sections[aspect], self.policy, other, self.key, recorded_at))
            for aspect, probe in self.probes.items()
            if not set(probe.roles(sections[aspect], every_role)).isdisjoint(host.roles)
        ]

    def _answers(
        self, host: Host, asks: Mapping[str, Mapping[str, Ask] | UnmeasuredError]
    ) -> Mapping[str, Answers]:
        """Ask a host everything in one script; each aspect gets its answers, or the reason."""
        joined = {
            f"{aspect}.{name}": ask
            for aspect, mapping in asks.items()
            if not isinstance(mapping, UnmeasuredError)
            for name, ask in mapping.items()
        }
        try:
            given, when = self._run(host, joined) if joined else ({}, None)
        except UnmeasuredError as error:
            return {aspect: _failed(str(error)) for aspect in asks}
        return {
            aspect: _failed(str(mapping))
            if isinstance(mapping, UnmeasuredError)
            else Answers({name: given[f"{aspect}.{name}"] for name in mapping}, when)
            for aspect, mapping in asks.items()
        }

    def _run(self, host: Host, asks: Mapping[str, Ask]) -> tuple[Mapping[str, Answer], Moment | None]:
        nonce = secrets.token_hex(16)
        began = time.monotonic()
        of_host = self.policy.limits.host_deadline.total_seconds() - self._taken.get(host.label, 0.0)
        of_run = self.deadline - began
        if min(of_host, of_run) <= 0:
            whose = "run" if of_run <= 0 else "host"
            raise UnmeasuredError(f"the {whose}'s deadline had passed")
        try:
            output = self.runner.run(host, join(asks, nonce), timeout=min(of_host, of_run), opener=OPENER)
        finally:
            self._taken[host.label] = time.monotonic() - began
        answers = split(asks, nonce, output.stdout, output.stderr)
        return answers, moment(nonce, output)


@contextmanager
def _threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that are waited for, unless the run was told to end: then its connections are closed first."""
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _each(
    pool: Executor, look: Callable[[Site, Host], L], sites: Sequence[Site], hosts: Sequence[Host]
) -> list[L]:
    """Look at every host at the same time; wake up now and then: a thread that sleeps may miss a signal."""
    looks = [pool.submit(look, site, host) for site, host in zip(sites, hosts, strict=True)]
    while wait(looks, timeout=_WAKE_SECONDS).not_done:
        pass
    return [one.result() for one in looks]


class _NoAnswers(Answers):
    """Stands in for answers where nothing could be asked: every look gives the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__({})
        self.reason = reason

    def raw(self, name: str) -> bytes:
        raise UnmeasuredError(f"{name}: {self.reason}")

    def moment(self) -> Moment:
        raise UnmeasuredError(self.reason)


def _failed(reason: str) -> Answers:
    return _NoAnswers(reason)


def _ask_again(then: SecondLook[Any], seen: Seen, target: Target[Any]) -> Mapping[str, Ask]:
    return then.ask(target, seen)


def _asked(
    ask: Callable[[Target[Any]], Mapping[str, Ask]], target: Target[Any]
) -> Mapping[str, Ask] | UnmeasuredError:
    try:
        return ask(target)
    except UnmeasuredError as error:
        return error
    except Exception as error:  # noqa: BLE001  # a broken probe leaves its aspect unmeasured, never the run undone
        return UnmeasuredError(f"the probe itself failed: {type(error).__name__}: {error}")


def _read(
    tables: Mapping[str, Any], answers: Answers, target: Target[Any], every_role: Collection[str]
) -> Facts:
    facts: dict[str, Any] = {}
    for name, reading in tables.items():
        try:
            facts |= read_tables({name: reading}, answers, target, tuple(every_role))
        except Exception as error:  # noqa: BLE001  # as above
            facts[name] = Unmeasured(f"the probe itself failed: {type(error).__name__}: {error}")
    if isinstance(answers, _NoAnswers):  # even a table that looks at no answer is not known of such a host
        facts = {
            name: table if isinstance(table, Unmeasured) else Unmeasured(f"{name}: {answers.reason}")
            for name, table in facts.items()
        }
    return {name: _without_secrets(table, target.key) for name, table in facts.items()}


def _without_secrets(table: Table | Unmeasured, key: str) -> Table | Unmeasured:
    """A table in which two secrets can be told apart, and neither is known; a reason that quotes none."""
    if isinstance(table, Unmeasured):
        return Unmeasured(redacted(table.reason))
    return {
        stand_ins(item, key): stand_ins(value, key) if isinstance(value, str) else value
        for item, value in table.items()
    }


def _seen(facts: Mapping[tuple[str, str], HostFacts], aspect: str) -> Seen:
    return {place: of_host[aspect] for place, of_host in facts.items() if aspect in of_host}


def _joined(first: HostFacts, second: HostFacts) -> HostFacts:
    return {aspect: {**facts, **second.get(aspect, {})} for aspect, facts in first.items()}


def _machine(answers: Answers) -> str | None:
    try:
        return identity(answers.raw(_MACHINE))
    except UnmeasuredError:
        return None


def _once(facts: HostFacts, reason: str | None) -> HostFacts:
    """The facts, unless there is a reason to trust none of them."""
    if reason is None:
        return facts
    return {
        aspect: {name: Unmeasured(f"{name}: {reason}") for name in tables} for aspect, tables in facts.items()
    }


def _progress(facts: HostFacts, seconds: float) -> str:
    """What the person who waits needs to know of a host: that it answered, or why not."""
    tables = [table for of_aspect in facts.values() for table in of_aspect.values()]
    reasons = [table.reason for table in tables if isinstance(table, Unmeasured)]
    if tables and len(reasons) == len(tables):
        return f"not measured ({reasons[0]})"
    return f"{len(tables)} tables in {seconds:.1f} s"

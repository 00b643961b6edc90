"""Measures all hosts of both sites at the same time, each with one script, before anything is compared.

A host that cannot be measured delays the run by no more than its own deadline. Each of its tables is
`Unmeasured`, with the reason.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar

from siteparity.collect.questions import MACHINE_ASPECT, Questions, asked, named
from siteparity.collect.read_once import ReadOnce
from siteparity.collect.same_machine import ASK as MACHINE
from siteparity.collect.same_machine import identity, twins
from siteparity.model import Deadline, Facts, Host, HostFacts, Site, Table, Unmeasured, UnmeasuredError
from siteparity.policy import Limits, Policy
from siteparity.probes import (
    KEY,
    Answers,
    Probe,
    Probes,
    Reading,
    SecondLook,
    Seen,
    Target,
    read_table,
    read_tables,
)
from siteparity.redaction import pseudonyms, redacted
from siteparity.transport import Output
from siteparity.transport.asking import Asked, Mark
from siteparity.transport.script import NO_WORDS, Answer, Ask, Moment, was_slow

NOT_MEASURED = "not measured"
"""The first words of the progress message for a host that could not be measured."""
MAX_CONNECTIONS = 64
"""How many hosts are asked at the same time."""
_WAKE_SECONDS = 0.5
_MORE_TIME = 3
"""How many times its limit a question gets that a host was too slow to answer, and is asked again."""
_PART_FOR_SLOW = 0.5
"""The part of what is left of a host's time for that: what hangs must not cost the second look."""
_WORTH_ASKING = 2.0
"""Seconds that a host must have left to be asked again."""
USUAL_HOST_DEADLINE: timedelta = Limits.model_fields["host_deadline"].default
"""For which the limits of the questions are made."""

L = TypeVar("L")

Say: TypeAlias = Callable[[Host, str], None]
"""Reports the progress of a host to whoever waits."""


class Runner(Protocol):
    """The part of the transport that measuring needs."""

    def run(self, host: Host, script: bytes, *, timeout: float, opener: bytes) -> Output:
        """Run a script on a host after its opener; UnmeasuredError if it cannot be run, with the reason."""


@dataclass(frozen=True, slots=True)
class Measured:
    """All facts of one site at one time."""

    site: str
    measured_at: datetime
    hosts: Mapping[str, HostFacts]


@dataclass(frozen=True, slots=True)
class _Look:
    """The result of the first look at a host."""

    facts: HostFacts
    machine: str | None
    """The machine that answered (`siteparity.collect.same_machine`); None if it is not known."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """The measuring of one run: the same policy, probes and deadline for every host."""

    policy: Policy
    probes: Probes
    runner: Runner
    deadline: Deadline
    """When everything must be over."""
    say: Say
    known: Sequence[Site] = ()
    """Every site, including one that is not measured in this run."""
    stand_in: Measured | None = None
    """The record that stands in for a site which is not contacted; second looks need its facts."""
    is_alive: bool = False
    """Whether that site is alive, and another runner has measured it."""
    keep: bool = False
    """Whether the answers to first questions are kept, for `read_as`."""
    key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    """The key with which hosts hash secrets in this run: one of its own, unless several runners share one."""
    connections: int = MAX_CONNECTIONS
    """How many hosts are asked at the same time."""
    mark: Mark | None = None
    """Makes the marks of answers to scripts that somebody else runs; by default the runner asks."""
    release: Callable[[Host], None] = lambda _: None
    """Ends the connection of a host; it is opened again if there is more to ask."""
    _taken: dict[str, float] = field(default_factory=dict, init=False, repr=False)
    """Host -> seconds that it has taken: both looks share the host's deadline."""
    _kept: dict[str, Mapping[str, Answers]] = field(default_factory=dict, init=False, repr=False)
    """Host -> its answers by aspect, if they are kept."""
    _read_once: ReadOnce = field(init=False, repr=False)
    _catalogue: Questions = field(init=False, repr=False)
    _reading: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    """Only one host's answers are read at a time: several threads would take as long and more memory."""

    def __post_init__(self) -> None:
        recorded_at = self.stand_in.measured_at if self.stand_in and not self.is_alive else None
        object.__setattr__(self, "_read_once", ReadOnce(self._finished))
        questions = Questions(self.policy, self.probes, self.known, recorded_at)
        object.__setattr__(self, "_catalogue", questions)

    def collect(self, sites: Sequence[Site]) -> tuple[Measured, ...]:
        """Measure every host of the sites. Never raises for what a host does.

        Args:
            sites: the ones to contact; of one that is known with more hosts, these alone.
        """
        started = datetime.now(UTC)
        whole = {site.name: site for site in self.known}  # by which hosts know what belongs to their site
        targets = [(whole.get(site.name, site), host) for site in sites for host in site.hosts]
        sites_of, hosts = [site for site, _ in targets], [host for _, host in targets]
        # Of more hosts than may be connected, none stays so while the others are asked.
        first_look = self._ended(self._first_look) if len(targets) > self.connections else self._first_look
        with _threads(min(self.connections, len(targets))) as pool:
            first = _each(pool, first_look, sites_of, hosts)
            facts = {
                (site.name, host.name): look.facts for (site, host), look in zip(targets, first, strict=True)
            }
            if self.stand_in:
                recorded = self.stand_in
                facts |= {(recorded.site, host): of_host for host, of_host in recorded.hosts.items()}
            second = _each(pool, self._ended(partial(self._second_look, facts)), sites_of, hosts)
        same = twins({host.label: look.machine for host, look in zip(hosts, first, strict=True)})
        return tuple(
            Measured(
                site.name,
                started,
                {
                    host.name: _trusted(_joined(one.facts, two), same.get(host.label))
                    for (of, host), one, two in zip(targets, first, second, strict=True)
                    if of.name == site.name
                },
            )
            for site in sites
        )

    def read_as(self, sites: Sequence[Site]) -> tuple[Mapping[str, HostFacts], ...]:
        """Read the kept answers once more, as if the hosts had other names. Nobody is asked.

        Args:
            sites: the ones that were measured, with the same hosts; what they are called may differ.

        Returns:
            For each site: host -> the facts of its first look.
        """
        catalogue = Questions(self.policy, self.probes, sites)
        return tuple(
            {
                host.name: {
                    aspect: self._read(probe.tables, self._kept[host.label][aspect].unread(), target)
                    for aspect, probe, target in catalogue.targets(site, host)
                }
                for host in site.hosts
            }
            for site in sites
        )

    def _ended(self, look: Callable[[Site, Host], L]) -> Callable[[Site, Host], L]:
        """A look after which the host's connection is ended, whatever became of it."""

        def looked(site: Site, host: Host) -> L:
            try:
                return look(site, host)
            finally:
                self.release(host)

        return looked

    def _first_look(self, site: Site, host: Host) -> _Look:
        began = time.monotonic()
        targets = self._targets(site, host)
        asks: dict[str, Mapping[str, Ask] | UnmeasuredError] = {
            aspect: asked(probe.ask, target) for aspect, probe, target in targets
        }
        if not asks:
            return _Look({}, None)
        machine = {MACHINE_ASPECT: {MACHINE_ASPECT: MACHINE}}
        answers = self._answers(host, {**asks, **machine}, {KEY.name: self.key})
        if self.keep:
            self._kept[host.label] = answers
        with self._reading:
            facts = {
                aspect: self._read(probe.tables, answers[aspect], target) for aspect, probe, target in targets
            }
        self.say(host, _progress(facts, time.monotonic() - began))
        return _Look(facts, _machine(answers[MACHINE_ASPECT]))

    def _second_look(self, facts: Mapping[tuple[str, str], HostFacts], site: Site, host: Host) -> HostFacts:
        looks = [
            (aspect, probe.then, target) for aspect, probe, target in self._targets(site, host) if probe.then
        ]
        words = {aspect: _words(then, target, _seen(facts, aspect)) for aspect, then, target in looks}
        wanted = {
            aspect: given if isinstance(given, UnmeasuredError) else asked(then.ask, target)
            for aspect, then, target in looks
            if (given := words[aspect]) is not None
        }
        known = {
            name: value
            for given in words.values()
            if given and not isinstance(given, UnmeasuredError)
            for name, value in given.items()
        }
        answers = self._answers(host, wanted, known)
        return {
            aspect: self._read(then.tables, answers[aspect], target)
            for aspect, then, target in looks
            if aspect in wanted
        }

    def _targets(self, site: Site, host: Host) -> list[tuple[str, Probe[Any], Target[Any]]]:
        return self._catalogue.targets(site, host)

    def _read(self, tables: Mapping[str, Any], answers: Answers, target: Target[Any]) -> Facts:
        """The tables, with a pseudonym for each secret."""
        every_role = tuple(self.policy.roles)
        if isinstance(answers, _NoAnswers):
            facts = _read(tables, answers, target, every_role, read_table)
            return {name: self._finished(table) for name, table in facts.items()}
        return _read(tables, answers, target, every_role, self._read_once)

    def _finished(self, table: Table | Unmeasured) -> Table | Unmeasured:
        return _without_secrets(table, self.key)

    def _answers(
        self,
        host: Host,
        asks: Mapping[str, Mapping[str, Ask] | UnmeasuredError],
        words: Mapping[str, str] = NO_WORDS,
    ) -> Mapping[str, Answers]:
        """Ask a host everything at once. Each aspect gets its answers, or the reason why there are none."""
        joined = named(asks)
        try:
            given, when = self._run(host, joined, words) if joined else ({}, None)
        except UnmeasuredError as error:
            return {aspect: _failed(str(error)) for aspect in asks}
        return {
            aspect: _failed(str(mapping))
            if isinstance(mapping, UnmeasuredError)
            else Answers({name: given[f"{aspect}.{name}"] for name in mapping}, when, self.key)
            for aspect, mapping in asks.items()
        }

    def _run(
        self, host: Host, asks: Mapping[str, Ask], words: Mapping[str, str]
    ) -> tuple[Mapping[str, Answer], Moment | None]:
        of_host = self._left(host)
        of_run = self.deadline.left()
        if min(of_host, of_run) <= 0:
            whose = "run" if of_run <= 0 else "host"
            raise UnmeasuredError(f"the {whose}'s deadline had passed")
        given, when = self._put(host, self._paced(asks, 1), words)
        slow = {name: ask for name, ask in asks.items() if was_slow(given[name])}
        if slow and min(self._left(host), self.deadline.left()) > _WORTH_ASKING:
            with suppress(UnmeasuredError):  # then the first answers count
                again, _ = self._put(host, self._paced(slow, _MORE_TIME), words, part=_PART_FOR_SLOW)
                given = {**given, **{name: one for name, one in again.items() if not was_slow(one)}}
        return given, when

    def _left(self, host: Host) -> float:
        """Seconds of the host's deadline."""
        return self.policy.limits.host_deadline.total_seconds() - self._taken.get(host.label, 0.0)

    def _paced(self, asks: Mapping[str, Ask], times: int) -> Mapping[str, Ask]:
        """The questions with so many times their limits; with more where hosts are given more than usual."""
        pace = max(1.0, self.policy.limits.host_deadline / USUAL_HOST_DEADLINE) * times
        return {name: replace(ask, timeout=round(ask.timeout * pace)) for name, ask in asks.items()}

    def _put(
        self, host: Host, asks: Mapping[str, Ask], words: Mapping[str, str], *, part: float = 1.0
    ) -> tuple[Mapping[str, Answer], Moment | None]:
        """Ask within a part of the time that is left."""
        began = time.monotonic()
        try:
            timeout = part * min(self._left(host), self.deadline.left())
            return Asked(self.runner.run, host, self.mark).put(asks, words, timeout=timeout)
        finally:
            self._taken[host.label] = self._taken.get(host.label, 0.0) + time.monotonic() - began


@contextmanager
def _threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """A pool whose threads are waited for, unless the run must end: then connections are closed first."""
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
    """Look at all hosts at the same time. The wait is interrupted now and then, or it may miss a signal."""
    looks = [pool.submit(look, site, host) for site, host in zip(sites, hosts, strict=True)]
    while wait(looks, timeout=_WAKE_SECONDS).not_done:
        pass
    return [one.result() for one in looks]


class _NoAnswers(Answers):
    """The answers if nothing could be asked: every access raises UnmeasuredError with the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__({})
        self.reason = reason

    def raw(self, name: str) -> bytes:
        raise UnmeasuredError(f"{name}: {self.reason}")

    def moment(self) -> Moment:
        raise UnmeasuredError(self.reason)


def _failed(reason: str) -> Answers:
    return _NoAnswers(reason)


def _words(
    then: SecondLook[Any], target: Target[Any], seen: Seen
) -> Mapping[str, str] | UnmeasuredError | None:
    """The words of a second look; None if there is nothing to ask."""
    try:
        return then.words(target, seen)
    except UnmeasuredError as error:
        return error
    except Exception as error:  # noqa: BLE001  # a broken probe leaves its aspect unmeasured, never the run undone
        return UnmeasuredError(f"the probe itself failed: {type(error).__name__}: {error}")


def _read(
    tables: Mapping[str, Any],
    answers: Answers,
    target: Target[Any],
    every_role: tuple[str, ...],
    read: Callable[[Reading[Any], Answers, Target[Any]], Table | Unmeasured],
) -> Facts:
    facts: dict[str, Any] = {}
    for name, reading in tables.items():
        try:
            facts |= read_tables({name: reading}, answers, target, every_role, read)
        except Exception as error:  # noqa: BLE001  # as above
            facts[name] = Unmeasured(redacted(f"the probe itself failed: {type(error).__name__}: {error}"))
    if isinstance(answers, _NoAnswers):  # then not even a table that reads no answer is known
        facts = {
            name: table if isinstance(table, Unmeasured) else Unmeasured(f"{name}: {answers.reason}")
            for name, table in facts.items()
        }
    return facts


def _without_secrets(table: Table | Unmeasured, key: str) -> Table | Unmeasured:
    """A table in which pseudonyms tell secrets apart without revealing them; or a reason without secrets."""
    if isinstance(table, Unmeasured):
        return Unmeasured(redacted(table.reason), table.away)
    return {
        pseudonyms(item, key): pseudonyms(value, key) if isinstance(value, str) else value
        for item, value in table.items()
    }


def _seen(facts: Mapping[tuple[str, str], HostFacts], aspect: str) -> Seen:
    return {place: of_host[aspect] for place, of_host in facts.items() if aspect in of_host}


def _joined(first: HostFacts, second: HostFacts) -> HostFacts:
    return {aspect: {**facts, **second.get(aspect, {})} for aspect, facts in first.items()}


def _machine(answers: Answers) -> str | None:
    try:
        return identity(answers.raw(MACHINE_ASPECT))
    except UnmeasuredError:
        return None


def _trusted(facts: HostFacts, reason: str | None) -> HostFacts:
    """The facts; all unmeasured if there is a reason not to trust the host."""
    if reason is None:
        return facts
    return {
        aspect: {name: Unmeasured(f"{name}: {reason}") for name in tables} for aspect, tables in facts.items()
    }


def _progress(facts: HostFacts, seconds: float) -> str:
    """The progress message for a host: that it answered, or why not."""
    tables = [table for of_aspect in facts.values() for table in of_aspect.values()]
    reasons = [table.reason for table in tables if isinstance(table, Unmeasured)]
    if tables and len(reasons) == len(tables):
        return f"{NOT_MEASURED} ({reasons[0]})"
    return f"{len(tables)} tables in {seconds:.1f} s"

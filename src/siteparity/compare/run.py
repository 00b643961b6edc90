"""The whole comparison: introduce, measure, judge, group. The only module here that reaches hosts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from siteparity.collect import Measurement, Say
from siteparity.collect.same_machine import ASK as MACHINE
from siteparity.collect.same_machine import identity
from siteparity.compare import grouping, introduction, owners, sites
from siteparity.compare.comparison import Comparison, Group, Side
from siteparity.compare.introduction import Introduction
from siteparity.compare.judging import Judged, Note, judge
from siteparity.compare.places import Place
from siteparity.compare.unread import unreached, unread
from siteparity.model import (
    ConfigurationError,
    Deadline,
    Host,
    HostFacts,
    Site,
    SiteparityError,
    UnmeasuredError,
)
from siteparity.plan import sources
from siteparity.policy import Policy, load_policy
from siteparity.probes import Answers, Probes, discover
from siteparity.transport import Transport
from siteparity.transport.asking import Asked
from siteparity.transport.script import Ask

_INTRODUCTION_SECONDS = 25.0
_OWNERS_SECONDS = 20.0
_WAKE_SECONDS = 0.5
_WITHOUT = "without root's rights"


@dataclass(frozen=True, slots=True)
class _Known:
    """A host that introduced itself."""

    place: Place
    own: Introduction
    machine: str | None
    """What identifies the machine."""


@dataclass(frozen=True, slots=True)
class Run:
    """One comparison of two hosts."""

    root: Path
    """The project, whose checks say what leads to what."""
    places: tuple[Place, Place]
    transport: Transport
    say: Say
    begin: Callable[[Comparison], None] = lambda _: None
    """Is told who the hosts are, as soon as that is known."""
    probes: Probes = field(default_factory=discover)
    """What is measured."""

    def make(self, seconds: float | None = None) -> Comparison:
        """Compare.

        Args:
            seconds: after which the answer must be there; the usual time if None.

        Raises:
            ConfigurationError: both names lead to one machine.
        """
        policy = bare_policy(self.probes)
        deadline = Deadline(seconds or policy.limits.deadline.total_seconds())
        at = datetime.now(UTC)
        first, second = self._introduced(deadline)
        if isinstance(first, UnmeasuredError) or isinstance(second, UnmeasuredError):
            return self._not_reached((first, second), at)
        _demand_two_machines(first, second)
        as_root = not (first.own.refusal or second.own.refusal)
        begun = Comparison(_side(first, as_root=as_root), _side(second, as_root=as_root), at)
        self.begin(begun)
        return self._compared(begun, (first, second), policy, deadline, as_root=as_root)

    def _compared(
        self,
        begun: Comparison,
        known: tuple[_Known, _Known],
        policy: Policy,
        deadline: Deadline,
        *,
        as_root: bool,
    ) -> Comparison:
        probes = self.probes
        pair = sites.named([(one.place, one.own) for one in known], as_root=as_root)
        measurement = Measurement(policy, probes, self.transport, deadline, self.say, pair, keep=True)
        named = tuple(one.hosts[sites.ROLE] for one in measurement.collect(pair))
        plain = tuple(one[sites.ROLE] for one in measurement.read_as(sites.nameless(pair)))
        judged = judge(pair, named, plain, policy, probes)
        rootless = [number for number, one in enumerate(known) if not (as_root or one.own.is_root)]
        why = "; ".join(f"{one.place.typed}: {one.own.refusal}" for one in known if one.own.refusal)
        return replace(
            begun,
            groups=self._grouped(judged, pair, probes, deadline),
            unread=unread(judged.gaps, self.places, rootless, why),
            compared=judged.compared,
            aspects=judged.aspects,
            notes=tuple(map(self._note, judged.notes)),
            not_looked_at=_not_looked_at(named[0], probes),
        )

    def _introduced(self, deadline: Deadline) -> tuple[_Known | UnmeasuredError, _Known | UnmeasuredError]:
        """What both hosts say of themselves, asked at the same time."""
        pool = ThreadPoolExecutor(2)
        try:
            first, second = (pool.submit(self._introduce, number, deadline) for number in (0, 1))
            while wait([first, second], timeout=_WAKE_SECONDS).not_done:
                pass  # a thread that sleeps can miss a signal
            return first.result(), second.result()
        finally:
            pool.shutdown(wait=False)

    def _introduce(self, number: int, deadline: Deadline) -> _Known | UnmeasuredError:
        place = self.places[number]
        host = Host(sites.ROLE, sites.NAMES[number], (sites.ROLE,), place.connection)
        asks = {"introduction": introduction.ASK, "machine": MACHINE}
        try:
            answers = self._answers(host, asks, min(_INTRODUCTION_SECONDS, deadline.left_or_raise()))
            parts = answers.parts("introduction", introduction.PARTS)
            return _Known(place, introduction.read(parts), identity(answers.raw("machine")))
        except UnmeasuredError as error:
            return error

    def _answers(self, host: Host, asks: Mapping[str, Ask], seconds: float) -> Answers:
        given, moment = Asked(self.transport.run, host).put(asks, timeout=seconds)
        return Answers(given, moment)

    def _not_reached(self, known: Sequence[_Known | UnmeasuredError], at: datetime) -> Comparison:
        first, second = (
            Side(place.typed) if isinstance(one, UnmeasuredError) else Side(place.typed, one.own.system)
            for place, one in zip(self.places, known, strict=True)
        )
        rows = tuple(
            unreached(place, str(one))
            for place, one in zip(self.places, known, strict=True)
            if isinstance(one, UnmeasuredError)
        )
        return Comparison(first, second, at, unread=rows)

    def _note(self, note: Note) -> str:
        text = f"{note.item}: {note.value}"
        for name, place in zip(sites.NAMES, self.places, strict=True):
            text = text.replace(name, place.typed)
        return f"{self.places[note.host].typed}: {text}"

    def _grouped(
        self, judged: Judged, pair: Sequence[Site], probes: Probes, deadline: Deadline
    ) -> tuple[Group, ...]:
        files = grouping.files(judged.differences, probes)
        found: dict[str, str] = {}
        for site in pair if files else ():
            found = {**self._owners(site.hosts[0], files, deadline), **found}
        return grouping.grouped(judged.differences, found, _leads(self.root, probes), probes)

    def _owners(self, host: Host, files: Sequence[str], deadline: Deadline) -> Mapping[str, str]:
        """The packages of files; none if the host does not say: then files are not grouped by package."""
        try:
            left = min(_OWNERS_SECONDS, deadline.left_or_raise())
            answers = self._answers(host, {"owners": owners.ask(files)}, left)
            return owners.read(answers.rows("owners"))
        except UnmeasuredError:
            return {}


def bare_policy(probes: Probes) -> Policy:
    """The policy that promises nothing."""
    sections = {aspect: probe.section for aspect, probe in probes.items()}
    with resources.as_file(resources.files(__package__) / "policy.yml") as path:
        return load_policy(path, sections)


def _demand_two_machines(first: _Known, second: _Known) -> None:
    if first.machine is not None and first.machine == second.machine:
        raise ConfigurationError(
            f"HOST: {first.place.typed} and {second.place.typed} are the same machine; name another one"
        )


def _side(one: _Known, *, as_root: bool) -> Side:
    rights = "as root" if one.own.is_root else "as root through sudo" if as_root else _WITHOUT
    return Side(one.place.typed, one.own.system, rights)


def _leads(root: Path, probes: Probes) -> grouping.Leads:
    """What the checks declare; nothing where there are none to read."""
    try:
        return grouping.leads(tuple(sources(root)), probes)
    except SiteparityError:
        return {}


def _not_looked_at(facts: HostFacts, probes: Probes) -> tuple[str, ...]:
    """The aspects of which no table exists before somebody has described them."""
    return tuple(aspect for aspect, probe in probes.items() if not (probe.section.apart or facts.get(aspect)))

"""Trying the standby out: its hosts as a smoke check reaches them, and what it expects of them.

Everything goes through the SSH connections of the run; nothing but SSH needs to be open to the runner. A
server that was reached and refuses is a difference; a way to it that is broken leaves the check unmeasured.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from testinfra.host import Host as TestinfraHost

from siteparity.collect import live_questions
from siteparity.collect.questions import Questions
from siteparity.configuration import Configuration
from siteparity.judging.rules import alike
from siteparity.model import Finding, FindingKind, Group, Host, Judgement, Site, UnmeasuredError, Value
from siteparity.plan import PlannedCheck
from siteparity.policy.journeys import Smoke, place
from siteparity.probes import discover
from siteparity.pytest_plugin.check_findings import CheckFindings
from siteparity.pytest_plugin.page import Visitor
from siteparity.pytest_plugin.postgres import Reply, Server, ask
from siteparity.pytest_plugin.wait_budget import WaitBudget
from siteparity.transport import Transport
from siteparity.transport.asking import Asked
from siteparity.transport.script import NO_WORDS, Answer

LOOK_SECONDS = 5.0
"""What a host may take to show that its connection still works."""
SPARE_SECONDS = 4.0
"""Between a question's own time on the host and the deadline here, so that the reason can arrive."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that must hold for what a smoke check saw."""

    item: str
    found: Value
    expected: Value
    fix: str


@dataclass(slots=True)
class _Expectation:
    """One item, and what each host that was tried has."""

    equals: Value
    fix: str
    found: list[tuple[Host, Value]] = field(default_factory=list)

    def finding(self, item: str) -> Finding | None:
        """The hosts that have something else, together; None when there are none."""
        wrong: dict[Value, list[Host]] = {}
        for host, value in dict.fromkeys(self.found):
            if not alike(value, self.equals):
                wrong.setdefault(value, []).append(host)
        if not wrong:
            return None
        said = ", ".join(f"{value} ({', '.join(h.label for h in hosts)})" for value, hosts in wrong.items())
        return Finding(
            item=item,
            kind=FindingKind.EXPECTATION,
            message=f"{item}: found {said}; expected {self.equals}",
            fix=self.fix,
            standby=tuple(Group(value, tuple(host.name for host in hosts)) for value, hosts in wrong.items()),
        )


class Standby(CheckFindings):
    """The standby's hosts, live. What is expected and not found becomes a finding; the check goes on."""

    def __init__(
        self,
        settings: Configuration,
        transport: Transport,
        check: PlannedCheck,
        stack: ExitStack,
        wait_budget: WaitBudget,
    ) -> None:
        super().__init__(check.source.effect)
        self.policy: Any = settings.policy.journey(check.source.aspect)
        """The journey's section of the policy."""
        self._policy = settings.policy
        self.smoke: Smoke = settings.policy.smoke
        """The parts of all journeys."""
        self.languages = settings.policy.languages
        self.site: Site = settings.standby
        self.primary: Site = settings.primary
        self._transport = transport
        self._stack = stack
        self.wait_budget = wait_budget
        """How long the smoke checks of this run may still wait for servers that do not answer."""
        self.by_record = False
        """Whether a record stands in for the primary, so that none of its hosts is reached."""
        self._expectations: dict[tuple[str, type[Value], Value], _Expectation] = {}

    @classmethod
    @contextmanager
    def open(
        cls,
        settings: Configuration,
        transport: Transport,
        check: PlannedCheck,
        away: Mapping[str, str],
        *,
        by_record: bool = False,
    ) -> Iterator[Standby]:
        """The standby for one check; clients that the check opened are closed after it.

        Args:
            settings: of the run.
            transport: its connections.
            check: what is judged.
            away: label of a host -> why it did not answer when it was measured; it is not waited for again.
            by_record: a record stands in for the primary.
        """
        with ExitStack() as stack:
            standby = cls(settings, transport, check, stack, WaitBudget(transport.directory, away))
            standby.by_record = by_record
            yield standby

    def _reached(self, host: Host) -> Transport:
        if reason := self.wait_budget.given_up(host.label):
            raise UnmeasuredError(reason)
        return self._transport

    def hosts(self, role: str | None = None) -> tuple[Host, ...]:
        """The standby's hosts of a role; of the journey's own role when none is given."""
        return self.site.in_role(role or self.policy.role)

    def both(self, role: str) -> tuple[Host, ...]:
        """The hosts of a role at both sites, the primary's first; its own alone, where a record stands in."""
        return (*(() if self.by_record else self.primary.in_role(role)), *self.hosts(role))

    def host(self, host: Host) -> TestinfraHost:
        """The host as testinfra knows it: ``standby.host(web).service("nginx").is_running``.

        Commands of testinfra need an account that may run any; `ask` does not.
        """
        return self._reached(host).testinfra(host, timeout=round(self.seconds))

    def ask(self, host: Host, name: str, words: Mapping[str, str] = NO_WORDS) -> Answer:
        """Put one of the questions of `siteparity.collect.live_questions` to a host.

        Raises:
            UnmeasuredError: why there is no answer.
        """
        full = live_questions.full_name(name)
        asks = {full: live_questions.questions(self._policy, host)[full]}
        answers, _ = self._asked(host).put(asks, words, timeout=asks[full].timeout + SPARE_SECONDS)
        answer = answers[full]
        if answer.problem is not None:
            raise UnmeasuredError(answer.problem)
        return answer

    def _asked(self, host: Host) -> Asked:
        transport = self._reached(host)
        known = None
        if host.connection.collector is not None:
            site = self.primary if host.site == self.primary.name else self.site
            known = Questions(self._policy, discover(), (self.primary, self.site)).collector(site, host)
        return Asked(transport.run, host, known)

    @property
    def seconds(self) -> float:
        """What one request, query or command may take."""
        return float(self.policy.timeout.total_seconds())

    def visitor(self, host: Host, port: int, *, server: str = "127.0.0.1", **headers: str) -> Visitor:
        """A browser for a port of the host itself, or of another server as seen from the host.

        Raises:
            UnmeasuredError: the host is not connected.
        """
        visitor = Visitor(
            f"http://127.0.0.1:{self.way(host, server, port)}",
            headers,
            self.seconds,
            lambda: self.look_after(host),
            self.wait_budget.turn(f"{host.label} {server} {port}"),
        )
        self._stack.callback(visitor.close)
        return visitor

    def way(self, host: Host, server: str, port: int) -> int:
        """A port of 127.0.0.1 from which connections lead to a server, as if the host had made them.

        Raises:
            UnmeasuredError: the host is not connected.
        """
        transport = self._reached(host)
        return transport.forward(host, self._known_way(host, place(server, port)), port=True)

    def _known_way(self, host: Host, target: str) -> str:
        """The target, which the host's account must have been allowed to reach."""
        if target not in live_questions.ways(self._policy, host):
            named = "siteparity.collect.live_questions.ways"
            raise ValueError(f"{host.label}: {target} is no way that `{named}` names; add it")
        return target

    @property
    def needed(self) -> Any:  # noqa: ANN401  # the section's type is the probe's own
        """The section of the aspect that the journey `needs`."""
        return self._policy.section(self.policy.needs)

    def database(self, host: Host, questions: Sequence[str]) -> Reply:
        """Ask the database on a host, as the journey ``database`` says, for one number with each question.

        Raises:
            UnmeasuredError: the host is not connected, the role may not ask that, the answer is no number.
        """
        settings = self.smoke.database
        transport = self._reached(host)
        socket = transport.forward(host, self._known_way(host, settings.socket))
        turn = self.wait_budget.turn(f"{host.label} {settings.socket}")
        server = Server(socket, settings.database, settings.user, turn.seconds(self.seconds))
        began = time.monotonic()

        def look_after() -> None:
            turn.in_vain(time.monotonic() - began)
            self.look_after(host)

        return ask(server, questions, look_after)

    def expect(self, item: str, found: Value, *, equals: Value, host: Host, fix: str) -> bool:
        """What was found on a host is what was expected, or it is a finding; True if it is."""
        wanted = (item, type(equals), equals)  # an item may be tried twice, and not for the same
        expectation = self._expectations.setdefault(wanted, _Expectation(equals, fix))
        expectation.found.append((host, found))
        return alike(found, equals)

    def hold(self, host: Host, claims: Iterable[Claim]) -> None:
        """Expect each claim of the host."""
        for claim in claims:
            self.expect(claim.item, claim.found, equals=claim.expected, host=host, fix=claim.fix)

    @contextmanager
    def trying(self, host: Host) -> Iterator[None]:
        """What cannot be measured on this host is noted, and the check goes on with the next one.

        A host that does not even run a shell is not asked again by any check of the run.
        """
        try:
            yield
        except UnmeasuredError as error:
            self.add(Judgement((self._unmeasured(host, str(error)),), 0))
            with suppress(UnmeasuredError):
                self.look_after(host)

    def judgement(self) -> Judgement:
        """What was expected and not found, then what could not be measured."""
        others = super().judgement()
        findings = [
            finding
            for (item, _, _), expectation in self._expectations.items()
            if (finding := expectation.finding(item))
        ]
        compared = sum(len(expectation.found) for expectation in self._expectations.values())
        told = tuple(replace(finding, effect=self._effect) for finding in findings)
        return Judgement((*told, *others.findings), compared + others.compared)

    def look_after(self, host: Host) -> None:
        """Raise `UnmeasuredError` if the host's connection is broken, and remember that."""
        asked = self._asked(host)
        try:
            asked.put({}, timeout=LOOK_SECONDS)
        except UnmeasuredError as error:
            self.wait_budget.give_up(host.label, str(error))
            raise

    def _unmeasured(self, host: Host, reason: str) -> Finding:
        groups = (Group(None, (host.name,)),)
        at_primary = host.site == self.primary.name
        return Finding(
            item=host.label,
            kind=FindingKind.UNMEASURED,
            message=f"{host.label}: {reason.removeprefix(f'{host.label}: ')}",
            primary=groups if at_primary else (),
            standby=() if at_primary else groups,
        )

"""The standby as a smoke check sees it: how it reaches the hosts, and what it expects of them.

Everything goes through the run's SSH connections: the runner needs no other port. A server that is reached
and refuses is a difference. A connection to it that is broken leaves the check unmeasured.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import Any

from testinfra.host import Host as TestinfraHost

from siteparity.collect import live_questions
from siteparity.configuration import Configuration
from siteparity.model import Finding, FindingKind, Group, Host, Judgement, Site, UnmeasuredError, Value
from siteparity.plan import PlannedCheck
from siteparity.policy.journeys import Door, Smoke, place
from siteparity.pytest_plugin.check_findings import CheckFindings
from siteparity.pytest_plugin.claims import Claim, Expectations
from siteparity.pytest_plugin.page import Security, Visitor
from siteparity.pytest_plugin.postgres import Reply, Server, ask
from siteparity.pytest_plugin.wait_budget import WaitBudget
from siteparity.transport import Transport
from siteparity.transport.asking import Asked
from siteparity.transport.script import NO_WORDS, Answer

LOOK_SECONDS = 5.0
"""How long a host may take to show that its connection still works."""
SPARE_SECONDS = 4.0
"""How much longer than the host this machine waits for an answer, so that the reason can arrive."""


class Standby(CheckFindings):
    """The standby's hosts, live. A claim that does not hold becomes a finding, and the check goes on."""

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
        """The sections of all journeys."""
        self.languages = settings.policy.languages
        self.site: Site = settings.standby
        self.primary: Site = settings.primary
        self._transport = transport
        self._stack = stack
        self.wait_budget = wait_budget
        """How long the smoke checks of this run may still wait for servers that do not answer."""
        self.by_record = False
        """Whether a record stands in for the primary: then no host of the primary is contacted."""
        self._expectations = Expectations()

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
        """The standby for one check. Closes every client that the check opened.

        Args:
            settings: of the run.
            transport: the run's connections.
            check: the check that is made.
            away: label of a host -> why it could not be measured; the check does not wait for it again.
            by_record: whether a record stands in for the primary.
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
        """The standby's hosts of a role; of the journey's role by default."""
        return self.site.in_role(role or self.policy.role)

    def both(self, role: str) -> tuple[Host, ...]:
        """The hosts of a role, the primary's first; only the standby's if a record stands in."""
        return (*(() if self.by_record else self.primary.in_role(role)), *self.hosts(role))

    def host(self, host: Host) -> TestinfraHost:
        """The host for testinfra's modules: ``standby.host(web).service("nginx").is_running``.

        They need an account that may run any command; `ask` does not.
        """
        return self._reached(host).testinfra(host, timeout=round(self.seconds))

    def ask(self, host: Host, name: str, words: Mapping[str, str] = NO_WORDS) -> Answer:
        """Ask a host one of the questions of `siteparity.collect.live_questions`.

        Raises:
            UnmeasuredError: the reason why there is no answer.
        """
        full = live_questions.full_name(name)
        asks = {full: live_questions.questions(self._policy, host)[full]}
        answers, _ = self._asked(host).put(asks, words, timeout=asks[full].timeout + SPARE_SECONDS)
        answer = answers[full]
        if answer.problem is not None:
            raise UnmeasuredError(answer.problem)
        return answer

    def _asked(self, host: Host) -> Asked:
        return Asked(self._reached(host).run, host)

    @property
    def seconds(self) -> float:
        """How long one request, query or command may take."""
        return float(self.policy.timeout.total_seconds())

    def visitor(self, host: Host, door: Door) -> Visitor:
        """A browser for a port of the host itself, or of another server that the host connects to.

        Raises:
            UnmeasuredError: the host is not connected, or does not say whose certificates are trusted.
        """
        scheme = "https" if door.https else "http"
        visitor = Visitor(
            f"{scheme}://127.0.0.1:{self.way(host, door.server, door.port)}",
            {**door.headers, **({"Host": door.host} if door.host else {})},
            self.seconds,
            lambda: self.look_after(host),
            turn=self.wait_budget.turn(f"{host.label} {door.server} {door.port}"),
            security=self._security(host, door) if door.https else None,
        )
        self._stack.callback(visitor.close)
        return visitor

    def _security(self, host: Host, door: Door) -> Security:
        """How a door's certificate is judged, by the authorities on the host that the policy names."""
        name = door.host.rpartition(":")[0] if re.fullmatch(r"[^:]+:[0-9]+", door.host) else door.host
        name = name or next(iter(host.names), "localhost")
        if door.trust is None:
            return Security(name, verified=door.verified)
        answer = self.ask(host, live_questions.authorities_of(door.trust))
        said = answer.text.decode("ascii", "replace")
        if answer.status or not said.strip():
            words = " ".join(answer.stderr.decode("ascii", "replace").split())[:160]
            raise UnmeasuredError(f"{door.trust} shows no certificate: {words or 'it holds none'}")
        return Security(name, said, door.verified)

    def way(self, host: Host, server: str, port: int) -> int:
        """A port of 127.0.0.1 that forwards connections to a server, as if the host had made them.

        Raises:
            UnmeasuredError: the host is not connected.
        """
        transport = self._reached(host)
        return transport.forward(host, self._known_way(host, place(server, port)), port=True)

    def _known_way(self, host: Host, target: str) -> str:
        """The target, if the suite's account on the host is allowed to connect to it; else ValueError."""
        if target not in live_questions.ways(self._policy, host):
            raise ValueError(f"{host.label}: no journey declares {target} in its `ways`; add it there")
        return target

    @property
    def needed(self) -> Any:  # noqa: ANN401  # the section's type is the probe's own
        """The section of the aspect that the journey `needs`."""
        return self._policy.section(self.policy.needs)

    def database(self, host: Host, questions: Sequence[str]) -> Reply:
        """Ask the database on a host for a number with each question, as the journey `Database` connects.

        Raises:
            UnmeasuredError: the host is not connected, the role lacks a right, or an answer is no number.
        """
        settings = self.smoke.database
        if settings is None:
            raise UnmeasuredError("the policy does not describe how to read rows of the database")
        transport = self._reached(host)
        socket = transport.forward(host, self._known_way(host, settings.socket))
        turn = self.wait_budget.turn(f"{host.label} {settings.socket}")
        server = Server(socket, settings.database, settings.database_user, turn.seconds(self.seconds))
        began = time.monotonic()

        def look_after() -> None:
            turn.in_vain(time.monotonic() - began)
            self.look_after(host)

        return ask(server, questions, look_after)

    def expect(self, item: str, found: Value, *, equals: Value, host: Host, fix: str) -> bool:
        """Expect a value on a host; another value becomes a finding. True if the values are the same."""
        return self._add(host, Claim(item, found, equals, fix))

    def hold(self, host: Host, claims: Iterable[Claim]) -> None:
        """Expect each claim about a host."""
        for claim in claims:
            self._add(host, claim)

    def _add(self, host: Host, claim: Claim) -> bool:
        """Add a claim, with the services of the host in the places of its fix."""
        fix = self._policy.applications.in_fix(claim.fix, host.roles)
        return self._expectations.add(host, replace(claim, fix=fix))

    @contextmanager
    def trying(self, host: Host) -> Iterator[None]:
        """Turn an UnmeasuredError on this host into a finding, so that the check goes on with the next host.

        If the host does not answer at all, no check of the run asks it again.
        """
        try:
            yield
        except UnmeasuredError as error:
            self.add(Judgement((self._unmeasured(host, str(error)),), 0))
            with suppress(UnmeasuredError):
                self.look_after(host)

    def judgement(self) -> Judgement:
        """The claims that do not hold, then what could not be measured."""
        others = super().judgement()
        broken = self._expectations.findings()
        told = tuple(finding.model_copy(update={"effect": self._effect}) for finding in broken)
        return Judgement((*told, *others.findings), self._expectations.compared() + others.compared)

    def look_after(self, host: Host) -> None:
        """Raise UnmeasuredError if the host's connection is broken, and remember it for the whole run."""
        asked = self._asked(host)
        try:
            asked.put({}, timeout=LOOK_SECONDS)
        except UnmeasuredError as error:
            self.wait_budget.give_up(host.label, str(error))
            raise

    def _unmeasured(self, host: Host, reason: str) -> Finding:
        groups = (Group(value=None, hosts=(host.name,)),)
        at_primary = host.site == self.primary.name
        return Finding(
            item=host.label,
            kind=FindingKind.UNMEASURED,
            message=f"{host.label}: {reason.removeprefix(f'{host.label}: ')}",
            primary=groups if at_primary else (),
            standby=() if at_primary else groups,
        )

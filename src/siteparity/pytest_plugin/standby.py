"""Trying the standby out: its hosts as a smoke check reaches them, and what it expects of them.

Everything goes through the SSH connections of the run; nothing but SSH needs to be open to the runner.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from testinfra.host import Host as TestinfraHost

from siteparity.configuration import Configuration
from siteparity.model import Finding, FindingKind, Group, Host, Judgement, Site, Value
from siteparity.plan import PlannedCheck
from siteparity.pytest_plugin.judged import Judged
from siteparity.pytest_plugin.page import Page
from siteparity.transport import Transport


class Standby(Judged):
    """The standby's hosts, live. What is expected and not found becomes a finding; the check goes on."""

    def __init__(
        self, settings: Configuration, transport: Transport, check: PlannedCheck, stack: ExitStack
    ) -> None:
        super().__init__(check.source.effect)
        self.policy: Any = settings.policy.journey(check.source.aspect)
        """The journey's part of the policy."""
        self.languages = settings.policy.languages
        self.site: Site = settings.standby
        self.primary: Site = settings.primary
        self._transport = transport
        self._stack = stack

    @classmethod
    @contextmanager
    def open(cls, settings: Configuration, transport: Transport, check: PlannedCheck) -> Iterator[Standby]:
        """The standby for one check; clients that the check opened are closed after it."""
        with ExitStack() as stack:
            yield cls(settings, transport, check, stack)

    def hosts(self, role: str | None = None) -> tuple[Host, ...]:
        """The standby's hosts of a role; of the journey's own role when none is given."""
        return self.site.in_role(role or self.policy.roles[0])

    def host(self, host: Host) -> TestinfraHost:
        """The host as testinfra knows it: ``standby.host(web).service("nginx").is_running``."""
        return self._transport.testinfra(host)

    def get(self, host: Host, port: int, path: str, **headers: str) -> Page:
        """Fetch a page from a port of the host itself."""
        local = self._transport.forward(host, f"127.0.0.1:{port}", port=True)
        return Page.fetch(f"http://127.0.0.1:{local}{path}", headers)

    def expect(self, item: str, found: Value, *, equals: Value, host: Host, fix: str) -> None:
        """What was found on a host is what was expected, or it is a finding."""
        if found == equals:
            self.add(Judgement((), 1))
            return
        message = f"{item}: {host.label} {found}; expected {equals}"
        finding = Finding(item, FindingKind.EXPECTATION, message, fix, standby=(Group(found, (host.name,)),))
        self.add(Judgement((finding,), 1))

"""Tests of one's own as checks of the run: an item for each test and host that waits for its results.

Another process runs the tests (`siteparity.pytest_plugin.own_run`). These items only judge what it says, so
own tests are in the journal, in every report and under the waivers like all other checks, and their code is
never in the process that judges.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from siteparity.judging import rules
from siteparity.judging.rules import Cohort, Pair
from siteparity.model import Finding, FindingKind, Group, Judgement, Outcome, Site, Table, Unmeasured
from siteparity.names import OwnNames
from siteparity.plan import PlannedCheck
from siteparity.plan.own_tests import VALUES, base_of, folder_of
from siteparity.pytest_plugin.check_findings import CheckFindings
from siteparity.pytest_plugin.outcome import Concluded
from siteparity.pytest_plugin.own_results import Case, CaseResult, Collected, Inbox, Orders, write_ended
from siteparity.pytest_plugin.session import JUDGED, Session, session_of

_PLUGINS = ("xdist", "pytest_timeout", "siteparity.pytest_plugin.own_run")
_FEW = 8
"""Cases, for which another process of pytest-xdist would cost more than it saves."""
_EACH = 25
"""Checks, for which a further process is worth its start."""
_POLL_SECONDS = 0.1
NO_RECORD = "not made: a record stands in for {site}, whose hosts are not contacted"
_FIX = "make {item} the same on all hosts of the role"


def planned_own(session: Session) -> list[PlannedCheck]:
    """The checks of the plan that are tests of one's own."""
    return [check for check in session.configuration.checks if check.source.kind == "own"]


def folder_of_run(control: Path) -> Path:
    """The private folder through which both processes speak."""
    return control / "own"


class OwnTest(pytest.Item):
    """One planned test on one host, or the comparison of its values over all hosts of a role."""

    check: PlannedCheck

    @classmethod
    def of(cls, session: pytest.Session, check: PlannedCheck) -> OwnTest:
        """An item with the id of the check."""
        item: OwnTest = cls.from_parent(
            session, name=check.id.partition("::")[2], nodeid=check.id, path=check.source.file
        )
        item.check = check
        item.add_marker(pytest.mark.timeout(0))  # the tests have a time limit of their own
        return item

    def runtest(self) -> None:
        """Judge what the other process says of it."""
        found = CheckFindings(self.check.source.effect)
        self.stash[JUDGED] = found
        found.add(OwnJudge(session_of(self.config), self.check, _inbox(self.config)).judgement())
        if found.judgement().outcome is not Outcome.SAME:
            raise Concluded(found.judgement())

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the test stands."""
        return self.path, max(0, self.check.source.line - 1), self.name


class OwnJudge:
    """Judges one planned check by the results of the other process."""

    def __init__(self, session: Session, check: PlannedCheck, inbox: Inbox) -> None:
        self._session = session
        self._settings = session.configuration
        self._check = check
        self._inbox = inbox

    def judgement(self) -> Judgement:
        """What became of the check, once its cases are done."""
        return self._of_host() if self._check.host else self._of_values()

    def _of_host(self) -> Judgement:
        site, host = self._place(self._check.host)
        if self._is_away_by_record(site):
            return Judgement((), 1, (NO_RECORD.format(site=site.name),))
        cases, results = self._awaited([self._check.host])
        if not cases:
            return Judgement(
                (self._finding(site, host, "(test)", FindingKind.UNMEASURED, self._why_no_case()),), 0
            )
        findings: list[Finding] = []
        notes: list[str] = []
        passed = 0
        for case in cases:
            result = results.get(case)
            item = case.name or "(test)"
            if result is None:
                words = f"it was collected and did not run; {self._end()}"
                findings.append(self._finding(site, host, item, FindingKind.UNMEASURED, words))
            elif result.how == "passed" and result.values and VALUES not in self._check.source.arguments:
                words = "it tells values, which nothing compares; give the test itself the argument parity"
                findings.append(self._finding(site, host, item, FindingKind.UNMEASURED, words))
            elif result.how == "passed":
                passed += 1
            elif result.how == "skipped" and (why := self._accepted_skip(result.words)):
                passed += 1
                notes.append(f"{case.host} {item}: skipped ({result.words}); by the policy: {why}")
            else:
                findings.append(self._of_result(site, host, item, result))
        return Judgement(tuple(findings), passed + len(findings), tuple(notes))

    def _of_result(self, site: Site, host: str, item: str, result: CaseResult) -> Finding:
        words = {
            "failed": result.words,
            "broken": result.words,
            "skipped": f"it was skipped ({result.words}), so it proves nothing; accept the reason below "
            "own_tests.skips, or let the test run",
            "expected to fail": f"it fails, as its author expects ({result.words}); correct it, or accept it "
            "by a waiver",
        }[result.how]
        wrong = result.how in ("failed", "expected to fail")
        kind = FindingKind.EXPECTATION if wrong else FindingKind.UNMEASURED
        return self._finding(site, host, item, kind, words)

    def _finding(self, site: Site, host: str, item: str, kind: FindingKind, words: str) -> Finding:
        groups = (Group(value=None if kind is FindingKind.UNMEASURED else words, hosts=(host,)),)
        label = f"{site.name}/{host}"
        about = "" if item == "(test)" else f" [{item}]"
        at_primary = site is self._settings.primary
        return Finding(
            item=f"{label}{about}",
            kind=kind,
            message=f"{label}{about}: {words.removeprefix(f'{label}: ')}",
            fix=f"see {self._check.source.path}, line {self._check.source.line}",
            primary=groups if at_primary else (),
            standby=() if at_primary else groups,
        )

    def _accepted_skip(self, reason: str) -> str:
        skips = self._settings.policy.own_tests.skips
        return next(
            (why for pattern, why in skips.items() if fnmatchcase(reason, pattern.replace("[", "[[]"))), ""
        )

    def _of_values(self) -> Judgement:
        role, labels = self._check.role, self._planned_hosts()
        cases, results = self._awaited(labels)
        sides = [
            Cohort(
                OwnNames.of(site),
                {
                    host.name: self._values([case for case in cases if case.host == host.label], results)
                    for host in site.in_role(role)
                    if host.label in labels
                },
            )
            for site in self._settings.sites
        ]
        return rules.same(Pair(sides[0], sides[1], "values"), fix=_FIX)

    def _planned_hosts(self) -> list[str]:
        """The labels of the hosts on which the test is to run."""
        source = self._check.source
        return [
            one.host
            for one in planned_own(self._session)
            if one.host and (one.source.path, one.source.function) == (source.path, source.function)
        ]

    def _values(self, cases: Sequence[Case], results: Mapping[Case, CaseResult]) -> Table | Unmeasured:
        """What a host's cases told, or why that is not all of it."""
        table: dict[str, Any] = {}
        for case in cases:
            result = results.get(case)
            if result is None or result.how != "passed":
                words = result.words or result.how if result else self._end()
                return Unmeasured(f"{case.name or 'the test'} did not pass: {words}")
            about = f" [{case.name}]" if case.name else ""
            table |= {f"{name}{about}": value for name, value in result.values.items()}
        return table or Unmeasured("the test told no value" if cases else self._why_no_case())

    def _awaited(self, labels: Sequence[str]) -> tuple[list[Case], Mapping[Case, CaseResult]]:
        """The cases of the check on some hosts, and their results, once all are there or none can come."""
        test = (self._check.source.path, self._check.source.function)
        while True:
            self._inbox.look()
            cases = [case for case in self._inbox.of_test.get(test, ()) if case.host in labels]
            done = self._inbox.collected is not None and all(case in self._inbox.results for case in cases)
            if done or self._inbox.ended is not None:
                return cases, self._inbox.results
            time.sleep(_POLL_SECONDS)

    def _why_no_case(self) -> str:
        found, path = self._inbox.collected or Collected(), self._check.source.path
        if path in found.failed:
            return f"its file cannot be collected: {found.failed[path]}"
        if any(one.startswith(f"{path}::") for one in found.strangers):
            return "pytest collects it in another way than its file says"
        return "pytest did not collect it; see log.txt"

    def _end(self) -> str:
        return f"pytest ended with status {self._inbox.ended}; see log.txt"

    def _place(self, label: str) -> tuple[Site, str]:
        name, _, host = label.partition("/")
        return next(site for site in self._settings.sites if site.name == name), host

    def _is_away_by_record(self, site: Site) -> bool:
        return site is self._settings.primary and self._session.evidence().by_record


_INBOX = pytest.StashKey[Inbox]()


def _inbox(config: pytest.Config) -> Inbox:
    if _INBOX not in config.stash:
        control = session_of(config).options.control
        assert control is not None  # noqa: S101  # the gate gives it together with --parity-own
        config.stash[_INBOX] = Inbox(folder_of_run(control))
    return config.stash[_INBOX]


def start(session: Session) -> None:
    """Start the process, and note its end. It dies with the process group of this one."""
    control = session.options.control
    checks = planned_own(session)
    if control is None or not checks:
        return
    folder = folder_of_run(control)
    folder.mkdir(mode=0o700, exist_ok=True)
    orders = _orders(session, control, checks)
    orders.write(folder)
    with resources.as_file(resources.files(__package__) / "own.ini") as ini:
        process = subprocess.Popen(
            [*_arguments(orders, folder, ini)],
            cwd=orders.base,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            stdin=subprocess.DEVNULL,
        )
    threading.Thread(target=_note_the_end, args=(process, folder), daemon=True).start()


def _note_the_end(process: subprocess.Popen[bytes], folder: Path) -> None:
    write_ended(folder, process.wait())


def _orders(session: Session, control: Path, checks: Sequence[PlannedCheck]) -> Orders:
    settings = session.configuration
    planned: dict[tuple[str, str], list[str]] = {}
    for check in checks:
        if check.host:
            planned.setdefault((check.source.path, check.source.function), []).append(check.host)
    return Orders(
        base=base_of(settings.policy),
        folder=folder_of(settings.policy),
        control=control,
        hosts={host.label: host for site in settings.sites for host in site.hosts},
        away={
            f"{site.name}/{host}": reason
            for site in settings.sites
            for host, reason in session.away(site).items()
        },
        planned={test: tuple(labels) for test, labels in planned.items()},
        timeout=settings.policy.limits.check_deadline.total_seconds(),
        key=secrets.token_hex(32),
        workers=_workers(settings.policy.own_tests.workers, len(checks)),
    )


def _workers(most: int, checks: int) -> int:
    """How many processes are worth their start, which takes each most of a second of CPU."""
    return 0 if checks <= _FEW else min(most, max(2, checks // _EACH))


def _arguments(orders: Orders, folder: Path, ini: Path) -> Iterator[str]:
    yield from (sys.executable, "-P", "-m", "pytest", "-c", str(ini), "--rootdir", str(orders.base))
    yield from ("--confcutdir", str(orders.folder))
    for plugin in _PLUGINS:
        yield from ("-p", plugin)
    # A file that cannot be imported leaves its own tests unmeasured, and no other.
    yield from (
        "--continue-on-collection-errors",
        "-p",
        "no:cacheprovider",
        "--tb=short",
        "--no-header",
        "--color=no",
        "-q",
    )
    yield from ("-n", str(orders.workers), "--timeout", f"{orders.timeout:g}", "--own", str(folder))
    yield from ("--basetemp", str(folder / "pytest"), str(orders.folder))

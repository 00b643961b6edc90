"""Run the gate in this process, and read its result in terms of drills."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from lab.pairs import USUAL
from siteparity import configuration
from siteparity.configuration import Configuration, find_root
from siteparity.gate.run import Gate
from siteparity.model import Host, Outcome
from siteparity.result import Result, SavedCheck, SavedFinding

INVENTORIES = find_root() / "inventories"
PATIENT = {
    "deadline": timedelta(minutes=5),
    "host_deadline": timedelta(minutes=2),
    "check_deadline": timedelta(minutes=2),
}
"""Limits for a machine that is busy with other work. What a drill proves does not depend on speed;
`test_deadlines` holds the limits of the policy."""
STRICT = {"host_deadline": timedelta(seconds=30)}
"""Limits for hosts that hang: the usual one of a host. The lab's policy gives its hosts more, since they
share one machine."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the gate."""

    settings: Configuration
    result: Result
    folder: Path
    seconds: float

    def red(self) -> tuple[SavedCheck, ...]:
        """The checks that are anything but the same."""
        return tuple(check for check in self.result.checks if check.outcome is not Outcome.SAME)

    def red_functions(self) -> frozenset[str]:
        """The test functions of the red checks, whatever their role or language."""
        return frozenset(function_of(check) for check in self.red())

    def told(self) -> str:
        """What is red, for a person who reads a failed test."""
        lines = [f"{self.result.verdict}: {'; '.join(self.result.reasons)}"]
        for check in self.red():
            messages = [finding.message[:300] for finding in check.findings[:3]]
            lines += [f"{check.outcome} {check.id}", *(f"    {message}" for message in messages)]
        return "\n".join(lines)


def run_gate(
    reports: Path,
    inventories: Path = INVENTORIES,
    *,
    workers: int = 0,
    sites: tuple[str | None, str | None] = (None, None),
    patient: bool = True,
) -> Run:
    """Measure, try out and judge both sites.

    Args:
        reports: where the run's folder is made.
        inventories: the sites and the policy.
        workers: pytest's; with none the checks run in one process, which costs two seconds of CPU less.
        sites: primary and standby as on the command line; the policy's, if None.
        patient: with time for a busy machine (`PATIENT`) in place of the policy's own limits; if not, with
            no more than the usual time for a host (`STRICT`).
    """
    began = time.monotonic()
    settings = configuration.load(find_root(), inventories, *sites)
    settings = limited(settings, PATIENT if patient else STRICT)
    gate = Gate(settings, inventories, reports, settings.deadline(), _silent, workers)
    result, folder = gate.run()
    return Run(settings, result, folder, time.monotonic() - began)


def copy_inventories(to: Path) -> None:
    """A copy of the repository's inventories that finds the lab's keys from wherever it is."""
    shutil.copytree(INVENTORIES, to)
    for hosts in to.glob("*/hosts.yml"):
        hosts.write_text(hosts.read_text().replace("../../.lab", str(USUAL.state)))


def limited(settings: Configuration, given: Mapping[str, timedelta]) -> Configuration:
    """The same configuration with these limits."""
    limits = settings.policy.limits.model_copy(update=given)
    return replace(settings, policy=replace(settings.policy, limits=limits))


def named_by(settings: Configuration, fault: str) -> frozenset[str]:
    """The test functions that name a fault in ``@pytest.mark.drill``."""
    return frozenset(
        f"{check.source.path}::{check.source.function}"
        for check in settings.checks
        if fault in check.source.drills
    )


def function_of(check: SavedCheck) -> str:
    """``tests/parity/test_locales.py::test_...``, without what stands in brackets."""
    return check.id.partition("[")[0]


def containers_of(result: Result, check: SavedCheck) -> Iterator[str]:
    """The lab's names of all hosts that a check's findings name."""
    for finding in check.findings:
        yield from containers_in(result, finding)


def containers_in(result: Result, finding: SavedFinding) -> Iterator[str]:
    """The lab's names of the hosts that a finding names: ``arizona-web1``."""
    for site, groups in ((result.primary.site, finding.primary), (result.standby.site, finding.standby)):
        yield from (f"{site}-{host}" for group in groups for host in group.hosts)


def _silent(_host: Host, _words: str) -> None:
    """The drills have progress lines of their own."""

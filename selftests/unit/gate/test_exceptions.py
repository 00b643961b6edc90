"""A result names where the policy asks for less than usual; what only warns decides nothing."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from selftests.unit.policy.edited import edited
from siteparity import configuration
from siteparity.configuration import Configuration, find_root
from siteparity.gate.assemble import Started, assemble
from siteparity.gate.supervisor import Executed
from siteparity.model import Finding, FindingKind, Judgement, Outcome, Severity, Verdict
from siteparity.plan import PlannedCheck
from siteparity.result import Result, SavedDowngrade, SavedLoosened
from siteparity.runs.journal import CheckLine

UNMEASURED = Judgement(
    (Finding(item="x", kind=FindingKind.UNMEASURED, message="arizona/web2: agents: no answer"),), 0
)


def configured(folder: Path, changes: dict[str, object]) -> Configuration:
    """The configuration of this checkout with a changed policy."""
    inventories = folder / "inventories"
    shutil.copytree(find_root() / "inventories", inventories)
    edited(inventories, changes)
    return configuration.load(find_root(), inventories)


def judged(settings: Configuration, found: Mapping[str, Judgement | None]) -> Result:
    """The result of a run: check -> what it found, None if it was not made; all others hold."""
    started = Started("2026-11-23T030000Z-3f9a", datetime.now(UTC), time.monotonic())
    every = {check.id: found.get(check.id, Judgement((), 3)) for check in settings.checks}
    lines = {name: CheckLine.of(name, one, 0.1) for name, one in every.items() if one is not None}
    return assemble(settings, started, (), Executed(lines, ()), {})


def warnings_of(settings: Configuration) -> list[PlannedCheck]:
    """The checks that are warnings."""
    return [check for check in settings.checks if check.severity is Severity.WARNING]


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    """The configuration of this checkout."""
    return configuration.load(find_root(), find_root() / "inventories")


def test_the_shipped_policy_makes_no_exception(shipped: Configuration) -> None:
    """And so nothing is told of one."""
    result = judged(shipped, {})
    assert (result.verdict, result.loosened, result.downgraded) == (Verdict.GO, (), ())


def test_warnings_that_could_not_be_measured_leave_a_go_without_a_reason(shipped: Configuration) -> None:
    """However many: each keeps its outcome and its finding."""
    names = [check.id for check in warnings_of(shipped)]
    result = judged(shipped, dict.fromkeys(names, UNMEASURED))
    assert (result.verdict, result.reasons) == (Verdict.GO, ())
    outcomes = {check.id: check.outcome for check in result.checks}
    assert {outcomes[name] for name in names} == {Outcome.UNMEASURED}


def test_a_warning_that_did_not_run_is_a_broken_run(shipped: Configuration) -> None:
    """A run that loses checks may have lost others."""
    result = judged(shipped, {warnings_of(shipped)[0].id: None})
    assert result.verdict is Verdict.UNKNOWN


def test_a_blocker_that_could_not_be_measured_is_still_unknown(shipped: Configuration) -> None:
    """With the warnings of the same host beside it, as where a host is away."""
    blocker = next(check for check in shipped.checks if check.severity is Severity.BLOCKER)
    found = [blocker.id, *(check.id for check in warnings_of(shipped))]
    result = judged(shipped, dict.fromkeys(found, UNMEASURED))
    assert result.verdict is Verdict.UNKNOWN
    assert "1 check could not be made" in " ".join(result.reasons)


def test_what_the_policy_lowers_and_loosens_is_in_the_result(tmp_path: Path) -> None:
    """With its reasons; a check that was a warning before is not counted."""
    settings = configured(
        tmp_path,
        {
            "aspects.dns.severity": "warning",
            "aspects.dns.severity_reason": "moves to a new provider",
            "aspects.packages.severity": "warning",
            "aspects.packages.severity_reason": "in pilot",
            "smoke.admin.severity": "warning",
            "smoke.admin.severity_reason": "nobody uses it",
            "aspects.replication.max_distance": {"value": "4GiB", "reason": "nightly import"},
        },
    )
    result = judged(settings, {})
    assert result.loosened == (
        SavedLoosened(
            section="replication", key="max_distance", value="4GiB", usual="16MiB", reason="nightly import"
        ),
    )
    lowered = {one.aspect: one for one in result.downgraded}
    assert set(lowered) == {"dns", "packages", "admin"}
    of_packages = [check for check in settings.checks if check.source.aspect == "packages"]
    warnings = sum(check.source.severity is Severity.WARNING for check in of_packages)
    assert warnings
    assert lowered["packages"].checks == len(of_packages) - warnings
    assert lowered["admin"] == SavedDowngrade(kind="smoke", aspect="admin", checks=1, reason="nobody uses it")


def test_an_aspect_of_warnings_alone_is_not_lowered(tmp_path: Path) -> None:
    """Nor is one that is made heavier."""
    reasoned = {"severity": "warning", "severity_reason": "as it was"}
    changes = {f"aspects.kernel.{key}": value for key, value in reasoned.items()}
    settings = configured(tmp_path, {**changes, "aspects.monitoring.severity": "blocker"})
    assert judged(settings, {}).downgraded == ()


def test_a_result_of_an_earlier_version_is_read(shipped: Configuration) -> None:
    """It knew of no exceptions."""
    content = judged(shipped, {}).model_dump(mode="json")
    del content["loosened"], content["downgraded"]
    with_defaults = Result.model_validate_json(json.dumps(content))
    assert (with_defaults.loosened, with_defaults.downgraded) == ((), ())

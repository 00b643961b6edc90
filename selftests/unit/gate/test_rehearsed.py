"""A policy may demand that a failover was rehearsed lately."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from selftests.unit.gate import finished
from siteparity import configuration
from siteparity.commands.verify import Verification
from siteparity.configuration import Configuration, find_root
from siteparity.failover.last import LastRehearsal
from siteparity.gate.believed import believed
from siteparity.gate.rehearsed import not_known, overdue
from siteparity.model import Deadline, Finding, FindingKind, Judgement, Severity, SiteparityError, Verdict
from siteparity.report import bind
from siteparity.result import Result

NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
MONTH = timedelta(days=30)
DAMAGED = "reports/drills.jsonl:3: expected a line as siteparity writes it"


@pytest.fixture(scope="module")
def settings() -> Configuration:
    """The project's own sites; their policy demands a rehearsal each month."""
    whole = configuration.load(find_root(), find_root() / "inventories", look_up=False)
    return replace(whole, policy=replace(whole.policy, rehearsed_within=MONTH))


@pytest.mark.parametrize(
    ("last", "overdue_", "not_known_"),
    [
        (LastRehearsal(NOW - MONTH), False, False),
        (LastRehearsal(NOW - timedelta(days=1), DAMAGED), False, False),
        (LastRehearsal(NOW - MONTH - timedelta(seconds=1)), True, False),
        (LastRehearsal(), True, False),
        (LastRehearsal(NOW - 2 * MONTH, DAMAGED), False, True),
        (LastRehearsal(problem=DAMAGED), False, True),
        (LastRehearsal(NOW + timedelta(days=1)), False, True),
    ],
)
def test_a_rehearsal_was_in_time_or_not_or_nobody_knows(
    last: LastRehearsal, overdue_: bool, not_known_: bool
) -> None:
    """A damaged line may hold one; one in the future was noted by a clock that was wrong."""
    assert (any(overdue(MONTH, last, NOW)), any(not_known(MONTH, last, NOW))) == (overdue_, not_known_)
    assert not any((*overdue(None, last, NOW), *not_known(None, last, NOW)))


def of(settings: Configuration, reports: Path, days: float | None, **more: Any) -> tuple[Result, Path]:
    """A run; the last rehearsal was so many days ago."""
    ended = None if days is None else datetime.now(UTC) - timedelta(days=days)
    return finished.run(settings, reports, rehearsal=LastRehearsal(ended), **more)


def again(folder: Path) -> Result:
    """What is believed of a run."""
    return believed(folder, ())


def test_without_the_demand_nothing_changes(settings: Configuration, tmp_path: Path) -> None:
    """No rehearsal is known, and it is a GO that lasts as long as ever."""
    free = replace(settings, policy=replace(settings.policy, rehearsed_within=None))
    result, folder = of(free, tmp_path, None)
    assert result.verdict is Verdict.GO, result.reasons
    assert result.valid_until == result.finished_at + settings.policy.limits.go_valid_for
    assert again(folder) == result


def test_a_go_ends_when_the_next_rehearsal_is_due(settings: Configuration, tmp_path: Path) -> None:
    """Whatever time the policy gives it."""
    result, folder = of(settings, tmp_path, 29.99)
    assert result.verdict is Verdict.GO, result.reasons
    assert result.rehearsed_at
    assert result.valid_until == result.rehearsed_at + MONTH < result.finished_at + timedelta(hours=4)
    assert again(folder) == result


@pytest.mark.parametrize("days", [None, 31])
def test_without_a_rehearsal_in_time_it_is_no_go(
    settings: Configuration, tmp_path: Path, days: float | None
) -> None:
    """The answer says that nothing else is against it: else no drill could begin, and none could end."""
    result, folder = of(settings, tmp_path, days)
    assert (result.verdict, result.valid_until) == (Verdict.NO_GO, None)
    (reason,) = result.reasons
    assert reason.startswith("no failover between these sites was rehearsed within 30 days (failover.rehe")
    assert result.rehearsable_until == result.finished_at + settings.policy.limits.go_valid_for
    assert again(folder) == result


def test_whoever_lacks_more_than_a_rehearsal_may_not_rehearse(
    settings: Configuration, tmp_path: Path
) -> None:
    """A blocker that differs is in the way of the drill as well."""
    differs = Finding(item="x", kind=FindingKind.EXPECTATION, message="arizona: x is not there")
    blocker = next(check.id for check in settings.checks if check.severity is Severity.BLOCKER)
    result, folder = of(settings, tmp_path, None, found={blocker: Judgement((differs,), 3)})
    assert (result.verdict, result.rehearsable_until) == (Verdict.NO_GO, None)
    assert len(result.reasons) == 2
    assert again(folder) == result


@pytest.mark.parametrize(
    ("days", "change", "problem"),
    [
        (
            None,
            {"verdict": "GO", "reasons": [], "valid_until": "rehearsable"},
            "missing does not follow",
        ),
        (None, {"reasons": ["one", "two"]}, "it says that only a rehearsal is missing, and two"),
        (None, {"verdict": "UNKNOWN"}, "it is UNKNOWN, and only a rehearsal is missing"),
        (None, {"rehearsable_until": "2031-01-01T00:00:00Z"}, "it says that it holds until 2031"),
        (1, {"rehearsed_at": None}, "whether a rehearsal is missing does not follow"),
        (1, {"rehearsed_at": "2031-01-01T00:00:00Z"}, "whether a rehearsal is missing does not follow"),
    ],
)
def test_an_edited_answer_is_not_believed(
    settings: Configuration, tmp_path: Path, days: float | None, change: dict[str, Any], problem: str
) -> None:
    """Even if the digests beside it were made anew."""
    _, folder = of(settings, tmp_path, days)

    def edit(content: dict[str, Any]) -> None:
        until = content["rehearsable_until"]
        content |= change
        if content["valid_until"] == "rehearsable":
            content |= {"valid_until": until, "rehearsable_until": None}

    finished.edit(folder / "result.json", edit)
    bind(folder)
    with pytest.raises(SiteparityError, match=problem):
        again(folder)


def test_a_go_does_not_stand_once_a_rehearsal_is_demanded(settings: Configuration, tmp_path: Path) -> None:
    """The policy was edited after it; nobody measures anything to say so."""
    free = replace(settings, policy=replace(settings.policy, rehearsed_within=None))
    result, folder = of(free, tmp_path, None)
    again_ = Verification(settings, settings.root, tmp_path, Deadline(60), lambda *_: None)
    found = again_.run(result, folder)
    assert found.verdict is Verdict.UNKNOWN
    assert "no failover between these sites was rehearsed" in found.lines[-1]

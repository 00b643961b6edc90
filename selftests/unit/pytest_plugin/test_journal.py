"""One line for each time that a check is made, written when nothing about it can change any more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import pytest

from siteparity.model import Finding, FindingKind, Judgement, Outcome
from siteparity.pytest_plugin import outcome
from siteparity.pytest_plugin.journal import Journal
from siteparity.runs.journal import CheckLine, ClosingLine, read_journal

Phase: TypeAlias = Literal["setup", "call", "teardown"]
ID = "tests/parity/test_things.py::test_it[web]"
SAME = CheckLine.of(ID, Judgement((), 1), 0.1)
DIFFERENT = CheckLine.of(
    ID, Judgement((Finding(item="a", kind=FindingKind.DIFFERENT, message="a differs"),), 1), 0.1
)
UNMEASURED = CheckLine.unmeasured(ID, "no answer")


def report(when: Phase, line: CheckLine | None = None, *, failed: bool = False) -> pytest.TestReport:
    """A report of one phase, with its line where the phase has one."""
    said: Literal["failed", "passed"] = "failed" if failed else "passed"
    made = pytest.TestReport(
        ID, ("test_things.py", 1, "test_it"), {}, said, "words" if failed else None, when
    )
    if line is not None:
        outcome.attach(made, line)
    return made


SET_UP, TORN_DOWN = report("setup"), report("teardown")
CRASH = report("setup", failed=True)


def written(path: Path, reports: Sequence[pytest.TestReport]) -> list[Outcome]:
    """The lines after these reports, without the closing one."""
    journal = Journal(path)
    for one in reports:
        journal.pytest_runtest_logreport(one)
    journal.pytest_sessionfinish(0)
    *lines, closing = read_journal(path)
    assert closing == ClosingLine(closed=0)
    made = [line for line in lines if isinstance(line, CheckLine)]
    assert len(made) == len(lines)
    assert all(line.id == ID for line in made)
    return [line.outcome for line in made]


@pytest.mark.parametrize(
    ("reports", "outcomes"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([SET_UP, TORN_DOWN], [], id="no call"),
        pytest.param([SET_UP, report("call", SAME), TORN_DOWN], [Outcome.SAME], id="same"),
        pytest.param(
            [SET_UP, report("call", DIFFERENT, failed=True), TORN_DOWN], [Outcome.DIFFERENT], id="different"
        ),
        pytest.param(
            [report("setup", UNMEASURED, failed=True), TORN_DOWN], [Outcome.UNMEASURED], id="set-up"
        ),
        pytest.param(
            [SET_UP, report("call", SAME), report("teardown", UNMEASURED, failed=True)],
            [Outcome.UNMEASURED],
            id="tear-down fails",
        ),
        pytest.param(
            [SET_UP, report("call", SAME), report("teardown", failed=True)],
            [Outcome.UNMEASURED],
            id="tear-down fails without a line",
        ),
        pytest.param(
            [SET_UP, report("call", DIFFERENT, failed=True), report("teardown", UNMEASURED, failed=True)],
            [Outcome.DIFFERENT],
            id="tear-down fails after a difference",
        ),
        pytest.param([SET_UP, report("call", SAME)], [Outcome.UNMEASURED], id="tear-down does not end"),
        pytest.param(
            [SET_UP, report("call", DIFFERENT, failed=True)],
            [Outcome.DIFFERENT],
            id="no end after a difference",
        ),
        pytest.param([SET_UP, CRASH], [Outcome.UNMEASURED], id="crash"),
        pytest.param(
            [SET_UP, CRASH, SET_UP, report("call", SAME), TORN_DOWN],
            [Outcome.UNMEASURED, Outcome.SAME],
            id="made again after a crash",
        ),
        pytest.param(
            [
                SET_UP,
                report("call", UNMEASURED, failed=True),
                TORN_DOWN,
                SET_UP,
                report("call", SAME),
                TORN_DOWN,
            ],
            [Outcome.UNMEASURED, Outcome.SAME],
            id="made again",
        ),
    ],
)
def test_each_time_that_a_check_is_made_is_one_line(
    tmp_path: Path, reports: Sequence[pytest.TestReport], outcomes: list[Outcome]
) -> None:
    """The worst that any phase says; what was made again has two, so that nobody can rerun it into green."""
    assert written(tmp_path / "journal.jsonl", reports) == outcomes


def test_a_line_is_on_disk_before_the_next_check_begins(tmp_path: Path) -> None:
    """Whoever reads it after a crash finds all that was made."""
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    for one in (SET_UP, report("call", SAME), TORN_DOWN):
        journal.pytest_runtest_logreport(one)
    assert json.loads(path.read_text())["outcome"] == "same"
    journal.pytest_sessionfinish(0)

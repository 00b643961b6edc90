"""The child's word is not enough: status, closing line and the exact set of checks must agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from siteparity.gate.supervisor import check_journal
from siteparity.model import Finding, FindingKind, Judgement, Outcome
from siteparity.runs.journal import CheckLine, ClosingLine, Line, read_journal

PLANNED = ["tests/parity/test_a.py::test_x[web]", "tests/parity/test_a.py::test_y[web]"]
FINDING = Finding(item="a", kind=FindingKind.DIFFERENT, message="a differs")
ACCEPTED = FINDING.model_copy(update={"waiver": "until then"})


def line(check: str, *findings: Finding, unneeded: tuple[str, ...] = ()) -> CheckLine:
    """A check's line in the journal."""
    made = CheckLine.of(check, Judgement(findings, 1), 0.0)
    return made.model_copy(update={"unneeded": unneeded})


SAME = [line(check) for check in PLANNED]
DIFFERENT = line(PLANNED[1], FINDING)
WAIVED = line(PLANNED[1], ACCEPTED)
RED = line(PLANNED[1], unneeded=("the waiver waivers.yml:1",))


def closed(status: int) -> ClosingLine:
    """The closing line of a run that ended with this status."""
    return ClosingLine(closed=status)


def test_a_whole_run_is_believed() -> None:
    """Every planned check once, a closing line, and a status that agrees with both."""
    executed = check_journal(PLANNED, [*SAME, closed(0)], 0)
    assert executed.broken == ()
    assert set(executed.lines) == set(PLANNED)


def test_a_run_with_a_difference_is_believed_as_well() -> None:
    """Status 1 belongs to a failed check."""
    assert check_journal(PLANNED, [SAME[0], DIFFERENT, closed(1)], 1).broken == ()


def test_a_run_with_waivers_is_believed_as_well(tmp_path: Path) -> None:
    """Status 0 belongs to an expected failure, 1 to one that passed."""
    both = line(PLANNED[1], ACCEPTED, unneeded=("the waiver",))
    for check, status in ((WAIVED, 0), (RED, 1), (both, 1)):
        journal = tmp_path / "journal.jsonl"
        journal.write_text("".join(one.text() + "\n" for one in (SAME[0], check, closed(status))))
        executed = check_journal(PLANNED, read_journal(journal), status)
        assert executed.broken == ()
        assert executed.lines[PLANNED[1]] == check


@pytest.mark.parametrize(
    ("lines", "status", "reason"),
    [
        pytest.param([], 0, "closing line", id="nothing was written, status 0"),
        pytest.param([closed(0)], 0, "2 planned checks did not run", id="closed without a check"),
        pytest.param([*SAME], 0, "closing line", id="no closing line"),
        pytest.param([*SAME, closed(1)], 0, "closing line", id="closing line of another status"),
        pytest.param([*SAME, closed(0), closed(0)], 0, "closing line", id="closed twice"),
        pytest.param([SAME[0], closed(0)], 0, "1 planned check did not run", id="one was deselected"),
        pytest.param([*SAME, SAME[0], closed(0)], 0, "more than once", id="rerun"),
        pytest.param(
            [*SAME, line("other"), closed(0)], 0, "1 check ran without being planned", id="a stray check"
        ),
        pytest.param([*SAME, None, closed(0)], 0, "damaged", id="a damaged line"),
        pytest.param([*SAME, closed(0)], None, "deadline", id="cut at the deadline"),
        pytest.param([*SAME, closed(-9)], -9, "SIGKILL", id="killed"),
        pytest.param([*SAME, closed(5)], 5, "status 5", id="no tests collected"),
        pytest.param([*SAME, closed(3)], 3, "status 3", id="internal error"),
        pytest.param([SAME[0], DIFFERENT, closed(0)], 0, "contradicts", id="0 beside a failure"),
        pytest.param([*SAME, closed(1)], 1, "contradicts", id="1 without a failure"),
        pytest.param([SAME[0], WAIVED, closed(1)], 1, "contradicts", id="1 beside a waived check"),
        pytest.param([SAME[0], RED, closed(0)], 0, "contradicts", id="0 beside a waiver not needed"),
    ],
)
def test_a_run_that_proves_nothing_is_not_believed(
    lines: list[Line | None], status: int | None, reason: str
) -> None:
    """Every way in which a run is not whole has its own words."""
    broken = check_journal(PLANNED, lines, status).broken
    assert any(reason in words for words in broken), broken


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_lines_of_one_check_the_heavier_counts(turned: bool) -> None:
    """A check that was rerun into green stays red."""
    lines = [DIFFERENT, SAME[1]][:: -1 if turned else 1]
    checked = check_journal(PLANNED, [*lines, SAME[0], closed(1)], 1)
    assert checked.lines[PLANNED[1]].outcome is Outcome.DIFFERENT


def test_every_cut_of_a_journal_is_noticed(tmp_path: Path) -> None:
    """Wherever the disk was full, or the machine stopped."""
    journal = tmp_path / "journal.jsonl"
    whole = "".join(one.text() + "\n" for one in (*SAME, closed(0))).encode()
    for length in range(len(whole) - 1):
        journal.write_bytes(whole[:length])
        assert check_journal(PLANNED, read_journal(journal), 0).broken

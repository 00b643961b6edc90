"""The child's word is not enough: status, closing line and the exact set of checks must agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from siteparity.gate.supervisor import check_journal, read_journal

PLANNED = ["tests/parity/test_a.py::test_x[web]", "tests/parity/test_a.py::test_y[web]"]


def line(check: str, outcome: str = "same") -> dict[str, Any]:
    """A check's line in the journal."""
    return {"id": check, "outcome": outcome, "compared": 1, "seconds": 0.0, "findings": []}


SAME = [line(check) for check in PLANNED]


def test_a_whole_run_is_believed() -> None:
    """Every planned check once, a closing line, and a status that agrees with both."""
    executed = check_journal(PLANNED, [*SAME, {"closed": 0}], 0)
    assert executed.broken == ()
    assert set(executed.entries) == set(PLANNED)


def test_a_run_with_a_difference_is_believed_as_well() -> None:
    """Status 1 belongs to a failed check."""
    assert check_journal(PLANNED, [SAME[0], line(PLANNED[1], "different"), {"closed": 1}], 1).broken == ()


FINDING = {"item": "a", "kind": "different", "message": "a differs"}
ACCEPTED = FINDING | {"waiver": "until then"}
WAIVED = line(PLANNED[1], "waived") | {"findings": [ACCEPTED]}
RED = SAME[1] | {"unneeded": ["the waiver waivers.yml:1"]}


def test_a_run_with_waivers_is_believed_as_well(tmp_path: Path) -> None:
    """Status 0 belongs to an expected failure, 1 to one that passed."""
    for check, status in ((WAIVED, 0), (RED, 1), (WAIVED | {"unneeded": ["the waiver"]}, 1)):
        journal = tmp_path / "journal.jsonl"
        journal.write_text(f"{json.dumps(SAME[0])}\n{json.dumps(check)}\n{json.dumps({'closed': status})}\n")
        executed = check_journal(PLANNED, read_journal(journal), status)
        assert executed.broken == ()
        assert executed.entries[PLANNED[1]] == check


@pytest.mark.parametrize(
    ("lines", "status", "reason"),
    [
        pytest.param([], 0, "closing line", id="nothing was written, status 0"),
        pytest.param([{"closed": 0}], 0, "2 planned checks did not run", id="closed without a check"),
        pytest.param([*SAME], 0, "closing line", id="no closing line"),
        pytest.param([*SAME, {"closed": 1}], 0, "closing line", id="closing line of another status"),
        pytest.param([*SAME, {"closed": 0}, {"closed": 0}], 0, "closing line", id="closed twice"),
        pytest.param([SAME[0], {"closed": 0}], 0, "1 planned checks did not run", id="one was deselected"),
        pytest.param([*SAME, SAME[0], {"closed": 0}], 0, "more than once", id="rerun"),
        pytest.param([*SAME, line("other"), {"closed": 0}], 0, "not planned", id="a stray check"),
        pytest.param([*SAME, None, {"closed": 0}], 0, "damaged", id="a damaged line"),
        pytest.param([*SAME, {"closed": 0}], None, "deadline", id="cut at the deadline"),
        pytest.param([*SAME, {"closed": -9}], -9, "SIGKILL", id="killed"),
        pytest.param([*SAME, {"closed": 5}], 5, "status 5", id="no tests collected"),
        pytest.param([*SAME, {"closed": 3}], 3, "status 3", id="internal error"),
        pytest.param(
            [SAME[0], line(PLANNED[1], "different"), {"closed": 0}], 0, "contradicts", id="0 beside a failure"
        ),
        pytest.param([*SAME, {"closed": 1}], 1, "contradicts", id="1 without a failure"),
        pytest.param([SAME[0], WAIVED, {"closed": 1}], 1, "contradicts", id="1 beside a waived check"),
        pytest.param([SAME[0], RED, {"closed": 0}], 0, "contradicts", id="0 beside a waiver not needed"),
    ],
)
def test_a_run_that_proves_nothing_is_not_believed(lines: list[Any], status: int | None, reason: str) -> None:
    """Every way in which a run is not whole has its own words."""
    broken = check_journal(PLANNED, lines, status).broken
    assert any(reason in words for words in broken), broken


@pytest.mark.parametrize("order", [("different", "same"), ("same", "different")])
def test_of_two_lines_of_one_check_the_heavier_counts(order: tuple[str, str]) -> None:
    """A check that was rerun into green stays red."""
    lines = [line(PLANNED[0], outcome) for outcome in order]
    checked = check_journal(PLANNED, [*lines, SAME[1], {"closed": 1}], 1)
    assert checked.entries[PLANNED[0]]["outcome"] == "different"


@pytest.mark.parametrize(
    "damaged",
    [
        "{",
        "[]",
        "{}",
        '"same"',
        json.dumps({"closed": 0, "more": 1}),
        json.dumps(SAME[0] | {"outcome": "fine"}),
        json.dumps(SAME[0] | {"compared": 0}),
        json.dumps(SAME[0] | {"compared": True}),
        json.dumps(SAME[0] | {"findings": [FINDING]}),
        json.dumps(SAME[0] | {"seconds": -1.0}),
        json.dumps(SAME[0] | {"unneeded": "one"}),
        json.dumps(WAIVED | {"findings": []}),
        json.dumps(WAIVED | {"findings": [FINDING]}),
        json.dumps(WAIVED | {"findings": [ACCEPTED, FINDING]}),
        json.dumps(WAIVED | {"findings": [ACCEPTED | {"waiver": ""}]}),
        json.dumps(WAIVED | {"findings": [ACCEPTED, ACCEPTED | {"kind": "unmeasured"}]}),
        json.dumps(WAIVED | {"compared": 0}),
        json.dumps(SAME[0] | {"seconds": float("nan")}),
        json.dumps(SAME[0] | {"more": 1}),
        json.dumps({name: value for name, value in SAME[0].items() if name != "outcome"}),
        json.dumps(line(PLANNED[0], "different") | {"findings": [FINDING | {"kind": "odd"}]}),
    ],
)
def test_a_line_that_is_not_understood_to_its_end_is_damaged(tmp_path: Path, damaged: str) -> None:
    """Neither a crash of the judge nor a check that counts: "same" has compared, and found nothing."""
    journal = tmp_path / "journal.jsonl"
    journal.write_text(f"{damaged}\n{json.dumps(SAME[1])}\n{json.dumps({'closed': 0})}\n")
    lines = read_journal(journal)
    assert lines == [None, SAME[1], {"closed": 0}]
    assert "the journal of the checks is damaged" in check_journal(PLANNED, lines, 0).broken


def test_every_cut_of_a_journal_is_noticed(tmp_path: Path) -> None:
    """Wherever the disk was full, or the machine stopped."""
    journal = tmp_path / "journal.jsonl"
    whole = "".join(json.dumps(one) + "\n" for one in (*SAME, {"closed": 0})).encode()
    for length in range(len(whole) - 1):
        journal.write_bytes(whole[:length])
        assert check_journal(PLANNED, read_journal(journal), 0).broken
    assert read_journal(tmp_path / "missing") == []

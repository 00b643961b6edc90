"""A line of the journal is read strictly: what is not understood to its last key proves nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity.model import Finding, FindingKind, Group, Judgement, Outcome
from siteparity.runs.journal import CheckLine, ClosingLine, read_journal, read_line

ID = "tests/parity/test_a.py::test_x[web]"
SAME: dict[str, Any] = {"id": ID, "outcome": "same", "compared": 1, "seconds": 0.0, "findings": []}
FINDING = {"item": "a", "kind": "different", "message": "a differs"}
ACCEPTED = FINDING | {"waiver": "until then"}
DIFFERENT = SAME | {"outcome": "different", "findings": [FINDING]}
WAIVED = SAME | {"outcome": "waived", "findings": [ACCEPTED]}
SILENT = FINDING | {"kind": "unmeasured"}

findings = st.builds(
    Finding,
    item=st.text(max_size=3),
    kind=st.sampled_from(FindingKind),
    message=st.text(max_size=3),
    standby=st.lists(
        st.builds(
            Group,
            value=st.none()
            | st.booleans()
            | st.integers()
            | st.floats(allow_nan=False, allow_infinity=False),
            hosts=st.just(("web1",)),
        ),
        max_size=2,
    ).map(tuple),
    waiver=st.sampled_from([None, "", "until then"]),
)
notes = st.lists(st.text(max_size=3), max_size=2).map(tuple)
judgements = st.builds(Judgement, st.lists(findings, max_size=3).map(tuple), st.integers(0, 2), notes)


def one_line(made: dict[str, Any]) -> str:
    """A line as another program could write it."""
    return json.dumps(made)


@pytest.mark.parametrize("whole", [SAME, DIFFERENT, WAIVED, SAME | {"unneeded": ["the waiver a:1"]}])
def test_a_line_that_agrees_with_its_findings_is_read(whole: dict[str, Any]) -> None:
    """What a writer leaves out is empty."""
    line = read_line(one_line(whole))
    assert isinstance(line, CheckLine)
    assert (
        json.loads(line.text()).items()
        >= {**whole, "findings": line.model_dump(mode="json")["findings"]}.items()
    )


@pytest.mark.parametrize(
    "damaged",
    [
        "{",
        "[]",
        "{}",
        '"same"',
        "[" * 100_000,
        one_line({"closed": 0, "more": 1}),
        one_line({"closed": True}),
        one_line(SAME | {"closed": 0}),
        one_line(SAME | {"outcome": "fine"}),
        one_line(SAME | {"outcome": "not-run"}),
        one_line(SAME | {"outcome": "different"}),
        one_line(SAME | {"outcome": "unmeasured"}),
        one_line(SAME | {"outcome": "waived"}),
        one_line(SAME | {"compared": 0}),
        one_line(SAME | {"compared": -1}),
        one_line(SAME | {"compared": True}),
        one_line(SAME | {"findings": [FINDING]}),
        one_line(SAME | {"findings": [ACCEPTED]}),
        one_line(SAME | {"seconds": -1.0}),
        one_line(SAME | {"seconds": float("nan")}),
        one_line(SAME | {"unneeded": "one"}),
        one_line(SAME | {"notes": "one"}),
        one_line(SAME | {"notes": [1]}),
        one_line(SAME | {"more": 1}),
        one_line(DIFFERENT | {"outcome": "unmeasured"}),
        one_line(DIFFERENT | {"findings": [FINDING | {"kind": "odd"}]}),
        one_line(DIFFERENT | {"findings": [FINDING | {"more": 1}]}),
        one_line(DIFFERENT | {"findings": [SILENT]}),
        one_line(DIFFERENT | {"findings": [FINDING | {"primary": [{"value": float("inf"), "hosts": []}]}]}),
        one_line(WAIVED | {"findings": []}),
        one_line(WAIVED | {"findings": [FINDING]}),
        one_line(WAIVED | {"findings": [ACCEPTED, FINDING]}),
        one_line(WAIVED | {"findings": [ACCEPTED | {"waiver": ""}]}),
        one_line(WAIVED | {"findings": [ACCEPTED, ACCEPTED | {"kind": "unmeasured"}]}),
        one_line(WAIVED | {"compared": 0}),
        one_line({name: value for name, value in SAME.items() if name != "outcome"}),
    ],
)
def test_a_line_that_is_not_understood_to_its_end_is_damaged(tmp_path: Path, damaged: str) -> None:
    """Neither a crash of the judge nor a check that counts: "same" has compared, and found nothing."""
    journal = tmp_path / "journal.jsonl"
    journal.write_text(f"{damaged}\n{one_line(SAME)}\n{one_line({'closed': 0})}\n")
    first, second, closing = read_journal(journal)
    assert first is None
    assert isinstance(second, CheckLine)
    assert closing == ClosingLine(closed=0)


def test_a_run_that_wrote_nothing_has_no_lines(tmp_path: Path) -> None:
    """Nor has one without a journal."""
    assert read_journal(tmp_path / "missing") == ()
    (tmp_path / "empty").touch()
    assert read_journal(tmp_path / "empty") == ()


def test_a_line_keeps_its_shape() -> None:
    """Others read the file as well: every key is there, whatever the check has found."""
    finding = Finding(
        item="a", kind=FindingKind.MISSING, message="m", primary=(Group(value=1.5, hosts=("web1",)),)
    )
    assert json.loads(CheckLine.of(ID, Judgement((finding,), 3), 0.12344).text()) == {
        "id": ID,
        "outcome": "different",
        "compared": 3,
        "seconds": 0.1234,
        "findings": [
            {
                "item": "a",
                "kind": "missing",
                "message": "m",
                "fix": "",
                "effect": "",
                "primary": [{"value": 1.5, "hosts": ["web1"]}],
                "standby": [],
                "where": [],
                "waiver": None,
                "design": None,
            }
        ],
        "notes": [],
        "unneeded": [],
    }
    assert ClosingLine(closed=1).text() == '{"closed": 1}'


@given(judgement=judgements)
def test_what_is_written_is_read_again(judgement: Judgement) -> None:
    """To the last value, whatever the check has found."""
    line = CheckLine.of(ID, judgement, 0.1)
    assert line.outcome is judgement.outcome
    assert read_line(line.text()) == line


@given(first=judgements, then=judgements)
def test_of_two_phases_the_heavier_counts(first: Judgement, then: Judgement) -> None:
    """A tear-down that fails adds its finding; nothing makes the check lighter than it was."""
    unmeasured = CheckLine.unmeasured(ID, "its tear-down failed")
    line = CheckLine.of(ID, first, 0.1).merged(unmeasured)
    assert line.outcome is Outcome.heaviest(first.outcome, Outcome.UNMEASURED)
    assert line.findings == (*CheckLine.of(ID, first, 0.1).findings, *unmeasured.findings)
    assert line.notes == first.notes
    assert not line.passes
    both = Judgement((*first.findings, *then.findings), min(first.compared, then.compared))
    order = list(Outcome)
    assert order.index(both.outcome) >= max(order.index(first.outcome), order.index(then.outcome))


@pytest.mark.parametrize(
    ("made", "passes"),
    [(SAME, True), (WAIVED, True), (DIFFERENT, False), (SAME | {"unneeded": ["the waiver"]}, False)],
)
def test_a_check_passes_if_it_holds_and_no_waiver_expects_otherwise(
    made: dict[str, Any], passes: bool
) -> None:
    """As pytest says passed, or expected failure."""
    line = read_line(one_line(made))
    assert isinstance(line, CheckLine)
    assert line.passes == passes


def test_a_line_shows_no_secret_and_keeps_its_id(tmp_path: Path) -> None:
    """Neither when it is made, nor when it is read: a check may have written it by itself."""
    secret = "redis://:hunter2hunter2@db/0"  # noqa: S105  # nobody's
    group = {"value": secret, "hosts": [secret]}
    texts = dict.fromkeys(("item", "message", "fix", "effect", "waiver"), secret)
    made = DIFFERENT | {"findings": [FINDING | texts | {"primary": [group], "standby": [group]}]}
    journal = tmp_path / "journal.jsonl"
    lines = (made | {"outcome": "waived", "unneeded": [secret]}, SAME | {"id": secret})
    journal.write_text("".join(one_line(one) + "\n" for one in lines))
    line, strange = read_journal(journal)
    assert isinstance(line, CheckLine)
    assert "hunter2" not in line.text()
    assert line.text().count("redis://:***") == 10
    assert CheckLine.of(ID, line.judgement, 0.0).findings == line.findings
    assert isinstance(strange, CheckLine)
    assert strange.id == secret


def test_a_note_is_read_and_written_without_secrets(tmp_path: Path) -> None:
    """Whoever wrote the line."""
    url = "postgres://shop:hunter2@db/shop"
    line = CheckLine.of(ID, Judgement((), 1, (url,)), 0.0)
    journal = tmp_path / "journal.jsonl"
    journal.write_text(one_line(SAME | {"notes": [url]}))
    (read,) = read_journal(journal)
    assert isinstance(read, CheckLine)
    for (note,) in (line.notes, read.notes):
        assert "hunter2" not in note

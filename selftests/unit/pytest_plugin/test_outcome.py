"""What ended a check has one meaning, which no mark and no phase makes lighter."""

from __future__ import annotations

import json
from typing import Literal

import pytest

from siteparity.model import Finding, FindingKind, Group, Judgement, Outcome
from siteparity.pytest_plugin import outcome
from siteparity.pytest_plugin.outcome import Concluded
from siteparity.runs.journal import CheckLine

SAME = Judgement((), 3)
DIFFERENT = Judgement((Finding(item="a", kind=FindingKind.DIFFERENT, message="a differs"),), 3)
UNMEASURED = Judgement((Finding(item="a", kind=FindingKind.UNMEASURED, message="no answer"),), 0)
ID = "tests/parity/test_things.py::test_it[web]"


@pytest.mark.parametrize("so_far", [SAME, UNMEASURED, DIFFERENT])
@pytest.mark.parametrize(
    ("error", "alone"),
    [
        (AssertionError("the page is empty\nassert x"), Outcome.DIFFERENT),
        (KeyError("k"), Outcome.UNMEASURED),
        (TimeoutError(), Outcome.UNMEASURED),
        (SystemExit(0), Outcome.UNMEASURED),
        (pytest.fail.Exception("Timeout >1s"), Outcome.UNMEASURED),
        (pytest.skip.Exception("no host"), Outcome.UNMEASURED),
    ],
)
def test_whatever_ends_a_check_early_keeps_what_it_had_found(
    error: BaseException, alone: Outcome, so_far: Judgement
) -> None:
    """A broken assertion is a difference, anything else leaves the check unmeasured, never the same."""
    judgement = outcome.judgement_of(error, so_far)
    order = list(Outcome)
    assert judgement.outcome is max(alone, so_far.outcome, key=order.index)
    assert set(so_far.findings) <= set(judgement.findings)


def test_an_error_is_told_in_one_line() -> None:
    """With its kind, since "k" says nothing; an assertion says what it says."""
    assert outcome.judgement_of(KeyError("k"), SAME).findings[0].message == "KeyError: 'k'"
    assert outcome.judgement_of(TimeoutError(), SAME).findings[0].message == "TimeoutError: TimeoutError"
    assert outcome.judgement_of(AssertionError("no page\nassert x"), SAME).findings[0].message == "no page"


def test_a_conclusion_is_what_the_rules_said() -> None:
    """And one without any finding says why it is one."""
    assert outcome.judgement_of(Concluded(DIFFERENT), SAME) == DIFFERENT
    nothing = Concluded(Judgement((), 0))
    assert "the check applied no rule" in str(nothing)
    assert outcome.judgement_of(nothing, SAME).outcome is Outcome.UNMEASURED


def report(
    said: Literal["passed", "failed", "skipped"], when: Literal["setup", "call", "teardown"] = "call"
) -> pytest.TestReport:
    """A report as pytest makes it."""
    return pytest.TestReport(ID, ("test_things.py", 1, "test_it"), {}, said, None, when)


@pytest.mark.parametrize("said", ["passed", "failed", "skipped"])
@pytest.mark.parametrize(
    ("judgement", "phase"), [(DIFFERENT, "call"), (UNMEASURED, "setup")], ids=["different", "unmeasured"]
)
def test_what_is_not_the_same_fails_whatever_pytest_says(
    said: Literal["passed", "failed", "skipped"], judgement: Judgement, phase: str
) -> None:
    """Different is pytest's failure, unmeasured its error, which it tells by the phase."""
    made = report(said)
    outcome.conclude(made, CheckLine.of(ID, judgement, 0.1))
    assert (made.outcome, made.when) == ("failed", phase)
    assert outcome.line_of(made) == CheckLine.of(ID, judgement, 0.1)


def test_the_same_stays_what_pytest_says() -> None:
    """A pass that pytest does not call one is a contradiction, which the supervisor must see."""
    made = report("failed")
    outcome.conclude(made, CheckLine.of(ID, SAME, 0.1))
    assert (made.outcome, made.when) == ("failed", "call")


WAIVED = CheckLine.of(
    ID,
    Judgement(
        tuple(
            Finding(item=item, kind=FindingKind.DIFFERENT, message=f"{item} differs", waiver=waiver)
            for item, waiver in (("a", "until then"), ("b", "until then"), ("c", "for that"))
        ),
        3,
    ),
    0.1,
)


@pytest.mark.parametrize("said", ["passed", "failed", "skipped"])
def test_waived_is_an_expected_failure_with_the_waivers_reason(
    said: Literal["passed", "failed", "skipped"],
) -> None:
    """Each reason once."""
    made = report(said)
    outcome.conclude(made, WAIVED)
    assert (made.outcome, made.when, made.wasxfail) == ("skipped", "call", "until then; for that")


def test_waived_outside_the_check_itself_is_no_pass() -> None:
    """Only a check that was made can have been expected to fail."""
    made = report("failed", "setup")
    outcome.conclude(made, WAIVED)
    assert made.outcome == "failed"
    assert not hasattr(made, "wasxfail")


@pytest.mark.parametrize("line", [CheckLine.of(ID, SAME, 0.1), WAIVED], ids=["same", "waived"])
def test_a_waiver_that_is_no_longer_needed_is_a_failure(line: CheckLine) -> None:
    """As a strict expected failure that passes is, in pytest's own words."""
    made = report("passed")
    outcome.conclude(made, line.model_copy(update={"unneeded": ("the waiver a:1", "the waiver a:2")}))
    assert (made.outcome, made.when) == ("failed", "call")
    assert made.longrepr == (
        "[XPASS(strict)] the waiver a:1 is no longer needed; the waiver a:2 is no longer needed"
    )


def test_what_a_mark_expected_is_not_left_on_a_report() -> None:
    """pytest-html would call a failure with it a pass."""
    made = report("skipped")
    made.wasxfail = "a mark"
    outcome.conclude(made, CheckLine.of(ID, DIFFERENT, 0.1))
    assert made.outcome == "failed"
    assert not hasattr(made, "wasxfail")


def test_a_report_carries_one_line_beside_other_properties() -> None:
    """What a later phase attaches replaces what an earlier one did."""
    made = report("passed")
    made.user_properties = [("other", "kept")]
    assert outcome.line_of(made) is None
    outcome.attach(made, CheckLine.of(ID, SAME, 0.1))
    outcome.attach(made, CheckLine.unmeasured(ID, "tear-down failed"))
    assert [name for name, _ in made.user_properties] == ["other", outcome.PROPERTY]
    found = outcome.line_of(made)
    assert found
    assert (found.outcome, found.compared) == (Outcome.UNMEASURED, 0)


def test_a_report_whose_line_is_damaged_is_unmeasured() -> None:
    """Whatever wrote it: what cannot be read is neither the same nor nothing at all."""
    made = report("passed")
    made.user_properties = [(outcome.PROPERTY, '{"outcome": "same"}')]
    found = outcome.line_of(made)
    assert found
    assert (found.id, found.outcome) == (ID, Outcome.UNMEASURED)


def test_a_line_holds_groups_of_hosts_with_their_values() -> None:
    """As result.json needs them."""
    finding = Finding(
        item="a",
        kind=FindingKind.DIFFERENT,
        message="a",
        primary=(Group(value=1, hosts=("web1",)),),
        standby=(Group(value=None, hosts=("web1", "web2")),),
    )
    (found,) = CheckLine.of(ID, Judgement((finding,), 1), 0.1).findings
    assert json.loads(found.model_dump_json(include={"primary", "standby"})) == {
        "primary": [{"value": 1, "hosts": ["web1"]}],
        "standby": [{"value": None, "hosts": ["web1", "web2"]}],
    }

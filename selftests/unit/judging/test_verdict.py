"""GO is proven, never assumed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity.judging.verdict import Answer, CheckOutcome, judge
from siteparity.model import Outcome, Severity, Verdict

checks = st.lists(
    st.builds(
        CheckOutcome,
        st.sampled_from(["tests/a", "tests/b"]),
        st.sampled_from(Severity),
        st.sampled_from(Outcome),
    )
)


def one(outcome: Outcome, severity: Severity = Severity.BLOCKER) -> CheckOutcome:
    """One check with its outcome."""
    return CheckOutcome("tests/parity/test_x.py::test_y[web]", severity, outcome)


@given(
    checks=checks,
    broken=st.lists(st.text(min_size=1), max_size=2),
    bad_waivers=st.lists(st.text(min_size=1), max_size=2),
)
def test_go_is_said_only_when_every_check_ran_and_every_blocker_holds(
    checks: list[CheckOutcome], broken: list[str], bad_waivers: list[str]
) -> None:
    """The definition of GO, read the other way round."""
    go = judge(checks, broken, bad_waivers).verdict is Verdict.GO
    held = {Outcome.SAME, Outcome.BY_DESIGN, Outcome.WAIVED}
    blockers = [check for check in checks if check.severity is Severity.BLOCKER]
    proven = (
        bool(blockers)
        and not broken
        and not bad_waivers
        and all(check.outcome in held for check in blockers)
        and all(check.outcome is not Outcome.NOT_RUN for check in checks)
    )
    assert go == proven


def test_nothing_planned_is_unknown() -> None:
    """The fold of nothing is not GO."""
    assert judge([]).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.SAME, Verdict.GO),
        (Outcome.BY_DESIGN, Verdict.GO),
        (Outcome.WAIVED, Verdict.GO),
        (Outcome.UNMEASURED, Verdict.UNKNOWN),
        (Outcome.NOT_RUN, Verdict.UNKNOWN),
        (Outcome.DIFFERENT, Verdict.NO_GO),
    ],
)
def test_each_outcome_of_a_blocker_has_its_verdict(outcome: Outcome, expected: Verdict) -> None:
    """Beside a check that is the same, the heavier one decides."""
    answer = judge([one(Outcome.SAME), one(outcome)])
    assert answer.verdict is expected
    assert (answer.reasons == ()) == (expected is Verdict.GO)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.SAME, Verdict.GO),
        (Outcome.BY_DESIGN, Verdict.GO),
        (Outcome.WAIVED, Verdict.GO),
        (Outcome.DIFFERENT, Verdict.GO),
        (Outcome.UNMEASURED, Verdict.GO),
        (Outcome.NOT_RUN, Verdict.UNKNOWN),
    ],
)
def test_each_outcome_of_a_warning_has_its_verdict(outcome: Outcome, expected: Verdict) -> None:
    """Blockers decide; a check that did not run at all is a broken run, whatever its weight."""
    answer = judge([one(Outcome.SAME), one(outcome, Severity.WARNING)])
    assert answer.verdict is expected
    assert (answer.reasons == ()) == (expected is Verdict.GO)


def test_an_unmeasured_warning_is_no_reason_beside_others() -> None:
    """The count of what could not be made is of what had to be."""
    both = [one(Outcome.UNMEASURED), one(Outcome.UNMEASURED, Severity.WARNING)]
    assert judge(both).reasons == ("1 check could not be made: test_x.py::test_y[web]",)


def test_a_difference_outweighs_a_broken_run() -> None:
    """Known to be wrong is NO-GO, whatever else is unknown; all reasons are told, the heaviest first."""
    answer = judge([one(Outcome.DIFFERENT), one(Outcome.NOT_RUN)], ["the checks were cut at the deadline"])
    assert answer.verdict is Verdict.NO_GO
    assert answer.reasons[0].startswith("1 blocker differs: test_x.py::test_y[web]")
    assert "the checks were cut at the deadline" in answer.reasons


def test_a_broken_run_with_all_checks_the_same_is_unknown() -> None:
    """A run that contradicts itself proves nothing."""
    assert judge([one(Outcome.SAME)], ["the closing line is missing"]).verdict is Verdict.UNKNOWN


def test_what_is_proven_without_a_check_is_no_go_and_told_before_all_but_differences() -> None:
    """Orders that are known to be lost stop a failover although every check holds."""
    same = CheckOutcome("a", Severity.BLOCKER, Outcome.SAME)
    assert judge([same], proven=["lost"]) == Answer(Verdict.NO_GO, ("lost",))
    assert judge([same], ["cut"], ["waiver"], iter(["lost"])).reasons == ("lost", "cut", "waiver")
    red = CheckOutcome("b", Severity.BLOCKER, Outcome.DIFFERENT)
    assert judge([red], proven=["lost"]).reasons == ("1 blocker differs: b", "lost")


def test_a_waiver_that_does_not_hold_is_told_last_and_is_no_go_by_itself() -> None:
    """Nothing measured is wrong, and still somebody has to look."""
    said = ["the waiver waivers.yml:3 is no longer needed"]
    assert judge([one(Outcome.WAIVED)], (), said) == Answer(Verdict.UNKNOWN, tuple(said))
    answer = judge([one(Outcome.DIFFERENT), one(Outcome.NOT_RUN)], ["the run was cut"], said)
    assert answer == Answer(
        Verdict.NO_GO,
        (
            "1 blocker differs: test_x.py::test_y[web]",
            "the run was cut",
            "1 check could not be made: test_x.py::test_y[web]",
            *said,
        ),
    )


def test_what_a_check_found_is_said_in_words() -> None:
    """People read the last line; an id says nothing to them."""
    check = CheckOutcome("a", Severity.BLOCKER, Outcome.DIFFERENT, "Nobody can log in")
    assert judge([check]).reasons == ("1 blocker differs: Nobody can log in",)


def test_reasons_count_and_name_the_first() -> None:
    """In the words of one, and of several."""
    two = [one(Outcome.DIFFERENT), CheckOutcome("b", Severity.BLOCKER, Outcome.DIFFERENT)]
    unknown = [one(Outcome.UNMEASURED), CheckOutcome("b", Severity.WARNING, Outcome.NOT_RUN)]
    assert judge([*two, *unknown]).reasons == (
        "2 blockers differ, first: test_x.py::test_y[web]",
        "2 checks could not be made, first: test_x.py::test_y[web]",
    )
    assert judge([]).reasons == ("no blocker was planned, so nothing is proven",)
    assert judge([one(Outcome.SAME, Severity.WARNING)]).reasons == judge([]).reasons

"""What a second judge says counts against GO, and never for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from siteparity.gate.judged_again import Said
from siteparity.gate.supervisor import Executed, disagreements
from siteparity.model import Finding, FindingKind, Judgement, Outcome, Severity
from siteparity.plan import CheckSource, PlannedCheck
from siteparity.runs.journal import CheckLine, ClosingLine, Line

DIFFERS = Finding(item="a", kind=FindingKind.DIFFERENT, message="a differs")
UNKNOWN = Finding(item="a", kind=FindingKind.UNMEASURED, message="a is not known")


def planned(name: str) -> PlannedCheck:
    """A parity check for the role web."""
    source = CheckSource(
        path="tests/parity/test_things.py",
        function=f"test_{name}",
        kind="parity",
        aspect="things",
        severity=Severity.BLOCKER,
        promise="",
        why="",
        effect="",
        drills=(),
        leads_to=(),
        tables=(name,),
        arguments=("parity",),
    )
    id_ = f"{source.path}::{source.function}[web]"
    return PlannedCheck(id_, source, role="web", parameter="web", severity=Severity.BLOCKER, owner="")


CHECKS = (planned("one"), planned("two"))


def line(check: PlannedCheck, *findings: Finding, unneeded: tuple[str, ...] = ()) -> CheckLine:
    """A check's line in either journal."""
    return CheckLine.of(check.id, Judgement(findings, 1), 0.0).model_copy(update={"unneeded": unneeded})


def told(first: list[CheckLine], second: list[Line | None], status: int | None = 0) -> list[str]:
    """The disagreements; by default the second judge ends as it should."""
    return list(
        disagreements(CHECKS, Executed({one.id: one for one in first}, ()), Said(tuple(second), status))
    )


ONE, TWO = CHECKS
SAME = [line(ONE), line(TWO)]


def test_two_judges_that_agree_say_nothing() -> None:
    """Green or red."""
    assert told(SAME, [*SAME, ClosingLine(closed=0)]) == []
    red = [line(ONE, DIFFERS), line(TWO)]
    assert told(red, [*red, ClosingLine(closed=1)], 1) == []


@pytest.mark.parametrize(
    "second",
    [line(TWO, DIFFERS), line(TWO, UNKNOWN), line(TWO, unneeded=("the waiver",))],
    ids=["different", "unmeasured", "a waiver that is not needed"],
)
def test_whatever_the_second_judge_does_not_find_the_same_is_told(second: CheckLine) -> None:
    """With the name of the first check, and both outcomes."""
    (words,) = told(SAME, [SAME[0], second, ClosingLine(closed=1)], 1)
    assert words.startswith("1 check came out otherwise when the records were judged a second time")
    assert f"(first: {TWO.id.rpartition('/')[2]}: same, then {second.outcome})" in words


def test_what_pytest_did_not_measure_is_no_disagreement() -> None:
    """A check that is skipped by its mark is made by the second judge; the answer is not GO anyway."""
    assert told([SAME[0], line(TWO, UNKNOWN)], [*SAME, ClosingLine(closed=0)]) == []


def test_a_check_that_only_pytest_can_make_is_not_compared() -> None:
    """It asks for a fixture; no shipped check does."""
    alone = replace(TWO, source=replace(TWO.source, arguments=("parity", "tmp_path")))
    first = Executed({one.id: one for one in SAME}, ())
    said = Said((SAME[0], line(TWO, UNKNOWN), ClosingLine(closed=1)), 1)
    assert list(disagreements((ONE, alone), first, said)) == []


@pytest.mark.parametrize(
    ("lines", "status", "reason"),
    [
        ([], 2, "pytest ended with status 2"),
        ([], None, "it took too long"),
        ([SAME[0], ClosingLine(closed=0)], 0, "1 planned check did not run"),
        ([*SAME], 0, "closing line"),
        ([*SAME, None, ClosingLine(closed=0)], 0, "damaged"),
        ([*SAME, SAME[0], ClosingLine(closed=0)], 0, "more than once"),
    ],
)
def test_a_second_judge_that_does_not_end_as_it_should_is_told(
    lines: list[Line | None], status: int | None, reason: str
) -> None:
    """An outcome that nobody confirmed is not proven."""
    (words,) = told(SAME, lines, status)
    assert words.startswith("the records could not be judged a second time: ")
    assert reason in words


def test_it_never_makes_an_outcome_better() -> None:
    """It only adds a reason."""
    (words,) = told([line(ONE, DIFFERS), line(TWO)], [*SAME, ClosingLine(closed=0)])
    assert f"{Outcome.DIFFERENT}, then {Outcome.SAME}" in words

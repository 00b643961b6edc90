"""Between two runs findings appear, go and change; what a run could not look for has not gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from selftests.browser import examples
from siteparity.model import FindingKind, Outcome, Verdict
from siteparity.report.between import between
from siteparity.report.between_text import SHOWN, text
from siteparity.result import Result, SavedFinding


def run(days: float, findings: Sequence[SavedFinding] = (), outcome: Outcome | None = None) -> Result:
    """A run that ended so many days before the example, with one check that may differ."""
    outcome = outcome or (Outcome.DIFFERENT if findings else Outcome.SAME)
    check = examples.check("packages", "web", outcome, findings, broken="Packages on {where} are others")
    verdict = Verdict.NO_GO if findings else Verdict.GO
    made = examples.result([check, examples.check("boot", "web")], verdict, ["why"] if findings else ())
    ended = examples.FINISHED - timedelta(days=days)
    return made.model_copy(update={"run": f"run{days}", "started_at": ended, "finished_at": ended})


def item(name: str, value: str = "1", **more: object) -> SavedFinding:
    """A difference of one item."""
    group = [examples.group(value, "web1")]
    words = f"{name}: dallas 0 (web1) | arizona {value} (web1)"
    return examples.finding(name, standby=group, message=words, **more)  # type: ignore[arg-type]  # by name


def test_equal_runs_are_equal() -> None:
    """Whenever they were made."""
    found = between(run(1, [item("a")]), run(0, [item("a")]))
    assert found.equal
    assert text(found).splitlines()[-1] == (
        "equal  0 findings appeared, 0 went, 0 changed; the verdict stayed NO-GO"
    )


def test_what_appeared_went_and_changed_is_told_with_its_values() -> None:
    """In words, below the sentence of its check."""
    found = between(run(1, [item("a"), item("b")]), run(0, [item("b", "2"), item("c")]))
    lines = text(found).splitlines()
    assert lines[-1] == "different  1 finding appeared, 1 went, 1 changed; the verdict stayed NO-GO"
    assert lines[lines.index("appeared: 1 finding") + 1] == "  Packages on Arizona are others [web]"
    assert lines[lines.index("appeared: 1 finding") + 2] == "    - c: dallas 0 (web1) | arizona 1 (web1)"
    assert lines[lines.index("went: 1 finding") + 2] == "    - a: dallas 0 (web1) | arizona 1 (web1)"
    assert "      before  b: dallas 0 (web1) | arizona 1 (web1)" in lines
    assert "      after   b: dallas 0 (web1) | arizona 2 (web1)" in lines


def test_what_the_later_run_could_not_look_for_has_not_gone() -> None:
    """Silence ends nothing."""
    silent = examples.finding("packages", FindingKind.UNMEASURED)
    found = between(run(1, [item("a")]), run(0, [silent], Outcome.UNMEASURED))
    assert not found.went
    assert [one.finding.item for one in found.lost] == ["a"]
    assert not found.equal
    assert "1 not known" in text(found)
    assert "made in the earlier run, could not be made in the later one: 1 check" in text(found)


def test_a_check_that_is_not_planned_any_more_has_ended_nothing() -> None:
    """It is named instead."""
    before = run(1, [item("a")])
    after = run(0).model_copy(update={"checks": run(0).checks[1:]})
    found = between(before, after)
    assert (found.went, len(found.lost)) == ((), 1)
    assert found.no_longer_planned == (before.checks[0].id,)
    assert between(after, before).planned == (before.checks[0].id,)


def test_a_pseudonym_differs_in_each_run_and_says_nothing() -> None:
    """Else each hidden value would have changed each night."""
    one, other = item("a", "***#0123abcd"), item("a", "***#9876fedc")
    assert between(run(1, [one]), run(0, [other])).equal


def test_an_accepted_finding_has_changed() -> None:
    """Somebody decided; the values are the same."""
    found = between(run(1, [item("a")]), run(0, [item("a", waiver="for a week")]))
    assert len(found.changed) == 1
    assert "(accepted: for a week)" in text(found)


def test_sites_that_changed_places_are_compared_by_name() -> None:
    """After a failover the same fault is no new one."""
    before, after = run(1, [item("a")]), run(0, [item("a")])
    swapped = (
        after.checks[0]
        .findings[0]
        .model_copy(update={"primary": after.checks[0].findings[0].standby, "standby": ()})
    )
    check = after.checks[0].model_copy(update={"findings": (swapped,)})
    after = after.model_copy(
        update={"primary": after.standby, "standby": after.primary, "checks": (check, after.checks[1])}
    )
    found = between(before, after)
    assert found.changed == ()
    assert "the sites changed places: Arizona serves in the later run" in text(found)


def test_many_findings_are_counted_and_what_else_changed_is_said() -> None:
    """The policy may be the reason for all of them."""
    after = run(0, [item(str(number)) for number in range(SHOWN + 5)])
    after = after.model_copy(update={"policy_digest": "0" * 64, "tool_version": "2"})
    told = text(between(run(1), after))
    assert "    and 5 more (see result.json)" in told
    assert "the policy was changed between them" in told
    assert "siteparity 0.1.0 made the earlier one, 2 the later one" in told
    assert "the verdict went from GO to NO-GO" in told

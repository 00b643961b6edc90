"""A check may apply several rules: nothing that one of them found hides what another did."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity.model import Finding, FindingKind, Judgement, Outcome
from siteparity.pytest_plugin.check_findings import CheckFindings

findings = st.builds(
    Finding, item=st.sampled_from("ab"), kind=st.sampled_from(FindingKind), message=st.sampled_from("xy")
)
judgements = st.builds(Judgement, st.lists(findings, max_size=2).map(tuple), st.integers(0, 2))


def judged(*given_judgements: Judgement, effect: str = "") -> Judgement:
    """What a check says whose rules say these."""
    made = CheckFindings(effect)
    for judgement in given_judgements:
        made.add(judgement)
    return made.judgement()


@given(rules=st.lists(judgements, max_size=4))
def test_a_check_is_the_same_only_if_every_rule_is(rules: list[Judgement]) -> None:
    """And if there was a rule at all."""
    outcomes = [rule.outcome for rule in rules]
    assert (judged(*rules).outcome is Outcome.SAME) == (
        bool(rules) and all(outcome is Outcome.SAME for outcome in outcomes)
    )


@given(rules=st.lists(judgements, min_size=1, max_size=4))
def test_one_difference_makes_the_check_different(rules: list[Judgement]) -> None:
    """Whatever else was unmeasured."""
    different = any(rule.outcome is Outcome.DIFFERENT for rule in rules)
    assert (judged(*rules).outcome is Outcome.DIFFERENT) == different


@given(rules=st.lists(judgements, max_size=4))
def test_no_finding_is_lost_and_none_is_told_twice(rules: list[Judgement]) -> None:
    """In the order in which the rules found them."""
    told = [found for found in judged(*rules).findings if found.item != "(nothing)"]
    assert told == list(dict.fromkeys(found for rule in rules for found in rule.findings))


def test_a_rule_that_looked_at_nothing_says_so() -> None:
    """Beside a rule that did, it must not be overlooked."""
    found = judged(Judgement((), 5), Judgement((), 0))
    assert found.outcome is Outcome.UNMEASURED
    assert [finding.message for finding in found.findings] == ["the rule found nothing to compare"]


@pytest.mark.parametrize("effect", ["Customers wait.", ""])
def test_every_finding_carries_the_effect_of_its_check(effect: str) -> None:
    """In a customer's words."""
    finding = Finding(item="a", kind=FindingKind.DIFFERENT, message="a differs")
    assert [one.effect for one in judged(Judgement((finding,), 1), effect=effect).findings] == [effect]


def test_what_was_compared_is_counted_over_all_rules() -> None:
    """The report shows how much was looked at."""
    assert judged(Judgement((), 2), Judgement((), 3)).compared == 5


def test_the_notes_of_all_rules_are_told_once_and_decide_nothing() -> None:
    """A note is no finding."""
    found = judged(Judgement((), 2, ("less",)), Judgement((), 3, ("less", "more")))
    assert found.notes == ("less", "more")
    assert found.outcome is Outcome.SAME

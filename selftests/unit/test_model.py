"""An outcome follows from its findings, and a deadline is one moment, however often it is asked."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from siteparity.model import Deadline, Finding, FindingKind, Group, Judgement, Outcome, UnmeasuredError

findings = st.builds(
    Finding,
    item=st.just("a"),
    kind=st.sampled_from(FindingKind),
    message=st.just("m"),
    waiver=st.sampled_from([None, "", "until then"]),
    design=st.sampled_from([None, "", "meant"]),
)


@given(found=st.lists(findings, max_size=3).map(tuple), compared=st.integers(-1, 2))
def test_an_outcome_is_read_the_other_way_round(found: tuple[Finding, ...], compared: int) -> None:
    """What must be true of each outcome, and of no other."""
    outcome = Judgement(found, compared).outcome
    measured = [one for one in found if one.kind is not FindingKind.UNMEASURED]
    silent = len(measured) < len(found)
    differs = any(not (one.waiver or one.design) for one in measured)
    meant = all(one.design for one in found)
    assert (outcome is Outcome.DIFFERENT) == differs
    assert (outcome is Outcome.UNMEASURED) == (not differs and (silent or compared < 1))
    assert (outcome is Outcome.SAME) == (not found and compared >= 1)
    holds = bool(found) and outcome.holds
    assert (outcome is Outcome.BY_DESIGN) == (holds and meant)
    assert (outcome is Outcome.WAIVED) == (holds and not meant)
    assert outcome is not Outcome.NOT_RUN


@pytest.mark.parametrize(
    ("name", "value"), [("item", 1), ("kind", "odd"), ("primary", []), ("hosts", ("web1",))]
)
def test_a_finding_is_checked_when_it_is_made(name: str, value: object) -> None:
    """Nothing is converted, and no unknown key is taken."""
    with pytest.raises(ValidationError):
        Finding.model_validate({"item": "a", "kind": FindingKind.EXTRA, "message": "m", name: value})


@pytest.mark.parametrize("value", [None, True, 1, 1.0, "1", float("inf")], ids=repr)
def test_a_group_keeps_its_value_and_its_type(value: bool | float | str | None) -> None:
    """True is not 1, and 1 is not "1"."""
    kept = Group(value=value, hosts=("web1",)).value
    assert (type(kept), kept) == (type(value), value)


def test_a_deadline_comes_nearer_and_passes() -> None:
    """What asks it late has no more time than what asks it early."""
    deadline = Deadline(0.05)
    first = deadline.left()
    assert 0 < deadline.left_or_raise() <= first <= 0.05
    time.sleep(first)
    assert deadline.left() == 0
    with pytest.raises(UnmeasuredError, match=r"^timed out after 0\.05 s$"):
        deadline.left_or_raise()
    assert Deadline(-1).left() == 0


def test_an_earlier_deadline_counts_from_the_same_moment() -> None:
    """It is not set anew."""
    deadline = Deadline(60)
    earlier = deadline.earlier(5)
    assert (earlier.set_at, earlier.seconds) == (deadline.set_at, 55)

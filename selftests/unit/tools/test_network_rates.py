"""What n tries with k failures prove."""

from __future__ import annotations

import time
from fractions import Fraction
from itertools import pairwise
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity.tools.network import rates
from siteparity.tools.network.rates import at_least, at_most, tries

COUNTS = st.integers(min_value=1, max_value=2000).flatmap(
    lambda of: st.tuples(st.integers(min_value=0, max_value=of), st.just(of))
)


@pytest.mark.parametrize(("rate", "count"), [(0.02, 149), (0.01, 299), (0.1, 29), (0.5, 5)])
def test_about_three_divided_by_the_rate_excludes_it(rate: float, count: int) -> None:
    """That many tries without a failure are enough, and one less is not."""
    assert tries(rate) == count
    assert at_most(0, count) <= rate < at_most(0, count - 1)


def up_to(failures: int, of: int, rate: float) -> Fraction:
    """The probability of so many failures or fewer, in whole numbers."""
    p = Fraction(rate)
    return sum((comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(failures + 1)), Fraction(0))


@pytest.mark.parametrize(("failures", "of"), [(1, 150), (2, 149), (3, 596), (10, 596), (149, 150)])
def test_bounds_are_the_rates_at_which_one_run_of_twenty_looks_so(failures: int, of: int) -> None:
    """Against exact arithmetic: what was seen, or less (or more), has a probability of 5 %."""
    assert float(up_to(failures, of, at_most(failures, of))) == pytest.approx(0.05)
    assert float(1 - up_to(failures - 1, of, at_least(failures, of))) == pytest.approx(0.05)


@given(COUNTS)
def test_the_rate_that_was_seen_lies_between_the_bounds(counts: tuple[int, int]) -> None:
    """Between nothing and everything, whatever was seen."""
    failures, of = counts
    assert 0 <= at_least(failures, of) <= failures / of <= at_most(failures, of) <= 1


@given(st.integers(min_value=2, max_value=300))
def test_more_failures_never_lower_a_bound(of: int) -> None:
    """A path that loses more is never judged better."""
    for one, two in pairwise(range(min(of, 12))):
        assert at_most(one, of) <= at_most(two, of)
        assert at_least(one, of) <= at_least(two, of)


def test_nothing_tried_proves_nothing() -> None:
    """Every rate is possible."""
    assert at_most(0, 0) == 1.0
    assert at_least(0, 0) == 0.0


@pytest.mark.parametrize(("failures", "of"), [(2001, 4_100), (2500, 1_000_000), (5000, 7_500), (9000, 9_500)])
def test_many_failures_are_bounded_as_few_ones_are(failures: int, of: int) -> None:
    """The short way differs from the sum over all failures by less than one part in a thousand."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rates, "_MOST_TERMS", 10**6)
        upper, lower = rates.at_most(failures, of), rates.at_least(failures, of)
    assert rates.at_most(failures, of) == pytest.approx(upper, rel=1e-3)
    assert rates.at_least(failures, of) == pytest.approx(lower, rel=1e-3)


def test_a_host_that_counts_without_measure_costs_no_time() -> None:
    """The counters of a busy host, or of one that lies, are not gone through one by one."""
    began = time.process_time()
    assert rates.at_least(10**12, 10**20) == pytest.approx(1e-8, rel=1e-3)
    assert rates.at_most(10**20 - 5, 10**20) <= 1.0
    assert time.process_time() - began < 5

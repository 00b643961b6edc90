"""What n tries with k failures prove about the rate of failures, at 95 % confidence.

The bounds are exact (Clopper and Pearson, 1934) and one-sided. From above, 0 of n bounds the rate near 3/n.
From below, k of n bounds it by the rate that brings k or more failures in one run of twenty. With thousands
of failures and thousands of successes the score interval (Wilson, 1927) is used, which differs by less than
one part in a thousand there: the exact sum over all failures of a busy host, or of one that lies, would take
too long.
"""

from __future__ import annotations

import math
from collections.abc import Callable

CONFIDENCE = 0.95
_STEPS = 60
_MOST_TERMS = 2000
"""With more failures probabilities are not summed up one by one."""
_Z = 1.6448536269514722
"""One-sided 95 % of the normal distribution."""


def tries(rate: float) -> int:
    """How many tries without a failure exclude a rate (a fraction): about 3 divided by the rate."""
    return math.ceil(math.log(1 - CONFIDENCE) / math.log(1 - rate))


def at_most(failures: int, of: int) -> float:
    """The highest rate, as a fraction, that these failures do not exclude."""
    if failures >= of:
        return 1.0
    if failures > _MOST_TERMS:
        return 1 - at_least(of - failures, of) if of - failures <= _MOST_TERMS else _score(failures, of, _Z)
    return _where(lambda rate: _up_to(failures, of, rate) <= 1 - CONFIDENCE)


def at_least(failures: int, of: int) -> float:
    """The lowest rate, as a fraction, that these failures do not exclude."""
    if failures == 0 or of == 0:
        return 0.0
    if failures > _MOST_TERMS:
        return 1 - at_most(of - failures, of) if of - failures <= _MOST_TERMS else _score(failures, of, -_Z)
    return _where(lambda rate: 1 - _up_to(failures - 1, of, rate) >= 1 - CONFIDENCE)


def _score(failures: int, of: int, z: float) -> float:
    rate, square = failures / of, z * z
    spread = z * math.sqrt(rate * (1 - rate) / of + square / (4 * of * of))
    return (rate + square / (2 * of) + spread) / (1 + square / of)


def _where(holds: Callable[[float], bool]) -> float:
    """The lowest rate for which a condition holds that holds for all higher ones."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _up_to(failures: int, of: int, rate: float) -> float:
    """The binomial probability of so many failures or fewer; by logarithms, since `of` may be large."""
    if rate in (0.0, 1.0):
        return 1.0 if rate == 0.0 or failures >= of else 0.0
    well, ill = math.log1p(-rate), math.log(rate)
    return math.fsum(
        math.exp(
            math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1) + k * ill + (of - k) * well
        )
        for k in range(failures + 1)
    )

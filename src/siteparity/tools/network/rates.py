"""What n tries with k failures say of the rate of failures, at 95 % confidence.

The bounds are exact (Clopper and Pearson, 1934) and one-sided: 0 of n bounds the rate near 3/n from above, k
of n bounds it from below by the rate that brings k or more in one run of twenty.
"""

from __future__ import annotations

import math
from collections.abc import Callable

CONFIDENCE = 0.95
_STEPS = 60


def tries(rate: float) -> int:
    """How many tries without a failure exclude a rate (a fraction): about 3 divided by it."""
    return math.ceil(math.log(1 - CONFIDENCE) / math.log(1 - rate))


def at_most(failures: int, of: int) -> float:
    """The highest rate, as a fraction, that these failures do not exclude."""
    if failures >= of:
        return 1.0
    return _where(lambda rate: _up_to(failures, of, rate) <= 1 - CONFIDENCE)


def at_least(failures: int, of: int) -> float:
    """The lowest rate, as a fraction, that these failures do not exclude."""
    if failures == 0 or of == 0:
        return 0.0
    return _where(lambda rate: 1 - _up_to(failures - 1, of, rate) >= 1 - CONFIDENCE)


def _where(holds: Callable[[float], bool]) -> float:
    """The lowest rate for which it holds, when it holds for all higher ones."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _up_to(failures: int, of: int, rate: float) -> float:
    """The probability of so many failures or fewer (binomial), by logarithms since `of` may be large."""
    if rate in (0.0, 1.0):
        return 1.0 if rate == 0.0 or failures >= of else 0.0
    well, ill = math.log1p(-rate), math.log(rate)
    return math.fsum(
        math.exp(
            math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1) + k * ill + (of - k) * well
        )
        for k in range(failures + 1)
    )

"""How many examples each parser gets, and how hypothesis generates them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

EXAMPLES = 1_000
"""In every test run, always the same ones. `make fuzz` has others."""
Try: TypeAlias = Callable[[Callable[[int], None]], None]
"""Runs a trial with a number of its own for each example, from which it makes its damage."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """A longer look than that of every test run: ``make fuzz``."""
    parser.addoption("--fuzz-examples", type=int, default=EXAMPLES, help="examples for each parser")


@pytest.fixture
def try_out(request: pytest.FixtureRequest) -> Try:
    """The same examples in each run, none remembered between runs, all new ones in a longer run.

    An example is one number; hypothesis would spend more time on shrinking bytes than on finding them, so
    what it shrinks is the number, and the message of a failure holds the damaged bytes.
    """
    count: int = request.config.getoption("fuzz_examples")

    def run(trial: Callable[[int], None]) -> None:
        tried = 0

        @settings(
            max_examples=count,
            database=None,
            deadline=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )
        @given(st.integers())
        def examples(number: int) -> None:
            nonlocal tried
            tried += 1
            trial(number)

        examples()
        assert tried >= count, f"hypothesis made only {tried} of {count} examples"

    return run

"""Whether the checkout is whole: a file of checks that is missing takes its checks out of the plan as well.

The plan cannot miss what it never knew. But what must be looked at is known from elsewhere too: each probe
measures an aspect for its checks, and the policy has a part for each journey.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from siteparity.model import ConfigurationError
from siteparity.plan import sources
from siteparity.policy.journeys import Smoke

JOURNEYS: Sequence[str] = tuple(Smoke.model_fields)


def demand_whole(root: Path, aspects: Iterable[str], journeys: Iterable[str] = JOURNEYS) -> None:
    """Refuse a checkout in which an aspect or a journey has no check.

    Raises:
        ConfigurationError: names each file that is missing, or has no check.
    """
    there = {source.path for source in sources(root)}
    wanted = [f"tests/parity/test_{aspect}.py" for aspect in aspects]
    wanted += [f"tests/smoke/test_{journey}.py" for journey in journeys]
    if missing := [path for path in wanted if path not in there]:
        raise ConfigurationError(
            "\n".join(
                f"{root / path}: expected checks, found none; put the file back: without it a GO proves less"
                for path in missing
            )
        )

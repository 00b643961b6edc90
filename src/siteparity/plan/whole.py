"""Whether the checkout is complete: if a file of checks is missing, the plan does not miss its checks.

But the files that must exist are known: one for each probe, and one for each journey of the policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from siteparity.model import ConfigurationError
from siteparity.plan import sources
from siteparity.policy.journeys import Smoke

JOURNEYS: Sequence[str] = tuple(Smoke.model_fields)


def demand_whole(root: Path, aspects: Iterable[str], journeys: Iterable[str] = JOURNEYS) -> None:
    """Check that each aspect and each journey has checks.

    Raises:
        ConfigurationError: names each file that is missing or has no checks.
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

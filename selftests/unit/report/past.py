"""Runs of the past, built in code: the input of tests about the history."""

from __future__ import annotations

from datetime import timedelta

from selftests.browser import examples
from siteparity.model import Verdict
from siteparity.runs.history import PastRun


def past(days: float, verdict: Verdict = Verdict.GO, **more: object) -> PastRun:
    """A run that ended so many days before the example."""
    ended = examples.FINISHED - timedelta(days=days)
    values: dict[str, object] = {
        "run": f"{ended:%Y-%m-%dT%H%M%SZ}-3f9a",
        "verdict": verdict,
        "started_at": ended - timedelta(seconds=92),
        "finished_at": ended,
        "primary": "dallas",
        "standby": "arizona",
        "different": 0,
        "unmeasured": 0,
        "checks": 384,
        "blockers": 0,
        "loss_seconds": 2.0,
        "findings": (),
    }
    return PastRun.model_validate(values | more)


def many() -> list[PastRun]:
    """Forty runs of one pair, with a night that went wrong, and three of the pair turned round."""
    runs = [past(days) for days in range(43, 3, -1) if days != 5]
    runs.insert(-1, past(5, Verdict.NO_GO, different=3, blockers=2, loss_seconds=840.0))
    revoked = past(3, Verdict.NO_GO, revoked_at=examples.FINISHED - timedelta(days=2.9))
    turned = {"primary": "arizona", "standby": "dallas"}
    unknown = {"unmeasured": 384, "loss_seconds": None, "blockers": None}
    return [*runs, revoked, *(past(days, Verdict.UNKNOWN, **turned, **unknown) for days in (2, 1, 0))]


def hostile() -> list[PastRun]:
    """Runs whose names are what an attacker would write there."""
    return [past(1, run=text, primary=text, standby=text) for text in examples.HOSTILE]

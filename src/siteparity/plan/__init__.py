"""Which checks a run must make, known before any host is asked and without running pytest."""

from siteparity.plan.checks import (
    CheckSource,
    NotApplicable,
    Plan,
    PlannedCheck,
    known_checks,
    known_comparisons,
    left_out,
    plan,
    sources,
)
from siteparity.plan.own_tests import known_own, own_checks

__all__ = [
    "CheckSource",
    "NotApplicable",
    "Plan",
    "PlannedCheck",
    "known_checks",
    "known_comparisons",
    "known_own",
    "left_out",
    "own_checks",
    "plan",
    "sources",
]

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

__all__ = [
    "CheckSource",
    "NotApplicable",
    "Plan",
    "PlannedCheck",
    "known_checks",
    "known_comparisons",
    "left_out",
    "plan",
    "sources",
]

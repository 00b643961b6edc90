"""Which checks a run must make, known before any host is asked and without running pytest."""

from siteparity.plan.checks import (
    CheckSource,
    PlannedCheck,
    left_out,
    plan,
    sources,
)

__all__ = ["CheckSource", "PlannedCheck", "left_out", "plan", "sources"]

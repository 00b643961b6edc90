"""The verdict: GO is proven, never assumed.

It is a pure fold over the outcomes of the checks and the faults of the run. The heaviest reason wins. The
fold of no checks is UNKNOWN. Blockers decide: a warning that differs, or could not be measured, is reported.
A check of either kind that was not run at all is a broken run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from siteparity.model import Outcome, Severity, Verdict


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """A planned check, as far as it decides the verdict."""

    id: str
    severity: Severity
    outcome: Outcome
    words: str = ""
    """What it found, or promises, for people; its id if empty."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict, and the reasons why it is not GO, the heaviest first."""

    verdict: Verdict
    reasons: tuple[str, ...]


def judge(
    checks: Sequence[CheckOutcome],
    broken_run: Iterable[str] = (),
    bad_waivers: Iterable[str] = (),
    proven: Iterable[str] = (),
) -> Answer:
    """Fold the outcomes of all planned checks into one answer.

    Args:
        checks: every planned check; `Outcome.NOT_RUN` for one that was not made. Reasons name the first.
        broken_run: why the run itself proves nothing: it was cut, died, or contradicts itself.
        bad_waivers: why waivers, or differences by design, are reasons against GO: one is not valid, or
            accepts what is not there.
        proven: what was measured and stops a failover, although no check is about it.
    """
    blockers = [check for check in checks if check.severity is Severity.BLOCKER]
    different = [check for check in blockers if check.outcome is Outcome.DIFFERENT]
    unknown = [check for check in checks if _leaves_it_open(check)]
    reasons: list[str] = []
    if different:
        reasons.append(_counted(different, "blocker differs", "blockers differ"))
    reasons += (faults := tuple(proven))
    reasons += broken_run
    if unknown:
        reasons.append(_counted(unknown, "check could not be made", "checks could not be made"))
    reasons += bad_waivers
    if not blockers:
        reasons.append("no blocker was planned, so nothing is proven")
    if different or faults:
        return Answer(Verdict.NO_GO, tuple(reasons))
    if reasons:
        return Answer(Verdict.UNKNOWN, tuple(reasons))
    return Answer(Verdict.GO, ())


def _leaves_it_open(check: CheckOutcome) -> bool:
    """Whether a check says neither yes nor no, and had to."""
    if check.severity is Severity.BLOCKER:
        return not check.outcome.measured
    return check.outcome is Outcome.NOT_RUN


def _counted(checks: Sequence[CheckOutcome], one: str, many: str) -> str:
    """``2 blockers differ, first: ...``; of one alone ``1 blocker differs: ...``."""
    first = checks[0].words or _short(checks[0].id)
    return f"1 {one}: {first}" if len(checks) == 1 else f"{len(checks)} {many}, first: {first}"


def _short(id_: str) -> str:
    """An id without the folders of its file."""
    file, between, test = id_.partition("::")
    return f"{file.rpartition('/')[2]}{between}{test}"

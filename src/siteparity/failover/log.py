"""The log of drills: a line for each, and JSON for programs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from siteparity.failover.document import Plan
from siteparity.failover.drill import Drill
from siteparity.failover.lines import AGAIN, loss_words
from siteparity.failover.objectives import loss_of, recovery_of
from siteparity.failover.proofs import spelled
from siteparity.report.visible import visible
from siteparity.report.words import count, utc


def drill_line(plan: Plan | None, drill: Drill) -> str:
    """A drill as one line of ``siteparity drills``.

    Args:
        plan: as it is now; None if there is none, so that neither RTO nor RPO can be told.
        drill: of the journal.
    """
    begun = drill.begun
    parts = [
        utc(begun.at),
        f"{begun.mode:<7}",
        f"{begun.old} -> {begun.new}",
        f"by {', '.join(people(drill))}",
        f"RTO {rto_words(plan, drill)}",
        f"RPO {rpo_words(plan, drill)}",
        *late_words(drill),
        *([count(drill.raised, "alarm")] if drill.raised else []),
        AGAIN if drill.ended else "not ended",
    ]
    return visible("  ".join(parts))


def people(drill: Drill) -> tuple[str, ...]:
    """Who began a drill, and who said something in it, each once."""
    return tuple(dict.fromkeys((drill.begun.by, *(said.by for said in drill.said.values()))))


def rto_words(plan: Plan | None, drill: Drill) -> str:
    """How long customers were not served, with the aim of the plan."""
    time = recovery_of(plan, drill).time if plan else None
    if plan is None or time is None:
        return "not measured"
    over = _over(plan.objectives.rto) if rto_missed(plan, drill) else ""
    return f"{spelled(timedelta(seconds=round(time.total_seconds())))}{over}"


def rto_missed(plan: Plan | None, drill: Drill) -> bool:
    """Whether customers are known to have waited longer than the plan allows."""
    time = recovery_of(plan, drill).time if plan else None
    return plan is not None and time is not None and _is_over(time, plan.objectives.rto)


def rpo_words(plan: Plan | None, drill: Drill) -> str:
    """What was lost, with the aim of the plan."""
    loss = loss_of(plan, drill) if plan else None
    if plan is None or loss is None:
        return "not measured"
    return loss_words(loss) + (_over(plan.objectives.rpo) if rpo_missed(plan, drill) else "")


def rpo_missed(plan: Plan | None, drill: Drill) -> bool:
    """Whether more may have been lost than the plan allows."""
    loss = loss_of(plan, drill) if plan else None
    return plan is not None and loss is not None and _is_over(loss.most, plan.objectives.rpo)


def _is_over(found: timedelta, aim: timedelta | None) -> bool:
    return aim is not None and found > aim


def _over(aim: timedelta | None) -> str:
    return "" if aim is None else f", over the {spelled(aim)} of the plan"


def late_words(drill: Drill) -> Sequence[str]:
    """The steps that were late, and those that were made out of order."""
    late = [
        f"{step} ({spelled(timedelta(seconds=round(done.late_seconds)))})"
        for step, done in drill.done.items()
        if done.late_seconds
    ]
    early = [step for step, done in drill.done.items() if done.out_of_order]
    return [
        *([f"late: {', '.join(late)}"] if late else []),
        *([f"out of order: {', '.join(early)}"] if early else []),
    ]


def as_json(plan: Plan | None, drill: Drill) -> dict[str, Any]:
    """A drill for programs: times in UTC, spans in seconds, null for what was not measured."""
    found = recovery_of(plan, drill) if plan else None
    loss = loss_of(plan, drill) if plan else None
    begun = drill.begun
    return {
        "drill": drill.id,
        "begun_at": begun.at.isoformat(),
        "ended_at": drill.ended.isoformat() if drill.ended else None,
        "mode": begun.mode.value,
        "old": begun.old,
        "new": begun.new,
        "people": list(people(drill)),
        "digest": begun.digest,
        "rto_seconds": found.time.total_seconds() if found and found.time is not None else None,
        "last_customer_seconds": found.last_customer.total_seconds()
        if found and found.last_customer is not None
        else None,
        "rto_parts": {name: length.total_seconds() for name, length in found.parts} if found else {},
        "rpo_seconds": [loss.least.total_seconds(), loss.most.total_seconds()] if loss else None,
        "lost": drill.counted.words if drill.counted else None,
        "steps": [
            {
                "step": name,
                "done_at": done.at.isoformat(),
                "late_seconds": done.late_seconds,
                "out_of_order": done.out_of_order,
                "said": list(done.said),
            }
            for name, done in drill.done.items()
        ],
        "alarms": drill.raised,
    }

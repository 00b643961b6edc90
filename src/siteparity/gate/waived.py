"""Waivers in a result: whether the journal agrees with them, and how long a GO lasts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from siteparity.gate.supervisor import Executed
from siteparity.report.words import count
from siteparity.result import SavedCheck, SavedWaiver, not_needed
from siteparity.waivers import WaiverStatus


def contradictions(
    executed: Executed, checks: Sequence[SavedCheck], waivers: Sequence[SavedWaiver]
) -> Iterator[str]:
    """A reason against GO if the journal states another outcome, or other waivers, than the result."""
    own = {check.id: check.outcome for check in checks}
    unneeded = not_needed(checks, waivers)
    wrong = [
        check
        for check, line in executed.lines.items()
        if check in own and (own[check] is not line.outcome or bool(line.unneeded) != (check in unneeded))
    ]
    if wrong:
        yield (
            f"{count(len(wrong), 'outcome')} in the journal did not follow from findings and waivers "
            f"(first: {wrong[0]})"
        )


def valid_until(latest: datetime, waivers: Sequence[SavedWaiver]) -> datetime:
    """When a GO ends: at this moment, or with the first of its waivers."""
    return min([latest, *(waiver.expires for waiver in waivers)])


def saved_waiver(one: WaiverStatus, now: datetime) -> SavedWaiver:
    """A waiver as the result holds it; ``now``, from which its days are counted, is the start of the run."""
    says = one.waiver.says
    return SavedWaiver(
        place=one.waiver.place,
        check=says.check,
        role=says.role,
        item=says.item,
        pattern_reason=says.pattern_reason,
        reason=says.reason,
        owner=says.owner,
        approved_by=says.approved_by,
        ticket=says.ticket,
        expires=says.expires,
        days_left=(says.expires - now).days,
        state=one.state.value,
        words=one.words,
        about=one.about,
        used_by=one.used_by,
    )

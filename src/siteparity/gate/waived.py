"""What accepts findings in a result: does the journal agree with it, and how long does a GO last? Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from siteparity.gate.supervisor import Executed
from siteparity.report.words import count
from siteparity.result import SavedCheck, SavedDesign, SavedItem, SavedWaiver, not_needed
from siteparity.waivers import LONGEST, Design, State, Status, Waiver


def contradictions(
    executed: Executed, checks: Sequence[SavedCheck], accepting: Sequence[SavedWaiver | SavedDesign]
) -> Iterator[str]:
    """A reason against GO if the journal states other outcomes, or accepts others, than the result."""
    own = {check.id: check.outcome for check in checks}
    unneeded = not_needed(checks, accepting)
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


def valid_until(latest: datetime, of: Sequence[Status]) -> datetime:
    """When a GO ends: at this moment, or with the first waiver or difference by design on which it stands."""
    return min([latest, *(one.of.ends for one in of if one.state is not State.ELSEWHERE)])


def saved_waivers(
    of: Sequence[Status], checks: Sequence[SavedCheck], now: datetime
) -> tuple[SavedWaiver, ...]:
    """The waivers as the result holds them.

    Args:
        of: what became of each.
        checks: of the result.
        now: the start of the run, from which their days are counted.
    """
    return tuple(_waiver(one, one.of, checks, now) for one in of if isinstance(one.of, Waiver))


def saved_designs(of: Sequence[Status], now: datetime) -> tuple[SavedDesign, ...]:
    """The differences by design as the result holds them; from ``now`` their days are counted."""
    return tuple(_design(one, one.of, now) for one in of if isinstance(one.of, Design))


def _renewal(
    one: Status, waiver: Waiver, checks: Sequence[SavedCheck], now: datetime
) -> tuple[SavedItem, ...]:
    """What the waiver names and could accept; nothing if it accepts just that, or is refused for good."""
    named = [
        finding
        for check in checks
        if check.id in one.about
        for finding in check.findings
        if finding.values and waiver.names(finding.item)
    ]
    has_only_expired = waiver.ends <= now and not any(waiver.faults(waiver.ends - LONGEST))
    accepts_less = one.state is State.ACTIVE and not all(finding.accepted for finding in named)
    if not (one.state in (State.CHANGED, State.UNUSED) or has_only_expired or accepts_less):
        return ()
    return tuple(
        SavedItem(item=item, values=values)
        for item, values in sorted({(finding.item, finding.values or "") for finding in named})
    )


def _waiver(one: Status, waiver: Waiver, checks: Sequence[SavedCheck], now: datetime) -> SavedWaiver:
    says = waiver.says
    return SavedWaiver(
        place=waiver.place,
        check=says.check,
        role=says.role,
        item=says.item,
        pattern_reason=says.pattern_reason,
        reason=says.reason,
        owner=says.owner,
        approved_by=says.approved_by,
        ticket=says.ticket,
        expires=says.expires,
        days_left=(waiver.ends - now).days,
        state=one.state.value,
        words=one.words,
        about=one.about,
        used_by=one.used_by,
        renewal=_renewal(one, waiver, checks, now),
    )


def _design(one: Status, design: Design, now: datetime) -> SavedDesign:
    says = design.says
    return SavedDesign(
        place=design.place,
        aspects=design.words,
        role=says.role,
        items=says.item,
        expected=design.expected,
        reason=says.reason,
        approved_by=says.approved_by,
        review=says.review,
        days_left=(design.ends - now).days,
        state=one.state.value,
        words=one.words,
        about=one.about,
        used_by=one.used_by,
    )

"""What waivers mean for a result: where the checks contradict them, and how long a GO lasts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from siteparity.gate.supervisor import Executed
from siteparity.model import Outcome
from siteparity.result import SavedCheck, SavedWaiver
from siteparity.waivers import State, WaiverStatus


def contradictions(
    executed: Executed, checks: Sequence[SavedCheck], standing: Sequence[WaiverStatus]
) -> Iterator[str]:
    """Where the checks' own words, about themselves or about waivers, are not what their findings say."""
    own = {check.id: check.outcome for check in checks}
    unneeded = _not_needed(checks, standing)
    wrong = [
        check
        for check, entry in executed.entries.items()
        if check in own
        and (own[check] != entry["outcome"] or bool(entry.get("unneeded")) != (check in unneeded))
    ]
    if wrong:
        yield (
            f"the outcome of {len(wrong)} checks is not what their findings and the waivers say "
            f"(first: {wrong[0]})"
        )


def _not_needed(checks: Sequence[SavedCheck], standing: Sequence[WaiverStatus]) -> frozenset[str]:
    """The checks that hold although a waiver, which is about no other, expects otherwise."""
    holds = {check.id for check in checks if check.outcome in (Outcome.SAME, Outcome.WAIVED)}
    sole = [one.about for one in standing if one.state is State.UNUSED and len(one.about) == 1]
    return frozenset(check for (check,) in sole if check in holds)


def valid_until(latest: datetime, standing: Sequence[WaiverStatus]) -> datetime:
    """A GO ends with the first of the waivers on which it stands."""
    return min([latest, *(one.waiver.says.expires for one in standing)])


def saved_waiver(one: WaiverStatus, now: datetime) -> SavedWaiver:
    """A waiver as the result holds it, with the whole days that it had left when the run began."""
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

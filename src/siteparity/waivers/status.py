"""What became of each waiver in a run, and which waivers are reasons against GO. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from siteparity.model import Finding, FindingKind, Outcome
from siteparity.plan import PlannedCheck
from siteparity.waivers.accepting import Waivers, is_about, names
from siteparity.waivers.difference import looked_everywhere
from siteparity.waivers.reading import Waiver


class State(StrEnum):
    """What became of a waiver."""

    ACTIVE = "active"
    """In force, and everything that it accepts was found."""
    UNUSED = "unused"
    """In force, and something that it accepts was not found any more."""
    CHANGED = "changed"
    """In force, and the item that it names now differs in another way."""
    REFUSED = "refused"
    """Not in force."""
    UNKNOWN = "not known"
    """In force, and a check that it is about could not be made."""


@dataclass(frozen=True, slots=True)
class Found:
    """A planned check and what it found."""

    check: PlannedCheck
    outcome: Outcome
    findings: Sequence[Finding]

    @property
    def whole(self) -> bool:
        """Whether the check looked everywhere, so that whatever it did not find is not there."""
        return looked_everywhere(self.outcome, self.findings)


@dataclass(frozen=True, slots=True)
class WaiverStatus:
    """A waiver after a run, and what became of it."""

    waiver: Waiver
    state: State
    words: str
    """Why it is a reason against GO; empty if it is none."""
    about: tuple[str, ...]
    """The ids of the checks that it is about."""
    used_by: tuple[str, ...]
    """The ids of the checks in which it accepts a finding."""


def statuses(waivers: Waivers, found: Sequence[Found]) -> tuple[WaiverStatus, ...]:
    """What became of each waiver, in the order of the file."""
    return tuple(_status(waivers, waiver, found) for waiver in waivers.listed)


def reasons(of: Iterable[WaiverStatus], finished_at: datetime) -> tuple[str, ...]:
    """A reason against GO for each waiver that is one."""
    found: list[str] = []
    for one in of:
        if one.words:
            found.append(f"{one.waiver.label} {one.words}")
        elif one.used_by and one.waiver.says.expires <= finished_at:
            found.append(f"{one.waiver.label} expired while the run was under way")
    return tuple(found)


def _status(waivers: Waivers, waiver: Waiver, found: Sequence[Found]) -> WaiverStatus:
    mine = [one for one in found if is_about(waiver, one.check)]
    used = {one.check.id: waivers.used(waiver, one.check, one.findings) for one in mine}
    state, words = _judged(waivers, waiver, mine, frozenset().union(*used.values()))
    return WaiverStatus(
        waiver=waiver,
        state=state,
        words=words,
        about=tuple(used),
        used_by=tuple(check for check, digests in used.items() if digests),
    )


def _judged(
    waivers: Waivers, waiver: Waiver, mine: Sequence[Found], used: frozenset[str]
) -> tuple[State, str]:
    if refusal := waivers.refusal(waiver):
        return State.REFUSED, refusal
    if used == set(waiver.says.values):
        return State.ACTIVE, ""
    if _differs_otherwise(waivers, waiver, mine):
        return (
            State.CHANGED,
            "no longer accepts its finding, which has changed; accept it again, or fix it",
        )
    if not all(one.whole for one in mine):
        return State.UNKNOWN, ""
    return State.UNUSED, _unused(waiver, mine, used)


def _unused(waiver: Waiver, mine: Sequence[Found], used: frozenset[str]) -> str:
    if not mine:
        return f"is about no check that is made for the role {waiver.says.role}; remove it"
    if used:
        return "accepts differences that are no longer there; remove their digests from it"
    return "is no longer needed: what it accepts is not there; remove it"


def _differs_otherwise(waivers: Waivers, waiver: Waiver, mine: Sequence[Found]) -> bool:
    """Whether an item that the waiver names differs in a way that no waiver accepts."""
    return any(
        finding.kind is not FindingKind.UNMEASURED
        and names(waiver, finding.item)
        and waivers.accepting(one.check, finding) is None
        for one in mine
        for finding in one.findings
    )

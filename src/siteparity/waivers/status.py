"""What became of each waiver and difference by design in a run, and which are reasons against GO. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from siteparity.model import Finding, FindingKind, Outcome
from siteparity.plan import PlannedCheck
from siteparity.waivers.accepting import Acceptance, Waivers
from siteparity.waivers.difference import looked_everywhere


class State(StrEnum):
    """What became of a waiver, or of an entry under ``differs``."""

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
    ELSEWHERE = "other sites"
    """About other sites than those of this run: it accepts nothing."""


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
class Status:
    """A waiver or an entry after a run, and what became of it."""

    of: Acceptance
    state: State
    words: str
    """Why it is a reason against GO; empty if it is none."""
    about: tuple[str, ...]
    """The ids of the checks that it is about."""
    used_by: tuple[str, ...]
    """The ids of the checks in which it accepts a finding."""


def statuses(waivers: Waivers, found: Sequence[Found]) -> tuple[Status, ...]:
    """What became of each: the differences by design, then the waivers, in the order of their files."""
    return tuple(_status(waivers, one, found) for one in waivers.every)


def reasons(of: Iterable[Status], finished_at: datetime) -> tuple[str, ...]:
    """A reason against GO for each that is one."""
    found: list[str] = []
    for one in of:
        if one.words:
            found.append(f"{one.of.label} {one.words}")
        elif one.used_by and one.of.ends <= finished_at:
            found.append(f"{one.of.label} expired while the run was under way")
    return tuple(found)


def _status(waivers: Waivers, of: Acceptance, found: Sequence[Found]) -> Status:
    mine = [one for one in found if of.about(one.check)]
    used = {one.check.id: waivers.used(of, one.check, one.findings) for one in mine}
    state, words = _judged(waivers, of, mine, frozenset().union(*used.values()))
    return Status(
        of=of,
        state=state,
        words=words,
        about=tuple(used),
        used_by=tuple(check for check, wanted in used.items() if wanted),
    )


def _judged(
    waivers: Waivers, of: Acceptance, mine: Sequence[Found], used: frozenset[str]
) -> tuple[State, str]:
    if not of.concerns(waivers.primary, waivers.standby):
        return State.ELSEWHERE, ""
    if refusal := waivers.refusal(of):
        return State.REFUSED, refusal
    return (State.ACTIVE, "") if used == of.wanted else _not_as_said(waivers, of, mine, used)


def _not_as_said(
    waivers: Waivers, of: Acceptance, mine: Sequence[Found], used: frozenset[str]
) -> tuple[State, str]:
    """What became of one that accepts something which is not there as it says."""
    if change := next(_changes(waivers, of, mine), ""):
        return State.CHANGED, change
    if not all(one.whole for one in mine):
        return State.UNKNOWN, ""
    if not mine:
        return State.UNUSED, f"is about no check that is made for the role {of.says.role}; remove it"
    return State.UNUSED, of.unneeded(used)


def _changes(waivers: Waivers, of: Acceptance, mine: Sequence[Found]) -> Iterator[str]:
    """How the item that it names differs in ways that nothing accepts."""
    for one in mine:
        for finding in one.findings:
            if (
                finding.kind is not FindingKind.UNMEASURED
                and of.names(finding.item)
                and waivers.accepting(one.check, finding) is None
            ):
                yield of.changed(one.check, finding)

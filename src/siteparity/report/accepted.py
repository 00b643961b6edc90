"""Waivers in the reports: those of the run, and the stanza that would accept a finding."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from siteparity.judging.causes import name
from siteparity.report.visible import shortened, visible
from siteparity.report.words import count, utc
from siteparity.result import Result, SavedCheck, SavedFinding, SavedWaiver
from siteparity.yamlfile import can_hold

TEXT_WIDTH = 300


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """A row of the table of waivers."""

    what: str
    item: str
    state: str
    words: str
    """Why it is a reason against GO, or empty."""
    reason: str
    people: str
    expires: str
    left: str
    used_by: str


def waivers_line(waivers: Sequence[SavedWaiver]) -> str:
    """``2 active, next expires in 9 days; 1 unused``, or ``none``."""
    if not waivers:
        return "none"
    active = [one.days_left for one in waivers if one.state == "active"]
    others = Counter(one.state for one in waivers if one.state != "active")
    next_one = f", next expires {_left(min(active))}" if active else ""
    return "; ".join(
        [f"{len(active)} active{next_one}", *(f"{number} {state}" for state, number in others.items())]
    )


def waiver_rows(result: Result, zone: tzinfo | None = None) -> tuple[WaiverRow, ...]:
    """The waivers of the run, in the order of the file, and what became of each."""
    return tuple(_row(one, zone) for one in result.waivers)


def stanza(check: SavedCheck, finding: SavedFinding) -> str:
    """The waiver that would accept a finding, on one line to copy. A person must complete it.

    Empty if nothing can accept the finding, or YAML cannot hold its item.
    """
    if finding.values is None or not can_hold(finding.item):
        return ""
    item = "".join(_escaped(character) for character in finding.item)
    return (
        f'- {{check: {name(check)}, role: {check.role}, item: "{item}", values: "{finding.values}", '
        "reason: , owner: , approved_by: , ticket: , expires: }"
    )


def _row(one: SavedWaiver, zone: tzinfo | None) -> WaiverRow:
    return WaiverRow(
        what=f"{one.check}, {one.role}",
        item=_one_line(one.item),
        state=one.state,
        words=_one_line(one.words),
        reason=_one_line(one.reason),
        people=_one_line(f"owner {one.owner}, approved by {one.approved_by}, {one.ticket}"),
        expires=utc(one.expires, zone),
        left=_left(one.days_left),
        used_by=", ".join(check.rpartition("::")[2] for check in one.used_by),
    )


def _left(days: int) -> str:
    if days < 0:
        return "has expired"
    return f"in {count(days, 'day')}" if days else "within a day"


def _escaped(character: str) -> str:
    """A character inside YAML's double quotes (YAML 1.2, section 5.7); an invisible one as its number."""
    if character.isprintable():
        return json.dumps(character, ensure_ascii=False)[1:-1]
    return f"\\U{ord(character):08x}"


def _one_line(text: str) -> str:
    return shortened(visible(text), TEXT_WIDTH)

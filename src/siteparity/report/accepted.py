"""What accepts findings, in the reports: waivers, differences by design, and the stanza of a new waiver."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from siteparity.judging.causes import name
from siteparity.report.visible import shortened, visible
from siteparity.report.words import count, utc
from siteparity.result import Result, SavedCheck, SavedDesign, SavedFinding, SavedWaiver
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


@dataclass(frozen=True, slots=True)
class DesignRow:
    """A row of the table of differences by design."""

    what: str
    item: str
    expected: str
    state: str
    words: str
    """Why it is a reason against GO, or empty."""
    reason: str
    approved_by: str
    review: str
    left: str
    used_by: str


AS_MEANT = {"active": "as meant", "unused": "no longer differs", "changed": "differs otherwise"}
"""What became of a difference by design, where it has another word than a waiver."""
NAMED = 8
"""How many differences by design the terminal names; result.json holds all of them."""


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


def renewals(waivers: Sequence[SavedWaiver]) -> Iterator[str]:
    """For each waiver that no longer fits: its place, what is there now, and the stanza to put there.

    Who approves it, and until when, a person must write anew.
    """
    for one in waivers:
        if one.renewal and all(can_hold(item.item) for item in one.renewal):
            items = ", ".join(item.item for item in one.renewal[:NAMED])
            more = f" and {len(one.renewal) - NAMED:,} more" if len(one.renewal) > NAMED else ""
            now = f"{_one_line(items)}{more}"
            yield f"  to renew {one.place} for what is there now ({now}), put in its place:"
            yield f"  {_renewed(one)}"


def waiver_rows(result: Result, zone: tzinfo | None = None) -> tuple[WaiverRow, ...]:
    """The waivers of the run, in the order of the file, and what became of each."""
    return tuple(_row(one, zone) for one in result.waivers)


def designs_line(designs: Sequence[SavedDesign]) -> str:
    """``3 as meant, next review in 90 days; 1 refused``, or ``none``."""
    if not designs:
        return "none"
    met = [one.days_left for one in designs if one.state == "active"]
    others = Counter(_as_meant(one) for one in designs if one.state != "active")
    next_one = f", next review {_left(min(met))}" if met else ""
    return "; ".join(
        [f"{len(met)} as meant{next_one}", *(f"{number} {state}" for state, number in others.items())]
    )


def design_lines(result: Result) -> Iterator[str]:
    """Each difference by design, for the terminal; nothing if there is none."""
    if not result.differs:
        return
    yield f"by design: {designs_line(result.differs)}"
    for one in result.differs[:NAMED]:
        about = f"{', '.join(one.aspects)}, {one.role}, {', '.join(one.items)}: {one.expected}"
        people = f"approved by {one.approved_by}, review {one.review}"
        state = "" if one.state == "active" else f"; {_as_meant(one)}"
        yield f"  {_one_line(f'{about}: {one.reason} ({people}){state}')}"
    if (more := len(result.differs) - NAMED) > 0:
        yield f"  and {more:,} more (see result.json)"


def by_design_words(result: Result) -> str:
    """``; 2 differences by design`` for the end of a GO that stands; empty if there is none."""
    met = sum(one.state == "active" for one in result.differs)
    return f"; {count(met, 'difference')} by design" if met else ""


def design_rows(result: Result) -> tuple[DesignRow, ...]:
    """The differences by design, in the order of the policy, and what became of each."""
    return tuple(
        DesignRow(
            what=_one_line(f"{', '.join(one.aspects)}, {one.role}"),
            item=_one_line(", ".join(one.items)),
            expected=_one_line(one.expected),
            state=_as_meant(one),
            words=_one_line(one.words),
            reason=_one_line(one.reason),
            approved_by=_one_line(one.approved_by),
            review=str(one.review),
            left="has passed" if one.days_left < 0 else _left(one.days_left),
            used_by=", ".join(check.rpartition("::")[2] for check in one.used_by),
        )
        for one in result.differs
    )


def _as_meant(one: SavedDesign) -> str:
    return AS_MEANT.get(one.state, one.state)


def stanza(check: SavedCheck, finding: SavedFinding) -> str:
    """The waiver that would accept a finding, on one line to copy. A person must complete it.

    Empty if nothing can accept the finding, or YAML cannot hold its item.
    """
    if finding.values is None or not can_hold(finding.item):
        return ""
    item = _double_quoted(finding.item)
    return (
        f'- {{check: {name(check)}, role: {check.role}, item: {item}, values: "{finding.values}", '
        "reason: , owner: , approved_by: , ticket: , expires: }"
    )


def _renewed(one: SavedWaiver) -> str:
    """The waiver for what it names today, on one line to copy."""
    texts = {"item": one.item, "pattern_reason": one.pattern_reason}
    kept = {"reason": one.reason, "owner": one.owner, "ticket": one.ticket}
    values = ", ".join(f'"{digest}"' for digest in dict.fromkeys(item.values for item in one.renewal))
    return (
        f"- {{check: {one.check}, role: {one.role}, {_keys(texts)}, values: [{values}], {_keys(kept)}, "
        "approved_by: , expires: }"
    )


def _keys(texts: Mapping[str, str | None]) -> str:
    return ", ".join(f"{key}: {_double_quoted(text)}" for key, text in texts.items() if text is not None)


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


def _double_quoted(text: str) -> str:
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    """A character inside YAML's double quotes (YAML 1.2, section 5.7); an invisible one as its number."""
    if character.isprintable():
        return json.dumps(character, ensure_ascii=False)[1:-1]
    return f"\\U{ord(character):08x}"


def _one_line(text: str) -> str:
    return shortened(visible(text), TEXT_WIDTH)

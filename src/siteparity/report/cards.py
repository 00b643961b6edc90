"""A promise that does not hold, and its findings, as they stand on the director's page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from siteparity.model import FindingKind, Group
from siteparity.report.groups import Area, Promise, Seen, State, not_holding
from siteparity.report.visible import ABSENT, UNMEASURED, labels, shortened, visible, whole
from siteparity.report.words import count, span, title
from siteparity.result import Result

FINDINGS_A_PROMISE = 20
"""How many findings of one promise are shown; all of them are in result.json."""
FINDINGS_A_PAGE = 800
"""About how many findings a page shows: it stays below 1.5 MB whatever happened."""
VALUE_WIDTH = 72
TITLE_WIDTH = 600
"""The whole of a shortened value, as a tooltip; it is cut as well, but later."""
EFFECT_WIDTH = 140
EFFECTS = 8
GROUPS_A_SIDE = 5
HOSTS_A_GROUP = 8
NAMES_AT_FIRST_SIGHT = 2


class PastRun(Protocol):
    """An earlier run, as far as the page speaks of it."""

    @property
    def run(self) -> str:
        """Its id."""

    @property
    def finished_at(self) -> datetime:
        """When it ended."""


@dataclass(frozen=True, slots=True)
class Said:
    """One value and the hosts that gave it."""

    text: str
    full: str
    """The whole value where ``text`` is a part of it, else empty."""
    absent: bool
    hosts: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding with both sides next to each other."""

    item: str
    item_full: str
    role: str
    told: str
    """What is wrong, as far as the two sides do not show it by themselves."""
    primary: tuple[Said, ...]
    primary_more: int
    standby: tuple[Said, ...]
    standby_more: int
    since: str
    waiver: str


@dataclass(frozen=True, slots=True)
class Card:
    """One promise: what became of it, and its findings."""

    anchor: str
    state: State
    sentence: str
    why: str
    aspect: str
    severity: str
    owner: str
    test: str
    since: str
    about: str
    """What it is about in a few words: aspect, role, first items."""
    effects: tuple[str, ...]
    effect: str
    """The first of them, short enough for the first screen."""
    not_run: str
    """The roles for which the check was not made, or empty."""
    rows: tuple[FindingRow, ...]
    more: int
    fixes: str


def cards(result: Result, every: Sequence[Area], history: Sequence[PastRun]) -> tuple[Card, ...]:
    """The promises that do not hold, the heaviest first, then those that are accepted."""
    heavy = not_holding(result)
    accepted = [one for area in every for one in area.promises if one.state is State.ACCEPTED]
    shown = [*heavy, *accepted]
    limit = min(FINDINGS_A_PROMISE, max(FINDINGS_A_PAGE // max(len(shown), 1), 1))
    return tuple(
        _card(f"p{number}", one, result, history, limit) for number, one in enumerate(shown, start=1)
    )


def _card(anchor: str, promise: Promise, result: Result, history: Sequence[PastRun], limit: int) -> Card:
    first = promise.first
    seen = promise.findings if promise.state is State.ACCEPTED else (*promise.open, *_waived(promise))
    effects = _distinct(one.finding.effect for one in seen)
    return Card(
        anchor=anchor,
        state=promise.state,
        sentence=first.sentence,
        why=first.why,
        aspect=title(first.aspect),
        severity=first.severity.value,
        owner=first.owner,
        test=promise.test,
        since=_since((one.finding.first_seen for one in seen), result, history),
        about=_about(promise, seen),
        effects=effects[:EFFECTS],
        effect=shortened(visible(effects[0]), EFFECT_WIDTH) if effects else "",
        not_run=", ".join(check.role for check in promise.not_run),
        rows=tuple(_row(one, result, history) for one in seen[:limit]),
        more=max(len(seen) - limit, 0),
        fixes="\n".join(_distinct(one.finding.fix for one in seen[:limit])),
    )


def _waived(promise: Promise) -> tuple[Seen, ...]:
    return tuple(seen for seen in promise.findings if not seen.open)


def _about(promise: Promise, seen: Sequence[Seen]) -> str:
    """``Locales, web: de_DE.utf8, fr_FR.utf8 and 3 more``."""
    roles = ", ".join(
        _distinct(one.check.role for one in seen) or _distinct(one.role for one in promise.checks)
    )
    where = f"{title(promise.first.aspect)}, {shortened(visible(roles), VALUE_WIDTH)}"
    items = _distinct(one.finding.item for one in seen)
    if not items:
        return f"{where}: the check was not made"
    named = ", ".join(shortened(visible(item), VALUE_WIDTH // 2) for item in items[:NAMES_AT_FIRST_SIGHT])
    rest = len(items) - NAMES_AT_FIRST_SIGHT
    return f"{where}: {named}" + (f" and {rest:,} more" if rest > 0 else "")


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _since(moments: Iterable[datetime], result: Result, history: Sequence[PastRun]) -> str:
    """``new``, or since how many runs and how long; the findings of a promise count from the oldest."""
    first = min(moments, default=None)
    if first is None:
        return ""
    if first >= result.started_at:
        return "new"
    age = span(result.finished_at - first)
    runs = sum(past.finished_at >= first and past.run != result.run for past in history)
    return f"{count(runs + 1, 'run')}, {age}" if runs else age


def _row(seen: Seen, result: Result, history: Sequence[PastRun]) -> FindingRow:
    finding = seen.finding
    item = visible(finding.item)
    groups = (*finding.primary, *finding.standby)
    texts = labels([group.value for group in groups], VALUE_WIDTH)
    nothing = UNMEASURED if finding.kind is FindingKind.UNMEASURED else ABSENT
    said = tuple(_said(group, text, nothing) for group, text in zip(groups, texts, strict=True))
    primary, standby = said[: len(finding.primary)], said[len(finding.primary) :]
    short = shortened(item, VALUE_WIDTH)
    return FindingRow(
        item=short,
        item_full=shortened(item, TITLE_WIDTH) if short != item else "",
        role=seen.check.role,
        told=told(seen, result),
        primary=primary[:GROUPS_A_SIDE],
        primary_more=max(len(primary) - GROUPS_A_SIDE, 0),
        standby=standby[:GROUPS_A_SIDE],
        standby_more=max(len(standby) - GROUPS_A_SIDE, 0),
        since=_since([finding.first_seen], result, history),
        waiver=finding.waiver or "",
    )


def _said(group: Group, text: str, nothing: str) -> Said:
    full = whole(group.value)
    names = ", ".join(group.hosts[:HOSTS_A_GROUP])
    rest = len(group.hosts) - HOSTS_A_GROUP
    return Said(
        text=nothing if group.value is None else text,
        full=shortened(full, TITLE_WIDTH) if "…" in text else "",
        absent=group.value is None,
        hosts=names + (f" and {rest:,} more" if rest > 0 else ""),
    )


def told(seen: Seen, result: Result) -> str:
    """What is wrong in a few words: a comparison is told by its two sides, the rest needs its own words."""
    finding = seen.finding
    words = {
        FindingKind.MISSING: f"only at {title(result.primary.site)}",
        FindingKind.EXTRA: f"only at {title(result.standby.site)}",
        FindingKind.DIFFERENT: "differs between the sites",
        FindingKind.UNEVEN: "hosts of one site disagree",
    }
    if finding.kind in words and (finding.primary or finding.standby):
        return words[finding.kind]
    _, separator, expected = finding.message.rpartition("; expected ")
    if separator and finding.kind is FindingKind.EXPECTATION:
        return f"expected {shortened(visible(expected), TITLE_WIDTH)}"
    return shortened(visible(finding.message), TITLE_WIDTH)

"""The cards of the director's page: each a promise that does not hold, with its findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from siteparity.judging.wording import hosts
from siteparity.model import FindingKind, Group, Outcome
from siteparity.report.failures import failure
from siteparity.report.groups import Area, Promise, Seen, State, not_holding
from siteparity.report.trend import PastRun
from siteparity.report.visible import ABSENT, UNMEASURED, labels, shortened, visible, whole, whole_parts
from siteparity.report.words import count, span, title
from siteparity.result import Result

FINDINGS_A_PROMISE = 20
"""How many findings of one promise are shown. result.json holds all of them."""
FINDINGS_A_PAGE = 800
"""About how many findings a page shows, so that it never exceeds 1.5 MB."""
VALUE_WIDTH = 72
TITLE_WIDTH = 600
"""Characters of a tooltip that shows more of a shortened value."""
EFFECT_WIDTH = 140
EFFECTS = 8
GROUPS_A_SIDE = 5
NAMES_AT_FIRST_SIGHT = 2


@dataclass(frozen=True, slots=True)
class ValueRow:
    """A value and the hosts that gave it, as they are shown."""

    text: str
    full: str
    """The whole value if ``text`` was shortened, else empty."""
    absent: bool
    hosts: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding with both sites side by side."""

    item: str
    item_full: str
    role: str
    description: str
    """What is wrong, as far as the values of both sites do not show it."""
    primary: tuple[ValueRow, ...]
    primary_more: int
    standby: tuple[ValueRow, ...]
    standby_more: int
    since: str
    waiver: str
    design: str


@dataclass(frozen=True, slots=True)
class Card:
    """A promise, its state, and its findings."""

    anchor: str
    state: State
    sentence: str
    """The promise."""
    title: str
    """What is wrong; the promise where that is not known, or accepted."""
    harm: int
    """What customers would notice; the larger, the worse."""
    why: str
    aspect: str
    severity: str
    owner: str
    test: str
    since: str
    about: str
    """Aspect, role and first items, in a few words."""
    effects: tuple[str, ...]
    effect: str
    """The first effect, short enough for the first screen."""
    not_run: str
    """The roles for which the check was not made, or empty."""
    rows: tuple[FindingRow, ...]
    more: int
    fixes: str
    fix: str
    """The first fix, short enough for paper."""


def cards(result: Result, every: Sequence[Area], history: Sequence[PastRun]) -> tuple[Card, ...]:
    """The promises that do not hold, the heaviest first, then the accepted ones."""
    heavy = not_holding(result)
    accepted = [one for area in every for one in area.promises if one.state is State.ACCEPTED]
    shown = [*heavy, *accepted]
    limit = min(FINDINGS_A_PROMISE, max(FINDINGS_A_PAGE // max(len(shown), 1), 1))
    return tuple(
        _card(f"p{number}", one, result, history, limit) for number, one in enumerate(shown, start=1)
    )


def _card(anchor: str, promise: Promise, result: Result, history: Sequence[PastRun], limit: int) -> Card:
    first = promise.first
    seen = promise.findings if promise.state is State.ACCEPTED else (*promise.open, *_accepted(promise))
    effects = _distinct(one.finding.effect for one in seen)
    fixes = _distinct(one.finding.fix for one in seen[:limit])
    return Card(
        anchor=anchor,
        state=promise.state,
        sentence=first.sentence,
        title=_title(promise, result),
        harm=promise.harm,
        why=first.why,
        aspect=title(first.aspect),
        severity=first.severity.value,
        owner=first.owner,
        test=promise.test,
        since=_since((one.finding.first_seen for one in seen), result, history),
        about=_about(promise, seen),
        effects=effects[:EFFECTS],
        effect=shortened(visible(effects[0]), EFFECT_WIDTH) if effects else "",
        not_run=", ".join(dict.fromkeys(check.role for check in promise.not_run)),
        rows=tuple(_row(one, result, history) for one in seen[:limit]),
        more=max(len(seen) - limit, 0),
        fixes="\n".join(fixes),
        fix=whole_parts(visible(fixes[0]), EFFECT_WIDTH) if fixes else "",
    )


def _title(promise: Promise, result: Result) -> str:
    if not any(check.outcome is Outcome.DIFFERENT for check in promise.checks):
        return promise.first.sentence
    return failure(promise.checks, result.primary.site, result.standby.site)


def _accepted(promise: Promise) -> tuple[Seen, ...]:
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
    """``new``, or the number of runs and the time since the oldest of the findings."""
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
    shown = tuple(_value_row(group, text, nothing) for group, text in zip(groups, texts, strict=True))
    primary, standby = shown[: len(finding.primary)], shown[len(finding.primary) :]
    short = shortened(item, VALUE_WIDTH)
    return FindingRow(
        item=short,
        item_full=shortened(item, TITLE_WIDTH) if short != item else "",
        role=seen.check.role,
        description=description(seen, result),
        primary=primary[:GROUPS_A_SIDE],
        primary_more=max(len(primary) - GROUPS_A_SIDE, 0),
        standby=standby[:GROUPS_A_SIDE],
        standby_more=max(len(standby) - GROUPS_A_SIDE, 0),
        since=_since([finding.first_seen], result, history),
        waiver=finding.waiver or "",
        design=finding.design or "",
    )


def _value_row(group: Group, text: str, nothing: str) -> ValueRow:
    full = whole(group.value)
    return ValueRow(
        text=nothing if group.value is None else text,
        full=shortened(full, TITLE_WIDTH) if "…" in text else "",
        absent=group.value is None,
        hosts=hosts(group.hosts),
    )


def description(seen: Seen, result: Result) -> str:
    """What is wrong, in a few words. The two sides of a comparison are shown, so it needs the fewest."""
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

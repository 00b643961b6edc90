"""The rows of the first screen: what was measured and stops us, the worst first; then what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from siteparity.report.cards import TITLE_WIDTH, Card
from siteparity.report.groups import State
from siteparity.report.visible import shortened, visible
from siteparity.report.words import count
from siteparity.result import Result, SavedCause

NOT_LOOKED_AT = "What this would do to customers after the switch is not known."
NAMED = 3
"""How many areas or owners a row names."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list of what stops a failover."""

    state: State
    what: str
    anchor: str
    about: str
    effect: str
    effects_more: int
    owner: str
    since: str


def rows(result: Result, shown: Sequence[Card]) -> tuple[Row, ...]:
    """What stops a failover: each cause in place of its consequences, by harm; unknowns share the last row.

    A site of which hosts do not answer has a row of its own.

    Args:
        result: of the run.
        shown: the cards of the promises that stop a failover; a card may show several checks of one test.
    """
    groups = _groups(result.causes, shown)
    stopping = [group for group in groups if any(card.state is State.STOP for card in group.cards)]
    stopping.sort(key=lambda group: (-group.harm, -len(group.cards)))
    others = [group for group in groups if group not in stopping]
    away = [group for group in others if group.cause and group.cause.said]
    unknown = [card for group in others if group not in away for card in group.cards]
    return (
        *map(_stopping, stopping),
        *map(_away, away),
        *([_unknown(unknown)] if unknown else []),
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """Cards that one cause has, or a card of its own."""

    cards: tuple[Card, ...]
    """The root first, if there is one."""
    cause: SavedCause | None = None

    @property
    def harm(self) -> int:
        """The worst that customers would notice of what differs."""
        return max((card.harm for card in self.cards if card.state is State.STOP), default=-1)


def _groups(causes: Sequence[SavedCause], shown: Sequence[Card]) -> list[_Group]:
    left = {card.test: card for card in shown}
    found: list[_Group] = []
    for cause in causes:
        tests = dict.fromkeys(_without_role(check) for check in (cause.root, *cause.checks) if check)
        if mine := tuple(left.pop(test) for test in tests if test in left):
            found.append(_Group(mine, cause))
    return [*found, *(_Group((card,)) for card in left.values())]


def _without_role(check: str) -> str:
    return check.partition("[")[0]


def _stopping(group: _Group) -> Row:
    first, *others = group.cards
    if first.state is not State.STOP:  # its root is shown elsewhere, as a warning
        others.sort(key=lambda card: card.state is not State.STOP)
        first, *others = [*others, first]
    follows = f". {len(others):,} more with it: {_some(card.aspect for card in others)}"
    return Row(
        state=first.state,
        what=first.title,
        anchor=first.anchor,
        about=first.about + (follows if others else ""),
        effect=first.effect,
        effects_more=len(first.effects) - 1,
        owner=_some(card.owner for card in group.cards),
        since=first.since,
    )


def _away(group: _Group) -> Row:
    assert group.cause  # noqa: S101  # for the type checker
    checks = count(len(group.cause.checks), "check")
    return Row(
        state=State.UNKNOWN,
        what=shortened(visible(group.cause.sentence), TITLE_WIDTH),
        anchor=group.cards[0].anchor,
        about=f"{checks} could not be made because of it: {_some(card.aspect for card in group.cards)}",
        effect=NOT_LOOKED_AT,
        effects_more=0,
        owner=_some(card.owner for card in group.cards),
        since=group.cards[0].since,
    )


def _unknown(cards: Sequence[Card]) -> Row:
    alone = len(cards) == 1
    areas = _some(card.aspect for card in cards)
    return Row(
        state=State.UNKNOWN,
        what=cards[0].title if alone else f"{count(len(cards), 'promise')} could not be looked at",
        anchor=cards[0].anchor,
        about=cards[0].about if alone else areas,
        effect=NOT_LOOKED_AT,
        effects_more=0,
        owner=_some(card.owner for card in cards),
        since=cards[0].since,
    )


def _some(texts: Iterable[str]) -> str:
    """``Services, Packages, Locales and 4 more``."""
    distinct = list(dict.fromkeys(texts))
    rest = len(distinct) - NAMED
    return ", ".join(distinct[:NAMED]) + (f" and {rest} more" if rest > 0 else "")

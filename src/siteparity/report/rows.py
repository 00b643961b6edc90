"""The rows of the first screen: each cause in place of its consequences, then the other promises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from siteparity.report.cards import TITLE_WIDTH, Card
from siteparity.report.groups import State, heaviest
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
    """What stops a failover, causes first.

    Args:
        result: of the run.
        shown: the cards of the promises that stop a failover; a card may show several checks of one test.
    """
    by_cause = [row for cause in result.causes for row in _of_cause(cause, shown)]
    explained = set().union(*(_tests(cause) for cause in result.causes))
    alone = [_of_card(card) for card in shown if card.test not in explained]
    return (*by_cause, *alone)


def _tests(cause: SavedCause) -> set[str]:
    """The tests that a cause makes red, without their roles."""
    return {check.partition("[")[0] for check in (cause.root, *cause.checks) if check}


def _of_cause(cause: SavedCause, shown: Sequence[Card]) -> Iterator[Row]:
    """The row of a cause, unless nothing that follows from it stops a failover."""
    cards = {card.test: card for card in shown if card.test in _tests(cause)}
    if not cards:
        return
    root = cards.get((cause.root or "").partition("[")[0])
    first = root or next(iter(cards.values()))
    others = [card for card in cards.values() if card is not root]
    verb = "fails" if len(cause.checks) == 1 else "fail"
    fate = f"other {verb} with it" if root else "could not be made because of it"
    yield Row(
        state=root.state if root else heaviest(card.state for card in cards.values()),
        what=root.sentence if root else shortened(visible(cause.sentence), TITLE_WIDTH),
        anchor=first.anchor,
        about=f"{count(len(cause.checks), 'check')} {fate}: {_some(card.aspect for card in others)}"
        if not root
        else f"{root.about}. {len(cause.checks)} {fate}: {_some(card.sentence for card in others)}",
        effect=root.effect if root else NOT_LOOKED_AT,
        effects_more=len(root.effects) - 1 if root else 0,
        owner=_some(card.owner for card in cards.values()),
        since=first.since,
    )


def _of_card(card: Card) -> Row:
    return Row(
        state=card.state,
        what=card.sentence,
        anchor=card.anchor,
        about=card.about,
        effect=card.effect,
        effects_more=len(card.effects) - 1,
        owner=card.owner,
        since=card.since,
    )


def _some(texts: Iterable[str]) -> str:
    """``Services, Packages, Locales and 4 more``."""
    distinct = list(dict.fromkeys(texts))
    rest = len(distinct) - NAMED
    return ", ".join(distinct[:NAMED]) + (f" and {rest} more" if rest > 0 else "")

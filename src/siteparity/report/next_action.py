"""What to do next, in a sentence: the page ends in a decision, and so does the answer at night."""

from __future__ import annotations

from collections.abc import Sequence

from siteparity.model import Verdict
from siteparity.report.cards import Card
from siteparity.report.groups import State
from siteparity.report.words import title, utc
from siteparity.result import Result

AGAIN = "then run siteparity gate again"


def next_action(result: Result, stops: Sequence[Card]) -> str:
    """What to do after this answer.

    Args:
        result: of the run.
        stops: the cards of what stops a failover.
    """
    if result.verdict is Verdict.GO:
        until = f" This answer ends {utc(result.valid_until)}." if result.valid_until else ""
        return f"Run siteparity verify just before the switch: it looks for what changed since.{until}"
    if result.revoked:
        return "Run siteparity gate again: something changed after the GO."
    if any(card.state is State.STOP for card in stops):
        return f"Mend what stands first in the list below, {AGAIN}."
    return _of_unknown(result)


def _of_unknown(result: Result) -> str:
    silent = [said for cause in result.causes for said in cause.said]
    if silent:
        primary = result.primary.site
        lost = f" If {title(primary)} is lost: siteparity gate --primary-record latest."
        is_primary = any(said.startswith(f"{primary}/") for said in silent)
        return f"Find out why these hosts do not answer, {AGAIN}.{lost if is_primary else ''}"
    if result.scope.undecided:
        return f"Answer the open questions that siteparity check lists, {AGAIN}."
    if result.scope.waiting:
        return f"Accept the drafted lines with siteparity confirm, {AGAIN}."
    return f"Mend what keeps this answer open, {AGAIN}."

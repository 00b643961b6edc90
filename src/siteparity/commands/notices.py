"""Notices: who must know is told if the answer is another one than last time, and of each NO-GO."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from siteparity.model import Verdict
from siteparity.redaction import redacted
from siteparity.report import verdict_line
from siteparity.report.next_action import next_action
from siteparity.report.view import coverage, page
from siteparity.report.visible import shortened, visible
from siteparity.report.words import utc
from siteparity.result import Result
from siteparity.runs.history import PastRun

REASONS = 10
_TITLE = 120
_WIDTH = 400


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told."""

    title: str
    body: str
    verdict: Verdict
    pdf: Path | None = None
    """The report on paper, which a mail carries."""


def notice_of(result: Result, history: Sequence[PastRun], pdf: Path | None = None) -> Notice | None:
    """What to tell of a run; None if it says what the last run of its pair said, and that was no NO-GO.

    Args:
        result: of the run.
        history: the runs so far, oldest first; this one may be among them.
        pdf: its report on paper.
    """
    pair = (result.primary.site, result.standby.site)
    earlier = [past for past in history if (past.primary, past.standby) == pair and past.run != result.run]
    before = earlier[-1] if earlier else None
    if before and before.verdict is result.verdict and result.verdict is not Verdict.NO_GO:
        return None
    line = _line(verdict_line(result))
    lines = [
        line,
        _before(before),
        *([""] if result.reasons else []),
        *(f"- {_line(reason)}" for reason in result.reasons[:REASONS]),
        "",
        _line(next_action(result, page(result).stops)),
        _line(coverage(result)),
        f"run {result.run}",
    ]
    return Notice(_titled(line), "\n".join(lines), result.verdict, pdf)


def notice_of_none(line: str, history: Sequence[PastRun]) -> Notice | None:
    """What to tell if there is no answer; None if the last run said UNKNOWN as well.

    Args:
        line: what was said instead.
        history: the runs so far, oldest first.
    """
    before = history[-1] if history else None
    if before and before.verdict is Verdict.UNKNOWN:
        return None
    shown = _line(line)
    return Notice(_titled(shown), f"{shown}\n{_before(before)}", Verdict.UNKNOWN)


def _titled(line: str) -> str:
    """A line as a title: mail knows no two spaces in a row there."""
    return shortened(" ".join(line.split()), _TITLE)


def _before(past: PastRun | None) -> str:
    if past is None:
        return "This is the first answer."
    return f"The last answer was {past.verdict.value}, {utc(past.finished_at)}."


def _line(text: str) -> str:
    """A text on one line, without secrets."""
    return shortened(visible(redacted(text)), _WIDTH)

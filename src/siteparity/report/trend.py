"""The last runs as a small picture: verdicts as bars, blockers and possible loss as lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from siteparity.model import Outcome, Severity, Verdict
from siteparity.report.words import count, span, utc
from siteparity.result import Result

RUNS = 30
STEP = 10
"""Units between two runs."""
HEIGHT = 34
"""Units of the part with the lines."""
_BARS = {Verdict.GO: 6, Verdict.UNKNOWN: 10, Verdict.NO_GO: 14}
"""Height of the bar of a verdict: never colour alone."""


class PastRun(Protocol):
    """An earlier run, as far as the page needs it."""

    @property
    def run(self) -> str:
        """Its id."""

    @property
    def finished_at(self) -> datetime:
        """When it ended."""

    @property
    def verdict(self) -> Verdict:
        """Its answer."""

    @property
    def primary(self) -> str:
        """The site that served."""

    @property
    def standby(self) -> str:
        """The site that might take over."""

    @property
    def blockers(self) -> int | None:
        """How many blockers differed; None in runs of older versions."""

    @property
    def loss_seconds(self) -> float | None:
        """What might have been lost; None if that was not known."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One run."""

    x: int
    height: int
    verdict: str
    """As a class of CSS: ``no-go``."""
    title: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The picture."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    blockers: str
    """Points of the line; empty if fewer than two runs know them."""
    loss: str
    words: str
    """All of it as a sentence."""


@dataclass(frozen=True, slots=True)
class _Point:
    at: datetime
    verdict: Verdict
    blockers: int | None
    loss: float | None


def trend(result: Result, history: Sequence[PastRun]) -> Trend:
    """The last `RUNS` runs of the same pair, in the same direction, the newest on the right.

    Args:
        result: of this run.
        history: earlier runs, oldest first; this run may be among them.
    """
    return _picture([*(_of(past) for past in _of_pair(result, history)), _now(result)][-RUNS:])


def trend_of(history: Sequence[PastRun]) -> Trend:
    """The last `RUNS` of some runs of one pair, the newest on the right.

    Args:
        history: at least one run, oldest first.
    """
    return _picture([_of(past) for past in history][-RUNS:])


def _picture(points: Sequence[_Point]) -> Trend:
    return Trend(
        width=RUNS * STEP,
        height=HEIGHT,
        bars=tuple(
            Bar(
                number * STEP,
                _BARS[point.verdict],
                point.verdict.value.lower(),
                f"{utc(point.at)}: {point.verdict.value}",
            )
            for number, point in enumerate(points)
        ),
        blockers=_line([point.blockers for point in points]),
        loss=_line([point.loss for point in points]),
        words=_words(points),
    )


def since(result: Result, history: Sequence[PastRun]) -> str:
    """Since when the answer is what it is: ``3 runs, 2026-11-21 03:00 UTC``; ``this run`` if it is new."""
    first, runs = None, 1
    for past in reversed(_of_pair(result, history)):
        if past.verdict is not result.verdict:
            break
        first, runs = past, runs + 1
    return f"{count(runs, 'run')}, {utc(first.finished_at)}" if first else "this run"


def blockers_of(result: Result) -> int:
    """How many blockers differ."""
    return sum(
        (check.severity, check.outcome) == (Severity.BLOCKER, Outcome.DIFFERENT) for check in result.checks
    )


def loss_of(result: Result) -> float | None:
    """The possible loss in seconds; None if it is not known."""
    loss = result.data_loss
    return (loss.until - loss.since).total_seconds() if loss else None


def _of_pair(result: Result, history: Sequence[PastRun]) -> list[PastRun]:
    pair = (result.primary.site, result.standby.site)
    return [
        past
        for past in history
        if (past.primary, past.standby) == pair
        and past.run != result.run
        and past.finished_at <= result.finished_at
    ]


def _of(past: PastRun) -> _Point:
    return _Point(past.finished_at, past.verdict, past.blockers, past.loss_seconds)


def _now(result: Result) -> _Point:
    return _Point(result.finished_at, result.verdict, blockers_of(result), loss_of(result))


def _line(values: Sequence[float | None]) -> str:
    known = [(number, value) for number, value in enumerate(values) if value is not None]
    if len(known) < 2:  # noqa: PLR2004  # a line has two ends
        return ""
    most = max(value for _, value in known) or 1
    points = [
        (number * STEP + STEP // 2, HEIGHT - 2 - value / most * (HEIGHT - 4)) for number, value in known
    ]
    return " ".join(f"{x},{y:.1f}" for x, y in points)


def _words(points: Sequence[_Point]) -> str:
    verdicts = [point.verdict for point in points]
    runs = ", ".join(f"{verdicts.count(one)} {one.value}" for one in Verdict if one in verdicts)
    parts = [f"{'The last ' if len(points) > 1 else ''}{count(len(points), 'run')}: {runs}"]
    blockers = [point.blockers for point in points if point.blockers is not None]
    if blockers:
        parts.append(f"blockers {_range(list(map(str, blockers)), blockers)}")
    losses = [point.loss for point in points if point.loss is not None]
    if losses:
        parts.append(f"possible loss {_range([span(timedelta(seconds=one)) for one in losses], losses)}")
        if points[-1].loss is None:
            parts[-1] = f"{parts[-1].partition(', now ')[0]}, now not known"
    return "; ".join(parts)


def _range(texts: Sequence[str], values: Sequence[float]) -> str:
    """``0 to 6, now 6``."""
    least, most = (texts[values.index(end(values))] for end in (min, max))
    return f"{least} to {most}, now {texts[-1]}" if least != most else f"{most}"

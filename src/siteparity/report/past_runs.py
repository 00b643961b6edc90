"""``history.html``: all runs on one page, in the style of report.html. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

from siteparity.model import Verdict
from siteparity.report import trend
from siteparity.report.html import environment
from siteparity.report.trend import Trend, trend_of
from siteparity.report.words import count, span, title, utc

_MARKS = {Verdict.GO: ("ok", "✓"), Verdict.NO_GO: ("stop", "✕"), Verdict.UNKNOWN: ("unknown", "?")}


class PastRun(trend.PastRun, Protocol):
    """A run of the history, as far as the page needs it."""

    @property
    def started_at(self) -> datetime:
        """When it began."""

    @property
    def different(self) -> int:
        """How many checks differed."""

    @property
    def unmeasured(self) -> int:
        """How many checks could not be made."""

    @property
    def checks(self) -> int:
        """How many checks were planned."""

    @property
    def revoked_at(self) -> datetime | None:
        """When its GO was revoked; None if it was not."""


@dataclass(frozen=True, slots=True)
class Row:
    """One run."""

    when: str
    took: str
    verdict: str
    state: str
    """As a class of CSS."""
    symbol: str
    sites: str
    blockers: str
    different: str
    not_made: str
    checks: str
    loss: str
    note: str
    run: str
    link: str
    """Its page; empty if that is no longer there."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The runs of one site that serves, and one that might take over."""

    heading: str
    trend: Trend


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page. The newest run comes first."""

    verdict: str
    """Of the newest run; empty if there is none."""
    sentence: str
    facts: tuple[tuple[str, str], ...]
    pairs: tuple[Pair, ...]
    rows: tuple[Row, ...]


def render_history(
    runs: Sequence[PastRun], now: datetime, links: Mapping[str, str], zone: tzinfo | None = None
) -> str:
    """The page.

    Args:
        runs: oldest first.
        now: for the age of the last answer.
        links: run -> where its page is, relative to this one.
        zone: adds the local time in brackets to times in UTC.
    """
    shown = _page(runs, now, links, zone)
    return environment().get_template("history.html.jinja").render(page=shown).lstrip() + "\n"


def _page(runs: Sequence[PastRun], now: datetime, links: Mapping[str, str], zone: tzinfo | None) -> Page:
    rows = tuple(_row(past, links.get(past.run, ""), zone) for past in reversed(runs))
    if not runs:
        return Page("", "No run has ended yet", (), (), ())
    last = runs[-1]
    return Page(
        verdict=last.verdict.value,
        sentence=f"was the last answer: may {title(last.standby)} take over from {title(last.primary)}?",
        facts=(
            ("Last run", utc(last.finished_at, zone)),
            ("Age", span(now - last.finished_at)),
            ("All runs", _counted(runs)),
            ("Since", utc(runs[0].started_at, zone)),
        ),
        pairs=tuple(_pairs(runs)),
        rows=rows,
    )


def _pairs(runs: Sequence[PastRun]) -> Iterable[Pair]:
    """The pair of the newest run comes first."""
    of: dict[tuple[str, str], list[PastRun]] = {}
    for past in reversed(runs):
        of.setdefault((past.primary, past.standby), []).insert(0, past)
    for (primary, standby), mine in of.items():
        yield Pair(f"{title(standby)} in place of {title(primary)}", trend_of(mine))


def _counted(runs: Sequence[PastRun]) -> str:
    verdicts = [past.verdict for past in runs]
    parts = ", ".join(f"{verdicts.count(one):,} {one.value}" for one in Verdict if one in verdicts)
    return f"{len(runs):,}: {parts}"


def _row(past: PastRun, link: str, zone: tzinfo | None) -> Row:
    state, symbol = _MARKS[past.verdict]
    loss = past.loss_seconds
    return Row(
        when=utc(past.started_at, zone),
        took=span(past.finished_at - past.started_at),
        verdict=past.verdict.value,
        state=state,
        symbol=symbol,
        sites=f"{title(past.primary)} to {title(past.standby)}",
        blockers="not known" if past.blockers is None else f"{past.blockers:,}",
        different=f"{past.different:,}",
        not_made=f"{past.unmeasured:,}",
        checks=count(past.checks, "check"),
        loss="not known" if loss is None else span(timedelta(seconds=loss)),
        note=f"a GO until it was revoked at {utc(past.revoked_at, zone)}" if past.revoked_at else "",
        run=past.run,
        link=link,
    )

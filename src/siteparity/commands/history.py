"""``siteparity history``: the runs so far."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from getpass import getpass
from pathlib import Path
from urllib.parse import quote

from siteparity.commands.alone import alone
from siteparity.commands.endings import EXIT
from siteparity.commands.page_file import demand_room, write_page
from siteparity.model import ConfigurationError, Verdict
from siteparity.redaction import remember
from siteparity.report.past_runs import render_history
from siteparity.report.words import count, local_zone, span, utc
from siteparity.runs.forgetting import forget
from siteparity.runs.history import PastRun, read_history
from siteparity.runs.listing import listed

_LONGEST_VALUE = 65_536
_CLOCKS = timedelta(minutes=1)
"""How far two clocks may be apart."""


def history(options: argparse.Namespace) -> tuple[str, int]:
    """The runs that the reports folder knows, or what was removed from them. Returns text and exit code.

    Raises:
        ConfigurationError: the options ask for what cannot be done.
    """
    if options.unwanted:  # perhaps a secret: it is not shown
        raise ConfigurationError(
            "history: expected no words, found some; --forget reads the value from stdin"
        )
    if options.forget:
        return _forget(options)
    if options.html:
        return _written(read_history(options.reports), options.reports, options.html.resolve()), 0
    if options.max_age is not None:
        return _young(read_history(options.reports), options.max_age, options.reports)
    return listed(options.reports), 0


def _young(runs: Sequence[PastRun], most: timedelta, reports: Path) -> tuple[str, int]:
    """Whether the last run ended lately. Returns a sentence and the exit code."""
    if not runs:
        return f"no run has ended in {reports}: expected one in the last {span(most)}", EXIT[Verdict.UNKNOWN]
    last = max(runs, key=lambda past: past.finished_at)
    age = datetime.now(UTC) - last.finished_at
    ended = f"the last run ended {span(age)} ago, at {utc(last.finished_at)}: {last.verdict.value}"
    if age > most:
        return f"{ended}; expected one in the last {span(most)}", EXIT[Verdict.UNKNOWN]
    if age < -_CLOCKS:
        ended = f"the last run ended at {utc(last.finished_at)}, which is in the future"
        return f"{ended}; correct the clock of this machine", EXIT[Verdict.UNKNOWN]
    return ended, 0


def _written(runs: Sequence[PastRun], reports: Path, page: Path) -> str:
    """Write the page of all runs. Returns the line that says so."""
    links = {past.run: link for past in runs if (link := _link(past.run, reports, page))}
    demand_room(page)
    write_page(page, render_history(runs, datetime.now(UTC), links, local_zone()))
    return f"{count(len(runs), 'run')}: {page}"


def _link(run: str, reports: Path, page: Path) -> str:
    """Where the page of a run is, as a link in another page; empty if it is not there."""
    report = reports / "runs" / run / "report.html"
    if "/" in run or not report.is_file():
        return ""
    return quote(os.path.relpath(report.resolve(), page.parent))


def _forget(options: argparse.Namespace) -> tuple[str, int]:
    """Remove a value from what is kept. Arguments can be seen by every user of the machine, stdin cannot."""
    value = _from_stdin()
    remember(value.strip())
    if not options.reports.is_dir():
        raise ConfigurationError(f"{options.reports}: expected the reports folder, found none; see --reports")
    with alone(options.reports):
        found = forget(options.reports, value, datetime.now(UTC))
    places, files = sum(found.places.values()), len(found.places)
    lines = [f"{path}: {count(number, 'place')}" for path, number in sorted(found.places.items())]
    lines += [f"{path}: {reason}" for path, reason in sorted(found.unread.items())]
    lines += [f"{folder}: the signature no longer held and was removed" for folder in found.unsigned]
    lines.append(f"removed from {count(places, 'place')} in {count(files, 'file')} below {options.reports}")
    if found.unread:
        lines.append(f"{count(len(found.unread), 'file')} may still hold it")
    return "\n".join(lines), EXIT[Verdict.UNKNOWN if found.unread else Verdict.GO]


def _from_stdin() -> str:
    """A value that must not be shown.

    Raises:
        ConfigurationError: it is too long.
    """
    if sys.stdin.isatty():
        return getpass("value to forget: ")
    data = sys.stdin.buffer.read(_LONGEST_VALUE + 1)
    if len(data) > _LONGEST_VALUE:
        raise ConfigurationError(f"expected at most {_LONGEST_VALUE} bytes on stdin, found more")
    return data.decode("utf-8", "surrogateescape")

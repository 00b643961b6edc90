"""Where jobs are scheduled besides those of the distribution, and which seem to charge money."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program

WORDS = ("subscri", "bill", "charg", "invoic", "renew", "payment", "dunning", "recurring", "debit")
"""Of jobs that charge money. Candidates, no proof: a person says what they do."""

QUESTION = filled(program(__package__, "jobs.sh"), words=f'"{" ".join(WORDS)}"')

_OF_RPM = re.compile(
    r"/etc/cron\.(d|hourly|daily|weekly|monthly)/"
    r"(0hourly|0anacron|raid-check|sysstat|dailyjobs|logrotate|man-db\.cron|mlocate|rhsmd|unbound-anchor"
    r"|certwatch|prelink|readahead\.cron|tmpwatch|makewhatis\.cron|cups)|/etc/periodic/daily/logrotate"
)
"""What RPM distributions bring; on Debian, packages name theirs."""


def own(rows: Sequence[str]) -> Iterator[str]:
    """The files of jobs that no distribution brought."""
    for kind, path, _ in _read(rows):
        if kind == "own" and not _OF_RPM.fullmatch(path):
            yield path


def charging(rows: Sequence[str]) -> Iterator[str]:
    """Files and words of jobs that may charge money."""
    for kind, path, word in _read(rows):
        if kind == "words":
            yield f"{path} ({word}...)"


def _read(rows: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for row in rows:
        line = re.fullmatch(rf"(?:(own) (/.+)|(words) (/.+) ({'|'.join(WORDS)}))", row)
        if line is None:
            raise UnmeasuredError(f"jobs: expected a job, found {row[:80]!r}")
        yield (line[1], line[2], "") if line[1] else (line[3], line[4], line[5])

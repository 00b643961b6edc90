"""What the WAL of databases tells after a failover: where timelines ended, and what was committed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from siteparity.model import UnmeasuredError
from siteparity.tools.postgres import FOLDERS, lsn
from siteparity.tools.program import filled, program

MOST_COMMITS = 5000
"""Of more transactions only the last are told."""
QUESTION = filled(
    program(__package__, "postgres_wal.sh"), folders=FOLDERS, segments="32", most=str(MOST_COMMITS)
)
"""To a host that may hold data folders."""

_POSITION = r"([0-9A-F]{1,8}/[0-9A-F]{1,8})"
_ENDED = re.compile(rf"([0-9]{{1,9}}) {_POSITION}")
_TIME = r"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{1,6})"
_COMMIT = re.compile(f"{_POSITION} {_TIME}")


@dataclass(frozen=True, slots=True)
class Wal:
    """The WAL of one data folder."""

    system: str
    """The system identifier."""
    ended: tuple[tuple[int, str], ...]
    """Each timeline of the past, and where a promotion ended it."""
    commits: tuple[tuple[str, datetime], ...]
    """Where each transaction was committed, and when, in that order: the last `MOST_COMMITS` of the WAL.
    Empty for a server that runs, and for a standby."""


def read(lines: Sequence[str]) -> Iterator[Wal]:
    """The WAL of each data folder.

    Args:
        lines: the answer to `QUESTION`.

    Raises:
        UnmeasuredError: a line is not as the question prints it, or is lacking.
    """
    starts = [number for number, line in enumerate(lines) if line.startswith("folder: ")]
    if lines and starts[:1] != [0]:
        raise UnmeasuredError("WAL: the answer does not begin with a folder")
    for start, end in pairwise([*starts, len(lines)]):
        yield _one(lines[start:end])


def _one(lines: Sequence[str]) -> Wal:
    told: dict[str, list[str]] = {"folder": [], "system": [], "ended": [], "commit": [], "commits": []}
    for line in lines:
        key, _, value = line.partition(": ")
        if key not in told:
            raise UnmeasuredError(f"WAL: not a line of this answer: {line[:80]}")
        told[key].append(value)
    commits = tuple(_commit(one) for one in told["commit"])
    if len(told["system"]) != 1 or told["commits"] not in ([], [str(len(commits))]):
        raise UnmeasuredError("WAL: a line of the answer is lacking")
    if commits and not told["commits"]:
        raise UnmeasuredError("WAL: the answer does not tell of how many transactions it consists")
    return Wal(told["system"][0], tuple(_ended(one) for one in told["ended"]), commits)


def _ended(text: str) -> tuple[int, str]:
    found = _ENDED.fullmatch(text)
    if not found or lsn(found[2]) is None:
        raise UnmeasuredError(f"WAL: not a timeline and where it ended: {text[:80]}")
    return int(found[1]), found[2]


def _commit(text: str) -> tuple[str, datetime]:
    found = _COMMIT.fullmatch(text)
    if not found:
        raise UnmeasuredError(f"WAL: not a position and a time: {text[:80]}")
    try:
        return found[1], datetime.fromisoformat(found[2]).replace(tzinfo=UTC)
    except ValueError:
        raise UnmeasuredError(f"WAL: not a time: {found[2]}") from None

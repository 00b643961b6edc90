"""The history as lines to read: ``siteparity history``. It looks only at what it shows, and loads little."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

HISTORY = "history.jsonl"
MAX_RUNS = 1000
"""How many runs are read; older ones do not change a report."""
_BLOCK = 1 << 18


def listed(reports: Path) -> str:
    """The newest runs, oldest first, a line each. What cannot be read is left out."""
    shown = [one for line in newest_lines(reports) if (one := _shown(line))]
    return "\n".join(dict(shown).values()) or f"no run in {reports} yet"


def newest_lines(reports: Path) -> Sequence[bytes]:
    """The last lines of the history: what stands before them is not read."""
    blocks: list[bytes] = []
    ends = 0
    try:
        with (reports / HISTORY).open("rb") as file:
            place = file.seek(0, os.SEEK_END)
            while place and ends <= MAX_RUNS:
                place, size = max(0, place - _BLOCK), min(place, _BLOCK)
                file.seek(place)
                blocks.insert(0, file.read(size))
                ends += blocks[0].count(b"\n")
    except OSError:  # no history yet, or it cannot be read: no verdict needs it
        return ()
    return [line for line in b"".join(blocks).split(b"\n")[-MAX_RUNS - 1 :] if line]


def _shown(line: bytes) -> tuple[str, str] | None:
    """A run, and its line; None of one that is damaged."""
    try:
        past = json.loads(line)
        found = (
            f"{past['checks']:,d} checks, {past['different']:,d} different, {past['unmeasured']:,d} not made"
        )
        revoked = past.get("revoked_at")
        ended = f", a GO until it was revoked at {_utc(revoked):%H:%M} UTC" if revoked else ""
        when, sites = (
            f"{_utc(past['started_at']):%Y-%m-%d %H:%M} UTC",
            f"{past['primary']} -> {past['standby']}",
        )
        return past["run"], f"{when}  {past['verdict']:<7}  {sites}  {found}{ended}  {past['run']}"
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

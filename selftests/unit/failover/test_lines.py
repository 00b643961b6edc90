"""What a watch prints: a line for what happened, and nothing for what did not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from selftests.unit.failover.plans import START, begun
from siteparity.failover.answers import Alarm, Seen
from siteparity.failover.events import (
    Alarmed,
    Cleared,
    Counted,
    Ended,
    Event,
    Looked,
    Proven,
    Resumed,
    Said,
)
from siteparity.failover.lines import event_line

BEFORE = START - timedelta(seconds=2)


def looked(seen: Seen, *, first: bool = False) -> Looked:
    """A change of an answer."""
    before = None if first else BEFORE
    return Looked(
        drill="d1", at=START, question="writers 1", seen=seen, words="db1 takes writes", before=before
    )


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (begun(), "begun     planned, dallas to arizona, by ada"),
        (Resumed(drill="d1", at=START), "resumed   nobody looked meanwhile"),
        (looked(Seen.YES), "seen      writers 1: db1 takes writes"),
        (looked(Seen.NO, first=True), "no        writers 1: db1 takes writes"),
        (looked(Seen.UNKNOWN), "unknown   writers 1: db1 takes writes"),
        (Proven(drill="d1", at=START, step="stop", ready_at=START), "DONE      stop"),
        (
            Proven(
                drill="d1", at=START, step="stop", ready_at=START, late_seconds=12.4, out_of_order=True,
                said=("smoke all",),
            ),
            "DONE      stop (late by 12 s; made out of order; said, not measured: smoke all)",
        ),
        (Said(drill="d1", at=START, step="decide", by="Ada"), "said      decide, by Ada"),
        (
            Alarmed(drill="d1", at=START, alarm=Alarm.SECOND_WRITER, about="writers 1", words="both"),
            "ALARM     second writer: both",
        ),
        (
            Cleared(drill="d1", at=START, alarm=Alarm.SECOND_WRITER, about="writers 1"),
            "cleared   second writer (writers 1)",
        ),
        (Counted(drill="d1", at=START, least_seconds=0, most_seconds=90), "lost      0 s to 90 s"),
        (Ended(drill="d1", at=START), "ENDED     protected again"),
    ],

)  # fmt: skip
def test_what_happened_is_one_line(event: Event, expected: str) -> None:
    """With the time in UTC."""
    assert event_line(event) == f"03:00:00  {expected}"


def test_what_was_never_known_is_no_news() -> None:
    """Else the first look prints everything that nothing measures."""
    assert event_line(looked(Seen.UNKNOWN, first=True)) == ""


def test_what_a_host_said_cannot_drive_a_terminal() -> None:
    """It is made visible."""
    event = looked(Seen.NO).model_copy(update={"words": "\x1b[2Jgone"})
    assert "\x1b" not in event_line(event)

"""RTO and RPO: the definitions."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from selftests.unit.failover.plans import START, begun, loaded
from siteparity.failover.answers import Seen
from siteparity.failover.document import Mode
from siteparity.failover.drill import Drill
from siteparity.failover.events import Counted, Event, Looked, Proven
from siteparity.failover.log import as_json, drill_line
from siteparity.failover.objectives import Loss, Moments, loss_of, lost, moments_of, recovery


def at(seconds: float) -> datetime:
    """So many seconds after the beginning."""
    return START + timedelta(seconds=seconds)


WHOLE = Moments(at(0), at(2), at(10), at(15), at(20), at(40))


def test_the_recovery_time_is_from_the_last_good_look_to_the_first_good_one_after_it() -> None:
    """In parts, which add up to it."""
    found = recovery(WHOLE)
    assert found.time == timedelta(seconds=40)
    assert [(name, length.total_seconds()) for name, length in found.parts] == [
        ("noticed", 2), ("fenced", 8), ("switched", 5), ("redirected", 5), ("proven", 20),
    ]  # fmt: skip
    assert sum((length for _, length in found.parts), timedelta(0)) == found.time
    assert found.last_customer is None


@pytest.mark.parametrize(("ttl", "last"), [(10, 40), (60, 80)])
def test_the_last_customer_waits_for_a_resolver(ttl: int, last: int) -> None:
    """From the moment at which the names lead elsewhere."""
    assert recovery(WHOLE, timedelta(seconds=ttl)).last_customer == timedelta(seconds=last)


@pytest.mark.parametrize(
    "moments",
    [Moments(None, at(2), None, None, None, at(40)), Moments(at(0), at(2), at(10), None, None, None)],
)
def test_without_both_ends_there_is_no_recovery_time(moments: Moments) -> None:
    """It is never made up."""
    assert recovery(moments, timedelta(seconds=60)).time is None


def test_a_part_that_was_not_seen_counts_for_the_next() -> None:
    """The time is not lost."""
    found = recovery(Moments(at(0), at(2), None, at(15), None, at(40)))
    assert [(name, length.total_seconds()) for name, length in found.parts] == [
        ("noticed", 2), ("switched", 13), ("proven", 25),
    ]  # fmt: skip


RANGE = Loss(timedelta(seconds=2), timedelta(seconds=40))


@pytest.mark.parametrize(
    ("mode", "everything", "counted", "expected"),
    [
        (Mode.PLANNED, Seen.YES, None, Loss(timedelta(0), timedelta(0))),
        (Mode.PLANNED, Seen.UNKNOWN, None, None),
        (Mode.PLANNED, None, None, None),
        (Mode.PLANNED, Seen.NO, RANGE, RANGE),
        (Mode.DEAD, Seen.YES, None, None),
        (Mode.DEAD, None, RANGE, RANGE),
    ],
)
def test_nothing_is_lost_only_if_that_is_proven(
    mode: Mode, everything: Seen | None, counted: Loss | None, expected: Loss | None
) -> None:
    """With a dead site only a range, or a count, tells."""
    assert lost(mode, everything, counted) == expected


def drill(mode: Mode = Mode.PLANNED) -> Drill:
    """A drill with an outage of 38 seconds."""
    events: list[Event] = [
        Looked(drill="d1", at=at(0), question="smoke all", seen=Seen.YES),
        Looked(drill="d1", at=at(10), question="smoke all", seen=Seen.NO, before=at(8)),
        Proven(drill="d1", at=at(12), step="stop", ready_at=at(0)),
        Looked(drill="d1", at=at(13), question="standby_has everything", seen=Seen.YES),
        Proven(drill="d1", at=at(20), step="promote", ready_at=at(13), late_seconds=5, out_of_order=True),
        Looked(drill="d1", at=at(21), question="standby_has everything", seen=Seen.NO),
        Proven(drill="d1", at=at(30), step="lead", ready_at=at(20)),
        Looked(drill="d1", at=at(46), question="smoke all", seen=Seen.YES, before=at(44)),
    ]
    found = Drill(begun(mode))
    for event in events:
        found = found.with_(event)
    return found


def test_the_moments_of_a_drill_are_those_of_its_journal(tmp_path: Path) -> None:
    """The fence and the promotion are the plan's."""
    found = moments_of(loaded(tmp_path), drill())
    assert found == Moments(at(8), at(10), at(12), at(20), at(30), at(46))


def seen_at(*looks: tuple[int, str, int | None]) -> Drill:
    """A drill that was switched after 20 seconds: when customers were seen, and the look before that."""
    found = Drill(begun()).with_(Proven(drill="d1", at=at(20), step="promote", ready_at=at(0)))
    for moment, seen, before in looks:
        told = Looked(
            drill="d1",
            at=at(moment),
            question="smoke all",
            seen=Seen(seen),
            before=None if before is None else at(before),
        )
        found = found.with_(told)
    return found


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        # A restart before the switch is an outage of its own.
        ([(0, "yes", None), (2, "no", 1), (4, "yes", 3), (12, "no", 10), (40, "yes", 38)], (10, 12, 40)),
        # Nothing was known for a while: that time counts.
        ([(0, "yes", None), (6, "unknown", 4), (12, "no", 10), (40, "yes", 38)], (4, 12, 40)),
        # Nobody saw customers served.
        ([(0, "unknown", None), (12, "no", 10), (40, "yes", 38)], (None, 12, 40)),
        # The outage begins after the switch, and is not over.
        ([(0, "yes", None), (22, "no", 20), (24, "unknown", 22)], (20, 22, None)),
        ([(0, "yes", None)], (None, None, None)),
    ],
)
def test_the_outage_is_that_of_the_switch(
    tmp_path: Path, looks: list[tuple[int, str, int | None]], expected: tuple[int | None, ...]
) -> None:
    """From the last look that saw customers served to the first one after it at which they are again."""
    found = moments_of(loaded(tmp_path), seen_at(*looks))
    moments = tuple(None if moment is None else at(moment) for moment in expected)
    assert (found.last_good, found.noticed, found.served) == moments


def test_the_standby_must_have_had_everything_before_the_switch(tmp_path: Path) -> None:
    """What is seen after it means nothing."""
    plan = loaded(tmp_path)
    assert loss_of(plan, drill()) == Loss(timedelta(0), timedelta(0))
    late = Drill(begun())
    late = late.with_(Proven(drill="d1", at=at(12), step="promote", ready_at=at(0)))
    late = late.with_(Looked(drill="d1", at=at(13), question="standby_has everything", seen=Seen.YES))
    assert loss_of(plan, late) is None


def test_a_drill_is_one_line_of_the_log(tmp_path: Path) -> None:
    """When, mode, who, RTO, RPO, and what was late or out of order."""
    assert drill_line(loaded(tmp_path), drill()) == (
        "2026-12-01 03:00 UTC  planned  dallas -> arizona  by ada  RTO 38 s  RPO 0 s  late: promote (5 s)  "
        "out of order: promote  not ended"
    )


def test_an_aim_that_was_missed_is_told(tmp_path: Path) -> None:
    """With the aim."""
    plan = loaded(tmp_path)
    found = drill(Mode.DEAD).with_(Counted(drill="d1", at=at(50), least_seconds=2, most_seconds=40))
    assert "RPO 2 s to 40 s, over the 0 s of the plan" in drill_line(plan, found)
    slow = found.with_(Looked(drill="d1", at=at(60), question="smoke all", seen=Seen.NO))
    assert "RTO 38 s" in drill_line(plan, slow)


def test_what_was_not_measured_is_not_told_as_zero(tmp_path: Path) -> None:
    """Neither to people nor to programs, with a plan or without one."""
    plan = loaded(tmp_path)
    empty = Drill(begun())
    assert "RTO not measured  RPO not measured" in drill_line(plan, empty)
    assert "RTO not measured  RPO not measured" in drill_line(None, drill())
    told = as_json(plan, empty)
    assert (told["rto_seconds"], told["rpo_seconds"], told["rto_parts"]) == (None, None, {})
    assert as_json(plan, drill())["rto_seconds"] == 38

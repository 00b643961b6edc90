"""Following a drill: the journal is the memory, and an alarm ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from selftests.unit.failover.plans import START, begun, loaded
from siteparity.failover import events
from siteparity.failover.answers import Alarm, Answer, Look, Seen, questions
from siteparity.failover.document import Mode, Plan
from siteparity.failover.drill import Drill, drills
from siteparity.failover.events import Event, Said
from siteparity.model import SiteparityError
from siteparity.watching.judged import Before
from siteparity.watching.run import Outcome, Watch

MANY = 30
"""Looks, more than any test needs."""


@dataclass
class Scripted:
    """Looks whose answers are written down: the beginning of a question's key -> the answer."""

    script: list[dict[str, str]]
    alarms: dict[int, str] = field(default_factory=dict)
    """Number of a look -> the question that is an alarm then."""
    hook: Callable[[int], None] = lambda _: None
    number: int = -1

    def before(self) -> Before:
        """Nobody asked."""
        return Before()

    def look(self, drill: Drill, plan: Plan) -> Look:
        """The next of the script; the last one again after it."""
        self.number += 1
        assert self.number < MANY, "it does not end"
        self.hook(self.number)
        told: dict[str, str] = {}
        for one in self.script[: self.number + 1]:
            told |= one
        found = {}
        for question in questions(plan, drill.begun.mode):
            fitting = [key for key in told if question.key.startswith(key)]
            seen = told[max(fitting, key=len)] if fitting else "unknown"
            alarm = self.alarms.get(self.number, "-")
            raised = Alarm.SECOND_WRITER if question.key.startswith(alarm) else None
            found[question] = Answer(Seen(seen), "", raised)
        return Look(START + timedelta(seconds=2 * self.number + 2), found)


@dataclass
class Heard:
    """What a watch told."""

    lines: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def tell(self, event: Event) -> None:
        """One event."""
        self.lines.append(event.event)


ROUND_TRIP = [
    {"database": "no", "standby": "no", "dns": "no", "smoke": "yes", "writers": "yes", "gate": "no"},
    {"database shut down": "yes", "standby": "yes", "smoke": "no"},
    {"database takes writes": "yes"},
    {"dns": "yes", "smoke": "yes"},
    {"database follows": "yes", "database shut down": "no", "gate": "yes"},
]


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """The small plan."""
    return loaded(tmp_path)


def watch(plan: Plan, looks: Scripted, reports: Path, heard: Heard, drill: Drill | None = None) -> Watch:
    """A watch that never waits."""
    return Watch(
        plan, drill or Drill(begun()), looks, reports, heard.tell, lambda *_: None, heard.warnings.append,
        sleep=lambda _: None,
    )  # fmt: skip


def say(reports: Path, step: str, at: datetime = START) -> None:
    """Another process notes what a person said."""
    events.append(reports, (Said(drill="d1", at=at, step=step, by="grace"),))


def test_a_plan_is_followed_to_its_end(plan: Plan, tmp_path: Path) -> None:
    """A person speaks meanwhile, from another terminal."""
    heard = Heard()
    events.append(tmp_path, (begun(),))
    looks = Scripted(ROUND_TRIP, hook=lambda number: say(tmp_path, "decide") if number == 0 else None)
    assert watch(plan, looks, tmp_path, heard).run() is Outcome.PROTECTED
    assert heard.lines.count("proven") == 8
    assert heard.lines[-1] == "ended"
    (found,) = drills(events.read(tmp_path).events)
    assert found.ended is not None


def test_an_alarm_ends_it_and_it_can_be_taken_up_again(plan: Plan, tmp_path: Path) -> None:
    """Started again it goes on, although the alarm still stands."""
    events.append(tmp_path, (begun(),))
    say(tmp_path, "decide")
    heard = Heard()
    looks = Scripted(ROUND_TRIP, alarms={2: "writers", 3: "writers"})
    assert watch(plan, looks, tmp_path, heard).run() is Outcome.ALARM
    assert looks.number == 2
    (left,) = drills(events.read(tmp_path).events)
    assert list(left.alarms) == [(Alarm.SECOND_WRITER, "writers 1")]
    assert watch(plan, looks, tmp_path, heard, left).run(resumed=True) is Outcome.PROTECTED
    (found,) = drills(events.read(tmp_path).events)
    assert not found.alarms
    assert found.raised == 1


def test_a_watch_that_was_killed_is_taken_up_from_the_journal(plan: Plan, tmp_path: Path) -> None:
    """Nothing is proven twice, and nothing is forgotten."""
    events.append(tmp_path, (begun(),))
    say(tmp_path, "decide")

    def killed(number: int) -> None:
        if number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch(plan, Scripted(ROUND_TRIP, hook=killed), tmp_path, Heard()).run()
    (left,) = drills(events.read(tmp_path).events)
    assert list(left.done) == ["decide", "stop", "compare"]
    again = Scripted(ROUND_TRIP, number=1)
    assert watch(plan, again, tmp_path, Heard(), left).run(resumed=True) is Outcome.PROTECTED
    proven = [one.step for one in events.read(tmp_path).events if isinstance(one, events.Proven)]
    assert len(proven) == len(set(proven)) == 8


def test_one_look_says_how_far_it_is(plan: Plan, tmp_path: Path) -> None:
    """It is shown even if nothing happened."""
    shown: list[datetime] = []
    one = watch(plan, Scripted(ROUND_TRIP), tmp_path, Heard())
    one.show = lambda _, look, has_changed: shown.append(look.at) if has_changed else None
    assert one.run(once=True) is Outcome.OPEN
    assert len(shown) == 1


def test_a_full_disk_is_told_and_tried_again(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happened meanwhile is written once there is room, and the watch goes on."""
    events.append(tmp_path, (begun(),))
    say(tmp_path, "decide")
    whole, full = events.append, iter([True, True, True, False])

    def append(reports: Path, lines: tuple[Event, ...]) -> None:
        if next(full, False):
            raise SiteparityError("drills.jsonl: could not be written: No space left on device")
        whole(reports, lines)

    monkeypatch.setattr(events, "append", append)
    heard = Heard()
    assert watch(plan, Scripted(ROUND_TRIP), tmp_path, heard).run() is Outcome.PROTECTED
    assert heard.warnings
    assert all("a restart would forget this" in one for one in heard.warnings)
    (found,) = drills(events.read(tmp_path).events)
    assert len(found.done) == 8


def test_one_look_whose_journal_cannot_be_written_says_so(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code must not say that all is kept."""

    def append(*_: object) -> None:
        raise SiteparityError("no room")

    monkeypatch.setattr(events, "append", append)
    assert watch(plan, Scripted(ROUND_TRIP), tmp_path, Heard()).run(once=True) is Outcome.NOT_KEPT


def test_looks_begin_at_equal_distances(plan: Plan, tmp_path: Path) -> None:
    """Whatever a look takes; one that takes longer than the distance is followed at once."""
    waits: list[float] = []
    ticks: Iterator[float] = iter([0.0, 0.5, 2.0, 5.0, 7.0, 7.0])

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    one = watch(plan, Scripted(ROUND_TRIP), tmp_path, Heard())
    one.clock, one.sleep = lambda: next(ticks), sleep
    with pytest.raises(KeyboardInterrupt):
        one.run()
    assert waits == [1.5, 0.0, 2.0]


def test_the_mode_of_the_drill_decides_what_is_asked(plan: Plan) -> None:
    """With a dead site nobody asks whether its database is shut down."""
    keys = {question.key for question in questions(plan, Mode.DEAD)}
    assert "silent 30 s (old)" in keys
    assert not any(key.startswith("database shut down") for key in keys)


def test_a_step_that_becomes_late_is_shown_once(plan: Plan, tmp_path: Path) -> None:
    """Nothing else happened, and somebody must know."""
    shown: list[datetime] = []

    def stop(number: int) -> None:
        if number == 29:
            raise KeyboardInterrupt

    events.append(tmp_path, (begun(),))
    slow = Scripted([{"database": "no"}], hook=stop)
    one = watch(plan, slow, tmp_path, Heard(), Drill(begun(at=START - timedelta(minutes=9, seconds=30))))
    one.show = lambda _, look, has_changed: shown.append(look.at) if has_changed else None
    with pytest.raises(KeyboardInterrupt):
        one.run()
    assert shown == [START + timedelta(seconds=2), START + timedelta(seconds=32)]

"""What a look means for a drill: steps that are proven, alarms, and the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from selftests.unit.failover.plans import Played, loaded
from siteparity.failover.answers import Alarm, Answer, Seen
from siteparity.failover.document import Mode, Plan
from siteparity.failover.drill import drills
from siteparity.failover.events import Begun, Event, Proven, Resumed
from siteparity.failover.turn import Following


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """The small plan."""
    return loaded(tmp_path)


def healthy(plan: Plan, mode: Mode = Mode.PLANNED) -> Played:
    """A drill that begins while everything works."""
    played = Played(plan, mode)
    played.see(
        database_shut_down="no",
        standby_has="no",
        database_takes_writes="no",
        database_follows="no",
        writers="yes",
        dns="no",
        smoke="yes",
        gate="no",
    ) if mode is Mode.PLANNED else played.see(
        silent="no",
        database_takes_writes="no",
        database_follows="no",
        writers="unknown",
        dns="no",
        smoke="no",
    )
    return played


def switched(plan: Plan) -> Played:
    """A planned drill up to the point at which the new site serves."""
    played = healthy(plan)
    played.look()
    played.say("decide")
    played.look()
    played.see(database_shut_down="yes", smoke="no", writers="no")
    played.look()
    played.see(standby_has="yes")
    played.look()
    played.see(database_takes_writes="yes", writers="yes")
    played.look()
    played.see(dns="yes", smoke="yes")
    played.look()
    return played


def test_a_step_is_done_only_after_the_steps_before_it(plan: Plan) -> None:
    """Exactly one database takes writes at the beginning as well, and that proves no promotion."""
    played = healthy(plan)
    assert played.look() == []
    assert [step.name for step in played.following.ready] == ["decide"]
    played.say("decide")
    assert played.look() == ["proven decide"]
    assert [step.name for step in played.following.ready] == ["stop"]


def test_a_drill_ends_when_both_sites_protect_each_other_again(plan: Plan) -> None:
    """There, and until the old site follows."""
    played = switched(plan)
    assert played.done == ["decide", "stop", "compare", "promote", "lead", "look"]
    played.see(database_shut_down="no", database_follows="yes")
    assert played.look() == ["proven follow"]
    played.see(gate="yes")
    assert played.look() == ["proven protect", "ended"]
    assert played.following.drill.ended == played.now


def test_one_look_may_prove_several_steps(plan: Plan) -> None:
    """Each makes the next one ready."""
    played = switched(plan)
    assert [event.step for event in played.events if isinstance(event, Proven)][-2:] == ["lead", "look"]


def test_what_is_not_known_proves_nothing(plan: Plan) -> None:
    """Nor does what nobody asked."""
    played = healthy(plan)
    played.say("decide")
    played.see(database_shut_down="unknown")
    played.look()
    del played.answers["database shut down (old db)"]
    played.look()
    assert played.done == ["decide"]


def test_a_person_stands_in_for_what_is_not_known_and_never_for_a_no(plan: Plan) -> None:
    """It is kept as said."""
    played = healthy(plan)
    played.say("decide")
    played.say("stop")
    assert played.look() == ["proven decide"]
    played.see(database_shut_down="unknown")
    assert played.look() == ["proven stop"]
    assert played.following.drill.done["stop"].said == ("database shut down (old db)",)
    assert played.following.drill.done["decide"].said == ("said_by the person who may decide",)


def test_what_only_a_person_can_see_needs_a_person(plan: Plan) -> None:
    """Silence alone may be a line that is cut."""
    played = healthy(plan, Mode.DEAD)
    played.say("decide")
    played.see(silent="yes")
    played.look()
    assert played.look(60) == []
    played.say("cut")
    assert played.look() == ["proven cut"]


def test_silence_must_last(plan: Plan) -> None:
    """One answer, or one look that could not tell, begins it anew."""
    played = healthy(plan, Mode.DEAD)
    played.say("decide")
    played.say("cut")
    played.see(silent="yes")
    played.look()
    assert played.look(29) == []
    played.see(silent="unknown")
    played.look()
    played.see(silent="yes")
    played.look()
    assert played.look(29) == []
    assert played.look(1) == ["proven cut"]


def test_silence_in_a_pause_does_not_count(plan: Plan) -> None:
    """Nobody looked."""
    played = healthy(plan, Mode.DEAD)
    played.say("decide")
    played.say("cut")
    played.see(silent="yes")
    played.look()
    played.following = played.following.with_(Resumed(drill="d1", at=played.now))
    assert "proven cut" not in played.look(29)
    assert played.look(1) == ["proven cut"]


def test_a_late_step_says_by_how_much(plan: Plan) -> None:
    """Counted from when the step before it was done."""
    played = healthy(plan)
    played.say("decide")
    played.look()
    played.look(70)
    played.see(database_shut_down="yes", writers="no")
    played.look()
    assert played.following.drill.done["stop"].late_seconds == 12.0
    assert played.following.drill.done["decide"].late_seconds == 0


def test_a_step_that_was_made_too_early_is_out_of_order(plan: Plan) -> None:
    """Somebody stopped the database before anybody had decided."""
    played = healthy(plan)
    played.look()
    played.see(database_shut_down="yes", writers="no")
    played.look()
    played.look()
    played.say("decide")
    played.look()
    done = played.following.drill.done
    assert done["stop"].out_of_order
    assert not done["decide"].out_of_order


def test_what_always_held_is_not_out_of_order(plan: Plan) -> None:
    """The first look of a drill cannot tell when it began."""
    played = healthy(plan)
    played.see(database_shut_down="yes")
    played.look()
    played.say("decide")
    played.look()
    assert not played.following.drill.done["stop"].out_of_order


def test_two_writers_are_an_alarm_at_any_time(plan: Plan) -> None:
    """Once, until it is over."""
    played = healthy(plan)
    played.look()
    played.raise_("writers", Alarm.SECOND_WRITER)
    assert played.look() == ["alarmed second writer"]
    assert played.look() == []
    played.see(writers="unknown")
    assert played.look() == [], "what is not known clears no alarm"
    played.see(writers="yes")
    assert played.look() == ["cleared second writer"]


@pytest.mark.parametrize(
    ("undone", "alarm"),
    [
        ({"database_shut_down": "no"}, "fenced server answers"),
        ({"dns": "no"}, "proven step no longer holds"),
        ({"database_takes_writes": "no"}, "proven step no longer holds"),
        ({"writers": "no"}, "second writer"),
    ],
)
def test_what_was_proven_must_keep_holding(undone: dict[str, str], alarm: str, tmp_path: Path) -> None:
    """The old server revived; a name server left behind."""
    played = switched(loaded(tmp_path))
    if "database_shut_down" in undone:  # the step after it changes the same thing, and is not ready yet
        played = healthy(loaded(tmp_path))
        played.say("decide")
        played.see(database_shut_down="yes", writers="no")
        played.look()
    played.see(**undone)
    assert f"alarmed {alarm}" in played.look()


def test_a_fenced_site_that_answers_is_an_alarm(plan: Plan) -> None:
    """A database that wakes up takes orders that will be thrown away."""
    played = healthy(plan, Mode.DEAD)
    played.say("decide")
    played.say("cut")
    played.see(silent="yes")
    played.look()
    played.look(30)
    assert played.done == ["decide", "cut"]
    played.see(silent="no")
    assert played.look() == ["alarmed fenced server answers"]


def test_a_step_of_the_way_back_may_undo_what_a_fence_proved(plan: Plan) -> None:
    """The old database is started again, to follow."""
    played = switched(plan)
    played.see(database_shut_down="no", database_follows="no")
    assert played.look() == []


def test_what_only_one_moment_proves_need_not_last(plan: Plan) -> None:
    """The standby has everything before the switch, and the question means nothing after it."""
    played = switched(plan)
    played.see(standby_has="no", smoke="no")
    assert played.look() == []


def test_a_drill_is_taken_up_from_its_journal(plan: Plan) -> None:
    """Every line, and nothing else, makes the same drill."""
    played = switched(plan)
    first: list[Event] = [played.following.drill.begun]
    (again,) = drills([*first, *played.events])
    assert again == played.following.drill
    assert Following.of(plan, again).ready == played.following.ready
    assert isinstance(first[0], Begun)


def test_a_change_tells_when_it_was_last_otherwise(plan: Plan) -> None:
    """The recovery time counts from there."""
    played = healthy(plan)
    played.look()
    played.look()
    good = played.now
    played.see(smoke="no")
    played.look()
    (look,) = [
        look for look in played.following.drill.looks if look.seen is Seen.NO and look.question == "smoke all"
    ]
    assert look.before == good


def test_what_may_be_lost_is_noted_when_it_is_known(plan: Plan) -> None:
    """At once, and again only if it has changed."""
    played = healthy(plan, Mode.DEAD)
    played.answers["gate GO (back)"] = Answer(Seen.YES, "counted", lost_seconds=(0.0, 40.0))
    assert played.look() == ["counted"]
    assert played.look() == []
    counted = played.following.drill.counted
    assert counted is not None
    assert (counted.least_seconds, counted.most_seconds) == (0, 40)

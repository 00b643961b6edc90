"""The rendered failover plan is followed in the lab, while a customer orders all the time."""

from __future__ import annotations

import pytest

from lab import customers
from selftests.lab.conftest import Say
from selftests.lab.rehearsal import NEW, OLD, Engineer, Watching

pytestmark = pytest.mark.timeout(900)


@pytest.mark.cases("times", ("once", "twice"), 1)
def test_planned_there_and_back(times: str, engineer: Engineer, say: Say) -> None:
    """To Arizona and home again: the timelines 1 to 3, or 1 to 5."""
    for _ in range(2 if times == "twice" else 1):
        _there_and_back(engineer, say, OLD, NEW)
        _there_and_back(engineer, say, NEW, OLD)


def _there_and_back(engineer: Engineer, say: Say, old: str, new: str) -> None:
    """One planned failover with its way back: nothing is lost, and no alarm is raised."""
    ask, *others = engineer.desk.runbook("planned")
    engineer.make(ask)  # before somebody watches: a gate and looks beside each other take twice as long
    with customers.ordering(engineer.lab):
        with Watching.of(engineer.desk, "planned") as watching:
            watching.proven(ask.name)
            watching.serves()
            engineer.follow("planned", watching, others)
            watching.end()
        tries = customers.ledger(engineer.lab)
    drill = engineer.desk.drills()[-1]
    lost, without = customers.missing(engineer.lab, f"{new}-db1", tries), customers.longest_without(tries)
    say(
        f"{old} to {new}: RTO {drill['rto_seconds']} s, no order for {without:.1f} s, "
        f"{len(customers.confirmed(tries))} orders confirmed, {len(lost)} lost"
    )
    assert not lost
    assert customers.confirmed(tries)
    assert (drill["old"], drill["new"]) == (old, new)
    assert not drill["alarms"], drill
    assert drill["rpo_seconds"] == [0.0, 0.0], drill
    assert drill["rto_seconds"] is not None, drill

"""The page of all drills, for whoever answers for them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from selftests.unit.failover.plans import START, begun, loaded
from selftests.unit.failover.test_objectives import at, drill
from siteparity.failover.answers import Alarm
from siteparity.failover.document import Mode
from siteparity.failover.drill import Drill
from siteparity.failover.drills_page import card, render_drills
from siteparity.failover.events import Alarmed, Cleared, Counted, Ended, Proven, Said
from siteparity.failover.log import as_json


def words(page: str) -> str:
    """What a page says, without its marks."""
    body = page[page.index("<body") :]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_a_drill_tells_its_times_against_the_objectives_and_who_said_what(tmp_path: Path) -> None:
    """RTO with its parts, RPO, each step that was late or out of order, and each word."""
    found = drill().with_(Said(drill="d1", at=at(11), step="stop", by="Grace", words="power is <off>"))
    found = found.with_(Ended(drill="d1", at=at(60)))
    told = words(render_drills(loaded(tmp_path), [found]))
    assert "1 drill and failovers" in told
    aims = "Customers not served (RTO), at most 1 min Orders lost (RPO), at most 0 s"
    assert f"Last rehearsed 2026-12-01 03:01 UTC {aims}" in told
    assert "2026-12-01 03:00 UTC: Dallas to Arizona, planned" in told
    parts = "of which noticed 2 s, fenced 2 s, switched 8 s, redirected 10 s, proven 16 s"
    assert f"Customers not served (RTO) 38 s {parts}" in told
    assert "Orders lost (RPO) 0 s Ended 2026-12-01 03:01 UTC: protected again People ada, Grace" in told
    assert "stop 2026-12-01 03:00:12 UTC 12 s Grace: power is &lt;off&gt;" in told
    assert "promote 2026-12-01 03:00:20 UTC 7 s late by 5 s, out of order" in told


def test_what_missed_its_objective_or_did_not_end_is_seen_at_first_sight(tmp_path: Path) -> None:
    """The same for an alarm, also one that is over."""
    plan = loaded(tmp_path)
    good = drill().with_(Ended(drill="d1", at=at(60)))
    assert card(plan, good).state == "ok"
    assert card(plan, drill()).state == "stop"
    lost = drill(Mode.DEAD).with_(Counted(drill="d1", at=at(50), least_seconds=0, most_seconds=40))
    shown = card(plan, lost.with_(Ended(drill="d1", at=at(60))))
    assert shown.state == "stop"
    assert [(one.words, one.state) for one in shown.facts if one.name == "Orders lost (RPO)"] == [
        ("0 s to 40 s, over the 0 s of the plan", "stop")
    ]
    alarm = Alarmed(drill="d1", at=at(30), alarm=Alarm.SECOND_WRITER, about="writers 1", words="db1 and db2")
    over = good.with_(alarm).with_(Cleared(drill="d1", at=at(32), alarm=alarm.alarm, about=alarm.about))
    shown = card(plan, over)
    assert (shown.state, shown.alarms) == ("stop", ("2026-12-01 03:00 UTC: second writer: db1 and db2",))


def test_a_resolver_that_keeps_the_old_address_makes_the_last_customer_wait_longer(tmp_path: Path) -> None:
    """By the TTL that was seen when the drill began; without one nothing is told."""
    plan, waits = loaded(tmp_path), "Last customer not served"
    assert waits not in [fact.name for fact in card(plan, drill()).facts]
    kept = replace(drill(), begun=drill().begun.model_copy(update={"ttl_seconds": 300}))
    (words,) = [fact.words for fact in card(plan, kept).facts if fact.name == waits]
    assert words == "322 s at most: resolvers may keep the old address for 5 min"
    assert as_json(plan, kept)["last_customer_seconds"] == 322
    assert as_json(plan, drill())["last_customer_seconds"] is None


def test_what_was_not_measured_is_told_as_that() -> None:
    """Without a plan there are no aims; a proof that a person said is no measurement."""
    said = Proven(drill="d1", at=START, step="look", ready_at=START, said=("smoke all",))
    told = words(render_drills(None, [Drill(begun()).with_(said)]))
    assert "Customers not served (RTO) not measured" in told
    assert "(RTO), at most not set" in told
    assert "said, not measured" in told
    assert "not ended" in told


def test_the_newest_drill_comes_first_and_damaged_lines_are_told() -> None:
    """They may belong to any drill."""
    older, newer = Drill(begun(Mode.DEAD)), Drill(begun(at=at(9000)))
    told = words(render_drills(None, [older, newer], ["drills.jsonl:3: damaged"]))
    assert told.index("Arizona, planned") < told.index("Arizona, dead")
    assert (
        "These lines of the journal prove nothing, and may belong to any drill. drills.jsonl:3: damaged"
        in told
    )
    assert "No drill yet" in words(render_drills(None, []))


def test_the_page_loads_nothing() -> None:
    """It is sent by mail, and opened years later."""
    page = render_drills(None, [Drill(begun())])
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    assert "default-src 'none'" in page

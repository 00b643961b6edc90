"""What was seen on hosts, and what it says of each proof: what is not known is never a yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from selftests.unit.failover.plans import START
from selftests.unit.failover.test_runbook import NEW, OLD
from siteparity.failover.answers import Alarm, Answer, Question, Seen
from siteparity.failover.order import Part
from siteparity.failover.proofs import (
    Armed,
    Connected,
    Database,
    Gate,
    Kind,
    Lost,
    Place,
    Proof,
    Side,
    Smoke,
    StandbyHas,
    Timeline,
    Units,
    Wanted,
)
from siteparity.model import Table, Unmeasured
from siteparity.probes import Sight
from siteparity.probes.connections import NONE
from siteparity.tools.dns import AUTHORITY
from siteparity.watching.judged import Before, Sights, before, customers, judge

AWAY = Unmeasured("state: no answer within 3 s")
Seen_ = Mapping[Sight, Table | Unmeasured]


WRITES: Seen_ = {
    Sight.MODE: {"writable": "yes"},
    Sight.RECEIVER: {"WAL receiver": "none, the server is not in recovery"},
    Sight.TIMELINE: {"timeline": 3},
    Sight.UNITS: {"postgresql.service": "active"},
}
FOLLOWS: Seen_ = {
    Sight.MODE: {"writable": "no"},
    Sight.RECEIVER: {"WAL receiver": "streaming"},
    Sight.TIMELINE: {"timeline": 2},
    Sight.UNITS: {"postgresql.service": "active"},
}
STOPPED: Seen_ = {
    Sight.MODE: Unmeasured("state: psql could not connect"),
    Sight.RECEIVER: Unmeasured("state: psql could not connect"),
    Sight.TIMELINE: Unmeasured("state: psql could not connect"),
    Sight.UNITS: {"postgresql.service": "inactive"},
}
GONE: Seen_ = dict.fromkeys((Sight.MODE, Sight.RECEIVER, Sight.TIMELINE, Sight.UNITS), AWAY)
WEB: Seen_ = {
    Sight.UNITS: {"shop.service": "active", "mailings.service": "inactive", "broken.service": "failed"},
    Sight.ARMED: {"armed": "no"},
    Sight.CONNECTED: {"connections to the other site": NONE},
    Sight.NAME_SERVERS: {"ns1": AUTHORITY, "ns2": AUTHORITY},
    Sight.RECORDS: {"www A at ns1": "198.18.2.11", "www A at ns2": "198.18.2.11"},
}
GONE_WEB: Seen_ = dict.fromkeys(WEB, AWAY)


def sights(old: Seen_ = STOPPED, new: Seen_ = WRITES, old_web: Seen_ = WEB, new_web: Seen_ = WEB) -> Sights:
    """What one look saw of two databases and two web hosts."""
    return Sights(
        {Side.OLD: OLD, Side.NEW: NEW},
        {
            "dallas/db1": old,
            "arizona/db1": new,
            "dallas/web1": old_web,
            "arizona/web1": new_web,
        },
        timeline=2,
        database_units=("postgresql.service",),
        healthy={Sight.NAME_SERVERS: (AUTHORITY,), Sight.CONNECTED: (NONE,)},
    )


def asked(kind: Kind, wanted: Wanted, side: Side | None = None, role: str | None = None) -> Question:
    """A question."""
    return Question(Proof(kind, wanted), side, role)


def seen(
    kind: Kind, wanted: Wanted, found: Sights, side: Side | None = None, role: str | None = None
) -> Seen:
    """What a look says."""
    return judge(asked(kind, wanted, side, role), found).seen


@pytest.mark.parametrize(
    ("state", "wanted", "expected"),
    [
        (STOPPED, Database.SHUT_DOWN, Seen.YES),
        (WRITES, Database.SHUT_DOWN, Seen.NO),
        (FOLLOWS, Database.SHUT_DOWN, Seen.NO),
        (GONE, Database.SHUT_DOWN, Seen.UNKNOWN),
        ({**STOPPED, Sight.UNITS: {"postgresql.service": "deactivating"}}, Database.SHUT_DOWN, Seen.NO),
        ({**STOPPED, Sight.UNITS: {}}, Database.SHUT_DOWN, Seen.UNKNOWN),
        (WRITES, Database.TAKES_WRITES, Seen.YES),
        (FOLLOWS, Database.TAKES_WRITES, Seen.NO),
        (STOPPED, Database.TAKES_WRITES, Seen.NO),
        (GONE, Database.TAKES_WRITES, Seen.UNKNOWN),
        (FOLLOWS, Database.FOLLOWS, Seen.YES),
        (
            {**FOLLOWS, Sight.RECEIVER: {"WAL receiver": "none, it is dead"}},
            Database.FOLLOWS,
            Seen.NO,
        ),
        ({**FOLLOWS, Sight.RECEIVER: AWAY}, Database.FOLLOWS, Seen.UNKNOWN),
        (WRITES, Database.FOLLOWS, Seen.NO),
        (STOPPED, Database.FOLLOWS, Seen.NO),
        (GONE, Database.FOLLOWS, Seen.UNKNOWN),
        ({}, Database.TAKES_WRITES, Seen.UNKNOWN),
    ],
)
def test_a_database_is_what_it_shows(state: Seen_, wanted: Database, expected: Seen) -> None:
    """One that does not answer is shut down only if its units are known to be stopped."""
    assert seen(Kind.DATABASE, wanted, sights(old=state), Side.OLD, "db") is expected


def test_without_the_units_of_the_database_nobody_knows_that_it_is_shut_down() -> None:
    """It may answer nobody but customers."""
    found = replace(sights(), database_units=())
    assert seen(Kind.DATABASE, Database.SHUT_DOWN, found, Side.OLD, "db") is Seen.UNKNOWN


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Units(run=("shop.service",), stopped=("mailings.service", "broken.service")), Seen.YES),
        (Units(run=("mailings.service",)), Seen.NO),
        (Units(stopped=("shop.service",)), Seen.NO),
        (Units(run=("other.service",)), Seen.UNKNOWN),
        (Units(stopped=("other.service",)), Seen.UNKNOWN),
        (Units(run=("mailings.service",), stopped=("other.service",)), Seen.NO),
    ],
)
def test_units_run_or_are_stopped(wanted: Units, expected: Seen) -> None:
    """A unit of which systemd was not asked by name may have another one."""
    assert seen(Kind.UNITS, wanted, sights(), Side.NEW, "web") is expected


def test_one_host_that_is_not_known_is_no_yes() -> None:
    """Every host of the role must show it; one that shows the opposite is enough for a no."""
    second = replace(NEW.hosts[0], name="web2", names=("web2.example",))
    wider = replace(NEW, hosts=(*NEW.hosts, second))
    found = sights()
    shop = Units(run=("shop.service",))
    for state, expected in (
        (GONE_WEB, Seen.UNKNOWN),
        ({Sight.UNITS: {"shop.service": "failed"}}, Seen.NO),
        (WEB, Seen.YES),
    ):
        tables: dict[str, Seen_] = {**found.tables, "arizona/web2": state}
        both = replace(found, sites={Side.OLD: OLD, Side.NEW: wider}, tables=tables)
        assert seen(Kind.UNITS, shop, both, Side.NEW, "web") is expected
    nobody = replace(found, sites={Side.OLD: OLD, Side.NEW: replace(NEW, hosts=())})
    assert seen(Kind.UNITS, shop, nobody, Side.NEW, "web") is Seen.UNKNOWN


@pytest.mark.parametrize(
    ("old", "new", "expected", "alarm"),
    [
        (STOPPED, WRITES, Seen.YES, None),
        (WRITES, FOLLOWS, Seen.YES, None),
        (WRITES, WRITES, Seen.NO, Alarm.SECOND_WRITER),
        (STOPPED, FOLLOWS, Seen.NO, None),
        (GONE, WRITES, Seen.UNKNOWN, None),
        (GONE, GONE, Seen.UNKNOWN, None),
    ],
)
def test_exactly_one_database_takes_writes(
    old: Seen_, new: Seen_, expected: Seen, alarm: Alarm | None
) -> None:
    """Two are an alarm, none is what a switch looks like half-way."""
    answer = judge(asked(Kind.WRITERS, 1), sights(old, new))
    assert (answer.seen, answer.alarm) == (expected, alarm)


def test_a_fenced_database_that_is_silent_is_no_second_writer() -> None:
    """A step has proven that; one that does not say why it fails may still write."""
    fenced = replace(sights(GONE, old_web=GONE_WEB), fenced_at=START)
    assert seen(Kind.WRITERS, 1, fenced) is Seen.YES
    refusing = Unmeasured("state: login refused (publickey)")
    half = replace(sights(dict.fromkeys(GONE, refusing), old_web=GONE_WEB), fenced_at=START)
    assert seen(Kind.WRITERS, 1, half) is Seen.UNKNOWN


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("state: no answer within 3 s", Seen.YES),
        ("state: No route to host (10.0.0.1:22)", Seen.YES),
        ("state: connection refused (127.0.0.1:22131)", Seen.UNKNOWN),
        ("state: connection refused (10.0.0.1:22)", Seen.NO),
        ("state: login refused (publickey)", Seen.NO),
        ("state: host key changed", Seen.NO),
        ("state: sudo needs a password", Seen.NO),
        ("state: the connection broke", Seen.UNKNOWN),
    ],
)
def test_only_silence_is_silence(reason: str, expected: Seen) -> None:
    """A host that refuses is there."""
    away = {sight: Unmeasured(reason) for sight in Sight}
    assert seen(Kind.SILENT, Smoke.ALL, sights(away, old_web=away), Side.OLD) is expected


def test_a_site_that_answers_is_not_silent() -> None:
    """One host is enough."""
    assert seen(Kind.SILENT, Smoke.ALL, sights(GONE), Side.OLD) is Seen.NO


def test_silence_of_everybody_may_be_that_of_this_machine() -> None:
    """It is cut off itself."""
    answer = judge(asked(Kind.SILENT, Smoke.ALL, Side.OLD), sights(GONE, GONE, GONE_WEB, GONE_WEB))
    assert answer == Answer(Seen.UNKNOWN, "no host of either site answers: is this machine cut off?")


@pytest.mark.parametrize(("before", "expected"), [(2, Seen.YES), (3, Seen.NO), (None, Seen.UNKNOWN)])
def test_the_timeline_is_newer_than_when_the_drill_began(before: int | None, expected: Seen) -> None:
    """Without knowing that, nothing is newer."""
    found = replace(sights(), timeline=before)
    assert seen(Kind.TIMELINE, Timeline.NEWER, found, Side.NEW, "db") is expected


def test_the_newest_timeline_is_that_of_both_sites() -> None:
    """A site that does not show one may have a newer one."""
    assert before(sights(WRITES, FOLLOWS)) == Before(3, 2)
    assert before(sights(GONE)) == Before(None, 3)
    assert before(sights(WRITES, GONE)) == Before()


def test_the_longest_ttl_counts() -> None:
    """Each server may tell another one, and an answer without a number tells none."""
    replies: Mapping[str, str | int] = {"www at ns1": 60, "www at ns2": 300, "www at ns3": "no answer"}
    assert before(sights(new_web={**WEB, Sight.TTL: replies})).ttl_seconds == 300
    assert before(sights(new_web={**WEB, Sight.TTL: Unmeasured("refused")})).ttl_seconds is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Seen.YES),
        ({Sight.RECORDS: {"www A at ns1": "198.18.2.11", "www A at ns2": "198.18.1.11"}}, Seen.NO),
        ({Sight.RECORDS: {"www A at ns1": "no record"}}, Seen.NO),
        ({Sight.NAME_SERVERS: {"ns1": AUTHORITY, "ns2": "does not answer"}}, Seen.UNKNOWN),
        ({Sight.RECORDS: {}}, Seen.UNKNOWN),
        ({Sight.RECORDS: AWAY}, Seen.UNKNOWN),
        ({Sight.NAME_SERVERS: AWAY}, Seen.UNKNOWN),
    ],
)
def test_every_name_server_leads_customers_to_the_new_site(change: Seen_, expected: Seen) -> None:
    """One that was left behind sends some of them to the dead one."""
    assert seen(Kind.DNS, Place.NEW, sights(new_web={**WEB, **change})) is expected


YES, NO = {Sight.ARMED: {"armed": "yes"}}, {Sight.ARMED: {"armed": "no"}}


@pytest.mark.parametrize(
    ("old", "new", "expected", "alarm"),
    [
        (NO, YES, Seen.YES, None),
        (YES, YES, Seen.NO, Alarm.ARMED_TWICE),
        (YES, NO, Seen.NO, None),
        (NO, NO, Seen.NO, None),
        ({Sight.ARMED: AWAY}, YES, Seen.UNKNOWN, None),
        (NO, {Sight.ARMED: AWAY}, Seen.UNKNOWN, None),
        ({}, {}, Seen.UNKNOWN, None),
    ],
)
def test_jobs_are_armed_at_the_new_site_alone(
    old: Seen_, new: Seen_, expected: Seen, alarm: Alarm | None
) -> None:
    """At both, customers are charged twice."""
    answer = judge(asked(Kind.JOBS, Armed.NEW_ONLY), sights(old_web=old, new_web=new))
    assert (answer.seen, answer.alarm) == (expected, alarm)


FAILS: Seen_ = {**WEB, Sight.ARMED: Unmeasured("status: exit 1: could not connect")}


@pytest.mark.parametrize(
    ("database", "job", "expected"),
    [
        (STOPPED, FAILS, Seen.YES),
        (STOPPED, GONE_WEB, Seen.UNKNOWN),
        (GONE, FAILS, Seen.UNKNOWN),
        (FOLLOWS, FAILS, Seen.UNKNOWN),
        (WRITES, FAILS, Seen.UNKNOWN),
    ],
)
def test_a_job_that_fails_where_the_database_is_shut_down_charges_nobody(
    database: Seen_, job: Seen_, expected: Seen
) -> None:
    """Its status fails from the fence until the old database follows, and the plan must go on in between."""
    answer = judge(asked(Kind.JOBS, Armed.NEW_ONLY), sights(old=database, old_web=job, new_web=YES))
    assert answer.seen is expected
    assert ("the database of dallas is shut down" in answer.words) == (expected is Seen.YES)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"connections": NONE}, Seen.YES),
        ({"shop.service": "established to db1 of dallas"}, Seen.NO),
        (AWAY, Seen.UNKNOWN),
    ],
)
def test_nothing_of_the_new_site_is_connected_to_the_old_one(
    table: Table | Unmeasured, expected: Seen
) -> None:
    """A pooled connection that was left works until the old site dies."""
    assert seen(Kind.CONNECTIONS, Connected.NONE, sights(new_web={Sight.CONNECTED: table})) is expected


TO_OLD: Seen_ = {**WEB, Sight.RECORDS: {"www A at ns1": "198.18.1.11", "www A at ns2": "198.18.1.11"}}
SPLIT: Seen_ = {**WEB, Sight.RECORDS: {"www A at ns1": "198.18.1.11", "www A at ns2": "198.18.2.11"}}
DOWN: Seen_ = {**WEB, Sight.UNITS: {"shop.service": "failed"}}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (sights(), Side.NEW),
        (sights(new=FOLLOWS), Seen.NO),
        (sights(new=GONE), Seen.UNKNOWN),
        (sights(new_web=DOWN), Seen.NO),
        (sights(new_web={**WEB, Sight.UNITS: AWAY}), Side.NEW),
        (sights(old=WRITES, new=FOLLOWS, new_web=TO_OLD), Side.OLD),
        (sights(old=WRITES, new=FOLLOWS, new_web=TO_OLD, old_web=DOWN), Seen.NO),
        (sights(old=STOPPED, new_web=TO_OLD), Seen.NO),
        (sights(old=GONE, new_web=TO_OLD), Seen.UNKNOWN),
        (sights(new_web=SPLIT), Seen.UNKNOWN),
        (sights(new_web=GONE_WEB), Seen.UNKNOWN),
    ],
)
def test_customers_are_served_where_all_names_lead_if_nothing_is_in_their_way(
    found: Sights, expected: Side | Seen
) -> None:
    """A database that takes no orders, or a service that no host runs, is; what is not seen is not known."""
    found = replace(found, serving={"web": ("shop.service",)}, journeys=Answer(Seen.YES, "all work"))
    at = customers(found)
    assert (at.seen if isinstance(at, Answer) else at) is expected
    told = seen(Kind.SMOKE, Smoke.ALL, found)
    assert told is (expected if isinstance(expected, Seen) else Seen.YES)


def test_a_site_that_is_cut_off_serves_nobody() -> None:
    """Silence alone may be that of the line between. The fence tells, and the time without customers runs."""
    silent = replace(sights(GONE, old_web=GONE_WEB, new_web=TO_OLD), serving={"web": ("shop.service",)})
    assert seen(Kind.SMOKE, Smoke.ALL, silent) is Seen.UNKNOWN
    assert seen(Kind.SMOKE, Smoke.ALL, replace(silent, fenced_at=START)) is Seen.NO
    awake = replace(sights(STOPPED, old_web=GONE_WEB, new_web=TO_OLD), fenced_at=START)
    assert seen(Kind.SMOKE, Smoke.ALL, awake) is not Seen.YES


def test_journeys_that_nobody_tried_are_not_known() -> None:
    """That nothing is in their way does not show that they work."""
    assert seen(Kind.SMOKE, Smoke.ALL, sights()) is Seen.UNKNOWN
    failing = replace(sights(), journeys=Answer(Seen.NO, "no page"))
    assert seen(Kind.SMOKE, Smoke.ALL, failing) is Seen.NO


def test_the_gate_is_asked_about_the_direction_of_the_step() -> None:
    """There, and on the way back the other way round."""
    found = replace(sights(), gate={Part.THERE: Answer(Seen.YES), Part.BACK: Answer(Seen.NO)})
    question = asked(Kind.GATE, Gate.GO)
    assert judge(question, found).seen is Seen.YES
    assert judge(replace(question, part=Part.BACK), found).seen is Seen.NO
    assert judge(question, sights()).seen is Seen.UNKNOWN


ENDED: Seen_ = {**STOPPED, Sight.ENDED: {"77 2": "0/5000028"}}
REPLAYED: Seen_ = {**FOLLOWS, Sight.REPLAYED: {"77": "0/50000A0"}}
PROMOTED: Seen_ = {**WRITES, Sight.REPLAYED: {"77": "0/50000A0"}}


def ended(*places: str) -> Seen_:
    """The old database, whose files hold these."""
    return {**STOPPED, Sight.ENDED: {f"77 {2 + number}": place for number, place in enumerate(places)}}


def behind(position: str) -> Seen_:
    """The new database, which has replayed so far."""
    return {**FOLLOWS, Sight.REPLAYED: {"77": position}}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (ENDED, REPLAYED, Seen.YES),
        (ENDED, PROMOTED, Seen.YES),
        (ENDED, behind("1/0"), Seen.YES),
        (ENDED, behind("0/5000028"), Seen.NO),
        (ENDED, behind("0/4FFFFFF"), Seen.NO),
        (ENDED, {**FOLLOWS, Sight.REPLAYED: {}}, Seen.UNKNOWN),
        (ENDED, {**FOLLOWS, Sight.REPLAYED: {"78": "0/50000A0"}}, Seen.UNKNOWN),
        (ENDED, GONE, Seen.UNKNOWN),
        (ENDED, {Sight.REPLAYED: AWAY}, Seen.UNKNOWN),
        (STOPPED, REPLAYED, Seen.UNKNOWN),
        (ended(), REPLAYED, Seen.UNKNOWN),
        ({**STOPPED, Sight.ENDED: {"77 1": "0/1"}}, REPLAYED, Seen.UNKNOWN),
        ({**STOPPED, Sight.ENDED: AWAY}, REPLAYED, Seen.UNKNOWN),
        (ended("in production"), REPLAYED, Seen.UNKNOWN),
        ({**WRITES, Sight.ENDED: {"77 2": "in production"}}, REPLAYED, Seen.NO),
        ({**WRITES, Sight.ENDED: {"77 2": "shutting down"}}, REPLAYED, Seen.NO),
    ],
)
def test_the_standby_has_everything_once_it_passed_the_last_checkpoint(
    old: Seen_, new: Seen_, expected: Seen
) -> None:
    """Of a database that was shut down, on the timeline that it followed; also after it was promoted."""
    found = replace(sights(old, new), followed=2)
    assert seen(Kind.STANDBY_HAS, StandbyHas.EVERYTHING, found) is expected
    assert seen(Kind.STANDBY_HAS, StandbyHas.EVERYTHING, replace(found, followed=None)) is not Seen.YES


@pytest.mark.parametrize(
    ("new", "fenced", "held", "expected", "lost"),
    [
        (REPLAYED, True, None, Seen.YES, (0.0, 0.0)),
        (REPLAYED, True, 40, Seen.YES, (0.0, 0.0)),
        (REPLAYED, False, None, Seen.UNKNOWN, None),
        (behind("0/1"), True, 40, Seen.UNKNOWN, (0.0, 40.0)),
        (behind("0/1"), True, None, Seen.UNKNOWN, None),
        (behind("0/1"), False, 40, Seen.UNKNOWN, None),
        (GONE, True, 40, Seen.UNKNOWN, (0.0, 40.0)),
        (GONE, True, -1, Seen.YES, (0.0, 0.0)),
    ],
)
def test_what_is_lost_is_nothing_if_that_is_proven_or_else_a_range(
    new: Seen_, fenced: bool, held: float | None, expected: Seen, lost: tuple[float, float] | None
) -> None:
    """It ends when the old site was fenced: until then it may have taken orders."""
    found = replace(
        sights(ENDED, new),
        followed=2,
        fenced_at=START if fenced else None,
        held_until=None if held is None else START - timedelta(seconds=held),
    )
    answer = judge(asked(Kind.LOST, Lost.COUNTED), found)
    assert (answer.seen, answer.lost_seconds) == (expected, lost)

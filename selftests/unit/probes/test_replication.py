"""Lag is read from three witnesses, and is never zero because nobody looked."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, framed, web_host
from siteparity.model import Facts, Unmeasured, UnmeasuredError
from siteparity.probes import Reading, Seen, Sight, Target, read_tables
from siteparity.probes.replication import PROBE, Policy, ask_passed, position_of_primary

SECTION = Policy(
    owner="Database",
    roles=("web",),
    max_distance="16MiB",  # type: ignore[arg-type]  # as it stands in the policy
    max_heartbeat="5s",  # type: ignore[arg-type]
    max_silence="10s",  # type: ignore[arg-type]
)
TARGET: Target[Policy] = web_host(SECTION)
STREAMING = {"status": "streaming", "sender": "db.dallas.shop.example", "timeline": 1, "silence": 0.5}
STANDBY: dict[str, Any] = {
    "recovery": True,
    "monitor": True,
    "system": "77",
    "timeline": 1,
    "version": 15,
    "position": "0/3000148",
    "paused": "not paused",
    "delay": "0",
    "targets": "none",
    "archive_mode": "off",
    "archive": {"tries": 0, "command": True, "failing": False},
    "receiver": STREAMING,
    "slots": {},
}
PASSED = {"waited": 0.003, "distance": 0}


def facts(
    state: dict[str, Any], passed: dict[str, Any] | None = PASSED, signals: bytes = b"standby.signal\nend\n"
) -> Facts:
    """Everything read from a host's state, and from its second answer."""
    given_passed = "it was not asked" if passed is None else framed(json.dumps(passed).encode())
    answers = answered(state=framed(json.dumps(state).encode()), passed=given_passed, signals=signals)
    return read_tables(PROBE.readings(), answers, TARGET, ("web",))


def values(table: object) -> list[object]:
    """The values of a table that was measured."""
    assert isinstance(table, dict), table
    return list(table.values())


def test_a_healthy_standby_on_an_idle_primary_has_no_lag() -> None:
    """No false alarm: nothing to replay is zero bytes, however long nothing came."""
    read = facts(STANDBY)
    assert values(read["distance"]) == [0]
    assert values(read["heartbeat"]) == [0.003]
    assert values(read["receiver"]) == ["streaming"]


@pytest.mark.parametrize(
    "receiver", [None, {**STREAMING, "status": "stopping"}, {**STREAMING, "status": None}]
)
@pytest.mark.parametrize("table", ["distance", "heartbeat", "silence", "sender"])
def test_without_a_streaming_receiver_nothing_about_lag_is_known(receiver: object, table: str) -> None:
    """The classic error: a dead receiver on an idle primary has received all that it replayed."""
    assert isinstance(facts({**STANDBY, "receiver": receiver})[table], Unmeasured)


def test_a_role_without_pg_monitor_leaves_lag_unmeasured_and_says_how_to_grant_it() -> None:
    """NULL columns mean that the role may not look, not that there is no receiver."""
    read = facts({**STANDBY, "monitor": False, "receiver": dict.fromkeys(STREAMING)})
    for table in ("receiver", "sender", "silence", "distance", "heartbeat", "timeline"):
        found = read[table]
        assert isinstance(found, Unmeasured)
        assert "GRANT pg_monitor TO parity" in found.reason


@pytest.mark.parametrize(("key", "table"), [("silence", "silence"), ("sender", "sender")])
def test_a_null_column_is_not_a_value(key: str, table: str) -> None:
    """A column that the server does not tell is unmeasured."""
    assert isinstance(facts({**STANDBY, "receiver": {**STREAMING, key: None}})[table], Unmeasured)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({"paused": "paused"}, ["paused", "none", "none"]),
        ({"paused": "pause requested"}, ["pause requested", "none", "none"]),
        ({"delay": "5min"}, ["running", "5min", "none"]),
        ({"targets": "recovery_target_time"}, ["running", "none", "recovery_target_time"]),
        ({}, ["running", "none", "none"]),
    ],
)
def test_paused_and_delayed_replay_are_told(change: dict[str, object], value: list[str]) -> None:
    """A pause that was only requested is one already."""
    assert values(facts({**STANDBY, **change})["replay"]) == value


@pytest.mark.parametrize(
    ("slot", "state"),
    [
        ({"active": True, "wal": "reserved"}, "active"),
        ({"active": True, "wal": "extended"}, "active"),
        ({"active": False, "wal": "reserved"}, "inactive"),
        ({"active": True, "wal": "lost"}, "wal lost"),
        ({"active": True, "wal": "unreserved"}, "wal unreserved"),
        ({"active": False, "wal": None}, "wal None"),
    ],
)
def test_a_slot_is_in_use_only_while_it_is_active_and_keeps_its_wal(
    slot: dict[str, object], state: str
) -> None:
    """A slot whose WAL is lost means that its standby must be rebuilt."""
    assert values(facts({**STANDBY, "slots": {"s": slot}})["slots"]) == [state]


@pytest.mark.parametrize(
    ("slot", "kept"),
    [
        ({"active": True, "wal": "reserved", "keeps": True}, "none"),
        ({"active": False, "wal": None, "keeps": False}, "none"),
        ({"active": False, "wal": "reserved", "keeps": True}, "s"),
        ({"active": False, "wal": "lost", "keeps": None}, "s"),
    ],
)
def test_a_slot_that_keeps_wal_for_nobody_is_named(slot: dict[str, object], kept: str) -> None:
    """It fills the disk; one that was never used keeps nothing."""
    assert values(facts({**STANDBY, "slots": {"s": slot}})["kept"]) == [kept]


@pytest.mark.parametrize(
    ("recovery", "signals", "state"),
    [
        (True, b"standby.signal\nend\n", "as now"),
        (False, b"end\n", "as now"),
        (True, b"end\n", "takes writes, since standby.signal is missing"),
        (False, b"standby.signal\nend\n", "recovers, since standby.signal is there"),
        (False, b"recovery.signal\nend\n", "recovers, since recovery.signal is there"),
        (True, b"standby.signal\n00000001.history\nend\n", "as now"),
        (
            True,
            b"standby.signal\n00000002.history\nend\n",
            "does not start, or follows another history, since 00000002.history is there",
        ),
        (
            True,
            b"standby.signal\nbackup_label\nend\n",
            "does not start, or follows another history, since backup_label is there",
        ),
    ],
)
def test_what_a_restart_would_make_of_the_server_is_told(recovery: bool, signals: bytes, state: str) -> None:
    """A standby without its file comes back as a second primary."""
    read = facts({**STANDBY, "recovery": recovery}, signals=signals)
    assert values(read["after_restart"]) == [state]


@pytest.mark.parametrize("signals", [b"", b"other.signal\nend\n"])
def test_an_answer_about_the_files_that_is_not_understood_is_unmeasured(signals: bytes) -> None:
    """No file that was named is not "as now"."""
    assert isinstance(facts(STANDBY, signals=signals)["after_restart"], Unmeasured)


RECORDED = replace(TARGET, other_recorded_at=datetime(2026, 11, 23, 3, tzinfo=UTC))
"""The standby while a record stands in for the primary."""


def recorded(state: dict[str, Any], passed: dict[str, Any] = PASSED) -> Facts:
    """Everything read from a standby whose primary is not contacted."""
    answers = answered(
        state=framed(json.dumps(state).encode()),
        passed=framed(json.dumps(passed).encode()),
        signals=b"standby.signal\nend\n",
    )
    return read_tables(PROBE.readings(), answers, RECORDED, ("web",))


def test_a_recorded_position_is_passed_without_a_stream() -> None:
    """It does not move: who has replayed beyond it has all that was written until then."""
    read = recorded({**STANDBY, "receiver": None})
    assert values(read["distance"]) == [0]
    assert values(read["heartbeat"]) == [0.003]
    behind = recorded({**STANDBY, "receiver": None}, {"waited": 6.0, "distance": 4096})
    assert (values(behind["distance"]), values(behind["heartbeat"])) == ([4096], [6.0])


@pytest.mark.parametrize("table", ["receiver", "sender", "silence"])
def test_what_only_a_living_primary_can_show_is_out_of_sight(table: str) -> None:
    """No stream comes from a site that is off: that is no fault of the standby, and no health either."""
    read = recorded({**STANDBY, "receiver": None})[table]
    assert isinstance(read, Unmeasured)
    assert read.away
    live = facts({**STANDBY, "receiver": None})[table]
    assert not (isinstance(live, Unmeasured) and live.away)


def test_a_stream_that_is_there_is_judged_as_it_is() -> None:
    """The primary may live, and be out of the runner's reach alone; a wrong sender must be seen."""
    read = recorded({**STANDBY, "receiver": {**STREAMING, "sender": "elsewhere"}})
    assert values(read["receiver"]) == ["streaming"]
    assert values(read["sender"]) == ["elsewhere"]
    assert values(read["silence"]) == [0.5]
    stopping = recorded({**STANDBY, "receiver": {**STREAMING, "status": "stopping"}})
    assert values(stopping["receiver"]) == ["stopping"]


def test_a_stream_that_has_been_silent_since_the_primary_died_is_no_late_one() -> None:
    """TCP does not notice a power cut for a minute."""
    silent = {**STANDBY, "receiver": {**STREAMING, "silence": 11.0}}
    read = recorded(silent)["silence"]
    assert isinstance(read, Unmeasured)
    assert read.away
    assert values(facts(silent)["silence"]) == [11.0]


@pytest.mark.parametrize(
    ("patience", "found"),
    [(10.0, 25.0), (20.0, 25.0), (60.0, 0.0), (22.0, 14.0), (600.0, 0.0), (601.0, None), (0.0, None)],
)
def test_a_silence_that_may_be_an_idle_primary_counts_from_when_it_was_asked(
    patience: float, found: float | None
) -> None:
    """PostgreSQL's own 60 s: the receiver asks after 30 s only, so a live sender may be silent as long."""
    silence = facts({**STANDBY, "receiver": {**STREAMING, "silence": 25.0, "patience": patience}})["silence"]
    if found is None:
        assert isinstance(silence, Unmeasured)
        assert "set that to 60s, or to at most 600s" in silence.reason
    else:
        assert values(silence) == [found]
    short = facts({**STANDBY, "receiver": {**STREAMING, "silence": 9.0, "patience": patience}})["silence"]
    assert values(short) == [9.0]


@pytest.mark.parametrize(("silence", "told"), [(30.0, 0.0), (39.9, 9.9), (40.1, 10.1), (400.0, 370.0)])
def test_a_stream_that_does_not_answer_is_found_whatever_its_timeout(silence: float, told: float) -> None:
    """With the 60 s of every server that nobody changed: asked after 30 s, and silent for 10 more."""
    read = facts({**STANDBY, "receiver": {**STREAMING, "silence": silence, "patience": 60.0}})["silence"]
    assert read == {"seconds since a message was due": told}


@pytest.mark.parametrize("table", ["receiver", "sender", "silence"])
def test_a_role_that_may_not_look_is_never_taken_for_a_dead_primary(table: str) -> None:
    """Else a record of then would hide what nobody may see now."""
    read = recorded({**STANDBY, "monitor": False, "receiver": None})[table]
    assert isinstance(read, Unmeasured)
    assert not read.away


@pytest.mark.parametrize("table", ["distance", "heartbeat"])
def test_a_server_that_takes_writes_passes_no_position(table: str) -> None:
    """A promoted standby goes on by itself, wherever it stands."""
    assert isinstance(recorded({**STANDBY, "recovery": False, "receiver": None})[table], Unmeasured)


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ({"replayed": 12.3456}, {"seconds since the last replayed commit": 12.346}),
        ({"replayed": None}, {}),
        ({}, {}),
        ({"replayed": 5.0, "recovery": False}, {}),
    ],
)
def test_how_old_the_last_replayed_commit_is_is_told_by_a_standby(
    change: dict[str, object], table: dict[str, float]
) -> None:
    """A primary replays nothing, and a standby of a shop that never sold anything has not either."""
    assert facts({**STANDBY, **change})["_replayed"] == table


def _seen(position: object, writable: str = "yes") -> Seen:
    primary: Facts = {"mode": {"writable": writable}, "_position": position}  # type: ignore[dict-item]
    own: Facts = {"mode": {"writable": "no"}, "_position": {"position": "0/1"}}
    return {("dallas", "db1"): primary, (TARGET.site.name, TARGET.host.name): own}


def test_the_standby_is_asked_for_the_position_that_the_primary_had() -> None:
    """Primary first, standby after: the order that cannot hide a lag."""
    assert position_of_primary(TARGET, _seen({"position": "0/30007C8"})) == {"POSITION": "0/30007C8"}
    ask = ask_passed(TARGET)["passed"]
    statements = "psql() { printf '%s\\n' \"$@\"; }\n" + ask.text.partition("PGCONNECT_TIMEOUT=3")[2]
    said = subprocess.run(
        ["sh", "-c", f"psql=psql POSITION=0/30007C8 WAIT=6;{statements.replace('PGAPPNAME=siteparity', '')}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "pg_last_wal_replay_lsn() < '0/30007C8' AND" in said
    assert "interval '6 s'" in said
    assert "pg_wal_lsn_diff('0/30007C8', " in said
    assert ask.timeout > timedelta(seconds=5).total_seconds()


@pytest.mark.parametrize("position", ["0/1'); DROP TABLE orders; --", "", "0/1\n", "0/" + "1" * 40, "$(id)"])
def test_a_position_that_is_none_goes_nowhere(position: str) -> None:
    """The primary says it, and a statement on the standby holds it."""
    with pytest.raises(UnmeasuredError, match="POSITION"):
        position_of_primary(TARGET, _seen({"position": position}))


@pytest.mark.parametrize(
    "seen",
    [_seen(Unmeasured("no answer")), _seen({"position": "0/1"}, writable="no")],
    ids=["the position is unmeasured", "no database is writable"],
)
def test_without_a_primarys_position_nothing_is_asked(seen: Seen) -> None:
    """A dead or read-only primary leaves the heartbeat unmeasured, with the reason."""
    with pytest.raises(UnmeasuredError, match=r"primary|writable"):
        position_of_primary(TARGET, seen)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(damaged=st.dictionaries(st.sampled_from(sorted(STANDBY)), json_values))
def test_a_damaged_answer_is_facts_or_unmeasured_and_nothing_else(damaged: dict[str, Any]) -> None:
    """Whatever a server says, the run goes on; a status that is not "streaming" never yields a lag."""
    read = facts({**STANDBY, **damaged})
    receiver = damaged.get("receiver", STREAMING)
    if not (isinstance(receiver, dict) and receiver.get("status") == "streaming"):
        assert isinstance(read["distance"], Unmeasured)


@given(text=st.binary(max_size=60))
def test_any_bytes_are_facts_or_unmeasured(text: bytes) -> None:
    """The reader raises the one declared exception only, which becomes the reason."""
    read_tables(
        PROBE.readings(),
        answered(state=framed(text), passed=framed(text), signals=framed(text)),
        TARGET,
        ("web",),
    )


ARCHIVER = {"tries": 3, "command": True, "failing": False}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"archive_mode": "off"}, "off"),
        ({"archive_mode": "off", "archive": None}, "off"),
        ({}, "healthy"),
        ({"archive": {**ARCHIVER, "failing": True}}, "failing"),
        ({"archive": {**ARCHIVER, "tries": 0}}, "begins with a promotion"),
        ({"archive": {**ARCHIVER, "tries": 0}, "archive_mode": "always"}, "never tried here"),
        ({"archive": {**ARCHIVER, "tries": 0}, "recovery": False}, "never tried here"),
        ({"archive": {**ARCHIVER, "command": False}}, "no archive_command: WAL is kept for ever"),
    ],
)
def test_an_archiver_that_was_never_tried_is_not_healthy(change: dict[str, object], expected: str) -> None:
    """No failure and no success are not the same as no failure."""
    read = facts({**STANDBY, "archive_mode": "on", "archive": ARCHIVER, **change})
    assert read["archive"] == {"archiving": expected}


@pytest.mark.parametrize(
    "archive", [None, [], {}, {**ARCHIVER, "tries": None}, {**ARCHIVER, "failing": None, "command": True}]
)
def test_an_archiver_of_which_nothing_is_known_is_unmeasured(archive: object) -> None:
    """NULL in place of a count is none."""
    read = facts({**STANDBY, "archive_mode": "on", "archive": archive})
    assert isinstance(read["archive"], Unmeasured)


CONTROL = """\
folder: /var/lib/postgresql/15/main
Database system identifier:           77
Database cluster state:               shut down
Latest checkpoint location:           0/5000028
Latest checkpoint's TimeLineID:       1
"""


def shown(control: str = "", **state: Any) -> dict[Sight, Any]:
    """What a look shows of a server."""
    answers = answered(
        state=framed(json.dumps({**STANDBY, **state}).encode()), control=framed(control.encode())
    )
    readings = {sight.value: Reading(one.read) for sight, one in PROBE.shows.items()}
    read = read_tables(readings, answers, TARGET, ("web",))
    return {sight: read[sight.value] for sight in PROBE.shows}


def test_a_look_shows_how_far_a_server_has_replayed() -> None:
    """A server that was restarted since has forgotten it."""
    assert shown(replay="0/3000148")[Sight.REPLAYED] == {"77": "0/3000148"}
    assert shown(replay=None)[Sight.REPLAYED] == {}
    assert shown(recovery=False, replay="0/3000148")[Sight.REPLAYED] == {"77": "0/3000148"}


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        (CONTROL, {"77 1": "0/5000028"}),
        (CONTROL.replace("shut down", "in production"), {"77 1": "in production"}),
        (CONTROL.replace("shut down", "shut down in recovery"), {}),
        (CONTROL.replace("shut down", "in archive recovery"), {}),
        (CONTROL + CONTROL.replace("0/5000028", "1/28"), {"77 1": "1/28"}),
        (CONTROL + CONTROL.replace("shut down", "in production"), {"77 1": "in production"}),
        (
            CONTROL + CONTROL.replace("TimeLineID:       1", "TimeLineID:       2"),
            {"77 1": "0/5000028", "77 2": "0/5000028"},
        ),
        ("", {}),
    ],
)
def test_the_control_file_shows_where_a_server_was_shut_down(control: str, expected: dict[str, str]) -> None:
    """What is a copy is left out, and of two of one database the later one counts."""
    assert shown(control)[Sight.ENDED] == expected


@pytest.mark.parametrize(
    ("control", "reason"),
    [
        (CONTROL + "WARNING: Calculated CRC checksum does not match value stored in file.\n", "CRC checksum"),
        (CONTROL.replace("Database cluster state", "Status"), "does not tell Database cluster state"),
        (CONTROL.removeprefix("folder: "), "does not begin with a folder"),
    ],
)
def test_a_control_file_that_is_not_understood_tells_nothing(control: str, reason: str) -> None:
    """A server of another version writes it otherwise."""
    found = shown(control)[Sight.ENDED]
    assert isinstance(found, Unmeasured)
    assert reason in found.reason

"""Whether the standby's database follows the primary's, by witnesses that cannot all be wrong at once.

Three are needed. The standby has replayed WAL up to a small distance from the primary's position, which was
read before. A WAL receiver streams and has recently heard from its sender. And the standby passes the noted
position of the primary in time. Without a streaming receiver a distance of zero proves nothing, since that
is how an idle primary looks. A column that is NULL means that the role may not read it, never that there is
no lag.

If a record stands in for the primary, the recorded position is used. It does not move, so passing it is
proof without a stream. What only a live primary can show is reported as out of sight.

Source: PostgreSQL 15 manual, sections 9.27.4 (recovery information functions) and 28.2 (statistics views).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Any, ClassVar

from siteparity.model import Facts, OtherSiteAwayError, Table, Unmeasured, UnmeasuredError
from siteparity.policy import Duration, Roles, Section, Size, Text
from siteparity.policy.applications import Applications, postgres_of
from siteparity.policy.bounds import at_most
from siteparity.policy.grants import DatabaseAccess
from siteparity.probes import (
    Answers,
    LossWitness,
    Probe,
    Reading,
    SecondLook,
    Seen,
    Shown,
    Sight,
    Target,
    Witnesses,
    once,
)
from siteparity.tools import postgres_wal
from siteparity.tools.postgres import FOLDERS, lsn, psql, question, rows
from siteparity.tools.program import filled, program
from siteparity.tools.witnesses import postgres, products, programs, witnessed
from siteparity.transport.script import Ask, Word
from siteparity.transport.words import LOGIN

NONE = "none"
AS_NOW = "as now"
STREAMING = "streaming"
REPLAYS = "running"
ACTIVE = "active"
ARCHIVES_NOTHING = "off"
ARCHIVES = "healthy"
ARCHIVES_ONCE_PROMOTED = "begins with a promotion"


class Policy(Section):
    """Replication from the primary's database to the standby's."""

    question: ClassVar[str] = "Which hosts run PostgreSQL, so that the standby must follow the primary?"

    roles: Roles
    """The role of the database hosts."""
    database: Text = "postgres"
    database_user: Text = "parity"
    """The database role that the suite uses, a member of ``pg_monitor``."""
    max_distance: Annotated[Size, at_most("1GiB")] = 16 * 2**20
    """How many bytes of WAL the standby may still have to replay."""
    max_heartbeat: Annotated[Duration, at_most("60s")] = timedelta(seconds=5)
    """How long the standby may take to pass a position that the primary had."""
    max_silence: Annotated[Duration, at_most("5m")] = timedelta(seconds=10)
    """How old the sender's last message may be. After half of its own ``wal_receiver_timeout`` the standby
    asks an idle sender for one; where that is longer, this time counts from then on."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """The first PostgreSQL among them."""
        return postgres_of(of)


POSITION = Word("POSITION", "0-9A-F/", 17, meaning="a position in the WAL")
"""Where the primary was, as PostgreSQL writes it (manual, 8.20): two hexadecimal numbers."""

_WAIT = Word("WAIT", "0-9", 2, meaning="for how many seconds it may be waited for")
"""For how many seconds the standby may take to pass it."""
_MOST_SECONDS = 70
"""More than the largest value of `_WAIT`."""

_AFTER = """
SELECT json_build_object('waited', extract(epoch FROM clock_timestamp() - now()),
  'distance', pg_wal_lsn_diff('@POSITION@', pg_last_wal_replay_lsn()))
"""

_STATE = Ask(question([program(__package__, "replication_state.sql")]), words=LOGIN)
_SIGNALS = Ask(
    filled(program(__package__, "replication_signals.sh"), folder=psql(["SHOW data_directory"])), words=LOGIN
)
_CONTROL = Ask(filled(program(__package__, "replication_control.sh"), folders=FOLDERS))
_WAL = "wal"
_PASSED = Ask(
    # The shell reads each statement between single quotes, and the words between double ones.
    filled(
        question(["BEGIN", program(__package__, "replication_passed.sql"), _AFTER], seconds=_MOST_SECONDS),
        seconds="'\"$WAIT\"'",
        position="'\"$POSITION\"'",
    ),
    words=(*LOGIN, POSITION, _WAIT),
)

_TIMELINE = "Latest checkpoint's TimeLineID"
_FIELDS = (
    "Database system identifier",
    "Database cluster state",
    "Latest checkpoint location",
    _TIMELINE,
)
"""What pg_controldata tells of a data folder."""

_LATEST_DUE = 300
"""Seconds after which the standby must have asked an idle sender; a longer silence needs a reason."""

_NO_STREAM = "no WAL receiver streams, and none can while the primary is away"
_ARCHIVER = ("command", "failing")

_LEFT = ("backup_label", "tablespace_map")
"""Files of a base backup. A server that finds one starts recovery where the file says (manual, 26.3)."""


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """What one host knows, in one statement, and the files that say what the server was and will be."""
    login = _login(target.section)
    return {"state": _STATE.about(**login), "signals": _SIGNALS.about(**login), "control": _CONTROL}


def _login(section: Policy) -> Mapping[str, Sequence[str]]:
    return {"DATABASE": [section.database], "DATABASE_USER": [section.database_user]}


def read_identity(answers: Answers, target: Target[Policy]) -> Table:
    """What two servers have in common if they are copies of one database."""
    state = _state(answers, target)
    return {"system identifier": _text(state, "system"), "major version": _number(state, "version")}


def read_timeline(answers: Answers, target: Target[Policy]) -> Table:
    """The timeline of the stream that the server receives, or else of its own WAL."""
    state = _state(answers, target)
    receiver = _receiver(state, target) if state["recovery"] else None
    return {"timeline": _number(receiver or state, "timeline")}


def read_mode(answers: Answers, target: Target[Policy]) -> Table:
    """Whether the server takes writes."""
    return {"writable": "no" if _state(answers, target)["recovery"] else "yes"}


def _left_over(found: Iterable[str], state: Mapping[str, Any]) -> str | None:
    """A file that an earlier backup or failover left behind, if any. A history that is followed is not."""
    followed = _number(state, "timeline")
    if isinstance(receiver := state.get("receiver"), dict) and isinstance(receiver.get("timeline"), int):
        followed = max(followed, receiver["timeline"])
    newer = (name for name in found if name.endswith(".history") and int(name[:8], 16) > followed)
    return next((name for name in found if name in _LEFT), next(newer, None))


def read_after_restart(answers: Answers, target: Target[Policy]) -> Table:
    """`AS_NOW`, or what a restart would make of the server: a writable one of a standby, or the reverse."""
    found = answers.rows("signals")
    signals = [name for name in found if name.endswith(".signal")]
    others = set(found) - {"standby.signal", "recovery.signal", *_LEFT}
    if not all(re.fullmatch(r"[0-9A-F]{8}\.history", name) for name in others):
        raise UnmeasuredError("signals: the answer names a file that was not asked for")
    if left := _left_over(found, _state(answers, target)):
        return {"after a restart": f"does not start, or follows another history, since {left} is there"}
    if _state(answers, target)["recovery"] == bool(signals):
        return {"after a restart": AS_NOW}
    changed = (
        f"recovers, since {signals[0]} is there"
        if signals
        else "takes writes, since standby.signal is missing"
    )
    return {"after a restart": changed}


def read_receiver(answers: Answers, target: Target[Policy]) -> Table:
    """The status of the WAL receiver."""
    state = _state(answers, target)
    if not state["recovery"]:
        return {"WAL receiver": "none, the server is not in recovery"}
    receiver = _receiver(state, target)
    if receiver is None and target.other_recorded_at:
        raise OtherSiteAwayError(_NO_STREAM)
    return {"WAL receiver": _text(receiver, "status") if receiver else "none, it is dead"}


def read_sender(answers: Answers, target: Target[Policy]) -> Table:
    """The host from which the WAL receiver streams."""
    return {"sender": _text(_live_receiver(_state(answers, target), target), "sender")}


def read_silence(answers: Answers, target: Target[Policy]) -> Table:
    """Seconds since the sender's last message; of an idle sender, which is asked late, since one was due."""
    receiver = _live_receiver(_state(answers, target), target)
    seconds = _seconds(receiver, "silence")
    if target.other_recorded_at and seconds > target.section.max_silence.total_seconds():
        raise OtherSiteAwayError(_NO_STREAM)
    most = target.section.max_silence.total_seconds()
    due = _seconds(receiver, "patience") / 2 if "patience" in receiver else most
    if seconds <= most or 0 < due <= most:
        return {"seconds since the last message": seconds}
    if 0 < due <= _LATEST_DUE:
        return {"seconds since a message was due": max(0.0, round(seconds - due, 3))}
    raise UnmeasuredError(
        f"silence: nothing came for {seconds:.0f} s, which may be an idle primary, whom this server asks "
        f"after half of wal_receiver_timeout; set that to 60s, or to at most {2 * _LATEST_DUE}s"
    )


def read_replay(answers: Answers, target: Target[Policy]) -> Table:
    """Whether WAL that arrives is replayed, and whether a delay or a target is set."""
    state = _state(answers, target)
    if "paused" not in state:
        raise UnmeasuredError("the server does not say whether it replays")
    paused = REPLAYS if state["paused"] in (None, "not paused") else _text(state, "paused")
    delay = _text(state, "delay")
    return {
        "replay": paused,
        "recovery_min_apply_delay": NONE if delay == "0" else delay,
        "recovery targets": _text(state, "targets"),
    }


def read_slots(answers: Answers, target: Target[Policy]) -> Table:
    """Each permanent replication slot -> `ACTIVE`, or whether the WAL that it must keep is still there."""
    slots = _state(answers, target)["slots"]
    return {f"slot {name}": _slot(slot) for name, slot in slots.items()}


def read_kept(answers: Answers, target: Target[Policy]) -> Table:
    """The slots for which the server keeps WAL that nobody fetches."""
    slots = _state(answers, target)["slots"]
    idle = [name for name, slot in slots.items() if _slot(slot) != ACTIVE and slot.get("keeps") is not False]
    return {"slots that keep WAL for nobody": ", ".join(sorted(idle)) or NONE}


def read_archive(answers: Answers, target: Target[Policy]) -> Table:
    """Whether WAL is archived as configured. An archiver that was never tried is not a healthy one."""
    state = _state(answers, target)
    if _text(state, "archive_mode") == "off":
        return {"archiving": ARCHIVES_NOTHING}
    archive = state.get("archive")
    if not isinstance(archive, dict) or not all(isinstance(archive.get(key), bool) for key in _ARCHIVER):
        raise UnmeasuredError("pg_stat_archiver says nothing")
    if not archive["command"]:
        return {"archiving": "no archive_command: WAL is kept for ever"}
    if archive["failing"] or _number(archive, "tries"):
        return {"archiving": "failing" if archive["failing"] else ARCHIVES}
    # A standby rightly archives nothing itself. The aspect database judges whether it could.
    waits = state["recovery"] and state["archive_mode"] == "on"
    return {"archiving": ARCHIVES_ONCE_PROMOTED if waits else "never tried here"}


def read_position(answers: Answers, target: Target[Policy]) -> Table:
    """The server's position in the WAL, for the second look."""
    return {"position": _text(_state(answers, target), "position")}


def read_replayed(answers: Answers, target: Target[Policy]) -> Table:
    """Seconds since the commit of the last transaction that a standby replayed; empty if there is none."""
    state = _state(answers, target)
    if not state["recovery"] or state.get("replayed") is None:
        return {}
    return {"seconds since the last replayed commit": _seconds(state, "replayed")}


def read_wal_replayed(answers: Answers, target: Target[Policy]) -> Table:
    """How far the server has replayed WAL since its start; it stays so once the server takes writes."""
    state = _state(answers, target)
    if state.get("replay") is None:
        return {}
    return {_text(state, "system"): _text(state, "replay")}


def read_ended(answers: Answers, _: Target[Policy]) -> Table:
    """Each database in the files -> where it was shut down, or else its state; of two the later one."""
    found: dict[str, list[str]] = {}
    for fields in _control(answers.rows("control")):
        state = fields["Database cluster state"]
        if "recovery" not in state:  # else it is a copy that another server's WAL was applied to
            name = f"{fields['Database system identifier']} {fields[_TIMELINE]}"
            ended = fields["Latest checkpoint location"] if state == "shut down" else state
            found.setdefault(name, []).append(ended)
    return {name: max(each, key=_late) for name, each in found.items()}


def read_committed(answers: Answers, _: Target[Policy]) -> Table:
    """Each transaction in the WAL of a database that is down -> when it was committed."""
    return {
        f"{wal.system} {position}": at.isoformat()
        for wal in postgres_wal.read(answers.rows(_WAL))
        for position, at in wal.commits
    }


def read_forked(answers: Answers, _: Target[Policy]) -> Table:
    """Each timeline of the past -> where a promotion ended it."""
    wals = postgres_wal.read(answers.rows(_WAL))
    return {f"{wal.system} {timeline}": position for wal in wals for timeline, position in wal.ended}


def _late(ended: str) -> float:
    """How late a database ended; one that was not shut down is later than all others."""
    position = lsn(ended)
    return math.inf if position is None else position


def _control(lines: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """The control file of each data folder."""
    starts = [number for number, line in enumerate(lines) if line.startswith("folder: ")]
    if lines and starts[:1] != [0]:
        raise UnmeasuredError("control: the answer does not begin with a folder")
    for start, end in pairwise([*starts, len(lines)]):
        fields = {key: value.strip() for key, _, value in (line.partition(":") for line in lines[start:end])}
        if lacking := [key for key in _FIELDS if key not in fields]:
            raise UnmeasuredError(f"control: {fields['folder']}: pg_controldata does not tell {lacking[0]}")
        if "WARNING" in fields:
            raise UnmeasuredError(f"control: {fields['folder']}: {fields['WARNING']}")
        yield fields


def ask_passed(target: Target[Policy]) -> Mapping[str, Ask]:
    """How long a standby takes to pass the position that the primary had a moment ago."""
    section = target.section
    seconds = int(section.max_heartbeat.total_seconds()) + 1
    passed = replace(_PASSED, timeout=seconds + 8).about(**_login(section), WAIT=[str(seconds)])
    return {"passed": passed, **ask(target)}


def position_of_primary(target: Target[Policy], seen: Seen) -> Mapping[str, str] | None:
    """The position of the other site's one writable database; None for a server that takes writes itself."""
    own = seen[target.site.name, target.host.name]
    if _value(own, "mode", "writable") != "no":
        return None
    others = [facts for (site, _), facts in seen.items() if site != target.site.name]
    primaries = [facts for facts in others if _value(facts, "mode", "writable") == "yes"]
    if len(primaries) != 1:
        raise UnmeasuredError(
            f"{len(primaries)} writable databases were found at the other site; expected one"
        )
    position = _value(primaries[0], "_position", "position")
    if not isinstance(position, str):
        raise UnmeasuredError("the primary's position could not be read")
    return {POSITION.name: POSITION.checked(position)}


def read_heartbeat(answers: Answers, target: Target[Policy]) -> Table:
    """Seconds until the standby had passed the primary's noted position."""
    passed = _passed(answers, target)
    return {"seconds until the primary's position was passed": _seconds(passed, "waited")}


def read_distance(answers: Answers, target: Target[Policy]) -> Table:
    """Bytes of WAL between the primary's noted position and the standby's replay."""
    return {"bytes behind the primary": max(0, int(_seconds(_passed(answers, target), "distance")))}


def _passed(answers: Answers, target: Target[Policy]) -> Mapping[str, Any]:
    """When the noted position was passed. A live primary's position moves, so the standby must stream."""
    state = _state(answers, target)
    if not target.other_recorded_at:
        _live_receiver(state, target)
    elif not state["recovery"]:
        raise UnmeasuredError("the server is not in recovery")
    return rows(answers.rows("passed"), "passed")[-1]


@once
def _state(answers: Answers, _: Target[Policy]) -> Mapping[str, Any]:
    state = rows(answers.rows("state"), "state")[0]
    if not isinstance(state.get("recovery"), bool) or not isinstance(state.get("slots"), dict):
        raise UnmeasuredError("state: the answer lacks what was asked for")
    return state


def _receiver(state: Mapping[str, Any], target: Target[Policy]) -> Mapping[str, Any] | None:
    """The WAL receiver's row, or None. A row of NULLs would mean that the role may not read it."""
    if not state.get("monitor"):
        role = target.section.database_user
        raise UnmeasuredError(f"the role {role} may not see the WAL receiver; GRANT pg_monitor TO {role}")
    receiver = state.get("receiver")
    return receiver if isinstance(receiver, dict) else None


def _live_receiver(state: Mapping[str, Any], target: Target[Policy]) -> Mapping[str, Any]:
    """The row of a WAL receiver that streams; without one nothing is known about lag."""
    if not state["recovery"]:
        raise UnmeasuredError("the server is not in recovery")
    receiver = _receiver(state, target)
    if receiver is None and target.other_recorded_at:
        raise OtherSiteAwayError(_NO_STREAM)
    if receiver is None or receiver.get("status") != STREAMING:
        raise UnmeasuredError("no WAL receiver streams, so a distance of zero would prove nothing")
    return receiver


def _slot(slot: object) -> str:
    if not isinstance(slot, dict):
        raise UnmeasuredError("slots: the answer is not what was asked for")
    if slot.get("wal") not in ("reserved", "extended"):
        return f"wal {slot.get('wal')}"
    return ACTIVE if slot.get("active") is True else "inactive"


def _value(facts: Facts, table: str, item: str) -> object:
    found = facts.get(table)
    return None if found is None or isinstance(found, Unmeasured) else found.get(item)


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise UnmeasuredError(f"{key} is NULL: the role may not read it, or the server does not know it")
    return value


def _number(row: Mapping[str, Any], key: str) -> int:
    value = row.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnmeasuredError(f"{key} is not a number: {value!r}")
    return value


def _seconds(row: Mapping[str, Any], key: str) -> float:
    value = row.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise UnmeasuredError(f"{key} is NULL: the role may not read it, or the server does not know it")
    return max(0.0, round(float(value), 3))


def read_absence(answers: Answers, _: Target[Any]) -> Table:
    """Each witness -> what was found of it."""
    seen = answers.parts("programs", programs.PARTS)
    signs = answers.parts("postgres", postgres.PARTS)
    return {
        "a program that replicates": witnessed(programs.found(seen, products.REPLICATION)),
        "a stream of PostgreSQL": witnessed(signs["streams"]),
        "a sign of it on disk": witnessed(signs["signals"]),
    }


PROBE = Probe(
    section=Policy,
    ask=ask,
    always=(_STATE, _SIGNALS, _CONTROL, _PASSED),
    never_waived=True,
    grants=lambda section: (DatabaseAccess(section.roles, section.database_user),),
    data_loss=LossWitness(
        writable=("mode", "writable"),
        position=("_position", "position"),
        replayed=("_replayed", "seconds since the last replayed commit"),
        history=(("identity", "system identifier"), ("timeline", "timeline")),
    ),
    tables={
        "identity": Reading(read_identity),
        "timeline": Reading(read_timeline),
        "mode": Reading(read_mode),
        "after_restart": Reading(read_after_restart, healthy=AS_NOW),
        "receiver": Reading(read_receiver, healthy=STREAMING, with_other_site=True),
        "sender": Reading(read_sender),
        "silence": Reading(read_silence, moves=True),
        "replay": Reading(read_replay, healthy=(REPLAYS, NONE)),
        "slots": Reading(read_slots, healthy=ACTIVE),
        "kept": Reading(read_kept, healthy=NONE),
        "archive": Reading(read_archive, healthy=(ARCHIVES_NOTHING, ARCHIVES, ARCHIVES_ONCE_PROMOTED)),
        "_position": Reading(read_position, moves=True),
        "_replayed": Reading(read_replayed, moves=True),
    },
    then=SecondLook(
        ask=ask_passed,
        words=position_of_primary,
        tables={
            "heartbeat": Reading(read_heartbeat, moves=True),
            "distance": Reading(read_distance, moves=True),
        },
    ),
    shows={
        Sight.MODE: Shown(read_mode, ("state",)),
        Sight.RECEIVER: Shown(read_receiver, ("state",)),
        Sight.TIMELINE: Shown(read_timeline, ("state",)),
        Sight.REPLAYED: Shown(read_wal_replayed, ("state",)),
        Sight.ENDED: Shown(read_ended, ("control",)),
        Sight.COMMITTED: Shown(read_committed, (_WAL,)),
        Sight.FORKED: Shown(read_forked, (_WAL,)),
    },
    watched={_WAL: Ask(postgres_wal.QUESTION)},
    absence=Witnesses({"programs": Ask(programs.QUESTION), "postgres": Ask(postgres.QUESTION)}, read_absence),
)

"""Clocks: whether they are right now, and whether both sites agree on local time.

Replication lag, certificates, sessions and schedules all rely on the clock. "NTP is on" is only a setting,
and ``NTPSynchronized`` stays true long after the last answer of a server. So the program that keeps the time
is asked: which source it follows, when it last heard from it, and how far off it believes to be. Whether the
clock is *right* is measured from the runner: it read the host's clock between the moment when it sent the
run's script and the moment when the first line came back.

Both sites must take the time from the same sources, and never from each other.

Local time depends on ``/etc/localtime`` and on the rules of the zone database, which governments change.

Sources: chronyc(1) (``-c tracking``, ``-c sources``), systemd-timesyncd.service(8) (files), tzfile(5).
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator

from siteparity.model import Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.policy import Section
from siteparity.policy.bounds import at_most
from siteparity.policy.section import PositiveDuration
from siteparity.probes import Answers, Probe, Reading, Target, once
from siteparity.tools import timekeeping
from siteparity.tools.given import DECODE, items
from siteparity.tools.program import filled, program
from siteparity.tools.schedule.local_time import known_name
from siteparity.tools.timekeeping import SYNCHRONISED, Sources, Timekeeping
from siteparity.transport import words
from siteparity.transport.script import Ask

WITHIN = "within the limit"
NONE = "none"
FOREIGN = "time sources at the other site"

ZoneName = Annotated[str, AfterValidator(known_name)]


class Policy(Section):
    """How good clocks must be. How far they may be off is ``limits.clock_offset`` of the policy."""

    max_age: Annotated[PositiveDuration, at_most("1d")] = timedelta(hours=1)
    """How long ago the last answer of a time source may be."""
    may_name_the_other_site: bool = False
    """Each site takes the time from servers of both on purpose, and can do without the other's."""
    zones: tuple[ZoneName, ...] = ()
    """Zones of sites and customers, whose rules must be alike on all hosts, besides the local one."""


_FOLDER = "/usr/share/zoneinfo/"
_LOCALTIME = "/etc/localtime"


def _files(target: Target[Policy]) -> tuple[str, ...]:
    return (_LOCALTIME, f"{_FOLDER}tzdata.zi", *(_FOLDER + zone for zone in target.section.zones))


_TIME = Ask(timekeeping.QUESTION)
_ZONE = Ask(DECODE + filled(program(__package__, "clock.sh"), items=items("PLACES")), words=(words.PLACES,))


def ask(target: Target[Policy]) -> dict[str, Ask]:
    """The program that keeps the time, and the zone database."""
    return {
        "time": _TIME,
        "zone": _ZONE.about(PLACES=_files(target)),
    }


@once
def _entries(answers: Answers, _: Target[Policy]) -> timekeeping.Entries:
    return timekeeping.read(answers.rows("time"))


def read_synchronised(answers: Answers, target: Target[Policy]) -> Table:
    """The clock -> `SYNCHRONISED`, or why it is not."""
    kept = Timekeeping.of(_entries(answers, target))
    return {"the clock": kept.state(target.section.max_age.total_seconds())}


def read_error(answers: Answers, target: Target[Policy]) -> Table:
    """How far the clock is off, by the account of the program that keeps it: `WITHIN`, or by how much."""
    kept = Timekeeping.of(_entries(answers, target))
    if not kept.follows:
        raise UnmeasuredError(f"time: {kept.fault}: how far it is off is not known")
    return {f"by {kept.program}": _judged(kept.offset, kept.uncertainty, _limit(target))}


def read_offset(answers: Answers, target: Target[Policy]) -> Table:
    """How far the clock is from the runner's: `WITHIN`, or by how much."""
    seen = answers.moment()
    return {"by the runner's clock": _judged(seen.offset, seen.uncertainty, _limit(target))}


def _limit(target: Target[Policy]) -> float:
    return target.policy.limits.clock_offset.total_seconds()


def _judged(offset: float, uncertainty: float, limit: float) -> str:
    """`WITHIN`, or the offset, all in seconds.

    Raises:
        UnmeasuredError: the offset may be on either side of the limit.
    """
    if abs(offset) + uncertainty <= limit:
        return WITHIN
    shown = f"{abs(offset):.1f} s {'ahead' if offset > 0 else 'behind'}"
    if abs(offset) - uncertainty > limit:
        return shown
    raise UnmeasuredError(f"{shown}, and that may be wrong by {uncertainty:.1f} s: the limit is {limit:g} s")


def read_configured(answers: Answers, target: Target[Policy]) -> Table:
    """Each line of the configuration of the time sources -> how often it is there."""
    lines = Sources.of(_entries(answers, target)).lines
    counts = Counter(_generic(line, target) for line in lines)
    return {line: _times(count) for line, count in counts.items()} or {"servers": "as the program was built"}


def _times(count: int) -> str:
    return "there" if count == 1 else f"there {count} times"


def _generic(line: str, target: Target[Policy]) -> str:
    """The line; addresses inside the site that are no host's are replaced. Networks are left as they are."""
    own = OwnNames.of(target.site)
    other = OwnNames.of(target.other) if target.other and target.section.may_name_the_other_site else None

    def place(found: re.Match[str]) -> str:
        if found[2]:
            return "{a network of the other site}" if other and other.stands_in(found[0]) else found[0]
        if own.owns(found[0]) and not own.stands_in(found[0]):
            return "{an address of the site}"
        if other and (other.owns(found[0]) or other.stands_in(found[0])):
            return "{a server of the other site}"
        return found[0]

    return re.sub(r"(?<=[ =])([0-9A-Za-z.:-]+)(/[0-9.]+|\s+(?:net)?mask\s+[0-9.]+)?", place, line)


def read_foreign(answers: Answers, target: Target[Policy]) -> Table:
    """Each time source at the other site -> the site; or that there is none."""
    if target.other is None:
        raise UnmeasuredError("time: the other site is not known, so its names cannot be looked for")
    found, names = Sources.of(_entries(answers, target)), OwnNames.of(target.other)
    if target.section.may_name_the_other_site:
        return {FOREIGN: NONE}
    return {
        source: f"names {target.other.name}"
        for source in (*found.of_servers(), *(f"asked now: {address}" for address in found.in_force))
        if names.stands_in(source) or any(map(names.owns, re.split(r"[ =]", source)[1:]))
    } or {FOREIGN: NONE}


def read_zone(answers: Answers, target: Target[Policy]) -> Table:
    """The rules of local time, whatever the zone is called: the one for the future, and a digest of all."""
    rule, _, digests = _zone(answers, target)
    return {"local time": f"{rule} ({digests[_LOCALTIME]})"}


def read_database(answers: Answers, target: Target[Policy]) -> Table:
    """The zone database -> its version; each zone of the policy -> a digest of its rules."""
    _, version, digests = _zone(answers, target)
    return {"version": version} | {path: digest for path, digest in digests.items() if path != _LOCALTIME}


@once
def _zone(answers: Answers, target: Target[Policy]) -> tuple[str, str, dict[str, str]]:
    """The future rule of local time, the version of the database, and each file -> its digest."""
    rows, wanted = answers.rows("zone"), _files(target)
    found = [re.fullmatch(r"([0-9a-f]{64})  (/.*)", row) for row in rows[2:]]
    if [one and one[2] for one in found] != list(wanted):
        raise UnmeasuredError("zone: the answer lacks the rule, the version or a digest")
    return rows[0], rows[1], {one[2]: f"sha256 {one[1][:16]}" for one in found if one}


PROBE = Probe(
    section=Policy,
    ask=ask,
    judges=lambda _: ("/etc/chrony/*",),
    always=(_TIME, _ZONE),
    tables={
        "synchronised": Reading(read_synchronised, healthy=SYNCHRONISED),
        "error": Reading(read_error, healthy=WITHIN),
        "offset": Reading(read_offset, healthy=WITHIN, by_runners_clock=True),
        "configured": Reading(read_configured),
        "foreign": Reading(read_foreign, healthy=NONE),
        "zone": Reading(read_zone),
        "database": Reading(read_database),
    },
)

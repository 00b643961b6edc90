"""Clocks: whether they are right now, and whether both sites agree on local time.

Replication lag, certificates, sessions and schedules all trust the clock. "NTP is on" is a setting, and
``NTPSynchronized`` stays true for long after the last answer of a server, so the program that keeps the time
is asked itself: which source it follows, when it last heard of it, how far off it believes to be. Whether
the clock is *right* is seen from the runner: the host's clock as the run's own connection showed it, between
the moment when the run's script was sent and the moment when its first line came back.

From whom the time is taken must be the same at both sites, and must not be the other site.

Local time is decided by ``/etc/localtime`` and by the zone database's rules, which governments change.

Sources: chronyc(1) (``-c tracking``, ``-c sources``), systemd-timesyncd.service(8) (files), tzfile(5).
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator

from siteparity.model import Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.policy import Section
from siteparity.policy.section import PositiveDuration
from siteparity.probes import Answers, Probe, Reading, Target, once
from siteparity.tools import timekeeping
from siteparity.tools.program import filled, program
from siteparity.tools.schedule.local_time import known_name
from siteparity.tools.timekeeping import SYNCHRONISED, Sources, Timekeeping
from siteparity.transport.script import Ask

WITHIN = "within the limit"
NONE = "none"
FOREIGN = "time sources at the other site"

ZoneName = Annotated[str, AfterValidator(known_name)]


class Policy(Section):
    """How good clocks must be; how far they may be off is the policy's ``limits.clock_offset``."""

    max_age: PositiveDuration = timedelta(hours=1)
    """How long ago the last answer of a time source may be."""
    may_name_the_other_site: bool = False
    """Each site takes the time from servers of both on purpose, and does without the other's."""
    zones: tuple[ZoneName, ...] = ()
    """Zones whose rules must be alike on all hosts, besides the local one: those of sites and customers."""


_ZONE = program(__package__, "clock.sh")
_FOLDER = "/usr/share/zoneinfo/"
_LOCALTIME = "/etc/localtime"


def _files(target: Target[Policy]) -> tuple[str, ...]:
    return (_LOCALTIME, f"{_FOLDER}tzdata.zi", *(_FOLDER + zone for zone in target.section.zones))


def ask(target: Target[Policy]) -> dict[str, Ask]:
    """What keeps the time, and the zone database."""
    return {
        "time": Ask(timekeeping.QUESTION),
        "zone": Ask(filled(_ZONE, files=" ".join(map(shlex.quote, _files(target))))),
    }


@once
def _told(answers: Answers, _: Target[Policy]) -> timekeeping.Told:
    return timekeeping.read(answers.rows("time"))


def read_synchronised(answers: Answers, target: Target[Policy]) -> Table:
    """``synchronised``, or what keeps the clock from it."""
    kept = Timekeeping.of(_told(answers, target))
    return {"the clock": kept.state(target.section.max_age.total_seconds())}


def read_error(answers: Answers, target: Target[Policy]) -> Table:
    """How far the clock is off, as the program that keeps it believes."""
    kept = Timekeeping.of(_told(answers, target))
    if not kept.follows:
        raise UnmeasuredError(f"time: {kept.fault}: how far it is off is not known")
    return {f"by {kept.program}": _judged(kept.offset, kept.uncertainty, _limit(target))}


def read_offset(answers: Answers, target: Target[Policy]) -> Table:
    """How far the clock is from the runner's."""
    seen = answers.moment()
    return {"by the runner's clock": _judged(seen.offset, seen.uncertainty, _limit(target))}


def _limit(target: Target[Policy]) -> float:
    return target.policy.limits.clock_offset.total_seconds()


def _judged(offset: float, uncertainty: float, limit: float) -> str:
    """An offset against the limit; what lies on both sides of it is not known."""
    if abs(offset) + uncertainty <= limit:
        return WITHIN
    told = f"{abs(offset):.1f} s {'ahead' if offset > 0 else 'behind'}"
    if abs(offset) - uncertainty > limit:
        return told
    raise UnmeasuredError(f"{told}, and that may be wrong by {uncertainty:.1f} s: the limit is {limit:g} s")


def read_configured(answers: Answers, target: Target[Policy]) -> Table:
    """Each line that says from whom the time is taken, and how -> how often it stands there."""
    lines = Sources.of(_told(answers, target)).lines
    counts = Counter(_generic(line, target) for line in lines)
    return {line: _times(count) for line, count in counts.items()} or {"servers": "as the program was built"}


def _times(count: int) -> str:
    return "there" if count == 1 else f"there {count} times"


def _generic(line: str, target: Target[Policy]) -> str:
    """Own addresses that are no host's stand for the site, as hosts' names do by themselves."""
    own = OwnNames.of(target.site)
    other = OwnNames.of(target.other) if target.other and target.section.may_name_the_other_site else None

    def place(found: re.Match[str]) -> str:
        if own.owns(found[0]) and own.generic(found[0]) == found[0]:
            return "{an address of the site}"
        if other and (other.owns(found[0]) or other.generic(found[0]) != found[0]):
            return "{a server of the other site}"
        return found[0]

    return re.sub(r"(?<=[ =])[0-9A-Za-z.:-]+", place, line)


def read_foreign(answers: Answers, target: Target[Policy]) -> Table:
    """Each source of the time that lies in the other site -> that it does; or that none does."""
    if target.other is None:
        raise UnmeasuredError("time: the other site is not known, so its names cannot be looked for")
    found, names = Sources.of(_told(answers, target)), OwnNames.of(target.other)
    if target.section.may_name_the_other_site:
        return {FOREIGN: NONE}
    return {
        said: f"names {target.other.name}"
        for said in (*found.of_servers(), *(f"asked now: {address}" for address in found.in_force))
        if names.generic(said) != said or any(map(names.owns, re.split(r"[ =]", said)[1:]))
    } or {FOREIGN: NONE}


def read_zone(answers: Answers, target: Target[Policy]) -> Table:
    """The rules of local time, whatever the zone is called: those of the future, and a digest of all."""
    rule, _, digests = _zone(answers, target)
    return {"local time": f"{rule} ({digests[_LOCALTIME]})"}


def read_database(answers: Answers, target: Target[Policy]) -> Table:
    """The zone database: version, and digests of what counts."""
    _, version, digests = _zone(answers, target)
    return {"version": version} | {path: digest for path, digest in digests.items() if path != _LOCALTIME}


@once
def _zone(answers: Answers, target: Target[Policy]) -> tuple[str, str, dict[str, str]]:
    """The rule at the end of the local zone's file, the database's version, each file -> digest."""
    rows, wanted = answers.rows("zone"), _files(target)
    found = [re.fullmatch(r"([0-9a-f]{64})  (/.*)", row) for row in rows[2:]]
    if [one and one[2] for one in found] != list(wanted):
        raise UnmeasuredError("zone: the answer lacks the rule, the version or a digest")
    return rows[0], rows[1], {one[2]: f"sha256 {one[1][:16]}" for one in found if one}


PROBE = Probe(
    section=Policy,
    ask=ask,
    tables={
        "synchronised": Reading(read_synchronised, healthy=SYNCHRONISED),
        "error": Reading(read_error, healthy=WITHIN),
        "offset": Reading(read_offset, healthy=WITHIN),
        "configured": Reading(read_configured),
        "foreign": Reading(read_foreign, healthy=NONE),
        "zone": Reading(read_zone),
        "database": Reading(read_database),
    },
)

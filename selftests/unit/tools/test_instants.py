"""The instants of jobs and timers, held against cronsim and ``systemd-analyze calendar``."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from siteparity.tools.schedule.calendarspec import CalendarError, parse
from siteparity.tools.schedule.cron_syntax import expanded
from siteparity.tools.schedule.instants import MINUTES, START, Instants, Zone, of_schedule, zone_of

BEGIN = datetime(START.year, START.month, START.day, tzinfo=UTC)
ZONES = (
    *("Etc/UTC", "America/Chicago", "America/Phoenix", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"),
    "Pacific/Kiritimati",
)
"""Jumps of whole hours: at one of half an hour cronsim loses runs, and systemd the rest of the hour."""
MIDNIGHT = ("America/Santiago", "America/Havana", "Antarctica/Troll")
"""Jumps at midnight, at which systemd loses runs; a zone that it takes for UTC in winter."""


def tzif(name: str) -> bytes:
    """A file of the zone database that comes with siteparity."""
    return files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


@cache
def info(name: str) -> ZoneInfo:
    """The same for the oracles."""
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, name)


def zone(name: str) -> Zone:
    """The zone of that name."""
    return zone_of(tzif(name))


def times(instants: Instants, first: datetime, last: datetime) -> list[datetime]:
    """The runs from one moment to before another."""
    begin, end = ((at - BEGIN) // timedelta(minutes=1) for at in (first, last))
    bits = instants.bits >> begin & ((1 << (end + 1 - begin)) - 1)
    minutes = (begin + place for place, bit in enumerate(reversed(f"{bits:b}")) if bit == "1")
    found = (BEGIN + timedelta(minutes=at, seconds=second) for at in minutes for second in instants.seconds)
    return [at for at in found if first <= at < last]


def day_of(day: date) -> tuple[datetime, datetime]:
    """Its begin and its end in UTC."""
    first = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return first, first + timedelta(days=1)


def runs(fields: str, name: str, day: date) -> list[str]:
    """The runs of a job on one day of UTC, as ``hh:mm``."""
    return [f"{at:%H:%M}" for at in times(of_schedule(expanded(fields), zone(name)), *day_of(day))]


START_MINUTE = (START - date(1970, 1, 1)).days * 1440
FIFTY = 50
SPRING, AUTUMN = date(2028, 3, 12), date(2028, 11, 5)


@pytest.mark.parametrize(
    ("fields", "day", "expected"),
    [
        ("30 2 * * *", SPRING, ["08:00"]),  # 02:30 does not exist: run at once when local time jumps to 03:00
        ("0,30 2 * * *", SPRING, ["08:00"]),
        ("*/30 2 * * *", SPRING, []),  # follows the real clock, on which there is no such hour
        ("0 * * * *", SPRING, [f"{hour:02}:00" for hour in range(24)]),
        ("30 1 * * *", AUTUMN, ["06:30"]),  # 01:30 comes twice: run once
        ("*/30 1 * * *", AUTUMN, ["06:00", "06:30", "07:00", "07:30"]),
        ("15 * * * *", AUTUMN, [f"{hour:02}:15" for hour in range(24)]),
    ],
)
def test_cron_makes_good_what_local_time_skips_and_does_not_repeat_it(
    fields: str, day: date, expected: list[str]
) -> None:
    """cron(8): jumps below three hours; jobs with ``*`` in minute or hour follow the real clock."""
    assert runs(fields, "America/Chicago", day) == expected


def test_equal_local_times_part_company_with_daylight_saving_time() -> None:
    """Two hours apart in summer, one in winter: a check in winter alone says less than the truth."""
    winter, summer = date(2028, 1, 5), date(2028, 7, 5)
    assert (runs("0 2 * * *", "America/Chicago", winter), runs("0 2 * * *", "America/Phoenix", winter)) == (
        ["08:00"],
        ["09:00"],
    )
    assert (runs("0 2 * * *", "America/Chicago", summer), runs("0 2 * * *", "America/Phoenix", summer)) == (
        ["07:00"],
        ["09:00"],
    )


def test_the_thirteen_months_hold_every_day_that_a_schedule_can_name() -> None:
    """Also the 29th of February, and the first of each month; the 30th of February never comes."""
    utc = zone("Etc/UTC")
    assert runs("0 0 29 2 *", "Etc/UTC", date(2028, 2, 29)) == ["00:00"]
    assert of_schedule(expanded("0 0 1 * *"), utc).bits.bit_count() == 13
    assert of_schedule(expanded("0 0 30 2 *"), utc) == Instants(0)


def test_frequent_jobs_are_the_same_in_every_zone_of_whole_hours() -> None:
    """A zone that changes nothing for a job is no finding about that job."""
    assert of_schedule(expanded("*/5 * * * *"), zone("America/Chicago")) == of_schedule(
        expanded("*/5 * * * *"), zone("Etc/UTC")
    )


def test_a_single_instant_changes_the_digest() -> None:
    """Two texts can be told alike while one run differs."""
    every = of_schedule(expanded("*/5 * * * *"), zone("Etc/UTC"))
    assert Instants(every.bits ^ (1 << (MINUTES - 5))).digest != every.digest
    assert Instants(every.bits, (30.0,)).digest != every.digest


def test_zones_are_told_apart_by_their_rules_and_not_by_their_names() -> None:
    """``UTC`` is ``Etc/UTC``; ``US/Central`` is Chicago, Phoenix is not."""
    assert zone("UTC") == zone("Etc/UTC")
    assert zone("America/Chicago") == zone("US/Central")
    assert zone("America/Chicago") != zone("America/Phoenix")
    assert len(zone("America/Chicago").changes) == 1 + 2 * 12


@given(
    st.binary(max_size=300) | st.binary(max_size=40).map(lambda tail: tzif("America/Chicago")[:-20] + tail)
)
def test_anything_is_a_zone_or_refused(content: bytes) -> None:
    """A damaged zone file of a host leaves that host unmeasured, and nothing else."""
    try:
        found = zone_of(content)
    except ValueError:
        return
    assert found.changes


@st.composite
def cron_fields(draw: st.DrawFn) -> str:
    """Five fields, most of them restricted, often at an hour of jumps. No ``n-n/s``: cronsim's is ``n/s``."""

    def field(low: int, high: int, free: float) -> str:
        if draw(st.floats(0, 1)) < free:
            return draw(st.sampled_from(["*", "*", "*/2", "*/3", "*/7"]))
        first, last = sorted(draw(st.tuples(st.integers(low, high), st.integers(low, high))))
        step = draw(st.sampled_from(["", "", "/2", "/5"])) if first < last else ""
        return draw(st.sampled_from([str(first), f"{first}-{last}{step}", f"{first},{last}"]))

    hour = draw(st.sampled_from(["0", "1", "2", "3", "1-3", "*"]) | st.just(field(0, 23, 0.2)))
    return f"{field(0, 59, 0.2)} {hour} {field(1, 31, 0.6)} {field(1, 12, 0.9)} {field(0, 6, 0.6)}"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    fields=cron_fields(),
    name=st.sampled_from([*ZONES, *MIDNIGHT]),
    jump=st.integers(0, 30),
    day=st.integers(1, 390),
)
def test_instants_are_those_of_cronsim(fields: str, name: str, jump: int, day: int) -> None:
    """An independent reading of cron's rules, for two days around a jump of local time or anywhere else."""
    jumps = [datetime.fromtimestamp(at * 60, UTC) for at, _ in zone(name).changes[1:]]
    jumps = [
        at - timedelta(days=1) for at in jumps if BEGIN < at - timedelta(days=1) < BEGIN + timedelta(days=390)
    ]
    first = jumps[jump] if jump < len(jumps) else BEGIN + timedelta(days=day)
    last = first + timedelta(days=2)
    start = (first - timedelta(minutes=1)).astimezone(info(name))
    # CronSim ends with its iterator where a schedule has no run in its horizon.
    found = (at.astimezone(UTC) for at in CronSim(fields, start))
    expected = [at for at in takewhile(lambda at: at < last, found) if at >= first]
    assert times(of_schedule(expanded(fields), zone(name)), first, last) == expected


@st.composite
def calendars(draw: st.DrawFn) -> str:
    """A calendar in any of its forms."""

    def component(low: int, high: int, free: float) -> str:
        if draw(st.floats(0, 1)) < free:
            return "*"
        first, last = sorted(draw(st.tuples(st.integers(low, high), st.integers(low, high))))
        return draw(
            st.sampled_from(
                [f"{first}", f"{first},{last}", f"{first}..{last}", f"{first}/7", f"{first}..{last}/3"]
            )
        )

    weekdays = draw(st.sampled_from(["", "", "Mon ", "Sat,Sun ", "Mon..Fri ", "Wed..Thu,Sun "]))
    year = draw(st.sampled_from(["*", "*", "2028", "2027..2028", "2026/2"]))
    day = f"{draw(st.sampled_from('-~'))}{component(1, 28, 0.3)}" if draw(st.booleans()) else "-*"
    clock = (
        f"{component(0, 23, 0.1)}:{component(0, 59, 0.1)}:{draw(st.sampled_from(['00', '00', '30', '0/20']))}"
    )
    named = draw(st.sampled_from(["", "", " UTC", " America/Phoenix", " Europe/Berlin"]))
    return f"{weekdays}{year}-{component(1, 12, 0.8)}{day} {clock}{named}"


@settings(max_examples=40, deadline=None, phases=(Phase.generate,))  # each example is a process: not shrunk
@given(text=calendars(), name=st.sampled_from(ZONES), jump=st.integers(0, 8), day=st.integers(1, 390))
def test_timers_elapse_when_systemd_says(text: str, name: str, jump: int, day: int) -> None:
    """Systemd itself, on this machine: its normal form, and its next fifty instants."""
    jumps = [at - START_MINUTE - 1500 for at, _ in zone(name).changes[1:]]
    jumps = [minute for minute in jumps if 0 < minute < MINUTES - 3000]
    first = BEGIN + timedelta(minutes=jumps[jump] if jump < len(jumps) else day * 1440)
    normal, expected = asked_of_systemd(text, name, first)
    if normal is None:
        return
    calendar = parse(normal)
    own = {"UTC": "Etc/UTC", None: name}.get(calendar.zone, calendar.zone)
    assert own is not None
    end = BEGIN + timedelta(minutes=MINUTES)
    expected = [at for at in expected if at < end]
    if len(expected) == FIFTY:
        end = expected[-1] + timedelta(seconds=1)
    assert times(calendar.instants(zone(own)), first, end) == expected


def asked_of_systemd(text: str, name: str, first: datetime) -> tuple[str | None, list[datetime]]:
    """The normal form of a calendar, None where it is none; and its next instants, by the same zones."""
    done = subprocess.run(
        [
            *("systemd-analyze", "calendar", f"--iterations={FIFTY}"),
            f"--base-time={first - timedelta(seconds=1):%Y-%m-%d %H:%M:%S} UTC",
            text,
        ],
        env={"TZ": name, "TZDIR": str(files("tzdata") / "zoneinfo"), "LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    # What is in normal form already is told as "  Original form" alone.
    normal = re.search(r"^Normalized form: (.*)$", done.stdout, re.MULTILINE)
    told = re.findall(r": [A-Z][a-z]{2} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC$", done.stdout, re.MULTILINE)
    found = sorted({datetime.fromisoformat(one).replace(tzinfo=UTC) for one in told})
    return None if done.returncode else normal[1] if normal else text, found


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        ("*-*-* 02:30:00", SPRING, []),  # systemd skips what local time skips
        ("*-*-* 01:30:00", AUTUMN, ["06:30"]),
        (
            "*-*-* *:00/30:00",
            AUTUMN,
            [f"{hour:02}:{half}" for hour in range(24) if hour != 7 for half in ("00", "30")],
        ),
        ("*-*-* 02:30:00 UTC", SPRING, ["02:30"]),
        ("*-*~01 00:00:00", date(2028, 3, 1), []),
        ("*-02~01 12:00:00", date(2028, 2, 29), ["18:00"]),
    ],
)
def test_a_timer_skips_where_cron_runs_late(text: str, day: date, expected: list[str]) -> None:
    """The same hour in a crontab and in a timer is not the same on two days of the year."""
    calendar = parse(text)
    instants = calendar.instants(zone("Etc/UTC" if calendar.zone else "America/Chicago"))
    assert [f"{at:%H:%M}" for at in times(instants, *day_of(day))] == expected


@given(st.text(max_size=60) | st.text(alphabet="*0123456789-~:,./ MonTueUTC", max_size=40))
def test_anything_is_a_calendar_or_refused(text: str) -> None:
    """A form that we do not know leaves the timer unmeasured; it is never guessed."""
    try:
        parse(text).instants(zone("Etc/UTC"))
    except CalendarError:
        return


@pytest.mark.parametrize(
    "text", ["daily", "*-*~31 00:00:00", "*-*-32 00:00:00", "*-*-* 00:00:00/0", "*-*-* 00:00:*/0.000001"]
)
def test_calendars_that_are_not_in_normal_form_are_refused(text: str) -> None:
    """What systemd gives back is in normal form; anything else was not understood."""
    with pytest.raises(CalendarError, match="not a calendar"):
        parse(text)

"""When jobs and timers run, in the time zones of the host or in the agreed one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from operator import or_

from siteparity.model import Table, UnmeasuredError
from siteparity.tools.schedule import local_time, timers
from siteparity.tools.schedule.calendarspec import Calendar
from siteparity.tools.schedule.cron_daemon import Crond
from siteparity.tools.schedule.instants import Instants, Zone, of_schedule
from siteparity.tools.schedule.jobs import Job, Jobs, by_item
from siteparity.tools.schedule.timetable import ON_TIME, in_words, lateness

AT_OTHER_TIMES = "not by the calendar"
"""After a boot, or some time after another event."""

_Runs = Mapping[str, Sequence[Instants]]


def instants(crond: Crond, found: Jobs) -> Table:
    """Each job and timer -> its instants, in words for people and with a digest of them all.

    Raises:
        UnmeasuredError: local time or a timer cannot be read.
    """
    runs = _runs(crond, found, local_time.of_cron(crond), local_time.of_timers(crond))
    return {item: " and ".join(map(_shown, series)) or AT_OTHER_TIMES for item, series in runs.items()}


def late(crond: Crond, found: Jobs, agreed: str) -> Table:
    """Each job and timer -> how late it runs, compared with the same one in the agreed zone.

    Raises:
        UnmeasuredError: local time or a timer cannot be read.
    """
    zone = local_time.named(agreed)
    meant = _runs(crond, found, zone, zone)
    actual = _runs(crond, found, local_time.of_cron(crond), local_time.of_timers(crond))
    return {item: _first_late(series, meant[item]) for item, series in actual.items()}


def _first_late(actual: Sequence[Instants], meant: Sequence[Instants]) -> str:
    return next((said for said in map(lateness, actual, meant) if said != ON_TIME), ON_TIME)


def _runs(crond: Crond, found: Jobs, of_cron: Zone, of_timers: Zone) -> _Runs:
    return {
        **{item: _of_jobs(jobs, of_cron) for item, jobs in by_item(found.jobs).items()},
        **{
            name: [_of_timer(calendar, of_timers) for calendar in timers.calendars(unit)]
            for name, unit in timers.loaded(crond.units).items()
        },
    }


def _of_jobs(jobs: Sequence[Job], zone: Zone) -> Sequence[Instants]:
    """All runs of one command as one series; no series if it only runs after a boot."""
    schedules = [job.entry.schedule for job in jobs if job.refused is None]
    if schedules and not any(schedules):
        return ()
    return (reduce(or_, (of_schedule(one, zone) for one in schedules if one is not None), Instants(0)),)


def _of_timer(calendar: Calendar, zone: Zone) -> Instants:
    if calendar.zone is None:
        return calendar.instants(zone)
    try:
        return calendar.instants(local_time.named("Etc/UTC" if calendar.zone == "UTC" else calendar.zone))
    except ValueError as error:
        raise UnmeasuredError(f"a timer: {error}") from None


def interval(crond: Crond, timer: str) -> float | None:
    """The longest time between two starts by a timer, in seconds; None if it starts its job only once.

    Raises:
        UnmeasuredError: local time or the timer cannot be read.
    """
    unit = crond.units[timer]
    series = [_of_timer(calendar, local_time.of_timers(crond)) for calendar in timers.calendars(unit)]
    return min([*(gap for one in series if (gap := _longest_gap(one))), *timers.repeats(unit)], default=None)


def interval_of_job(crond: Crond, job: Job) -> float | None:
    """The longest time between two runs of a job of cron, in seconds; None if it runs only once.

    Raises:
        UnmeasuredError: local time cannot be read.
    """
    series = _of_jobs([job], local_time.of_cron(crond))
    return min((gap for one in series if (gap := _longest_gap(one))), default=None)


def _longest_gap(series: Instants) -> float | None:
    empty = [len(run) for run in f"{series.bits:b}".rstrip("0").split("1")[1:-1]]
    return 60.0 * (max(empty) + 1) if empty else None


@lru_cache(maxsize=256)
def _shown(series: Instants) -> str:
    return f"{in_words(series)} [{series.digest}]" if series.bits else in_words(series)

"""Calendars of systemd timers, in the normal form that systemd itself gives back (systemd.time(7)). Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from siteparity.model import SiteparityError
from siteparity.tools.schedule.instants import Instants, Zone, of_days

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ALWAYS_A_DAY = 28
"""Every month has this many days. systemd treats larger numbers from the end of a month in odd ways."""
_MICROSECONDS = 1_000_000
_MOST_VALUES = 10_000
"""Of one component. No timer that we know of elapses more often within a minute."""

_NORMAL = re.compile(
    r"(?:(?P<weekdays>[A-Za-z.,]+) )?(?P<year>[^ ~-]+)-(?P<month>[^ ~-]+)(?P<mark>[-~])(?P<day>[^ ~-]+) "
    r"(?P<hour>[^ :]+):(?P<minute>[^ :]+):(?P<second>[^ :]+)(?: (?P<zone>[A-Za-z][A-Za-z0-9/_+-]*))?"
)
_NUMBER = r"[0-9]{1,4}(?:\.[0-9]{6})?"
_PART = re.compile(rf"\*|(?P<start>{_NUMBER})(?:\.\.(?P<stop>{_NUMBER}))?(?:/(?P<step>{_NUMBER}))?")


class CalendarError(SiteparityError):
    """A text is not the normal form of a calendar."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a timer elapses, in local time. `runs_on` tells on which days."""

    weekdays: frozenset[int]
    """1 is Monday."""
    years: str
    months: frozenset[int]
    days: str
    from_the_end: bool
    """Whether days are counted from the end of the month: 1 is the last."""
    times: frozenset[int]
    """Minutes of a day."""
    seconds: tuple[float, ...]
    zone: str | None
    """The time zone that it names; None for the host's own."""

    def runs_on(self, day: date) -> bool:
        """Whether it elapses on a local date."""
        if day.isoweekday() not in self.weekdays or day.month not in self.months:
            return False
        last = monthrange(day.year, day.month)[1]
        days = _from_the_end(self.days, last) if self.from_the_end else _values(self.days, 1, last)
        return day.day in days and day.year in _values(self.years, day.year, day.year)

    def instants(self, zone: Zone) -> Instants:
        """When systemd starts it. ``zone`` is the time zone that it names, or else the host's."""
        return of_days(self.runs_on, self.times, self.seconds, zone)


def parse(text: str) -> Calendar:
    """Read the normal form, e.g. ``Mon..Fri *-*-* 08,20:00:00 America/Chicago``.

    Raises:
        CalendarError: it is not in normal form, or too odd to be computed with certainty.
    """
    found = _NORMAL.fullmatch(text)
    if found is None:
        raise CalendarError(f"not a calendar of systemd: {text[:80]!r}")
    try:
        return _calendar(found)
    except ValueError as error:
        raise CalendarError(f"not a calendar of systemd: {text[:80]!r}: {error}") from None


def _calendar(found: re.Match[str]) -> Calendar:
    from_the_end = found["mark"] == "~"
    for text, low, high in (
        (found["year"], 0, 9999),
        (found["day"], 1, _ALWAYS_A_DAY if from_the_end else 31),
    ):
        if any(
            not low <= number <= high
            for part in text.split(",")
            for number in _numbers(part)[:2]
            if number is not None
        ):
            raise ValueError(f"{text} is out of bounds")
    hours, minutes = _values(found["hour"], 0, 23), _values(found["minute"], 0, 59)
    return Calendar(
        weekdays=_weekdays(found["weekdays"]),
        years=found["year"],
        months=_values(found["month"], 1, 12),
        days=found["day"],
        from_the_end=from_the_end,
        times=frozenset(hour * 60 + minute for hour in hours for minute in minutes),
        seconds=tuple(
            sorted(
                second / _MICROSECONDS
                for second in _values(found["second"], 0, 60 * _MICROSECONDS - 1, _MICROSECONDS)
            )
        ),
        zone=found["zone"],
    )


def _weekdays(text: str | None) -> frozenset[int]:
    if text is None:
        return frozenset(range(1, 8))
    days: set[int] = set()
    for part in text.split(","):
        first, dots, last = part.partition("..")
        days.update(range(_WEEKDAYS.index(first) + 1, _WEEKDAYS.index(last if dots else first) + 2))
    return frozenset(days)


def _values(text: str, low: int, high: int, unit: int = 1) -> frozenset[int]:
    """The values of one component within its bounds, in units (seconds have fractions)."""
    values: set[int] = set()
    for part in text.split(","):
        start, stop, step = _numbers(part, unit)
        if start is None:
            values.update(range(low, high + 1, unit))
            continue
        last = start if stop is None and step is None else high if stop is None else stop
        values.update(
            value for value in _limited(range(start, min(last, high) + 1, step or unit)) if value >= low
        )
    return frozenset(values)


def _from_the_end(text: str, last_day: int) -> set[int]:
    """Days that are counted from the end of a month. A range runs forward nevertheless."""
    days: set[int] = set()
    for part in text.split(","):
        number, stop, step = _numbers(part)
        if number is None:
            return set(range(1, last_day + 1))
        first, last = last_day + 1 - (stop or number), last_day + 1 - number
        days.update(range(first, (last_day if step and stop is None else last) + 1, step or 1))
    return days


def _numbers(part: str, unit: int = 1) -> tuple[int | None, int | None, int | None]:
    """Start, stop and step. Without a start, every value is meant."""
    found = _PART.fullmatch(part)
    if found is None:
        raise ValueError(f"{part!r} is not a value")
    start, stop, step = (
        None if text is None else _number(text, unit) for text in found.group("start", "stop", "step")
    )
    if step == 0:
        raise ValueError(f"{part!r} has no step")
    return start, stop, step


def _number(text: str, unit: int) -> int:
    whole, _, fraction = text.partition(".")
    if fraction and unit == 1:
        raise ValueError(f"{text} is not whole")
    return int(whole) * unit + int(fraction or 0)


def _limited(values: range) -> range:
    if len(values) > _MOST_VALUES:
        raise ValueError(f"more than {_MOST_VALUES} values")
    return values

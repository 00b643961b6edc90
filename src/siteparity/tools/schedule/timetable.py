"""Instants in words for people: "03:15 UTC on Sun", "2 h late from March to November". Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from siteparity.tools.schedule.instants import DAY, DAYS, MINUTES, START, Instants

ON_TIME = "on time"

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SEVERAL = 4
"""Up to this many times, days or stretches are listed one by one."""
_OFTEN = 60
"""If a job runs on more days than this, a stretch of one or two days is only a jump of local time."""
_FARTHEST, _STEP = 14 * 60, 15
"""Minutes: zones are up to 14 hours from UTC, in quarters of an hour."""


def in_words(instants: Instants) -> str:
    """A short text. Different instants may have the same text, but not the same digest."""
    data = instants.bits.to_bytes(MINUTES // 8, "little")
    days = [(START + timedelta(days=day), data[day * DAY // 8 : (day + 1) * DAY // 8]) for day in range(DAYS)]
    runs = [(day, minutes) for day, minutes in days if any(minutes)]
    if not runs:
        return "never"
    stretches = list(_stretches(runs))
    (_, usual), *others = stretches
    text = _times(usual)
    if len(stretches) > _SEVERAL:
        text = f"at {len({minutes for _, minutes in stretches})} different times of day"
    elif others:
        other = (
            f"{_times(minutes)} from {_MONTHS[first.month - 1]} to {_MONTHS[after.month - 1]}"
            for (first, minutes), (after, _) in zip(others, [*others[1:], (days[-1][0], usual)], strict=True)
            if minutes != usual
        )
        text = ", ".join((text, *other))
    return text + _rhythm([day for day, _ in runs])


def _stretches(runs: Sequence[tuple[date, bytes]]) -> Iterator[tuple[date, bytes]]:
    """(first day, times) of each stretch of days with the same times of day."""
    least = 3 if len(runs) > _OFTEN else 1
    long = [stretch for _, group in groupby(runs, lambda run: run[1]) if len(stretch := list(group)) >= least]
    days = [run for stretch in long or [list(runs)] for run in stretch]
    for _, group in groupby(days, lambda run: run[1]):
        yield next(group)


def _times(minutes: bytes) -> str:
    bits = int.from_bytes(minutes, "little")
    at = [minute for minute in range(DAY) if bits >> minute & 1]
    step = at[1] - at[0] if len(at) > 1 else DAY
    if len(at) > 1 and at == list(range(at[0], DAY, step)) and len(at) * step == DAY:
        return _every(step, at[0])
    if len(at) <= _SEVERAL:
        return f"{', '.join(_clock(minute) for minute in at)} UTC"
    return f"{len(at)} times from {_clock(at[0])} to {_clock(at[-1])} UTC"


def _every(step: int, first: int) -> str:
    if step == 1:
        return "every minute"
    if step == 60:  # noqa: PLR2004  # minutes
        return f"every hour at :{first:02}"
    return f"every {_length(step)}" + (f" from {_clock(first)} UTC" if first else "")


def _rhythm(days: Sequence[date]) -> str:
    """On which days, apart from the few that a jump of local time moves to another day in UTC."""
    every = [START + timedelta(days=number) for number in range(DAYS)]
    weekdays = {day.isoweekday() for day in days}
    if len(days) <= 2:  # noqa: PLR2004  # once a year
        return f" on {' and '.join(dict.fromkeys(f'{day.day} {_MONTHS[day.month - 1]}' for day in days))}"
    if _nearly(days, [day for day in every if day.isoweekday() in weekdays]):
        names = [_WEEKDAYS[number - 1] for number in sorted(weekdays)]
        return "" if names == list(_WEEKDAYS) else f" on {', '.join(names)}"
    numbers = {day.day for day in days}
    if len(numbers) <= _SEVERAL and _nearly(days, [day for day in every if day.day in numbers]):
        return f" on day {', '.join(str(number) for number in sorted(numbers))} of each month"
    return f" on {len(days)} of {DAYS} days"


def _nearly(days: Sequence[date], wanted: Sequence[date]) -> bool:
    return len(set(days) ^ set(wanted)) <= _SEVERAL


def lateness(actual: Instants, meant: Instants) -> str:
    """How late a job runs, and in which months: the smallest shift that turns one series into the other."""
    if actual == meant:
        return ON_TIME
    stretches = list(_shifts(actual.bits, meant.bits))
    if not any(shift for shift, *_ in stretches) or len(stretches) > _SEVERAL:
        return "at other times than meant"
    if len(stretches) == 1:
        return _late(stretches[0][0])
    stretches.sort(key=lambda stretch: -abs(stretch[0]))
    return ", ".join(
        f"{_late(shift)} from {_MONTHS[first]} to {_MONTHS[last]}" for shift, first, last in stretches
    )


def _shifts(actual: int, meant: int) -> Iterator[tuple[int, int, int]]:
    """(minutes late, first month, last month), months from 0. December and January are neighbours."""
    months: list[tuple[int, int | None]] = []
    for month, first, last in _month_bounds():
        if _part(actual, first, last) or _part(meant, first, last):
            months.append((month, _shift(actual, meant, first, last)))
    runs = [
        (shift, [index for index, _ in group])
        for shift, group in groupby(enumerate(months), lambda one: one[1][1])
        if shift is not None
    ]
    if len(runs) > 1 and runs[0][0] == runs[-1][0]:
        runs = [(runs[0][0], [*runs[-1][1], *runs[0][1]]), *runs[1:-1]]
    for shift, places in runs:
        before, after = places[0] - 1, places[-1] + 1
        begins = before if before >= 0 and months[before][1] is None else places[0]
        ends = after if after < len(months) and months[after][1] is None else places[-1]
        yield shift, months[begins][0], months[ends][0]


def _month_bounds() -> Iterator[tuple[int, int, int]]:
    """(month, first minute, minute after the last), without the days at both ends: runs shift across."""
    days = (START + timedelta(days=number) for number in range(1, DAYS - 1))
    for (_, month), group in groupby(days, lambda day: (day.year, day.month)):
        *_, last = first, *_ = list(group)
        yield month - 1, (first - START).days * DAY, (last - START).days * DAY + DAY


def _shift(actual: int, meant: int, first: int, last: int) -> int | None:
    runs = _part(actual, first, last)
    shifts = sorted(range(-_FARTHEST, _FARTHEST + 1, _STEP), key=lambda shift: (abs(shift), -shift))
    return next((shift for shift in shifts if _part(meant, first - shift, last - shift) == runs), None)


def _part(bits: int, first: int, last: int) -> int:
    return (bits >> first) & ((1 << (last - first)) - 1)


def _late(shift: int) -> str:
    return f"{_length(abs(shift))} {'late' if shift > 0 else 'early'}" if shift else ON_TIME


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"

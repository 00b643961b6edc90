"""The instants in UTC at which a job runs over 13 months, every one of them. Pure.

The 13 months are fixed, January 2028 to January 2029. They contain both changes of daylight saving time,
every day of every month and a 29th of February. With a window that moves with today's date, two records of
one schedule would differ from month to month. `Zone.changes` covers the zone's rules in other years.

The 13 months are one integer with a bit for each minute. So any schedule is exact and takes a millisecond,
where listing the runs of a job of every five minutes takes more than a second.

What cron does when local time jumps is in ``main`` of its source (cron.c, 3.0pl1-162), and described in
cron(8).
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from zoneinfo import ZoneInfo

from siteparity.tools.schedule.cron_syntax import Schedule

START = date(2028, 1, 1)
DAYS = 397
DAY = 1440
"""Minutes of a day."""
MINUTES = DAYS * DAY

FIRST_YEAR, LAST_YEAR = 2026, 2037
"""The years whose changes of local time are compared."""
_MARGIN = 2
"""Days beyond both ends, since local dates are up to 14 hours away from UTC."""
_CAUGHT_UP = 180
"""Minutes. At a longer jump cron neither runs what was skipped nor holds back what would run twice."""
_EPOCH = date(1970, 1, 1)
_FIRST_MINUTE = (START - _EPOCH).days * DAY


@dataclass(frozen=True, slots=True)
class Zone:
    """Local time of a place."""

    changes: tuple[tuple[int, int], ...]
    """(minutes since 1970, minutes east of UTC from then on), from `FIRST_YEAR` to `LAST_YEAR`."""

    @property
    def always(self) -> int | None:
        """Minutes east of UTC if that never changes, or None."""
        return self.changes[0][1] if len(self.changes) == 1 else None

    def stretches(self) -> Iterator[tuple[int, int, int]]:
        """(first minute, minute after the last, minutes east of UTC) over the 13 months."""
        ends = [*(at - _FIRST_MINUTE for at, _ in self.changes[1:]), MINUTES]
        for (at, offset), end in zip(self.changes, ends, strict=True):
            first, last = max(at - _FIRST_MINUTE, 0), min(end, MINUTES)
            if first < last:
                yield first, last, offset


@dataclass(frozen=True, slots=True)
class Instants:
    """The runs of a job over the 13 months."""

    bits: int
    """Bit n: it runs in minute n after the start of `START` in UTC."""
    seconds: tuple[float, ...] = (0.0,)
    """The seconds within those minutes."""

    def __or__(self, other: Instants) -> Instants:
        """The runs of either, with the seconds of both."""
        return Instants(self.bits | other.bits, tuple(sorted({*self.seconds, *other.seconds})))

    @property
    def digest(self) -> str:
        """48 bits of SHA-256 over every instant."""
        runs = self.bits.to_bytes(MINUTES // 8, "little") + repr(self.seconds if self.bits else ()).encode()
        return hashlib.sha256(runs).hexdigest()[:12]


class _Whole(BytesIO):
    """A file that raises an error if it ends too early, where zoneinfo would read on forever."""

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        if size is not None and len(found) < size:
            raise ValueError("it is cut")
        return found


@lru_cache(maxsize=64)
def zone_of(tzif: bytes) -> Zone:
    """The zone in a file of the zone database (tzfile(5)).

    Raises:
        ValueError: it is not such a file, or its local time is not whole minutes from UTC.
    """
    try:
        offsets = list(_offsets(ZoneInfo.from_file(_Whole(tzif))))
    except (ValueError, IndexError, OverflowError, AssertionError, struct.error) as error:
        raise ValueError(f"not a time zone: {error}") from None
    return Zone(tuple(offsets))


def _offsets(info: ZoneInfo) -> Iterator[tuple[int, int]]:
    """Every change of local time, found between two weeks that differ: no place changes twice in a week."""
    first, last = (_minute(date(year, 1, 1)) for year in (FIRST_YEAR, LAST_YEAR + 1))
    known = _offset(info, first)
    yield first, known
    for week in range(first, last, 7 * DAY):
        low, high = week, week + 7 * DAY
        after = _offset(info, high)
        if after == known:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(info, middle) == known else (low, middle)
        known = after
        yield high, after


def _minute(day: date) -> int:
    return (day - _EPOCH).days * DAY


def _offset(info: ZoneInfo, minute: int) -> int:
    """Minutes east of UTC at a minute since 1970."""
    offset = datetime.fromtimestamp(minute * 60, info).utcoffset()
    if offset is None or offset % timedelta(minutes=1):
        raise ValueError("local time is not whole minutes from UTC")
    return offset // timedelta(minutes=1)


@lru_cache(maxsize=256)
def of_schedule(schedule: Schedule, zone: Zone) -> Instants:
    """When cron runs a job.

    A job whose minute or hour begins with ``*`` follows the real clock. Any other job runs once if local time
    jumps over it, and does not run again if local time comes back to it.
    """
    times = _bits(hour * 60 + minute for hour in schedule.hours for minute in schedule.minutes)
    local = _local(lambda day: schedule.runs_on(day.month, day.day, day.isoweekday() % 7), times)
    bits = _by_the_clock(local, zone)
    if not schedule.follows_clock:
        bits = _once(bits, local, zone, makes_good=True)
    return Instants(bits)


def of_days(
    runs_on: Callable[[date], bool], times: Iterable[int], seconds: tuple[float, ...], zone: Zone
) -> Instants:
    """When systemd starts a timer: at the first of two equal local times, never at a skipped one.

    Args:
        runs_on: whether it elapses on a local date.
        times: the minutes of such a day.
        seconds: the seconds within those minutes.
        zone: whose local time counts.
    """
    local = _local(runs_on, _bits(times))
    return Instants(_once(_by_the_clock(local, zone), local, zone, makes_good=False), seconds)


def _bits(places: Iterable[int]) -> int:
    bits = 0
    for place in places:
        bits |= 1 << place
    return bits


def _local(runs_on: Callable[[date], bool], times: int) -> int:
    """Local minutes with a run; bit 0 is `_MARGIN` days before the start."""
    on, off = times.to_bytes(DAY // 8, "little"), bytes(DAY // 8)
    days = (START + timedelta(days=number) for number in range(-_MARGIN, DAYS + _MARGIN))
    return int.from_bytes(b"".join(on if runs_on(day) else off for day in days), "little")


def _by_the_clock(local: int, zone: Zone) -> int:
    bits = 0
    for first, last, offset in zone.stretches():
        bits |= _between(local, first + offset, last + offset) << first
    return bits


def _between(local: int, first: int, last: int) -> int:
    """Local minutes from `first` to before `last`, counted from the start."""
    return (local >> (first + _MARGIN * DAY)) & ((1 << max(last - first, 0)) - 1)


def _once(bits: int, local: int, zone: Zone, *, makes_good: bool) -> int:
    """The runs, corrected at each jump of local time."""
    for (_, at, before), (_, _, after) in pairwise(zone.stretches()):
        back, forward = before - after, after - before
        if 0 < back <= _CAUGHT_UP:
            bits &= ~(((1 << back) - 1) << at)
        elif makes_good and 0 < forward < _CAUGHT_UP and _between(local, at + before, at + after):
            bits |= 1 << at
    return bits

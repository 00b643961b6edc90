"""Crontabs as Debian's cron reads them: what runs when, as whom and with which settings. Pure.

The rules are those of crontab(5), and of the source of cron 3.0pl1-162 (entry.c, env.c, user.c) for what
the page does not say. Two of them surprise. One bad line makes cron ignore the whole file. And within a
field cron silently skips what follows a complete value: ``6#3`` is every Saturday, not the third one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from siteparity.model import SiteparityError

AT_BOOT = "@reboot"
SHORTHANDS: Mapping[str, str] = MappingProxyType(
    {
        "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
        "@monthly": "0 0 1 * *",
        "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *",
        "@hourly": "0 * * * *",
    }
)

MAX_BYTES = 998
"""A longer command is an error, a longer setting is cut (cron.h: MAX_COMMAND, MAX_ENVSTR)."""
MAX_LINES = 10_003
"""Cron accepts neither job nor setting on a later line (user.c)."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_SUNDAY_AGAIN = 7

_BLANK = r"[ \t]"
_SPACE = r"[ \t\n\v\f\r]"
_NO_SPACE = r"[^ \t\n\v\f\r"
_SETTING = re.compile(
    rf"""(?:"([^"=]*)"|'([^'=]*)'|((?:{_NO_SPACE}"'=]{_NO_SPACE}=]*)?))"""
    rf"""{_SPACE}*={_SPACE}*"""
    rf"""(?:"([^"]*)"{_SPACE}*|'([^']*)'{_SPACE}*|({_NO_SPACE}"'].*))\Z""",
    re.DOTALL,
)
_RANGE = re.compile(
    r"(?:(?P<all>\*)|(?P<low>[0-9A-Za-z]+)(?:-(?P<high>[0-9A-Za-z]*))?)(?:/(?P<step>[0-9A-Za-z]*))?"
)


class CrontabError(SiteparityError):
    """Cron ignores the whole file. The message names the line and says why."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The local times at which a job runs."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """0 is Sunday."""
    either_day: bool
    """Whether one of the two day fields is enough: neither begins with ``*``."""
    follows_clock: bool
    """Whether its minute or hour begins with ``*``, so that no jump of local time affects it (cron(8))."""

    def runs_on(self, month: int, day: int, weekday: int) -> bool:
        """Whether it runs on a date; 0 is Sunday."""
        by_day, by_weekday = day in self.days, weekday in self.weekdays
        return month in self.months and (by_day or by_weekday if self.either_day else by_day and by_weekday)


@dataclass(frozen=True, slots=True)
class Entry:
    """One job."""

    line: int
    when: str
    """Its time as written, with single blanks."""
    schedule: Schedule | None
    """None if it runs after a boot."""
    user: str | None
    """None in a user's own crontab."""
    command: str
    """Including what follows a ``%``."""
    settings: Mapping[str, str]
    """The settings above its line. Cron adds its own."""


def parse(content: bytes, *, system: bool) -> tuple[Entry, ...]:
    """Read a crontab.

    Args:
        content: the whole file.
        system: whether each job names its user, as in ``/etc/crontab`` and ``/etc/cron.d``.

    Raises:
        CrontabError: cron ignores the file for its content. The caller checks whether its users exist.
    """
    # Cron knows no encodings, so one character is one byte until a text is passed on.
    *lines, rest = content.decode("latin-1").split("\n")
    settings: dict[str, str] = {}
    entries: list[Entry] = []
    for number, line in enumerate(lines, 1):
        text = line.lstrip(" \t")
        if not text or text.startswith("#"):
            continue
        if number > MAX_LINES:
            raise CrontabError(f"line {number}: longer than cron reads")
        found = _SETTING.match(text[:MAX_BYTES])
        if found:
            settings |= _setting(found)
        else:
            entries.append(_entry(number, text, dict(settings), system=system))
    rest = rest.lstrip(" \t")
    if rest and not rest.startswith("#"):
        raise CrontabError(f"line {len(lines) + 1}: no line feed at the end of the file")
    return tuple(entries)


def expanded(fields: str) -> Schedule:
    """The schedule that five fields, or one of the `SHORTHANDS`, mean.

    Raises:
        CrontabError: cron does not accept them.
    """
    minute, hour, day, month, weekday = (*SHORTHANDS.get(fields, fields).split(), *[""] * 5)[:5]
    weekdays = _field(weekday, "day of the week", 0, _SUNDAY_AGAIN, _WEEKDAYS)
    return Schedule(
        minutes=_field(minute, "minute", 0, 59),
        hours=_field(hour, "hour", 0, 23),
        days=_field(day, "day of the month", 1, 31),
        months=_field(month, "month", 1, 12, _MONTHS),
        weekdays=frozenset(number % _SUNDAY_AGAIN for number in weekdays),
        either_day=not (day.startswith("*") or weekday.startswith("*")),
        follows_clock=minute.startswith("*") or hour.startswith("*"),
    )


def words_of(command: str) -> str:
    """What cron passes to the shell: all up to the first ``%``, with escaped ones unescaped."""
    given = re.match(r"(?:[^%\\]|\\.|\\\Z)*", command, re.DOTALL)
    return re.sub(r"\\([%\\])", r"\1", given.group() if given else "")


def _setting(found: re.Match[str]) -> dict[str, str]:
    name, value = (
        "".join(group or "" for group in groups) for groups in (found.groups()[:3], found.groups()[3:])
    )
    value = value.rstrip(" \t\n\v\f\r")
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return {_shown(name): _shown(value)}


def _entry(number: int, text: str, settings: Mapping[str, str], *, system: bool) -> Entry:
    fields = 1 if text.startswith("@") else 5
    *when, rest = (*re.split(r"[ \t]+", text, maxsplit=fields), *[""] * fields)[: fields + 1]
    user = None
    if system:
        user, *command = re.split(r"[ \t]", rest, maxsplit=1)
        if not (user and command):
            raise CrontabError(f"line {number}: expected a user and a command")
        rest = command[0]
    elif rest.startswith("*"):
        raise CrontabError(f"line {number}: expected a command after five fields")
    if len(rest) > MAX_BYTES:
        raise CrontabError(f"line {number}: the command is longer than {MAX_BYTES} bytes")
    try:
        schedule = None if when == [AT_BOOT] else expanded(" ".join(when))
    except CrontabError as error:
        raise CrontabError(f"line {number}: {error}") from None
    return Entry(
        line=number,
        when=_shown(" ".join(when)),
        schedule=schedule,
        user=None if user is None else _shown(user),
        command=_shown(rest.strip(" \t")),
        settings=settings,
    )


def _field(text: str, what: str, low: int, high: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    """The values of one field. After a complete list cron skips to the next blank."""
    values: set[int] = set()
    position = 0
    while True:
        found = _RANGE.match(text, position)
        if found is None:
            raise CrontabError(f"bad {what} {text[:40]!a}")
        try:
            values.update(_range(found, low, high, names))
        except ValueError:
            raise CrontabError(f"bad {what} {text[:40]!a}") from None
        position = found.end() + 1
        if text[found.end() : position] != ",":
            return frozenset(values)


def _range(found: re.Match[str], low: int, high: int, names: tuple[str, ...]) -> range:
    """``*``, ``n`` or ``n-m``; a ``/step`` may follow all but ``n``."""
    first, last, step = found["low"], found["high"], found["step"]
    start, end = (
        (low, high) if found["all"] else (_number(first, low, names), _number(last or first, low, names))
    )
    if last == "" or (step is not None and first and last is None):
        raise ValueError
    if not (low <= start <= high and low <= end <= high):
        raise ValueError
    return range(start, end + 1, 1 if step is None else _number(step, 0, ()))


def _number(text: str, low: int, names: tuple[str, ...]) -> int:
    """A number, or the name of one. `range` refuses a step of zero."""
    if text.lower() in names:
        return names.index(text.lower()) + low
    if not re.fullmatch("[0-9]{1,20}", text):
        raise ValueError
    return int(text)


def _shown(text: str) -> str:
    """The text of characters that stand for bytes."""
    return text.encode("latin-1").decode("utf-8", "backslashreplace")

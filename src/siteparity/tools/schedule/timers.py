"""Timers of systemd, by the properties of their units (systemd.timer(5))."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from siteparity.model import UnmeasuredError
from siteparity.tools.schedule.calendarspec import Calendar, CalendarError, parse
from siteparity.tools.schedule.cron_daemon import Unit, one, seconds

ARMED = "armed"
HUNG = "its job has not ended for longer than the timer's interval"

_SPANS = {
    "us": 0.000_001, "ms": 0.001, "s": 1.0, "min": 60.0, "h": 3_600.0,
    "d": 86_400.0, "w": 604_800.0, "month": 2_629_800.0, "y": 31_557_600.0,
}  # fmt: skip
"""The seconds of each unit in which systemd writes a time span (systemd.time(7))."""

_SETTINGS = {
    "AccuracyUSec": "AccuracySec",
    "RandomizedDelayUSec": "RandomizedDelaySec",
    "FixedRandomDelay": "FixedRandomDelay",
    "Persistent": "Persistent",
    "WakeSystem": "WakeSystem",
    "OnClockChange": "OnClockChange",
    "OnTimezoneChange": "OnTimezoneChange",
}
_SAYS_NOTHING = frozenset(("0", "no"))
_STARTED_AT_BOOT = frozenset(("enabled", "enabled-runtime", "static"))


def loaded(units: Mapping[str, Unit]) -> Mapping[str, Unit]:
    """The timers among units."""
    return {name: unit for name, unit in units.items() if name.endswith(".timer")}


def described(unit: Unit) -> str:
    """All that the unit says about when it starts what, without its current state."""
    if one(unit, "LoadState") != "loaded":
        return one(unit, "LoadState")
    specs = (_specs(unit, "TimersCalendar"), _specs(unit, "TimersMonotonic"))
    when = [f"{name}={text}" for spec in specs for name, text in sorted(spec)]
    others = [
        f"{name}={one(unit, key)}" for key, name in _SETTINGS.items() if one(unit, key) not in _SAYS_NOTHING
    ]
    return "; ".join((*when, *others, f"starts {one(unit, 'Unit')}", one(unit, "UnitFileState")))


def state(unit: Unit) -> str:
    """`ARMED`, or why the timer starts nothing."""
    if one(unit, "LoadState") != "loaded":
        return one(unit, "LoadState")
    if one(unit, "ActiveState") != "active":
        return {"inactive": "stopped"}.get(one(unit, "ActiveState"), one(unit, "ActiveState"))
    return ARMED if one(unit, "SubState") in ("waiting", "running") else one(unit, "SubState")


def began(unit: Unit, service: Unit) -> float | None:
    """When the job started for which the timer waits, in seconds since 1970; None if it waits for none.

    It does not wait for a service that stays up, and that it only starts again after it went down.
    """
    if one(unit, "SubState") != "running" or one(service, "ActiveState") != "activating":
        return None
    return seconds(one(service, "InactiveExitTimestamp"))


def repeats(unit: Unit) -> Iterable[float]:
    """The intervals, in seconds, after which the timer starts its job again regardless of the calendar.

    Raises:
        UnmeasuredError: a time span is not understood.
    """
    specs = _specs(unit, "TimersMonotonic")
    return [_span(text) for name, text in specs if name in ("OnUnitActiveUSec", "OnUnitInactiveUSec")]


def _span(text: str) -> float:
    """A time span such as ``1h 30min`` in seconds."""
    found = [re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)([a-z]+)", word) for word in text.split()]
    if not found or not all(one and one[2] in _SPANS for one in found):
        raise UnmeasuredError(f"systemctl show: {text[:40]!r} is not a time span")
    return sum(float(one[1]) * _SPANS[one[2]] for one in found if one)


def ought_to_run(unit: Unit) -> bool:
    """Whether the timer runs or a boot would start it; no, if it is masked or its conditions fail.

    An instance that nobody enabled, such as ``pg_compresswal@17-main.timer``, starts with the unit that wants
    it. systemd knows it as soon as that unit is loaded, whether it runs or not.
    """
    if one(unit, "LoadState") != "loaded":
        return False
    if one(unit, "ActiveState") != "inactive":
        return True
    if one(unit, "UnitFileState") == "static" and "@" in one(unit, "Id") and not _is_wanted_at_boot(unit):
        return False
    unfit = one(unit, "ConditionResult") == "no" and one(unit, "ConditionTimestampMonotonic") != "0"
    return one(unit, "UnitFileState") in _STARTED_AT_BOOT and not unfit


def _is_wanted_at_boot(unit: Unit) -> bool:
    """Whether a target wants it; True where systemd does not say who does."""
    if not unit.keys() & {"WantedBy", "RequiredBy"}:
        return True
    wanting = " ".join((*unit.get("WantedBy", ()), *unit.get("RequiredBy", ()))).split()
    return any(name.endswith(".target") for name in wanting)


def calendars(unit: Unit) -> Iterable[Calendar]:
    """The calendars of a timer; none if it is masked, or has none.

    Raises:
        UnmeasuredError: a calendar is not understood.
    """
    try:
        return [parse(text) for _, text in _specs(unit, "TimersCalendar")]
    except CalendarError as error:
        raise UnmeasuredError(f"{one(unit, 'Id')}: {error}") from None


def _specs(unit: Unit, name: str) -> list[tuple[str, str]]:
    """``{ OnCalendar=*-*-* 02:30:00 UTC ; next_elapse=... }`` as (OnCalendar, the calendar)."""
    found = [re.fullmatch(r"\{ (On[A-Za-z]+)=(.+?) ; next_elapse=.* \}", text) for text in unit.get(name, ())]
    if not all(found):
        raise UnmeasuredError(f"systemctl show: cannot read {name} of {one(unit, 'Id')}")
    return [(match[1], match[2]) for match in found if match]

"""The cron daemon, and local time as it sees it.

Debian's cron uses the time zone of ``TZ`` in its own environment, or else that of ``/etc/localtime``
(tzset(3)). cron(8) mentions ``/etc/timezone``, but only the init script reads it; if systemd starts cron,
nothing does. Since 3.0pl1-152 cron follows a changed ``/etc/localtime`` within a minute (Debian bug
1019716). An older cron keeps the old zone until the next change of daylight saving time, or until it is
restarted.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from siteparity.model import UnmeasuredError
from siteparity.tools.given import DECODE, items
from siteparity.tools.program import filled, program

SERVICE = "cron.service"
LOCALTIME = "/etc/localtime"
TIMEZONE = "/etc/timezone"
RUNNING = "running"

_ZONES = "/usr/share/zoneinfo/"
_SETTINGS = "/etc/systemd/system.conf " + " ".join(
    f"{place}/systemd/system.conf.d/*.conf" for place in ("/usr/lib", "/usr/local/lib", "/run", "/etc")
)
"""The files of systemd-system.conf(5). The last one wins."""
_PROPERTIES = (
    *("Id", "LoadState", "ActiveState", "SubState", "UnitFileState", "FreezerState", "Environment"),
    *("MainPID", "ExecMainStartTimestamp", "ConditionResult", "ConditionTimestampMonotonic"),
    *("Unit", "TimersCalendar", "TimersMonotonic", "OnClockChange", "OnTimezoneChange", "AccuracyUSec"),
    *("RandomizedDelayUSec", "FixedRandomDelay", "Persistent", "WakeSystem", "InactiveExitTimestamp"),
    *("WantedBy", "RequiredBy"),
)

QUESTION = DECODE + filled(
    program(__package__, "cron_daemon.sh"),
    items=items("UNITS"),
    properties=",".join(_PROPERTIES),
    service=SERVICE,
    settings=_SETTINGS,
    zones=_ZONES,
    localtime=LOCALTIME,
    timezone=TIMEZONE,
)
"""A shell text about cron, the units in ``$UNITS``, every loaded timer, and local time."""


Unit = Mapping[str, tuple[str, ...]]
"""Properties of a unit: name -> its values."""


@dataclass(frozen=True, slots=True)
class Crond:
    """The daemon, timers and local time of a host."""

    units: Mapping[str, Unit]
    """By name: cron, the timers, and the units that were asked for."""
    stopped: bool
    """Whether a signal has stopped the process."""
    another: bool
    """Whether it is not Debian's cron: it knows CRON_TZ, and has other rules."""
    lsb_names: bool
    """Whether it accepts files in /etc/cron.d by the Linux Standard Base's naming rules (``cron -l``)."""
    running: bool
    tz: str | None
    """TZ in the environment of the daemon."""
    manager_tz: str | None
    """TZ in the environment of systemd itself."""
    configured_tz: str | None
    """TZ with which systemd would start cron now."""
    assigned_tz: str | None
    """TZ that systemd hands to whatever it starts (``set-environment``, ``DefaultEnvironment=``)."""
    boot_tz: str | None
    """The same after a boot, by the files of systemd's own settings."""
    localtime: str
    """Where ``/etc/localtime`` leads; empty if it is not a link."""
    timezone: str | None
    """What ``/etc/timezone`` says; None if there is no such file."""
    changed: Mapping[str, float]
    """When each of the two files was made or changed, in seconds since 1970."""
    zones: Mapping[str, bytes]
    """Files of the zone database by path: ``/etc/localtime``, and the file that cron uses."""

    @property
    def unit(self) -> Unit:
        """cron.service."""
        return self.units[SERVICE]

    @property
    def started(self) -> float | None:
        """When the daemon started, in whole seconds since 1970; None if it does not run."""
        text = one(self.unit, "ExecMainStartTimestamp") if self.running else ""
        return seconds(text) if text else None

    @property
    def cron_file(self) -> str:
        """The path of the zone file that cron uses."""
        tz = self.tz if self.running else self.configured_tz
        return LOCALTIME if tz is None else zone_file(tz)


def one(unit: Unit, name: str) -> str:
    """The one value of a property.

    Raises:
        UnmeasuredError: systemd shows none, or several.
    """
    values = unit.get(name, ())
    if len(values) != 1:
        raise UnmeasuredError(f"systemctl show: {''.join(unit.get('Id', ('a unit',)))} has no {name}")
    return values[0]


def zone_file(tz: str) -> str:
    """The zone file that a value of TZ means (tzset(3)). An empty value means UTC."""
    tz = tz.removeprefix(":")
    return tz if tz.startswith("/") else _ZONES + (tz or "Etc/UTC")


def zone_name(path: str) -> str:
    """The name of a zone, from its path in the zone database."""
    return path.rpartition("/zoneinfo/")[2].removeprefix("posix/") or path


def read(answer: bytes) -> Crond:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: a part of it is not understood.
    """
    parts = answer.split(b"\0", 2)
    if len(parts) != 3:  # noqa: PLR2004  # units, cron and its zone, files of zones
        raise UnmeasuredError("cron: the answer ends too early")
    shown, tagged = (part.decode("utf-8", "backslashreplace") for part in parts[:2])
    units = _units(shown)
    lines = [line.partition(" ")[::2] for line in tagged.splitlines()]
    facts = dict(lines)
    links = [text.split(" ", 2) for tag, text in lines if tag == "link"]
    if not all(len(link) == 3 and re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12})?", link[1]) for link in links):  # noqa: PLR2004
        raise UnmeasuredError(f"cron: cannot read what {LOCALTIME} and {TIMEZONE} are")
    stat = facts.get("stat", "").rpartition(") ")[2]
    if bool(stat) != (one(units[SERVICE], "MainPID") != "0"):
        raise UnmeasuredError("cron: its process cannot be read")
    return Crond(
        units=units,
        stopped=stat[:1] in ("T", "t"),
        another="other" in facts,
        lsb_names=re.search("-[fnl]*l", facts.get("options", "")) is not None,
        running=bool(stat) and stat[:1] not in ("Z", "X"),
        tz=facts.get("cron"),
        manager_tz=facts.get("manager"),
        configured_tz=_configured(units[SERVICE], facts.get("default"), facts.get("assigned")),
        assigned_tz=facts.get("assigned"),
        boot_tz=facts.get("boot"),
        localtime=next((link for path, _, link in links if path == LOCALTIME), ""),
        timezone=facts.get("name"),
        changed={path: float(changed) for path, changed, _ in links},
        zones=_zones(parts[2]),
    )


def _units(shown: str) -> Mapping[str, Unit]:
    """Units as ``systemctl show`` prints them, separated by empty lines."""
    units: dict[str, Unit] = {}
    for block in shown.strip("\n").split("\n\n"):
        unit: dict[str, tuple[str, ...]] = {}
        for line in block.split("\n"):
            name, equals, value = line.partition("=")
            if not equals or not re.fullmatch("[A-Za-z]+", name):
                raise UnmeasuredError(f"systemctl show: cannot read the line {line[:80]!r}")
            unit[name] = (*unit.get(name, ()), value)
        units.setdefault(one(unit, "Id"), unit)
    if next(iter(units)) != SERVICE:
        raise UnmeasuredError(f"systemctl show: it does not begin with {SERVICE}")
    return units


def _configured(unit: Unit, default: str | None, assigned: str | None) -> str | None:
    """TZ of ``/etc/default/cron``, or else of ``Environment=``, or else of the manager (systemd.exec(5))."""
    if default is not None:
        return default.strip().strip("\"'")
    try:
        words = shlex.split(" ".join(unit.get("Environment", ())))
    except ValueError:
        raise UnmeasuredError("systemctl show: Environment= cannot be split into words") from None
    return next((word.removeprefix("TZ=") for word in reversed(words) if word.startswith("TZ=")), assigned)


def _zones(part: bytes) -> Mapping[str, bytes]:
    """Files of the zone database: first the headers of all of them, then their contents."""
    sizes: list[tuple[str, int]] = []
    while part and not part.startswith(b"\0"):
        path, size, part = (*part.split(b"\0", 2), b"", b"")[:3]
        if not re.fullmatch(rb"[0-9]{1,6}", size):
            raise UnmeasuredError("cron: the answer ends too early")
        sizes.append((path.decode("utf-8", "backslashreplace"), int(size)))
    contents = BytesIO(part[1:])
    zones = {name: contents.read(length) for name, length in sizes}
    if not part or sum(length for _, length in sizes) != len(part) - 1:
        raise UnmeasuredError("cron: a file of the zone database was not read to its end")
    return zones


def seconds(text: str) -> float:
    """Seconds since 1970 of a time that systemctl(1) prints with TZ=UTC: ``Mon 2026-11-23 04:23:40 UTC``.

    Raises:
        UnmeasuredError: the text is not such a time.
    """
    try:
        return datetime.strptime(text, "%a %Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise UnmeasuredError(f"systemctl show: {text[:40]!r} is not a time in UTC") from None

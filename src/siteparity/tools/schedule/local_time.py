"""Local time on a host: which time zone cron and systemd use, and whether it is the agreed one.

The rules of a zone count, not its name: ``UTC`` is ``Etc/UTC``. They are read from the host's own files, so
a host with an old zone database differs. Those of the agreed zone come from the database that siteparity
installs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from siteparity.model import UnmeasuredError
from siteparity.tools.schedule.cron_daemon import LOCALTIME, TIMEZONE, Crond, zone_file, zone_name
from siteparity.tools.schedule.instants import Zone, zone_of

AS_AGREED = "as agreed"
IN_FORCE = "in force"
CHANGED = "changed after cron was started"
NOT_AFTER_BOOT = "another one after a boot"


@lru_cache(maxsize=64)
def named(name: str) -> Zone:
    """The zone of this name in siteparity's own zone database.

    Raises:
        ValueError: there is none.
    """
    place = files("tzdata").joinpath("zoneinfo", *name.split("/"))
    if not re.fullmatch("[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*)*", name) or not place.is_file():
        raise ValueError(
            f"expected the name of a time zone such as America/Chicago, found {name!r}; correct it"
        )
    return zone_of(place.read_bytes())


def known_name(name: str) -> str:
    """The name itself, if siteparity's zone database has it; for the policy."""
    named(name)
    return name


def of_host(crond: Crond) -> str:
    """The name of the host's own time zone.

    Raises:
        UnmeasuredError: /etc/localtime is no link to a zone that siteparity knows.
    """
    name = zone_name(crond.localtime) or ""
    try:
        return known_name(name)
    except ValueError:
        raise UnmeasuredError(
            f"{LOCALTIME} leads to no zone with a known name; name the zone in the policy (timezone)"
        ) from None


def of_cron(crond: Crond) -> Zone:
    """The zone that cron uses.

    Raises:
        UnmeasuredError: its file was not read, or is damaged.
    """
    return _zone(crond, crond.cron_file)


def of_timers(crond: Crond) -> Zone:
    """The zone of timers that do not name one: systemd's own.

    Raises:
        UnmeasuredError: its file was not read, or is damaged.
    """
    return _zone(crond, _systemd_file(crond))


def names(crond: Crond, agreed: str) -> Mapping[str, str]:
    """Cron, timers and both files -> their zones. One with the rules of the agreed zone gets its name."""
    found = {
        "cron": _name(crond, crond.cron_file, agreed),
        "timers": _name(crond, _systemd_file(crond), agreed),
        LOCALTIME: _name(crond, LOCALTIME, agreed),
    }
    if crond.timezone is not None:
        found[TIMEZONE] = _as_called(crond.timezone, agreed)
    return found


def in_force(crond: Crond) -> Mapping[str, str]:
    """Each source of cron's time zone -> whether cron started after it last changed (to the second).

    /etc/timezone does not count here: nothing reads it when systemd starts cron, and each upgrade of Debian's
    tzdata rewrites it. `names` shows what it says.
    """
    started = crond.started
    found = {
        path: CHANGED if started is not None and changed >= started + 1 else IN_FORCE
        for path, changed in crond.changed.items()
        if path != TIMEZONE
    }
    as_set = started is None or crond.tz == crond.configured_tz
    return {
        **found,
        "TZ of cron.service": IN_FORCE if as_set else CHANGED,
        "TZ of systemd": IN_FORCE if crond.assigned_tz == crond.boot_tz else NOT_AFTER_BOOT,
    }


def _systemd_file(crond: Crond) -> str:
    return LOCALTIME if crond.manager_tz is None else zone_file(crond.manager_tz)


def _zone(crond: Crond, path: str) -> Zone:
    if path not in crond.zones:
        raise UnmeasuredError(f"{path}: the host has no such file, or it was not read")
    try:
        return zone_of(crond.zones[path])
    except ValueError as error:
        raise UnmeasuredError(f"{path}: {error}") from None


def _name(crond: Crond, path: str, agreed: str) -> str:
    name = zone_name(crond.localtime if path == LOCALTIME else path)
    try:
        zone = _zone(crond, path)
    except UnmeasuredError:
        return f"{name or LOCALTIME}, which cannot be read"
    if zone == named(agreed):
        return agreed
    return f"{name} by other rules" if name == agreed else name or "a zone without a name"


def _as_called(name: str, agreed: str) -> str:
    try:
        return agreed if named(name) == named(agreed) else name
    except ValueError:
        return name

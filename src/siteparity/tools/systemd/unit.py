"""A systemd unit and its processes, as several probes ask for them.

The processes of a unit are its main process and all its descendants (``/proc/PID/task/TID/children``,
proc(5)): they are what runs now, whatever the unit's files say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from siteparity.model import UnmeasuredError
from siteparity.tools.given import DECODE, assigned, item
from siteparity.tools.program import filled, program

NOT_RUNNING = "not running"
ONLY_AT_PRIMARY = "runs only at the primary, as the policy says"
"""In place of what a unit has only while it runs, if the policy keeps it off at the standby."""

_LOOK_UP = program(__package__, "unit.sh")


def look_up(properties: Iterable[str] = ()) -> str:
    """A shell text that prints properties of the unit in ``$UNIT``, one ``Name=value`` a line.

    It sets ``$main`` to the main process (0 if the unit does not run), and ``$pids`` to every process of the
    unit, the main process first.
    """
    wanted = ",".join(("LoadState", "MainPID", *properties))
    return DECODE + filled(_LOOK_UP, properties=wanted, item=item("UNIT"))


def look_up_of(unit: str, properties: Iterable[str] = ()) -> str:
    """The same about one unit, in a question that is not asked about any other."""
    return assigned(UNIT=[unit]) + look_up(properties)


def read_properties(lines: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Read what `look_up` printed: property -> its values, in order.

    Raises:
        UnmeasuredError: a line is no property, or LoadState or MainPID is missing.
    """
    found: dict[str, tuple[str, ...]] = {}
    for line in filter(None, lines):
        name, equals, value = line.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z]+", name):
            raise UnmeasuredError("systemctl show: a line is no property")
        found[name] = (*found.get(name, ()), value)
    if len(found.get("LoadState", ())) != 1 or not found["LoadState"][0]:
        raise UnmeasuredError("systemctl show: it does not say whether the unit is loaded")
    if not re.fullmatch(r"[0-9]{1,10}", "".join(found.get("MainPID", ()))):
        raise UnmeasuredError("systemctl show: it does not say which process is the main one")
    return found


def only_at_primary(services: object, roles: Iterable[str]) -> frozenset[str]:
    """The units that must run at the primary alone, by the policy's section about services."""
    named: Mapping[str, tuple[str, ...]] = getattr(services, "only_at_primary", {})
    return frozenset(unit for role in roles for unit in named.get(role, ()))


def not_running(properties: Mapping[str, tuple[str, ...]]) -> str | None:
    """Why the unit has no process; None if it has one."""
    if properties["LoadState"] != ("loaded",):
        return f"the unit is {properties['LoadState'][0]}"
    return NOT_RUNNING if properties["MainPID"] == ("0",) else None

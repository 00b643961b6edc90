"""What systemd's manager does now: which units are up, and the properties of those that need explaining.

Formats: systemctl(1), ``list-units --plain --no-legend`` and ``show``; properties:
org.freedesktop.systemd1(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.given import DECODE, items
from siteparity.tools.program import filled, program
from siteparity.tools.systemd.unit_files import UNIT

_PROPERTIES = (
    "Id", "Names", "LoadState", "ActiveState", "SubState", "Type", "ConditionResult",
    "ConditionTimestampMonotonic", "UnitFileState", "WantedBy", "RequiredBy", "UpheldBy", "BoundBy",
    "BindsTo", "TriggeredBy", "BusName", "NRestarts", "ActiveEnterTimestampMonotonic", "Result",
)  # fmt: skip

_PULLS = ("WantedBy", "RequiredBy", "UpheldBy", "BoundBy")

UP = ("active", "reloading")
"""States of a unit that does its work, also while it reloads its settings."""

_SETTLED_SECONDS = 60
"""A service that the manager restarted must be up for so long to count as up."""

QUESTION = DECODE + filled(
    program(__package__, "manager.sh"), items=items("UNITS"), properties=",".join(_PROPERTIES)
)
"""A shell text that lists what is up, and shows the units in ``$UNITS`` and those that need explaining."""
PARTS = ("up", "units", "shown")

_LINE = re.compile(rf"({UNIT}) +([a-z-]+) +([a-z]+) +([a-z-]+)(?: .*)?")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit, as the manager lists it."""

    name: str
    load: str
    active: str
    sub: str

    @property
    def kind(self) -> str:
        """``service``, ``socket``, ``timer`` ..."""
        return self.name.rpartition(".")[2]

    @property
    def is_up(self) -> bool:
        """Whether it does its work."""
        return self.active in UP


@dataclass(frozen=True, slots=True)
class Manager:
    """The units of one host, as the manager knows them."""

    seconds: float
    """Since the boot."""
    units: Mapping[str, Unit]
    """Every unit that is not inactive."""
    shown: Mapping[str, Mapping[str, str]]
    """Name of a unit, each of several names too -> property -> value."""

    def is_up(self, name: str) -> bool:
        """Whether a unit does its work now."""
        return name in self.units and self.units[name].is_up

    def property(self, name: str, key: str) -> str:
        """A property of a unit that was shown; empty if its type does not have it.

        Raises:
            UnmeasuredError: the unit was not shown.
        """
        if name not in self.shown:
            raise UnmeasuredError(f"systemctl show: it says nothing about {name}")
        return self.shown[name].get(key, "")

    def state(self, name: str) -> str:
        """The state of a unit that was shown: ``inactive (dead)``."""
        return f"{self.property(name, 'ActiveState')} ({self.property(name, 'SubState')})"

    def shown_up(self, name: str) -> bool:
        """Whether a unit that was shown does its work now; it may have several names."""
        return self.property(name, "ActiveState") in UP

    def pulled_in(self, name: str) -> bool:
        """Whether a unit that is up wants or requires it."""
        return any(self.is_up(other) for key in _PULLS for other in self.property(name, key).split())

    def on_demand(self, name: str) -> bool:
        """Whether something that is up starts it when needed: a socket, timer, path, or the message bus."""
        by_bus = self.property(name, "UnitFileState") == "static" and self.property(name, "BusName") != ""
        return by_bus or any(self.is_up(other) for other in self.property(name, "TriggeredBy").split())

    def of_a_device(self, name: str) -> bool:
        """Whether it comes and goes with a device, as ``ifup@eth0`` does, which udev starts at each boot."""
        return any(other.endswith(".device") for other in self.property(name, "BindsTo").split())

    def passed_over(self, name: str) -> bool:
        """Whether systemd checked its conditions, and they did not hold."""
        looked = self.property(name, "ConditionTimestampMonotonic") not in ("", "0")
        return looked and self.property(name, "ConditionResult") == "no"

    def keeps_restarting(self, name: str) -> bool:
        """Whether the manager restarted it less than a minute ago."""
        restarts = self.property(name, "NRestarts")
        since = int(self.property(name, "ActiveEnterTimestampMonotonic") or 0) / 1_000_000
        return restarts not in ("", "0") and self.seconds - since < _SETTLED_SECONDS


def read(parts: Mapping[str, Sequence[str]]) -> Manager:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: a line is not understood, or no target is up.
    """
    up = "".join(parts["up"])
    if not re.fullmatch(r"[0-9]+\.[0-9]+", up):
        raise UnmeasuredError(f"units: the time since the boot is no number: {up[:40]!r}")
    units = {unit.name: unit for unit in map(_unit, parts["units"])}
    if not any(unit.kind == "target" and unit.is_up for unit in units.values()):
        raise UnmeasuredError("systemctl list-units: no target is up")
    return Manager(float(up), units, _shown("\n".join(parts["shown"]).split("\n\n")))


def _unit(line: str) -> Unit:
    found = _LINE.fullmatch(line)
    if found is None:
        raise UnmeasuredError(f"systemctl list-units: a line is no unit: {line[:80]}")
    return Unit(*found.groups())


def _shown(blocks: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    shown: dict[str, Mapping[str, str]] = {}
    for block in filter(None, blocks):
        pairs = [line.partition("=") for line in block.strip("\n").split("\n")]
        if not all(equals and key in _PROPERTIES for key, equals, _ in pairs):
            raise UnmeasuredError("systemctl show: a line is no property that was asked for")
        values = {key: value for key, _, value in pairs}
        if not values.get("Id") or not values.get("LoadState") or not values.get("ActiveState"):
            raise UnmeasuredError("systemctl show: a unit has no name or no state")
        if not re.fullmatch(r"[0-9]{0,20}", values.get("ActiveEnterTimestampMonotonic", "")):
            raise UnmeasuredError("systemctl show: a time is no number")
        shown |= dict.fromkeys([values["Id"], *values.get("Names", "").split()], values)
    return shown

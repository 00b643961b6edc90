"""What systemd's manager does now: which units are up, and what it says of those that need explaining.

Formats: systemctl(1), ``list-units --plain --no-legend`` and ``show``; properties:
org.freedesktop.systemd1(5).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from siteparity.model import UnmeasuredError
from siteparity.tools.systemd.unit_files import UNIT

_PROPERTIES = (
    "Id", "Names", "LoadState", "ActiveState", "SubState", "Type", "ConditionResult",
    "ConditionTimestampMonotonic", "UnitFileState", "WantedBy", "RequiredBy", "UpheldBy", "BoundBy",
    "BindsTo", "TriggeredBy", "BusName", "NRestarts", "ActiveEnterTimestampMonotonic", "Result",
)  # fmt: skip

_PULLS = ("WantedBy", "RequiredBy", "UpheldBy", "BoundBy")

UP = ("active", "reloading")
"""States of a unit that does its work; one that reads its settings again does."""

_SETTLED_SECONDS = 60
"""A service that was restarted by the manager, and is up for less, is not trusted to stay up."""

# `show` costs more than a millisecond a unit, so it is asked of few: what the policy requires; what is
# up, and not by a link of another unit that is up; what is on its way up or down; what such a link
# starts, and is down.
_QUESTION = """\
read -r up rest </proc/uptime||exit
units=$(systemctl list-units --full --plain --no-legend --no-pager)||exit
printf '%s\\n' "[up] $up" "$units" '[shown]'
set -- {required}
column() {{ unit=$1 state=$3; }}
newline='
'
IFS=$newline now=' ' wanted= unclear= places=
set -f
for line in $units
do IFS=' ';column $line;IFS=$newline
case $state in active|reloading)now="$now$unit "
case $unit in *.service|*.socket|*.timer|*.path)wanted="$wanted$unit$newline";;esac;;
failed);;
*)case $unit in *.service|*.socket|*.timer|*.path)unclear="$unclear$unit$newline";;esac;;esac
done
set +f
set -- "$@" $unclear
for place in /etc/systemd/system /run/systemd/generator /run/systemd/generator.early \\
/run/systemd/generator.late /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system
do for folder in $place/*.wants $place/*.requires $place/*.upholds
do unit=${{folder##*/}} unit=${{unit%.*}}
case $now in *" $unit "*)places="$places$folder$newline";;esac
done;done
for unit in $wanted
do for folder in $places;do [ ! -L "$folder/$unit" ]||continue 2;done
set -- "$@" "$unit"
done
for folder in $places
do case $folder in /usr/lib/*|/lib/*)continue;;esac
for unit in "$folder"/*
do unit=${{unit##*/}}
case $unit in *.service|*.socket|*.timer|*.path)case $now in *" $unit "*);;*)set -- "$@" "$unit";;esac;;esac
done;done
[ $# -eq 0 ]||systemctl show --no-pager --property={properties} -- "$@"||exit
echo '[end]'
"""

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
    """What the manager said."""

    seconds: float
    """Since the boot."""
    units: Mapping[str, Unit]
    """Every unit that is not inactive."""
    shown: Mapping[str, Mapping[str, str]]
    """Unit, under each of its names -> property -> value."""

    def is_up(self, name: str) -> bool:
        """Whether a unit does its work now."""
        return name in self.units and self.units[name].is_up

    def property(self, name: str, key: str) -> str:
        """A property of a unit that was shown; empty when it has none (units of other types lack some).

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
        """Whether a unit that was shown, under any of its names, does its work now."""
        return self.property(name, "ActiveState") in UP

    def pulled_in(self, name: str) -> bool:
        """Whether a unit that is up wants or requires it."""
        return any(self.is_up(other) for key in _PULLS for other in self.property(name, key).split())

    def on_demand(self, name: str) -> bool:
        """Whether something that is up starts it when needed: a socket, timer, path, or the message bus."""
        by_bus = self.property(name, "UnitFileState") == "static" and self.property(name, "BusName") != ""
        return by_bus or any(self.is_up(other) for other in self.property(name, "TriggeredBy").split())

    def of_a_device(self, name: str) -> bool:
        """Whether it comes and goes with a device, such as ``ifup@eth0``, which udev starts at each boot."""
        return any(other.endswith(".device") for other in self.property(name, "BindsTo").split())

    def passed_over(self, name: str) -> bool:
        """Whether its conditions were looked at, and did not hold."""
        looked = self.property(name, "ConditionTimestampMonotonic") not in ("", "0")
        return looked and self.property(name, "ConditionResult") == "no"

    def keeps_restarting(self, name: str) -> bool:
        """Whether the manager had to restart it, a moment ago."""
        restarts = self.property(name, "NRestarts")
        since = int(self.property(name, "ActiveEnterTimestampMonotonic") or 0) / 1_000_000
        return restarts not in ("", "0") and self.seconds - since < _SETTLED_SECONDS


def question(required: Sequence[str]) -> str:
    """A shell text that lists what is up, and shows the units that need explaining."""
    return _QUESTION.format(required=" ".join(map(shlex.quote, required)), properties=",".join(_PROPERTIES))


@lru_cache(maxsize=32)
def read(text: str) -> Manager:
    """Read the answer to `question`; remembered, since several tables are made of it.

    Raises:
        UnmeasuredError: it is cut, or holds something that is not understood.
    """
    parts = re.fullmatch(r"\[up\] ([0-9]+\.[0-9]+)\n(.*\n)\[shown\]\n(.*)\[end\]\n", text, re.DOTALL)
    if parts is None:
        raise UnmeasuredError("units: the answer lacks a part")
    units = {unit.name: unit for unit in map(_unit, parts[2].split("\n")[:-1])}
    if not any(unit.kind == "target" and unit.is_up for unit in units.values()):
        raise UnmeasuredError("systemctl list-units: no target is up")
    return Manager(float(parts[1]), units, _shown(parts[3].split("\n\n")))


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

"""What a running service may use (setrlimit(2)), and what its unit says about it (systemd.exec(5)).

The limits of the main process count. In a container systemd may not raise limits, and so cannot give more
than it has itself. A service may raise its own soft limits up to the hard ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.given import DECODE, item
from siteparity.tools.program import filled, program

IN_FORCE = "as its unit says"
_OWN = "the machine's own"
_OF_PROGRAM = "set by the program itself"

_NAMES = {
    "AS": "address space",
    "CORE": "core file size",
    "DATA": "data size",
    "FSIZE": "file size",
    "MEMLOCK": "locked memory",
    "NOFILE": "open files",
    "NPROC": "processes",
    "STACK": "stack size",
}
"""systemd's name -> the kernel's (proc(5), /proc/PID/limits)."""
_COMPUTED = ("processes",)
"""The kernel computes the default from the machine's memory."""

_SET_BY_PROGRAMS = {"open files": ("apache2", "haproxy", "memcached")}
"""Limit -> programs that compute it when they start, from settings of theirs such as ``maxconn`` and the
number of servers, or whose script does (apachectl). Their settings are compared where these stand."""

_PROPERTIES = ",".join(f"Limit{name},Limit{name}Soft" for name in _NAMES)

QUESTION = DECODE + filled(program(__package__, "limits.sh"), properties=_PROPERTIES, item=item("UNIT"))
"""A shell text about the service in ``$UNIT``."""
PARTS = ("unit", "service", "manager")

Pair = tuple[float, float]
"""Soft and hard; infinite where there is no limit."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits by systemd's name."""

    unit: Mapping[str, Pair]
    service: Mapping[str, Pair]
    manager: Mapping[str, Pair]
    program: str = ""
    """The name of the main process."""

    def _computes(self, name: str) -> bool:
        return self.program in _SET_BY_PROGRAMS.get(name, ())

    def shown(self) -> Mapping[str, str]:
        """Each limit -> the running service's, soft and hard; `_OWN` if the kernel computed it."""
        return {
            name: _OF_PROGRAM
            if self._computes(name)
            else _OWN
            if name in _COMPUTED and self.service[key] == self.manager[key]
            else _text(self.service[key])
            for key, name in _NAMES.items()
        }

    def in_force(self) -> Mapping[str, str]:
        """Each limit -> `IN_FORCE`, or that of the running service and that of its unit."""
        return {name: IN_FORCE if self._computes(name) else self._state(key) for key, name in _NAMES.items()}

    def _state(self, key: str) -> str:
        (soft, hard), ceiling = self.unit[key], self.manager[key][1]
        wanted = min(soft, ceiling), min(hard, ceiling)
        running = self.service[key]
        if running[1] == wanted[1] and wanted[0] <= running[0]:
            return IN_FORCE
        return f"runs with {_text(running)}; its unit says {_text(wanted)}"


def _text(limit: Pair) -> str:
    soft, hard = ("none" if one == float("inf") else f"{one:.0f}" for one in limit)
    return f"soft {soft}, hard {hard}"


def read(parts: Mapping[str, Sequence[str]]) -> Limits | None:
    """Read the answer to `question`; None if the unit does not run, and so has no limits.

    Raises:
        UnmeasuredError: a line is not understood, the unit is not loaded, or a limit is missing.
    """
    shown = dict(line.split("=", 1) for line in parts["unit"] if "=" in line)
    if shown.get("LoadState") != "loaded":
        raise UnmeasuredError(f"limits: the unit is {shown.get('LoadState') or 'unknown'}")
    if shown.get("MainPID") == "0":
        return None
    try:
        unit = {key: (_number(shown[f"Limit{key}Soft"]), _number(shown[f"Limit{key}"])) for key in _NAMES}
    except KeyError as missing:
        raise UnmeasuredError(f"limits: systemctl does not say {missing.args[0]}") from None
    program = shown.get("Program", "")
    return Limits(unit, _of_process(parts["service"]), _of_process(parts["manager"]), program)


def _of_process(lines: Iterable[str]) -> Mapping[str, Pair]:
    found: dict[str, Pair] = {}
    for line in lines:
        row = re.match(r"Max ([a-z ]+?)\s{2,}([0-9a-z]+)\s+([0-9a-z]+)(?:\s|$)", line)
        if row:
            found[row[1]] = (_number(row[2]), _number(row[3]))
    missing = [name for name in _NAMES.values() if name not in found]
    if missing:
        raise UnmeasuredError(f"limits: the process does not tell its limit of {missing[0]}")
    return {key: found[name] for key, name in _NAMES.items()}


def _number(text: str) -> float:
    if text in ("infinity", "unlimited"):
        return float("inf")
    if not re.fullmatch(r"[0-9]{1,20}", text):
        raise UnmeasuredError(f"limits: expected a number, found {text[:40]!r}")
    return float(text)

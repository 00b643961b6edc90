"""The program that keeps a host's clock, and what it reports about its sources.

``chronyc -c`` asks chronyd (chronyc(1)). systemd-timesyncd shows the time of its last success as the time of
a file, ``/run/systemd/timesync/synchronized`` (systemd-timesyncd.service(8)). With any other program the
clock is unmeasured. ``timedatectl`` is not asked, since it would start a service on the host.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program

SYNCHRONISED = "synchronised"

_CHRONYD, _TIMESYNCD = "chronyd", "systemd-timesyncd"
_UNKNOWN = ("ntpd", "ptp4l", "phc2sys")
_OWN_CLOCK = "7F7F0101"
"""The reference of a server that follows only itself (chrony.conf(5), local)."""
_MAX_DRIFT = 500e-6
"""Seconds a second: the kernel cannot correct a clock that drifts more (adjtimex(2))."""
_TRACKING_FIELDS, _SOURCE_FIELDS = 14, 10

QUESTION = filled(program(__package__, "timekeeping.sh"), unknown="|".join(_UNKNOWN))

Entries: TypeAlias = Mapping[str, Sequence[str]]
"""Kind of line -> its values, in order."""


@dataclass(frozen=True, slots=True)
class Timekeeping:
    """What keeps a clock, and how well by its own account. In seconds; positive offsets are ahead."""

    program: str
    fault: str | None
    """What is wrong, apart from the age of the last answer; None if nothing is."""
    age: float
    """Seconds since the last answer of a source."""
    offset: float
    uncertainty: float
    follows: bool = True
    """Whether it follows a source; without one offset and uncertainty mean nothing."""

    def state(self, max_age: float) -> str:
        """`SYNCHRONISED`, or why not.

        Args:
            max_age: how old the last answer of a source may be, in seconds.
        """
        if self.fault is None and self.age > max_age:
            return f"{self.program} has heard of no source for more than {max_age:g} s"
        return self.fault or SYNCHRONISED

    @classmethod
    def of(cls, entries: Entries) -> Self:
        """What an answer says about the clock.

        Raises:
            UnmeasuredError: it is not understood, or the clock is kept by an unknown program.
        """
        programs = sorted(set(entries.get("program", ())))
        if len(programs) > 1:
            return cls(
                "all", f"the clock is kept by {' and '.join(programs)} at once", 0, 0, 0, follows=False
            )
        if programs == [_CHRONYD]:
            return cls._of_chronyd(entries.get("tracking", []), entries.get("source", []))
        if programs == [_TIMESYNCD]:
            return cls._of_timesyncd(entries.get("synchronized", []), entries.get("now", []))
        if programs:
            raise UnmeasuredError(f"time: the clock is kept by {programs[0]}, which cannot be asked")
        return cls("nobody", "no program keeps the clock", 0, 0, 0, follows=False)

    @classmethod
    def _of_chronyd(cls, tracking: Sequence[str], lines: Sequence[str]) -> Self:
        fields = ",".join(tracking).split(",")
        sources = [line.split(",") for line in lines]
        if len(fields) != _TRACKING_FIELDS or any(len(source) != _SOURCE_FIELDS for source in sources):
            raise UnmeasuredError("chronyc: the answer does not have the fields that are known")
        behind, delay, dispersion = (_number(fields[place]) for place in (4, 10, 11))
        followed = [source for source in sources if source[1] == "*"]
        ages = [_number(source[6]) for source in followed]
        return cls(
            program=_CHRONYD,
            fault=_fault_of_chronyd(fields[0], fields[13], sources, followed),
            age=min(ages, default=0),
            offset=-behind,
            uncertainty=delay / 2 + dispersion,
            follows=bool(followed),
        )

    @classmethod
    def _of_timesyncd(cls, synchronized: Sequence[str], now: Sequence[str]) -> Self:
        """Timesyncd corrects the clock at each success; since then it may have drifted."""
        if len(now) != 1:
            raise UnmeasuredError("time: the host does not tell the time")
        if not synchronized:
            fault = f"{_TIMESYNCD} has heard of no source since the boot"
            return cls(_TIMESYNCD, fault, 0, 0, 0, follows=False)
        age = max(0.0, _number(now[0]) - _number(",".join(synchronized)))
        return cls(_TIMESYNCD, None, age, 0, age * _MAX_DRIFT)


@dataclass(frozen=True, slots=True)
class Sources:
    """The configured sources of a host's clock, and those in use."""

    lines: tuple[str, ...]
    """Every line of chronyd's configuration, and the lines of timesyncd's that name servers."""
    in_force: tuple[str, ...]
    """The addresses of chronyd's current sources."""

    def of_servers(self) -> tuple[str, ...]:
        """The lines that name servers."""
        return tuple(
            line for line in self.lines if re.match(r"(?i:server|pool|peer)\s|(?:Fallback)?NTP=", line)
        )

    @classmethod
    def of(cls, entries: Entries) -> Self:
        """What an answer says about the sources.

        Raises:
            UnmeasuredError: it is not understood, or the configuration of the running program is not found.
        """
        if unknown := [name for name in entries.get("program", ()) if name not in (_CHRONYD, _TIMESYNCD)]:
            raise UnmeasuredError(f"time: the configuration of {unknown[0]} is not known")
        lines = [" ".join(line.split()) for kind in ("chrony", "timesyncd") for line in entries.get(kind, ())]
        if _CHRONYD in entries.get("program", ()) and "chrony" not in entries:
            raise UnmeasuredError("time: the configuration of chronyd is not found")
        asked = [line.split(",") for line in entries.get("source", ())]
        if any(len(source) != _SOURCE_FIELDS for source in asked):
            raise UnmeasuredError("chronyc: the answer does not have the fields that are known")
        return cls(tuple(lines), tuple(source[2] for source in asked))


def read(rows: Iterable[str]) -> Entries:
    """Read the answer to `QUESTION`.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    entries: dict[str, list[str]] = {}
    for line in rows:
        kind, _, rest = line.partition(" ")
        entries.setdefault(kind, []).append(rest)
    if not entries.keys() <= {"program", "tracking", "source", "synchronized", "chrony", "timesyncd", "now"}:
        raise UnmeasuredError("time: a line is not understood")
    return entries


def _fault_of_chronyd(
    reference: str, leap: str, sources: Sequence[Sequence[str]], followed: Sequence[Sequence[str]]
) -> str | None:
    """Why chronyd does not follow a source, or None if it does."""
    if leap not in ("Normal", "Insert second", "Delete second", "Not synchronised"):
        raise UnmeasuredError(f"chronyc: the leap status is not understood: {leap[:40]}")
    if not sources:
        return "chronyd has no source"
    if leap == "Not synchronised":
        return "chronyd is not synchronised"
    if reference == _OWN_CLOCK:
        return "chronyd follows its own clock"
    if not followed:
        return "chronyd follows none of its sources"
    if all(source[5] == "0" for source in followed):
        return "chronyd gets no answer of its source"
    return None


def _number(text: str) -> float:
    if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,12})?", text):
        raise UnmeasuredError(f"time: expected a number, found {text[:40]!r}")
    return float(text)

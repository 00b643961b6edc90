"""When processes started, by the host's own clock."""

from __future__ import annotations

import re

from siteparity.model import UnmeasuredError

# The start of cat itself is the current time in ticks, also if a container's /proc/uptime is not the
# kernel's. A process may end while it is asked; then the others answer.
ASK = """\
cat /proc/self/stat "$@" 2>/dev/null||:
date +%s.%N||exit
"""
"""A shell text; its arguments are the files ``/proc/PID/stat`` of the processes."""

_TICKS_A_SECOND = 100
"""The unit of times in ``/proc/PID/stat`` (USER_HZ), the same on every current Linux."""
_STARTED = 19
"""Index of the start time among the fields after the name in ``/proc/PID/stat`` (field 22, proc(5))."""


def oldest(answer: str) -> float:
    """When the oldest of the processes started, in seconds since 1970, from what `ASK` printed.

    Raises:
        UnmeasuredError: a line is not understood, or every process ended while it was asked.
    """
    *stats, now = [line for line in answer.split("\n") if line] or [""]
    if not re.fullmatch(r"[0-9]{1,12}\.[0-9]{9}", now, re.ASCII):
        raise UnmeasuredError("service: cannot read what time it is on the host")
    own, *started = [_ticks(line) for line in stats] or [0]
    if not started or own < max(started):
        raise UnmeasuredError("service: none of its processes could be looked at")
    return float(now) - (own - min(started)) / _TICKS_A_SECOND


def boot(answer: str) -> float:
    """When the host booted, in seconds since 1970, from what `ASK` printed.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    *stats, now = [line for line in answer.split("\n") if line] or [""]
    if not stats or not re.fullmatch(r"[0-9]{1,12}\.[0-9]{9}", now, re.ASCII):
        raise UnmeasuredError("service: cannot read what time it is on the host")
    return float(now) - _ticks(stats[0]) / _TICKS_A_SECOND


def _ticks(line: str) -> int:
    fields = line.rpartition(")")[2].split()
    if len(fields) <= _STARTED or not re.fullmatch(r"[0-9]{1,18}", fields[_STARTED], re.ASCII):
        raise UnmeasuredError("service: cannot read when a process started")
    return int(fields[_STARTED])

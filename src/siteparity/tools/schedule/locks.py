"""The locks that jobs take so as not to run twice, and who holds them.

A job that hangs holds its lock, and every later run of ``flock -n`` ends at once, without a word (flock(1)).
A lock goes with every copy of its open file, so the oldest process that has one tells its age (proc(5),
``/proc/PID/fdinfo``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = "perl - <<'END_OF_PROGRAM'\n" + program(__package__, "locks.pl") + "END_OF_PROGRAM\n"

_HELD, _BY = 4, 3


@dataclass(frozen=True, slots=True)
class Held:
    """A file that a job names, and on which a process holds a lock."""

    path: str
    seconds: int
    """The age of the oldest process that holds it."""
    program: str
    crontabs: list[str] = field(default_factory=list)
    """Texts of crontabs that lead to it: the file, or a script that names it."""
    units: list[str] = field(default_factory=list)
    """The services that name it."""


def read(lines: Iterable[str]) -> tuple[Held, ...]:
    """Read the answer to `QUESTION`.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    found: list[Held] = []
    for line in lines:
        words = line.split("\t")
        if words[0] == "held" and len(words) == _HELD and re.fullmatch("[0-9]{1,10}", words[2]):
            found.append(Held(words[1], int(words[2]), words[3]))
        elif found and words[0] == "by" and len(words) == _BY and words[1] in ("crontab", "unit"):
            (found[-1].crontabs if words[1] == "crontab" else found[-1].units).append(words[2])
        else:
            raise UnmeasuredError(f"cannot read {line[:80]!r}")
    return tuple(found)

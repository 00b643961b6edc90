"""Processes of services that a signal has stopped (``SIGSTOP``); the manager reports them as running.

A process that somebody suspended at a terminal belongs to no service, and does not count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "stopped.sh")


def read(rows: Iterable[str]) -> Mapping[str, int]:
    """Unit -> how many of its processes are stopped.

    Raises:
        UnmeasuredError: a line is no control group of a service.
    """
    units = [_unit(row) for row in rows]
    return Counter(unit for unit in units if not unit.startswith("user@"))


def _unit(line: str) -> str:
    found = re.fullmatch(r"/([^/]+\.service)(?:/.*)?", line)
    if found is None:
        raise UnmeasuredError(f"stopped: a line is no control group: {line[:80]}")
    return found[1]

"""Processes of services that a signal has stopped (``SIGSTOP``): for the manager they run.

A process that somebody has suspended at a terminal belongs to no service, and says nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from siteparity.model import UnmeasuredError

# proc(5): "PID (COMM) STATE ..."; T is stopped, t is held by a debugger. A process may end while it is looked
# at, which makes grep complain: it has not stopped.
QUESTION = r"""
set -- /proc/[0-9]*/stat
[ -r "$1" ]||{ echo 'processes cannot be listed' >&2;exit 1; }
found=$(grep -shE '^[0-9]+ \(.*\) [Tt] ' -- "$@");case $? in 0|1|2);;*)exit 3;;esac
for pid in $(printf '%s\n' "$found"|sed -nE 's/^([0-9]+) .*/\1/p')
do grep -sm1 -oE '/[^/:]+\.service(/.*)?$' /proc/"$pid"/cgroup;done
echo "looked at $#"
"""


def read(answer: str) -> Mapping[str, int]:
    """Unit -> how many of its processes are stopped.

    Raises:
        UnmeasuredError: the answer is cut, or holds something else.
    """
    *lines, last, end = ["", "", *answer.split("\n")]
    if end or not re.fullmatch(r"looked at [1-9][0-9]{0,8}", last):
        raise UnmeasuredError("stopped: the answer lacks its end")
    units = [_unit(line) for line in lines if line]
    return Counter(unit for unit in units if not unit.startswith("user@"))


def _unit(line: str) -> str:
    found = re.fullmatch(r"/([^/]+\.service)(?:/.*)?", line)
    if found is None:
        raise UnmeasuredError(f"stopped: a line is no control group: {line[:80]}")
    return found[1]

"""The processes that read files when they start: since when they run, and which files they may not read."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.systemd import unit

_TICKS_A_SECOND = 100
"""The unit of times in ``/proc/PID/stat`` on every Linux of today (USER_HZ)."""
_STARTED = 19
"""Where the start stands after the name in ``/proc/PID/stat`` (field 22, proc(5))."""

_QUESTION = """\
{look_up}
readers=$pids
case $pids in *" "*)readers={readers};;esac
printf '\\n%s\\n' '[started]'
[ "$main" -gt 0 ]||exit 0
set --
for pid in $readers;do set -- "$@" "/proc/$pid/stat";done
cat /proc/self/stat "$@" 2>/dev/null||:
date +%s.%N||exit
printf '\\n%s\\n' '[unreadable]'
user= group= groups=
for pid in $readers;do while read -r key one two rest
do case $key in Uid:)user=$two;;Gid:)group=$two;;Groups:)groups="$one $two $rest";;esac
done <"/proc/$pid/status";done 2>/dev/null
list=;for one in $groups;do list=$list,$one;done
case $list in ?*)list=--groups=${{list#,}};;*)list=--clear-groups;;esac
set --
for file in {paths};do [ ! -e "$file" ]||set -- "$@" "$file";done
setpriv --reuid="$user" --regid="$group" "$list" \\
sh -c 'for file;do [ -r "$file" ]||printf "%s\\n" "$file";done' sh "$@"
"""
"""A process may end while it is asked; then the others answer. ``cat`` itself tells what time it is in ticks,
also where a container's ``/proc/uptime`` is not the kernel's."""


@dataclass(frozen=True, slots=True)
class Readers:
    """What is known of them."""

    idle: str | None
    """Why there are none."""
    oldest: float
    """When the oldest of them started, in seconds since 1970."""
    unreadable: frozenset[str]
    """The files that they may not read."""


def question(service: str, paths: Iterable[str], *, main_alone: bool) -> str:
    """A shell text that looks at the processes below a unit's main process, or at that one alone."""
    return _QUESTION.format(
        look_up=unit.look_up(service),
        readers="$main" if main_alone else "${pids#* }",
        paths=" ".join(map(shlex.quote, paths)),
    )


def read(answer: str) -> Readers:
    """The answer to `question`.

    Raises:
        UnmeasuredError: it is not understood, or no process could be looked at.
    """
    head, _, rest = answer.partition("\n[started]\n")
    idle = unit.not_running(unit.read_properties(line for line in head.split("\n") if line))
    if idle:
        return Readers(idle, 0.0, frozenset())
    times, mark, unreadable = rest.partition("\n[unreadable]\n")
    *stats, now = [line for line in times.split("\n") if line] or [""]
    if not mark or not re.fullmatch(r"[0-9]{1,12}\.[0-9]{9}", now, re.ASCII):
        raise UnmeasuredError("service: cannot read what time it is on the host")
    own, *started = [_ticks(line) for line in stats] or [0]
    if not started or own < max(started):
        raise UnmeasuredError("service: none of its processes could be looked at")
    oldest = float(now) - (own - min(started)) / _TICKS_A_SECOND
    return Readers(None, oldest, frozenset(line for line in unreadable.split("\n") if line))


def _ticks(line: str) -> int:
    fields = line.rpartition(")")[2].split()
    if len(fields) <= _STARTED or not re.fullmatch(r"[0-9]{1,18}", fields[_STARTED], re.ASCII):
        raise UnmeasuredError("service: cannot read when a process started")
    return int(fields[_STARTED])

"""The processes that read files when they start: since when they run, and which files they may not read."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.systemd import started, unit

_QUESTION = """\
{look_up}
readers=$pids
case $pids in *" "*)readers={readers};;esac
printf '\\n%s\\n' '[started]'
[ "$main" -gt 0 ]||exit 0
set --
for pid in $readers;do set -- "$@" "/proc/$pid/stat";done
{started}printf '\\n%s\\n' '[unreadable]'
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
        started=started.ASK,
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
    if not mark:
        raise UnmeasuredError("service: the answer has no part unreadable")
    oldest = started.oldest(times)
    return Readers(None, oldest, frozenset(line for line in unreadable.split("\n") if line))

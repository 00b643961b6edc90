"""nginx's running processes: since when they serve, and whether the library that inspects requests is mapped.

A reload makes new workers, and a worker that dies is made anew from what the main process already knows. So
the oldest worker that still takes requests tells when the configuration was loaded last.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.systemd import started, unit

LOADED = "loaded"
AS_ON_DISK = "as on disk"
_QUESTION = """\
{look_up}
printf '%s\\n' '[workers]'
[ "$main" -gt 0 ]||exit 0
set --
for pid in ${{pids#"$main"}};do
title=;{{ read -r title <"/proc/$pid/cmdline"; }} 2>/dev/null||:
case $title in *'worker process is shutting down'*);;*'worker process'*)set -- "$@" "/proc/$pid/stat";;esac
done
{started}printf '%s\\n' '[library]'
grep -cF -- {module} "/proc/$main/maps"||[ $? -eq 1 ]
"""


@dataclass(frozen=True, slots=True)
class Workers:
    """What is known of them."""

    idle: str | None
    """Why there are none."""
    since: float
    """When the oldest of them started, in seconds since 1970."""
    has_library: bool

    def states(self, changed: Mapping[str, float]) -> dict[str, str]:
        """What holds for the library, and for files of which it is known when they were changed last."""
        if self.idle:
            return {"the running server": self.idle}
        later = sorted(path for path, moment in changed.items() if moment >= self.since)
        return {
            "the library that inspects requests": LOADED if self.has_library else "not loaded",
            "the configuration of the running server": (
                f"older than {', '.join(later)[:400]}" if later else AS_ON_DISK
            ),
        }


def question(service: str, module: str) -> str:
    """A shell text that looks at the processes of an nginx."""
    return _QUESTION.format(look_up=unit.look_up(service), started=started.ASK, module=shlex.quote(module))


def read(answer: str) -> Workers:
    """The answer to `question`.

    Raises:
        UnmeasuredError: it is not understood, or no worker could be looked at.
    """
    head, mark, rest = answer.partition("[workers]\n")
    idle = unit.not_running(unit.read_properties(line for line in head.split("\n") if line))
    if not mark:
        raise UnmeasuredError("server: the answer has no part workers")
    if idle:
        return Workers(idle, 0.0, has_library=False)
    times, mark, count = rest.partition("[library]\n")
    if not mark:
        raise UnmeasuredError("server: the answer has no part library")
    if not re.fullmatch(r"[0-9]{1,6}\n?", count, re.ASCII):
        raise UnmeasuredError("server: cannot read what the main process has loaded")
    return Workers(None, started.oldest(times), has_library=int(count) > 0)

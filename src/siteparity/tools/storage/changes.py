"""The files that a boot reads, and whether the host has booted since they changed.

The boot began when process 1 started (proc(5)); that holds in a container as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

PROVEN = "the host has booted with it"
NOT_PROVEN = "changed since the last boot"

_SLACK_SECONDS = 5
"""The time of the boot is computed from the clock, which may have been corrected since."""
_MOMENTS = {"kernel": "[0-9]{1,20}", "first": "[0-9]{1,20} [0-9]{1,6}", "ended": "[0-9]{1,20}"}
"""Boot of the kernel (s since 1970); start of process 1 (ticks), ticks a second; end of the boot (us)."""

QUESTION = program(__package__, "changes.sh")


def read(rows: Iterable[str]) -> Mapping[str, str]:
    """Each file that a boot reads -> `PROVEN` or `NOT_PROVEN`.

    Raises:
        UnmeasuredError: a line is not understood, or the time of the boot is missing.
    """
    facts: dict[str, str] = {}
    files: dict[str, int] = {}
    for row in rows:
        kind, _, rest = row.partition(" ")
        file = re.fullmatch(r"([0-9]{1,12}) (/.+)", rest)
        if kind == "file" and file:
            files[file[2]] = int(file[1])
        elif kind in _MOMENTS and re.fullmatch(_MOMENTS[kind], rest):
            facts[kind] = rest
        else:
            raise UnmeasuredError(f"changes: a line is not understood: {row[:80]}")
    if facts.keys() != _MOMENTS.keys():
        raise UnmeasuredError("changes: the host does not say when it booted")
    if facts["ended"] == "0":
        return {"the boot": "has not come to its end"}
    ticks, a_second = map(int, facts["first"].split())
    booted = int(facts["kernel"]) + ticks / max(a_second, 1) + _SLACK_SECONDS
    return {path: PROVEN if changed <= booted else NOT_PROVEN for path, changed in files.items()} or {
        "files that a boot reads": PROVEN
    }

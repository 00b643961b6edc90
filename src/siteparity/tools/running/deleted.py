"""Services that still run code which is no longer on disk: a library or program that was replaced.

The mappings of a process tell (proc(5), ``/proc/PID/maps``): code of a removed file is marked ``(deleted)``.
Kernel threads have no mappings. Left out is what programs make for themselves and remove at once, such as
memory of compilers at run time. Only services count, and the manager itself: a login that is older than an
upgrade harms nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "deleted.sh")

NONE = "none"
UNTIL_BOOT = "replaced code until the next boot"
_MAPPING = re.compile(r"/proc/([0-9]+)/maps:\S+ +\S+ +\S+ +\S+ +\S+ +(/.*) \(deleted\)")
_OWN_MAKING = (
    "/memfd:",
    "/SYSV",
    "/dev/",
    "/drm",
    "/i915",
    "/[",
    "/anon",
    "/run/",
    "/tmp/",  # noqa: S108  # no file is made there
    "/var/tmp/",  # noqa: S108  # nor there
    "/proc/",
)
_UNIT = re.compile(r"(?:[0-9]+:name=systemd|0:):(/.*)")
MOST_NAMED = 3


def read(lines: Iterable[str]) -> Mapping[str, str]:
    r"""Each unit whose processes run deleted code -> the files.

    Args:
        lines: ``m\t/proc/PID/maps:LINE`` for each mapping of deleted code, ``u\tPID\tCGROUP`` for its
            process.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    files: dict[str, set[str]] = {}
    units: dict[str, str] = {}
    for line in lines:
        kind, _, rest = line.partition("\t")
        mapping = _MAPPING.fullmatch(rest)
        if kind == "m" and mapping:
            if not mapping[2].startswith(_OWN_MAKING):
                files.setdefault(mapping[1], set()).add(mapping[2])
        elif kind == "u" and rest.count("\t") == 1:
            pid, _, group = rest.partition("\t")
            if found := _UNIT.fullmatch(group):
                units[pid] = max(units.get(pid, ""), _unit(found[1]), key=len)
        else:
            raise UnmeasuredError(f"deleted: a line is not understood: {line[:80]}")
    found_by_unit: dict[str, set[str]] = {}
    for pid, paths in files.items():
        if unit := units.get(pid, ""):
            found_by_unit.setdefault(unit, set()).update(paths)
    return {unit: _said(paths) for unit, paths in found_by_unit.items()}


def _unit(group: str) -> str:
    """The service in the path of a control group; empty for logins and containers."""
    if group.startswith("/user.slice") or "/user.slice/" in group:
        return ""
    services = [part for part in group.split("/") if part.endswith(".service")]
    return services[0] if services else "the manager" if "init.scope" in group else ""


def _said(paths: set[str]) -> str:
    named = ", ".join(sorted(paths)[:MOST_NAMED])
    more = f" and {len(paths) - MOST_NAMED} more" if len(paths) > MOST_NAMED else ""
    return f"runs code that was replaced: {named}{more}"

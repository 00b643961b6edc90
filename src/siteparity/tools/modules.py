"""Modules of the kernel: which are wanted, and which it has (modules-load.d(5), sysfs(5)).

A module that is loaded, or built in with parameters, has a folder in ``/sys/module``. Other built-in ones are
listed in ``modules.builtin`` of the running kernel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools import conf_d
from siteparity.tools.given import DECODE, items
from siteparity.tools.program import filled, program

IN_THE_KERNEL = "in the kernel"
NONE = "none"

QUESTION = DECODE + filled(
    program(__package__, "modules.sh"), files=conf_d.question("modules-load.d"), items=items("NAMES")
)
"""A shell text about the modules in ``$NAMES`` and those that the host's own files load."""


def read(lines: Sequence[str]) -> Mapping[str, str]:
    """Each module that the policy or a file wants -> `IN_THE_KERNEL`, or that it is not there; or `NONE`.

    Raises:
        UnmeasuredError: a line is not understood, or the kernel lists no module.
    """
    names: dict[str, list[str]] = {"wanted": [], "has": []}
    files = [line for line in lines if line.startswith(("file\t", "line\t"))]
    for line in lines:
        kind, _, name = line.partition("\t")
        if kind in names:
            names[kind].append(name.replace("-", "_"))
        elif line and line not in files:
            raise UnmeasuredError(f"modules: a line is not understood: {line[:80]}")
    if not names["has"]:
        raise UnmeasuredError("modules: the kernel lists none at all")
    filed = {name.replace("-", "_"): path for path, name in conf_d.settings(files)}
    wanted = {**dict.fromkeys(names["wanted"], "the policy"), **filed}
    return {
        name: IN_THE_KERNEL if name in names["has"] else f"not in the kernel; {by} wants it"
        for name, by in sorted(wanted.items())
    } or {"modules that are wanted": NONE}

"""Arrays of disks (md(4)): which ones run, and which ones mdadm.conf(5) names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

WHOLE = "whole"
NONE = "none"

QUESTION = program(__package__, "arrays.sh")
PARTS = ("mdstat", "wanted")


def read(parts: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """Each array that runs or that a file names -> `WHOLE`, or what is wrong; or that there is `NONE`.

    Raises:
        UnmeasuredError: the list of the kernel is not understood.
    """
    mdstat = list(filter(None, parts["mdstat"]))
    if mdstat and not mdstat[0].startswith("Personalities"):
        raise UnmeasuredError("mdstat: the list is not understood")
    found = _running(mdstat)
    for line in filter(None, parts["wanted"]):
        name, _, device = line.partition(" ")
        if device not in found:
            found[name] = "wanted by mdadm.conf, and does not run"
    return found or {"arrays": NONE}


def _running(rows: Iterable[str]) -> dict[str, str]:
    """Read ``md0 : active raid1 sdb1[1] sda1[0]``, and below it ``1046528 blocks ... [2/2] [UU]``."""
    found: dict[str, str] = {}
    name = ""
    for row in rows:
        head = re.match(r"(md\S*) : (\S+)", row)
        members = re.search(r"\[([0-9]+)/([0-9]+)\]\s+\[([U_]+)\]", row)
        if head:
            name = head[1]
            found[name] = WHOLE if head[2] == "active" else head[2]
            if re.search(r"\(F\)", row):
                found[name] = "has a failed disk"
        elif name and members and members[1] != members[2]:
            found[name] = f"degraded: {members[2]} of {members[1]} disks [{members[3]}]"
    return found

"""What the next boot needs from the boot loader: a root that exists, a kernel, and an initial RAM disk.

The menus of GRUB, systemd-boot and extlinux are read, and the command line of the running kernel
(/proc/cmdline, proc(5)). An image that holds its own command line (``EFI/Linux/*.efi``) is not opened: for it
the running kernel's has to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

THERE = "is there"
CONTAINER = "none (a container)"

QUESTION = program(__package__, "loader.sh")


def read(rows: Iterable[str]) -> Mapping[str, str]:
    """Each root, kernel and initial RAM disk that a menu names -> `THERE`, or that it does not exist.

    Raises:
        UnmeasuredError: a line is not understood, no known boot loader is found, or its menus name no root.
    """
    found: dict[str, str] = {}
    menus = False
    for line in rows:
        if line == "container":
            return {"boot loader": CONTAINER}
        row = re.fullmatch(r"(there|missing|unknown) (root|file) (.+)", line)
        if row and row[1] == "unknown":
            raise UnmeasuredError(f"loader: a root in a form that is not known: {row[3][:80]}")
        if row:
            found[f"root={row[3]}" if row[2] == "root" else row[3]] = (
                THERE if row[1] == "there" else "does not exist"
            )
        elif re.fullmatch(r"menus [0-9]+", line):
            menus = True
        else:
            raise UnmeasuredError(f"loader: a line is not understood: {line[:80]}")
    if not menus:
        raise UnmeasuredError("loader: no boot loader is found that is known (GRUB, systemd-boot, extlinux)")
    if not any(item.startswith("root=") for item in found):
        raise UnmeasuredError("loader: the menus name no root")
    return found

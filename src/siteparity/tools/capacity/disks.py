"""How full file systems are, in bytes and inodes (df(1)): the root, local disks, and those that are named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.given import DECODE, more_items
from siteparity.tools.program import filled, program

_NO_LIMIT = 10**12
"""Free inodes of a file system that makes them as they are needed."""

_LOCAL = "ext2|ext3|ext4|xfs|btrfs|vfat|f2fs|jfs|reiserfs|zfs|bcachefs"

QUESTION = DECODE + filled(program(__package__, "disks.sh"), named=more_items("PLACES"), local=_LOCAL)
"""A shell text about the root, all local disks, and the file systems of other kinds in ``$PLACES``."""


@dataclass(frozen=True, slots=True)
class Disk:
    """How full one file system is."""

    inodes: int
    """0 if the file system makes them as they are needed."""
    inodes_free: int
    used: int
    free: int
    """Bytes that users other than root may still write."""

    def percent(self) -> float:
        """How full it is, in percent, as df computes it."""
        return round(100 * self.used / max(1, self.used + self.free), 1)

    @property
    def files_left(self) -> int:
        """How many more files it can hold."""
        return self.inodes_free if self.inodes else _NO_LIMIT

    def percent_inodes(self) -> float:
        """How many of its inodes are in use, in percent."""
        return round(100 * (self.inodes - self.inodes_free) / max(1, self.inodes), 1)


def read(rows: Sequence[str]) -> Mapping[str, Disk]:
    """Mount point -> how full it is. The first line is the header of df.

    Raises:
        UnmeasuredError: a line is not understood, or the root is missing.
    """
    found: dict[str, Disk] = {}
    for row in rows[1:]:
        fields = re.fullmatch(
            r" *([0-9]{1,18}|-) +([0-9]{1,18}|-) +[0-9]+ +([0-9]{1,18}) +([0-9]{1,18}) (/.*)", row
        )
        if fields is None:
            raise UnmeasuredError(f"disks: a line is not understood: {row[:80]}")
        inodes, inodes_free, used, free = (0 if one == "-" else int(one) for one in fields.groups()[:4])
        found[fields[5]] = Disk(inodes, inodes_free, used, free)
    if "/" not in found:
        raise UnmeasuredError("disks: the root is missing")
    return found

"""Whether the files of packages are still those that dpkg laid down.

To read every file takes seconds. But a file cannot be written, replaced or given other times without its
ctime (inode(7)) becoming *now*, which no ordinary call can set back. dpkg renames a package's files into
place, and its list of checksums right after them (``process_archive`` in dpkg's sources). So a file is
read only when

- its ctime is later than that of the package's list: somebody touched it since, or
- more than an hour earlier: it was not laid down together with the list, as after the rollback of one file
  system.

Seconds are all that perl has without further packages, so within the list's own second the mtime decides:
files of packages keep the one from their archive, which is older. What is missing is found by the same
look. Conffiles are left out. Paths that are diverted (dpkg-divert(1)) are looked up where they were
diverted to, and files that another package took over (``Replaces``) are no longer the package's own: they
left its ``.list``.

dpkg keeps no modes and owners. So those that are unusual are listed, for comparison between hosts, of folders
as well; and so is where each symbolic link of a package leads to, and each choice of update-alternatives(1).

A folder or a link of a package that is gone is missing as a file is, but below /etc, where an administrator
may take it away as any configuration: that is compared between hosts. What a removed package has left there,
and obsolete conffiles, which stay in the ``.list``, may be gone; apt(8) makes its own folders when it needs
them.

What this cannot see: a file that was wrong already when the
whole disk was copied file by file, since a copy gives every file a new ctime; a clock that stood in the
future at the time of installation. Reading everything sees both.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

ALTERED = "altered"
MISSING = "missing"
UNREADABLE = "cannot be read"
NO_CHECKSUMS = "not a list of checksums"

GONE = "gone"

_WHAT = {"A": ALTERED, "M": MISSING, "U": UNREADABLE, "L": NO_CHECKSUMS}

_PERL = program(__package__, "files.pl")
PARTS = ("files",)


@dataclass(frozen=True, slots=True)
class WrongFile:
    """A file that is not as its package has it."""

    package: str
    """As its list of checksums is named: ``libc6:amd64``, ``bash``."""
    path: str
    what: str


@dataclass(frozen=True, slots=True)
class PackageFiles:
    """What came of looking at a host's files."""

    wrong: tuple[WrongFile, ...]
    modes: Mapping[str, str]
    """Path -> mode, owner and group, where they are not root's 0755, or 0644 of a plain file; or `GONE`."""
    links: Mapping[str, str]
    """Path of each symbolic link of a package, and of each alternative -> where it leads to."""
    lists: int
    """Lists of checksums that hold something."""
    files: int
    """Files that stand in these lists."""
    read: int
    """Files that were read because their times do not speak for them."""


def question(*, everything: bool) -> str:
    """A shell text that looks at every file in dpkg's lists of checksums.

    Args:
        everything: read every file, whatever its times say.
    """
    return f"perl -e {shlex.quote(_PERL)} {int(everything)}"


def read(parts: Mapping[str, Sequence[str]]) -> PackageFiles:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: a line is not understood, or no file was looked at.
    """
    *lines, last = parts["files"] or [""]
    counts = re.fullmatch(r"= ([0-9]{1,9}) ([0-9]{1,9}) ([0-9]{1,9})", last)
    if counts is None:
        raise UnmeasuredError("files: the answer does not say how many files were looked at")
    lists, files, hashed = map(int, counts.groups())
    if not files:
        raise UnmeasuredError("files: no package has a list of checksums")
    wrong: list[WrongFile] = []
    modes: dict[str, str] = {}
    links: dict[str, str] = {}
    for line in lines:
        match line.split("\t"):
            case ["P", path, rights] if re.fullmatch(rf"[0-7]{{4}} [^:\s]+:[^:\s]+|{GONE}", rights):
                modes[path] = rights
            case ["K", path, target] if path and target:
                links[path] = target
            case [kind, package, path] if kind in _WHAT and package and path:
                wrong.append(WrongFile(package, path, _WHAT[kind]))
            case _:
                raise UnmeasuredError("files: a line is not understood")
    return PackageFiles(tuple(wrong), modes, links, lists, files, hashed)

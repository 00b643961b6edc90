"""Whether the files of packages are still those that dpkg laid down.

Reading every file takes seconds. But whoever writes a file, replaces it or sets its times moves its ctime to
*now* (inode(7)), and no ordinary call sets that back. dpkg renames a package's files into place, and its list
of checksums right after them (``process_archive`` in dpkg's sources). So a file is read only if its ctime is

- later than that of the package's list: somebody touched the file since; or
- more than an hour earlier: the file and the list were not laid down together, as after the rollback of one
  file system.

perl without modules has times in whole seconds. Within the second of the list the mtime decides: files of
packages keep that of their archive, which is older.

Conffiles are left out. A diverted path (dpkg-divert(1)) is looked up where it was diverted to. A file that
another package took over (``Replaces``) has left the ``.list`` of its first package, and no longer counts as
its own.

dpkg keeps no modes and owners, so unusual ones of files and folders are listed, and hosts are compared. So is
the target of each symbolic link of a package, and each choice of update-alternatives(1).

A folder or link that is gone is missing, as a file is. Below /etc it is listed instead, since an
administrator may remove it like any configuration. Three kinds of paths may be gone: what a removed package
left in its ``.list``, obsolete conffiles, which stay there, and folders of apt(8), which it makes when it
needs them.

Two things go unseen unless every file is read: a file that was wrong already when the whole disk was copied
file by file, which gives every file a new ctime; and a clock that was ahead at the time of the installation.
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
    """A file that differs from its package."""

    package: str
    """The name of its list of checksums: ``libc6:amd64``, ``bash``."""
    path: str
    what: str


@dataclass(frozen=True, slots=True)
class PackageFiles:
    """The files of a host's packages."""

    wrong: tuple[WrongFile, ...]
    modes: Mapping[str, str]
    """Path -> mode, owner and group, unless they are root's and 0755, or 0644 of a plain file; or `GONE`."""
    links: Mapping[str, str]
    """Path of each symbolic link of a package, and of each alternative -> where it leads to."""
    lists: int
    """How many lists of checksums were read; empty ones do not count."""
    files: int
    """How many files are in these lists."""
    read: int
    """How many files were read, because their times do not speak for them."""


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

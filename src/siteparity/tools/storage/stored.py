"""Files that an application stores: how many there are, and whether those of one site lie at the other.

No list of all of them is made: a folder may hold a million. They are counted by age, and of each class of age
the newest and the oldest are named, so that a copy that stopped an hour, a day or a month ago is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.given import PERL_DECODE, decoded
from siteparity.tools.program import filled, program

CLASSES = (0, 5, 60, 300, 900, 3_600, 21_600, 86_400, 604_800, 2_592_000)
"""Seconds from which on a file is in a class of age: up to 30 days, and older."""
EACH = 8
"""How many of the newest files of a class are named, and how many of the oldest."""
MOST = 1_000_000
"""Files below one host's folders; to look at more takes longer than a gate may."""
LARGEST = 4 * 2**20
"""Bytes. Of a larger file its size is compared."""
BUDGET = 64 * 2**20
"""Bytes of all files of which a digest is made, so that slow disks do not hold up the gate."""

HELD = (
    "export PLACES ELSEWHERE\nperl - <<'END_OF_PROGRAM'\n"
    + PERL_DECODE
    + program(__package__, "stored_file.pl")
    + filled(
        program(__package__, "stored.pl"),
        classes=", ".join(map(str, CLASSES)),
        limits=f"{EACH}, {MOST}, {LARGEST}, {BUDGET}",
    )
    + "END_OF_PROGRAM\n"
)
"""A shell text that counts the files below each folder of ``$PLACES`` and names some, without those that
match a pattern of ``$ELSEWHERE``, where ``*`` matches slashes as well."""
ARRIVED = (
    "export STORED\nperl - <<'END_OF_PROGRAM'\n"
    + PERL_DECODE
    + program(__package__, "stored_file.pl")
    + program(__package__, "arrived.pl")
    + "END_OF_PROGRAM\n"
)
"""A shell text that tells of each file of ``$STORED`` whether it lies here as well, and is the same."""

THERE = "there"
_NOT_UTF8 = "\N{REPLACEMENT CHARACTER}"
_NUMBER = r"[0-9]{1,18}"
_RIGHTS = r"[0-7]{4} [^\s:]+:[^\s:]+"
_STATES = (
    "there|missing|no file|other content"
    rf"|{_NUMBER} bytes in place of {_NUMBER}|{_RIGHTS} in place of {_RIGHTS}"
)


@dataclass(frozen=True, slots=True)
class Named:
    """A stored file by which two sites are compared."""

    path: str
    size: int
    """Bytes."""
    digest: str
    """SHA-256 as hexadecimal digits; ``-`` if it is too large for one."""
    rights: str
    """Mode, owner and group: ``0644 shop:shop``."""

    @property
    def state(self) -> str:
        """What must be the same elsewhere; `ARRIVED` is told it, a colon and the path."""
        return f"{self.size}:{self.digest}:{self.rights}"


@dataclass(frozen=True, slots=True)
class Class:
    """The files of a folder that are of one class of age."""

    age: int
    """The age of the youngest that it may hold, in seconds."""
    files: int
    size: int
    """Bytes of all of them."""
    named: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder into which an application writes."""

    problem: str
    """Why nothing of it is known; empty if it is there."""
    rights: str
    """Mode, owner and group."""
    classes: tuple[Class, ...]

    def older(self, seconds: float) -> Iterator[Class]:
        """The classes all of whose files are at least so old."""
        return (one for one in self.classes if one.age >= seconds)


def read_held(lines: Sequence[str]) -> Mapping[str, Folder]:
    """Read the answer to `HELD`: path -> folder.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    folders: dict[str, Folder] = {}
    counts: dict[tuple[str, int], tuple[int, int]] = {}
    named: dict[tuple[str, int], list[Named]] = {}
    for line in lines:
        match line.split("\t"):
            case ["N", folder, ("no such folder" | "no folder") as problem]:
                folders[_plain(folder)] = Folder(problem, "", ())
            case ["F", folder, rights] if re.fullmatch(_RIGHTS, rights):
                folders[_plain(folder)] = Folder("", rights, ())
            case ["C", folder, number, files, size] if _are_numbers(number, files, size):
                counts[_plain(folder), _age(number)] = int(files), int(size)
            case ["S", folder, number, size, digest, rights, path] if (
                _are_numbers(number, size)
                and re.fullmatch("-|[0-9a-f]{64}", digest)
                and re.fullmatch(_RIGHTS, rights)
            ):
                one = Named(_plain(path), int(size), digest, rights)
                if _NOT_UTF8 not in one.path:  # no host can be asked about such a name
                    named.setdefault((_plain(folder), _age(number)), []).append(one)
            case _:
                raise UnmeasuredError("stored: a line is not understood")
    if strangers := {folder for folder, _ in counts} - folders.keys() or named.keys() - counts.keys():
        raise UnmeasuredError(f"stored: {len(strangers)} lines stand in the wrong order")
    return {
        path: Folder(
            one.problem,
            one.rights,
            tuple(
                Class(age, *counts[path, age], tuple(named.get((path, age), ())))
                for age in CLASSES
                if (path, age) in counts
            ),
        )
        for path, one in folders.items()
    }


def read_arrived(lines: Iterable[str]) -> Mapping[str, str]:
    """Read the answer to `ARRIVED`: path -> `THERE`, or what is wrong with it.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    found: dict[str, str] = {}
    for line in lines:
        state, _, path = line.partition("\t")
        if not path or not re.fullmatch(_STATES, state):
            raise UnmeasuredError("arrived: a line is not understood")
        # Where hosts of the other site differ, the file is told once for each of them.
        found[_plain(path)] = THERE if found.get(_plain(path)) == THERE else state
    return found


def _are_numbers(*texts: str) -> bool:
    return all(re.fullmatch(_NUMBER, text) for text in texts)


def _age(number: str) -> int:
    if int(number) >= len(CLASSES):
        raise UnmeasuredError("stored: there is no such class of age")
    return CLASSES[int(number)]


def _plain(text: str) -> str:
    """A path as hosts write it; one that is not UTF-8 has characters for what is not understood."""
    paths = decoded(text)
    if len(paths) != 1 or not paths[0].startswith("/"):
        raise UnmeasuredError("stored: expected one absolute path on a line")
    return paths[0]

"""The database of rpm: packages, what holds them back, where they come from, and whether files are as packed.

rpm has no half-installed packages; an interrupted transaction leaves the old version beside the new one.
``rpm -V`` compares size, time, mode, owner and link target of every file with the database. Reading every
file takes minutes, so digests are compared only for packages with a file that was touched after it was laid
down: its ctime (inode(7)) is later than the installation.

Formats: rpm(8), ``--queryformat`` and ``--verify``; dnf.conf(5); dnf-versionlock(8).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program

QUESTION = program(__package__, "rpm.sh")
PARTS = ("rpm", "held", "architectures")
SOURCES = program(__package__, "rpm_sources.sh")
TWICE = "two versions at once: a transaction was interrupted"

_FILES = program(__package__, "rpm_files.sh")

_PACKAGE = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9+._-]*)\t([a-z0-9_()]+)\t([A-Za-z0-9.+~^:_-]+)\t([0-9a-f]{64}|)"
)
_WRONG = re.compile(r"([SM5DLUGTP.?]{8,10}) {2}([acdglr ]) (/.*)")
_MISSING = re.compile(r"missing {3}([acdglr ]) (/.*?)(?: \([^()]*\))?")
_SOURCE_KEYS = (
    "baseurl", "mirrorlist", "metalink", "priority", "exclude", "excludepkgs", "includepkgs", "gpgcheck"
)  # fmt: skip
_FLAGS = {
    "S": "size", "M": "mode", "5": "content", "D": "device", "L": "link", "U": "owner", "G": "group",
    "T": "time", "P": "capabilities", "?": "cannot be read",
}  # fmt: skip
_SEVERAL = ("kernel", "gpg-pubkey")
"""How the names of packages begin of which several versions may stay."""


@dataclass(frozen=True, slots=True)
class RpmPackage:
    """One package in rpm's database."""

    name: str
    architecture: str
    version: str
    """``[epoch:]version-release``."""
    header: str
    """SHA-256 of the package's header, which holds the digests of its files; empty for a public key."""

    @property
    def label(self) -> str:
        """Name and architecture, in the form that rpm and dnf accept: ``glibc.x86_64``."""
        return f"{self.name}.{self.architecture}"


@dataclass(frozen=True, slots=True)
class RpmDatabase:
    """The packages of a host, according to rpm."""

    packages: tuple[RpmPackage, ...]
    held: tuple[str, ...]
    """Lines that keep packages from being upgraded: locks and excludes."""
    architecture: str

    def builds(self) -> Mapping[str, str]:
        """Each package -> its versions, each with a digest of its header."""
        of: dict[str, list[str]] = {}
        for one in self.packages:
            of.setdefault(one.label, []).append(f"{one.version} (header {one.header[:12] or 'none'})")
        return {label: ", ".join(sorted(versions)) for label, versions in of.items()}

    def troubles(self) -> Mapping[str, str | None]:
        """Each package -> `TWICE` if two versions are there, and only one should be; or None."""
        times = Counter(one.label for one in self.packages if not one.name.startswith(_SEVERAL))
        return {one.label: TWICE if times[one.label] > 1 else None for one in self.packages}

    def holds(self) -> Iterator[tuple[str, str, bool]]:
        """Each package: label, name, whether a lock or an exclude names it."""
        return ((one.label, one.name, self._holds(one.name)) for one in self.packages)

    def _holds(self, name: str) -> bool:
        word = rf"(?<![A-Za-z0-9_.+-]){re.escape(name)}(?=$|[\s,*]|-[0-9])"
        return any(re.search(word, line) for line in self.held)


@dataclass(frozen=True, slots=True)
class RpmFile:
    """A file that differs from its package."""

    path: str
    what: tuple[str, ...]
    """``size``, ``content``, ``mode`` ..., or ``missing``."""
    is_configuration: bool

    @property
    def only_mode_or_owner(self) -> bool:
        """Whether only its mode, owner or capabilities differ."""
        return set(self.what) <= {"mode", "owner", "group", "capabilities"}


def question(*, everything: bool) -> str:
    """A shell text that compares every file of every package with the database.

    Args:
        everything: read every file, whatever its times say.
    """
    return filled(_FILES, digests="" if everything else "--nofiledigest")


def speaks(answer: bytes) -> bool:
    """Whether an answer about the database is rpm's."""
    return answer.startswith(b"[rpm]\n")


def read(parts: Mapping[str, Sequence[str]]) -> RpmDatabase:
    """Read the answer to `QUESTION`.

    Raises:
        UnmeasuredError: a line is not understood, or no package is there.
    """
    if not parts["rpm"] or len(parts["architectures"]) != 1:
        raise UnmeasuredError("database: rpm names no package, or not one architecture")
    held = tuple(" ".join(line.split()) for line in parts["held"] if line.strip())
    return RpmDatabase(tuple(map(_package, parts["rpm"])), held, parts["architectures"][0])


def _package(line: str) -> RpmPackage:
    found = _PACKAGE.fullmatch(line)
    if found is None:
        raise UnmeasuredError(f"rpm -qa: a line is no package: {line[:80]}")
    return RpmPackage(*found.groups())


def read_files(parts: Mapping[str, Sequence[str]]) -> tuple[RpmFile, ...]:
    """Read the answer to `question`: every file that is wrong, once.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    found: dict[str, RpmFile] = {}
    for line in filter(None, parts["files"]):
        wrong = _wrong(line)
        known = found.get(wrong.path)
        what = tuple(dict.fromkeys((*(known.what if known else ()), *wrong.what)))
        found[wrong.path] = RpmFile(wrong.path, what, wrong.is_configuration)
    return tuple(found.values())


def _wrong(line: str) -> RpmFile:
    if found := _MISSING.fullmatch(line):
        return RpmFile(found[2], ("missing",), found[1] == "c")
    found = _WRONG.fullmatch(line)
    if found is None:
        raise UnmeasuredError(f"rpm -V: a line is not understood: {line[:80]}")
    what = tuple(_FLAGS[flag] for flag in found[1] if flag in _FLAGS)
    return RpmFile(found[3], what, found[2] == "c")


def sources(parts: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Read the answer to `SOURCES`: every enabled repository, in one line each.

    What stands before ``@`` in an address is left out.

    Raises:
        UnmeasuredError: a line belongs to no file.
    """
    return tuple(dict.fromkeys(_repositories(parts["sources"])))


def _repositories(lines: Sequence[str]) -> Iterator[str]:
    name, settings = "", dict[str, str]()
    for line in [*lines, "/:[]"]:
        path, colon, rest = line.partition(":")
        if not colon or not path.startswith("/"):
            raise UnmeasuredError(f"sources: a line belongs to no file: {line[:80]}")
        if section := re.fullmatch(r"\s*\[(.*)\]\s*", rest):
            if name and settings.get("enabled", "1").lower() in ("1", "yes", "true", "on"):
                kept = [f"{key}={settings[key]}" for key in _SOURCE_KEYS if key in settings]
                yield re.sub(r"//[^/\s@]*@", "//", " ".join([name, *kept]))
            name, settings = section[1], {}
        elif not re.match(r"\s*([#;]|$)", rest):
            key, _, value = rest.partition("=")
            settings[key.strip()] = " ".join(value.split())

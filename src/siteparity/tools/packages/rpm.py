"""The database of rpm: packages, what holds them back, where they come from, and whether files are as packed.

rpm has no half-installed packages; an interrupted transaction leaves the old version beside the new one.
`rpm -V` compares size, time, mode, owner and link target of every file with the database. To read every file
takes minutes, so digests are looked at of those packages alone of which a file was touched after it was laid
down: its ctime (inode(7)) is later than the installation.

Formats: rpm(8), ``--queryformat`` and ``--verify``; dnf.conf(5); dnf-versionlock(8).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from siteparity.model import UnmeasuredError

MARK = "[rpm]\n"

QUESTION = r"""
echo '[rpm]'
rpm -qa --qf '%{NAME}\t%{ARCH}\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\t'\
'%|SHA256HEADER?{%{SHA256HEADER}}|\n'||exit
echo '[held]'
set --
for f in /etc/dnf/plugins/versionlock.list /etc/yum/pluginconf.d/versionlock.list \
/etc/dnf/dnf.conf /etc/yum.conf
do [ ! -f $f ]||set -- "$@" $f;done
[ $# -eq 0 ]||
awk '$0 !~ /^ *(#|$)/ && (FILENAME ~ /versionlock/ || /^ *exclude/)' "$@"||exit
echo '[architectures]'
rpm --eval '%{_arch}'||exit
echo '[end]'
"""

# Step one looks at everything but digests. Step two reads the packages of which a file was touched later.
_FILES = r"""
rpm -Va --nodeps --noscripts @DIGESTS@
case $? in 0|1);;*)exit 3;;esac
[ '@DIGESTS@' ]||{ echo '[end]';exit 0; }
touched=$(awk 'BEGIN {
FS = "\t"; one = "%{=NAME}-%{=VERSION}-%{=RELEASE}.%{=ARCH}\\t%{=INSTALLTIME}\\t%{FILENAMES}\\n"
ask = "rpm -qa --qf \"[" one "]\""
while ((ask | getline) > 0) { owner[$3] = $1; laid[$3] = $2; n++ }
if (close(ask) || !n) exit 3
ask = ask " | cut -f3 | xargs -d \"\\n\" stat -c \"%Z\t%n\" 2>/dev/null"
while ((ask | getline) > 0) if ($1 > laid[$2] + 60) found[owner[$2]] = 1
for (one in found) print one
}')||exit 3
[ -z "$touched" ]||{ rpm -V --nodeps --noscripts $touched;case $? in 0|1);;*)exit 3;;esac; }
echo '[end]'
"""

SOURCES = r"""
set -- ;for f in /etc/yum.repos.d/*.repo /etc/zypp/repos.d/*.repo;do [ ! -f "$f" ]||set -- "$@" "$f";done
[ $# -eq 0 ]||awk '{ print FILENAME ":" $0 }' "$@"||exit
"""

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
"""Packages of which several versions are meant to stay, by the beginnings of their names."""


@dataclass(frozen=True, slots=True)
class Package:
    """One package as rpm has it."""

    name: str
    architecture: str
    version: str
    """``[epoch:]version-release``."""
    header: str
    """SHA-256 of the package's header, which holds the digests of its files; empty for a public key."""

    @property
    def label(self) -> str:
        """Name and architecture, as rpm and dnf take them: ``glibc.x86_64``."""
        return f"{self.name}.{self.architecture}"


@dataclass(frozen=True, slots=True)
class RpmDatabase:
    """What rpm says about a host."""

    packages: tuple[Package, ...]
    held: tuple[str, ...]
    """Lines that keep packages from being upgraded: locks and excludes."""
    architecture: str

    def builds(self) -> Mapping[str, str]:
        """Each package -> its versions, each with a digest of its header."""
        of: dict[str, list[str]] = {}
        for one in self.packages:
            of.setdefault(one.label, []).append(f"{one.version} (header {one.header[:12] or 'none'})")
        return {label: ", ".join(sorted(versions)) for label, versions in of.items()}

    def twice(self) -> frozenset[str]:
        """Labels of packages of which two versions are there, and only one should be."""
        labels = [one.label for one in self.packages if not one.name.startswith(_SEVERAL)]
        return frozenset(label for label in labels if labels.count(label) > 1)

    def holds(self, name: str) -> bool:
        """Whether a lock or an exclude names a package."""
        word = rf"(?<![A-Za-z0-9_.+-]){re.escape(name)}(?=$|[\s,*]|-[0-9])"
        return any(re.search(word, line) for line in self.held)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A file that is not as its package has it."""

    path: str
    what: tuple[str, ...]
    """``size``, ``content``, ``mode`` ..., or ``missing``."""
    is_configuration: bool

    @property
    def only_mode_or_owner(self) -> bool:
        """Whether nothing but its mode and owner differ."""
        return set(self.what) <= {"mode", "owner", "group", "capabilities"}


def question(*, everything: bool) -> str:
    """A shell text that holds every file of every package against the database.

    Args:
        everything: read every file, whatever its times say.
    """
    return _FILES.replace("@DIGESTS@", "" if everything else "--nofiledigest")


def speaks(answer: str) -> bool:
    """Whether a host's packages are rpm's."""
    return answer.startswith(MARK)


@lru_cache(maxsize=32)
def read(text: str) -> RpmDatabase:
    """Read the answer to `QUESTION`.

    Raises:
        UnmeasuredError: something in it is not understood, or no package is there.
    """
    whole = r"\[rpm\]\n(.*\n)\[held\]\n(.*?)\[architectures\]\n(\S+)\n\[end\]\n"
    parts = re.fullmatch(whole, text, re.DOTALL)
    if parts is None:
        raise UnmeasuredError("database: the answer of rpm lacks a part")
    packages = tuple(_package(line) for line in parts[1].split("\n")[:-1])
    held = tuple(" ".join(line.split()) for line in parts[2].split("\n") if line.strip())
    return RpmDatabase(packages, held, parts[3])


def _package(line: str) -> Package:
    found = _PACKAGE.fullmatch(line)
    if found is None:
        raise UnmeasuredError(f"rpm -qa: a line is no package: {line[:80]}")
    return Package(*found.groups())


@lru_cache(maxsize=32)
def read_files(answer: bytes) -> tuple[Wrong, ...]:
    """Read the answer to `question`: every file that is wrong, once.

    Raises:
        UnmeasuredError: it is cut, or a line is not understood.
    """
    *lines, last, end = ["", "", *answer.decode("utf-8", "backslashreplace").split("\n")]
    if last != "[end]" or end:
        raise UnmeasuredError("files: the answer of rpm lacks its end")
    found: dict[str, Wrong] = {}
    for line in filter(None, lines):
        wrong = _wrong(line)
        known = found.get(wrong.path)
        what = tuple(dict.fromkeys((*(known.what if known else ()), *wrong.what)))
        found[wrong.path] = Wrong(wrong.path, what, wrong.is_configuration)
    return tuple(found.values())


def _wrong(line: str) -> Wrong:
    if found := _MISSING.fullmatch(line):
        return Wrong(found[2], ("missing",), found[1] == "c")
    found = _WRONG.fullmatch(line)
    if found is None:
        raise UnmeasuredError(f"rpm -V: a line is not understood: {line[:80]}")
    what = tuple(_FLAGS[flag] for flag in found[1] if flag in _FLAGS)
    return Wrong(found[3], what, found[2] == "c")


def sources(answer: bytes) -> tuple[str, ...]:
    """Every enabled repository, in one line each; what stands before ``@`` in an address is left out.

    Raises:
        UnmeasuredError: the answer holds something else.
    """
    text = answer.decode("utf-8", "backslashreplace")
    if text and not text.endswith("\n"):
        raise UnmeasuredError("sources: the answer is cut")
    return tuple(dict.fromkeys(_repositories(text.split("\n")[:-1])))


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

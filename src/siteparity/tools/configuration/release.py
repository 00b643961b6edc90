"""A release of the application on a host: its version, its files, and what they should be.

Two sources say what the files should be:

- the release's own list of checksums, in the format of sha256sum(1), which is written where the release is
  built;
- git, if the folder is a work tree: the version is the commit, and whatever git-status(1) reports is not as
  released. git runs as the owner of the work tree, since its configuration may name programs, and writes
  nothing (``GIT_OPTIONAL_LOCKS``).

With neither, a file that was edited alike at both sites cannot be told from a new release. Links are
followed: a release is often reached through one.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program

AS_RELEASED = "as released"
EDITED = "edited since the release"
MISSING = "missing"
EXTRA = "not part of the release"
HIDDEN = "git was told not to look at it"

_QUESTION = program(__package__, "release.sh")
_BY_LIST = """\
echo '[version]'; cat -- @VERSION@ || exit
printf '\\n%s\\n' '[manifest]'
@MANIFEST@
"""
_BY_GIT = program(__package__, "release_by_git.sh")
PARTS = ("version", "manifest", "files", "modes")

_STATUS = re.compile(r"([ MTADRCU?]{2}|[a-zS]) (.+)")
"""git-status(1), short format; git-ls-files(1), ``-v``."""
_SUM = re.compile(r"([0-9a-f]{64}) [ *](?:\./)?([^/].*)")
_MODE = re.compile(r"([0-7]{1,4} [^:\s]+:[^:\s]+) \./(.+)")


@dataclass(frozen=True, slots=True)
class Release:
    """A release as it lies on one host."""

    version: str
    manifest: Mapping[str, str] | None
    """File -> SHA-256 as released; None if the policy names no list."""
    files: Mapping[str, str]
    """File -> SHA-256 as it is now."""
    modes: Mapping[str, str]
    """File -> mode, owner and group."""
    by_git: Mapping[str, str] = field(default_factory=dict)
    """File -> what git says is wrong with it."""

    def states(self, besides: Sequence[str]) -> Mapping[str, str]:
        """Each file that is not as released -> what is wrong with it.

        Args:
            besides: files of the release that are not in its list, such as the list itself.
        """
        if self.manifest is None:
            return self.by_git
        missing = dict.fromkeys(sorted(self.manifest.keys() - self.files.keys()), MISSING)
        extra = dict.fromkeys(sorted(self.files.keys() - self.manifest.keys() - set(besides)), EXTRA)
        edited = [name for name, digest in self.manifest.items() if self.files.get(name, digest) != digest]
        return {**missing, **extra, **dict.fromkeys(sorted(edited), EDITED)}


def question(path: str, version: str, manifest: str | None, left_out: Sequence[str]) -> str:
    """A shell text about a release.

    Args:
        path: its folder.
        version: the file in it that names its version.
        manifest: the list of checksums in it, if it has one.
        left_out: patterns of files to ignore, relative to the folder.
    """
    listed = f"cat -- {shlex.quote(manifest)} || exit" if manifest else ":"
    return _question(path, filled(_BY_LIST, version=shlex.quote(version), manifest=listed), left_out)


def question_to_git(path: str, left_out: Sequence[str]) -> str:
    """A shell text about a release that is a work tree of git; the arguments are those of `question`."""
    return _question(path, _BY_GIT, left_out)


def _question(path: str, released: str, left_out: Sequence[str]) -> str:
    return filled(
        _QUESTION,
        path=shlex.quote(path),
        released=released.rstrip("\n"),
        left_out="".join(f" ! -path {shlex.quote(f'./{pattern}')}" for pattern in left_out),
    )


def read(parts: Mapping[str, Sequence[str]], *, has_manifest: bool) -> Release:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: a line is not understood; the release has no file, version or list of checksums.
    """
    version, manifest, files, modes = _release(parts)
    if bool(manifest) != has_manifest:
        raise UnmeasuredError("release: it has no list of checksums")
    return Release(version, _sums(manifest) if has_manifest else None, files, modes)


def read_from_git(parts: Mapping[str, Sequence[str]], left_out: Sequence[str]) -> Release:
    """Read the answer to `question_to_git`.

    Raises:
        UnmeasuredError: a line is not understood; the release has no file or no commit.
    """
    version, status, files, modes = _release(parts)
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", version):
        raise UnmeasuredError("release: its commit is not known")
    said = [_matched(_STATUS, line) for line in status]
    wrong = {name: _state(code) for code, name in said if not any(fnmatchcase(name, one) for one in left_out)}
    return Release(version, None, files, modes, wrong)


def _state(code: str) -> str:
    if len(code) == 1:
        return HIDDEN
    return EXTRA if code == "??" else MISSING if "D" in code else EDITED


def _release(
    parts: Mapping[str, Sequence[str]],
) -> tuple[str, list[str], Mapping[str, str], Mapping[str, str]]:
    """Version, manifest or status, digests and modes of its files."""
    version, said, files, modes = ([line for line in parts[name] if line] for name in PARTS)
    if len(version) != 1 or not version[0].strip():
        raise UnmeasuredError("release: its version is not one line")
    if not files:
        raise UnmeasuredError("release: it has no files")
    by_name = {name: mode for mode, name in (_matched(_MODE, line) for line in modes)}
    found = _sums(files)
    if by_name.keys() != found.keys():
        raise UnmeasuredError("release: the digests and the modes are not of the same files")
    return version[0].strip(), said, found, by_name


def _sums(entries: Sequence[str]) -> Mapping[str, str]:
    return {name: digest for digest, name in (_matched(_SUM, line) for line in entries)}


def _matched(pattern: re.Pattern[str], line: str) -> tuple[str, str]:
    found = pattern.fullmatch(line)
    if found is None:
        raise UnmeasuredError(f"release: a line is not understood: {line[:80]}")
    return found[1], found[2]

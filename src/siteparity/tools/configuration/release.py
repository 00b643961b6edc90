"""A release of the application on a host: its version, its files, and its own list of their checksums.

The list is as sha256sum(1) writes it and reads it with ``--check``; a deployment makes it where the release
is built. Without one, a file that was edited alike at both sites cannot be told from a new release. Releases
are often reached through a link, so links are followed.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.parts import lines, sections

AS_RELEASED = "as released"
EDITED = "edited since the release"
MISSING = "missing"
EXTRA = "not part of the release"

_QUESTION = """\
cd {path}||exit
echo '[version]';cat -- {version}||exit
printf '\\n%s\\n' '[manifest]'
{manifest}
printf '\\n%s\\n' '[files]'
find -L . -type f ! -name '*.pyc' ! -path './.git/*'{left_out} -exec sha256sum -- {{}} +||exit
echo '[modes]'
find -L . -type f ! -name '*.pyc' ! -path './.git/*'{left_out} -printf '%m %u:%g %p\\n'||exit
echo '[end]'
"""

_SUM = re.compile(r"([0-9a-f]{64}) [ *](?:\./)?([^/].*)")
_MODE = re.compile(r"([0-7]{1,4} [^:\s]+:[^:\s]+) \./(.+)")


@dataclass(frozen=True, slots=True)
class Release:
    """A release as it lies on one host."""

    version: str
    manifest: Mapping[str, str] | None
    """File -> SHA-256 as released; None where the policy names no list."""
    files: Mapping[str, str]
    """File -> SHA-256 as it is."""
    modes: Mapping[str, str]
    """File -> mode, owner and group."""

    def states(self, besides: Sequence[str]) -> Mapping[str, str]:
        """Each file that is not as released -> what is wrong with it.

        Args:
            besides: files that belong to the release and do not stand in its list, such as the list.
        """
        if self.manifest is None:
            return {}
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
        left_out: patterns, relative to the folder, of files that do not count.
    """
    return _QUESTION.format(
        path=shlex.quote(path),
        version=shlex.quote(version),
        manifest=f"cat -- {shlex.quote(manifest)}||exit" if manifest else ":",
        left_out="".join(f" ! -path {shlex.quote(f'./{pattern}')}" for pattern in left_out),
    )


def read(answer: bytes, *, has_manifest: bool) -> Release:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: a part is missing or not understood, the release has no file, version or checksum.
    """
    parts = sections(answer, ["version", "manifest", "files", "modes", "end"])
    version, manifest, files, modes, end = map(lines, parts)
    if end or len(version) != 1 or not version[0].strip():
        raise UnmeasuredError("release: its version is not one line, or the answer is cut")
    if not files or bool(manifest) != has_manifest:
        raise UnmeasuredError(f"release: it has no {'list of checksums' if files else 'files'}")
    by_name = {name: mode for mode, name in (_matched(_MODE, line) for line in modes)}
    found = _sums(files)
    if by_name.keys() != found.keys():
        raise UnmeasuredError("release: the digests and the modes are not of the same files")
    return Release(version[0].strip(), _sums(manifest) if has_manifest else None, found, by_name)


def _sums(entries: Sequence[str]) -> Mapping[str, str]:
    return {name: digest for digest, name in (_matched(_SUM, line) for line in entries)}


def _matched(pattern: re.Pattern[str], line: str) -> tuple[str, str]:
    found = pattern.fullmatch(line)
    if found is None:
        raise UnmeasuredError(f"release: a line is not understood: {line[:80]}")
    return found[1], found[2]

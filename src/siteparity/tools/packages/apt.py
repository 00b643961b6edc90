"""What decides which packages the next upgrade brings: apt's sources, its preferences, its default release.

Formats: sources.list(5), apt_preferences(5). Both say which file names apt reads; it ignores all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "apt.sh")
PARTS = ("sources",)

_LINE = re.compile(r"/etc/apt/([^:]*):(.*)")
_CREDENTIALS = re.compile(r"//[^/\s@]*@")


def read(parts: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Read the answer to `QUESTION`: file below /etc/apt -> its lines.

    Raises:
        UnmeasuredError: a line belongs to no file.
    """
    found: dict[str, list[str]] = {}
    for line in parts["sources"]:
        named = _LINE.fullmatch(line)
        if named is None:
            raise UnmeasuredError(f"apt: a line belongs to no file: {line[:80]}")
        found.setdefault(named[1], []).append(named[2])
    return found


def pins(files: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Every entry of the preferences, in one line each, and a default release.

    Args:
        files: what `read` returns.
    """
    entries = [entry for name, lines in files.items() if _is_preferences(name) for entry in _stanzas(lines)]
    releases = [
        " ".join(line.split())
        for name, lines in files.items()
        if name.startswith("apt.conf")
        for line in lines
        if not line.lstrip().startswith(("//", "#"))
    ]
    return tuple(dict.fromkeys([*entries, *releases]))


def sources(files: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Every source, in one line each; what stands before ``@`` in an address is left out.

    Args:
        files: what `read` returns.
    """
    entries: list[str] = []
    for name, lines in files.items():
        if name == "sources.list" or re.fullmatch(r"sources\.list\.d/[A-Za-z0-9_.-]+\.list", name):
            entries += [" ".join(line.partition("#")[0].split()) for line in lines]
        elif re.fullmatch(r"sources\.list\.d/[A-Za-z0-9_.-]+\.sources", name):
            entries += [
                entry for entry in _stanzas(lines) if not re.search(r"(?i)(^|\| )enabled: *no\b", entry)
            ]
    return tuple(dict.fromkeys(_CREDENTIALS.sub("//", entry) for entry in entries if entry))


def _is_preferences(name: str) -> bool:
    """Whether apt reads it as preferences: no suffix, or ``.pref``."""
    folder, _, file = name.rpartition("/")
    if not folder:
        return name == "preferences"
    return folder == "preferences.d" and bool(re.fullmatch(r"[A-Za-z0-9_-]+(\.pref)?", file))


def _stanzas(lines: Iterable[str]) -> Iterator[str]:
    """Each stanza as one line, its fields joined by ``|``, without comments and explanations."""
    fields: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            if not re.match(r"#|(?i:explanation:)", line):
                fields.append(" ".join(line.split()))
        elif fields:
            yield " | ".join(fields)
            fields = []

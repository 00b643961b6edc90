"""What decides which packages the next upgrade brings: apt's sources, its preferences, its default release.

Formats: sources.list(5), apt_preferences(5). Both say which file names apt looks at; it ignores others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from siteparity.model import UnmeasuredError

QUESTION = """\
cd /etc/apt 2>/dev/null||exit 0
set --
for place in preferences preferences.d sources.list sources.list.d apt.conf apt.conf.d
do [ ! -e "$place" ]||set -- "$@" /etc/apt/"$place";done
[ $# -eq 0 ]||find -L "$@" -maxdepth 1 -type f -exec \\
awk 'FILENAME !~ /apt\\.conf/ || /Default-Release/ { print FILENAME ":" $0 }' {} +
"""

_LINE = re.compile(r"/etc/apt/([^:]*):(.*)")
_CREDENTIALS = re.compile(r"//[^/\s@]*@")


def pins(answer: bytes) -> tuple[str, ...]:
    """Every entry of the preferences, in one line each, and a default release.

    Raises:
        UnmeasuredError: the answer holds something else.
    """
    found = _files(answer)
    entries = [entry for name, lines in found.items() if _is_preferences(name) for entry in _stanzas(lines)]
    releases = [
        " ".join(line.split())
        for name, lines in found.items()
        if name.startswith("apt.conf")
        for line in lines
        if not line.lstrip().startswith(("//", "#"))
    ]
    return tuple(dict.fromkeys([*entries, *releases]))


def sources(answer: bytes) -> tuple[str, ...]:
    """Every source, in one line each; what stands before ``@`` in an address is left out.

    Raises:
        UnmeasuredError: the answer holds something else.
    """
    entries: list[str] = []
    for name, lines in _files(answer).items():
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
    """Fields of a stanza joined by ``|``; comments and explanations are left out."""
    fields: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            if not re.match(r"#|(?i:explanation:)", line):
                fields.append(" ".join(line.split()))
        elif fields:
            yield " | ".join(fields)
            fields = []


def _files(answer: bytes) -> dict[str, list[str]]:
    """File below /etc/apt -> its lines."""
    text = answer.decode("utf-8", "backslashreplace")
    if text and not text.endswith("\n"):
        raise UnmeasuredError("apt: the answer is cut")
    found: dict[str, list[str]] = {}
    for line in text.split("\n")[:-1]:
        parts = _LINE.fullmatch(line)
        if parts is None:
            raise UnmeasuredError(f"apt: a line belongs to no file: {line[:80]}")
        found.setdefault(parts[1], []).append(parts[2])
    return found

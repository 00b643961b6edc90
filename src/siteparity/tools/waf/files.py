"""The files of an nginx and of its ModSecurity, found as the programs find them, from ``nginx.conf`` on.

nginx reads ``nginx.conf`` and whatever it includes. ``modsecurity_rules_file`` names a file of rules, which
may include others. A relative path counts from the folder of ``nginx.conf``, or from that of the file with
the include. A delivered rule set is large, so only digests and a few lines of it are read.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program

_INCLUDE = r"(^|[[:space:];{])([Ii]nclude(Optional)?|modsecurity_rules_file)[[:space:]]+[^[:space:];]+"
_QUESTION = program(__package__, "files.sh")
PARTS = ("text", "changed", "set", "lines")


@dataclass(frozen=True, slots=True)
class Files:
    """What a server would read if it were started now."""

    main: str
    """The main file."""
    lines: Mapping[str, tuple[str, ...]]
    """Path -> its lines without comments; empty for a file of the rule set."""
    missing: tuple[str, ...]
    """Files that are named, without a wildcard, and do not exist."""
    changed: Mapping[str, float]
    """Path -> ctime of the file, or of a link to it, in seconds since 1970. No copy sets a ctime back."""
    rule_set: Mapping[str, str]
    """File of the rule set -> SHA-256."""

    def matching(self, pattern: str, near: str) -> tuple[str, ...]:
        """The files that an include in the file ``near`` names, in the order in which they are read.

        Empty if a wildcard matches nothing, or the file is missing.
        """
        folders = (
            ("",) if pattern.startswith("/") else (posixpath.dirname(self.main), posixpath.dirname(near))
        )
        known = {*self.lines, *self.rule_set}
        for folder in folders:
            wanted = posixpath.join(folder, pattern)
            if found := sorted(path for path in known if _matches(path, wanted)):
                return tuple(found)
        return ()


def question(main: str, rule_set: str) -> str:
    """A shell text that reads every file of the server; needs ``awk``, ``find``, ``grep``, ``sha256sum``."""
    places = {"main": shlex.quote(main), "rule_set": shlex.quote(rule_set.rstrip("/"))}
    return filled(_QUESTION, **places, include=_INCLUDE)


def read(parts: Mapping[str, Sequence[str]], main: str) -> Files:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: a line is not understood, or the first file was not there.
    """
    text, changed, rule_set, special = ([line for line in parts[name] if line] for name in PARTS)
    lines, missing = _text(text)
    if main not in lines:
        raise UnmeasuredError(f"files: {main} could not be read, or is empty")
    digests = dict(_digests(rule_set))
    for path, line in _of_rule_set(special, digests):
        lines.setdefault(path, []).append(line)
    return Files(
        main,
        {path: tuple(of_file) for path, of_file in lines.items()},
        tuple(missing),
        _changed(changed),
        digests,
    )


def _text(text: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    lines: dict[str, list[str]] = {}
    missing: list[str] = []
    current: list[str] | None = None
    for line in text:
        kind, rest = line[0], line[1:]
        if kind == "=":
            current = lines.setdefault(rest, [])
        elif kind == "?":
            missing.append(rest)
        elif kind == " " and current is not None:
            current.append(rest)
        elif kind != "+" or current is None:
            raise UnmeasuredError(f"files: a line that was not expected: {line[:80]!r}")
    return lines, missing


def _changed(part: list[str]) -> Mapping[str, float]:
    changed: dict[str, float] = {}
    for line in part:
        found = re.fullmatch(r"([0-9]{1,12}\.[0-9]{1,10}) (/.*)", line, re.ASCII)
        if not found:
            raise UnmeasuredError(f"files: a line that is no time: {line[:80]!r}")
        changed[found[2]] = max(float(found[1]), changed.get(found[2], 0.0))
    if not changed:
        raise UnmeasuredError("files: the answer does not say when the files were changed")
    return changed


def _digests(part: list[str]) -> Iterator[tuple[str, str]]:
    for line in part:
        found = re.fullmatch(r"([0-9a-f]{64})  (/.*)", line)
        if not found:
            raise UnmeasuredError(f"files: a line that is no digest: {line[:80]!r}")
        yield found[2], found[1]


def _of_rule_set(part: list[str], digests: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for line in part:
        path, colon, text = line.partition(":")
        if not colon or path not in digests:
            raise UnmeasuredError(f"files: a line of no file of the rule set: {line[:80]!r}")
        yield path, text.strip()


def _matches(path: str, pattern: str) -> bool:
    """Whether a path matches as in a shell: wildcards match neither a slash nor a leading dot."""
    names, wanted = path.split("/"), posixpath.normpath(pattern).split("/")
    return len(names) == len(wanted) and all(
        fnmatchcase(name, one) and not (name.startswith(".") and not one.startswith("."))
        for name, one in zip(names, wanted, strict=True)
    )

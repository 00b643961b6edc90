"""Folders of small configuration files, as systemd reads them: ``sysctl.d``, ``modules-load.d``.

A file hides those of the same name in later places, even if it is empty or a link to /dev/null. The others
are read in the order of their names (sysctl.d(5), "Configuration Directories and Precedence").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program

PLACES = ("/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib")

_QUESTION = program(__package__, "conf_d.sh")


def question(name: str) -> str:
    """A shell text that prints the names and the lines of all files in these folders."""
    return filled(_QUESTION, places=" ".join(PLACES), name=name)


def settings(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Path and text of each line that is read, in that order; without comments and hidden files.

    Args:
        lines: what `question` prints, without empty lines.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    texts: dict[str, list[str]] = {}
    for line in lines:
        kind, *fields = line.split("\t", 2)
        if kind == "file" and len(fields) == 1:
            texts[fields[0]] = []
        elif kind == "line" and len(fields) == 2 and fields[0] in texts:  # noqa: PLR2004  # path, text
            texts[fields[0]].append(fields[1].strip())
        else:
            raise UnmeasuredError(f"a line of the host's files is not understood: {line[:80]}")
    first: dict[str, str] = {}
    for path in texts:
        first.setdefault(path.rpartition("/")[2], path)
    for name in sorted(first):
        for text in texts[first[name]]:
            if text and text[0] not in "#;":
                yield first[name], text

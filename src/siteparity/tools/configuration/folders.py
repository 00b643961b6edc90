"""Modes and owners of folders: what every program on a host takes for granted."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

from siteparity.model import UnmeasuredError

_QUESTION = """\
set -- {folders}
for folder do shift;[ ! -d "$folder" ]||set -- "$@" "$folder";done
[ $# -eq 0 ]||stat -L -c '%a %U:%G %n' -- "$@"||exit
echo end
"""


def question(folders: Sequence[str]) -> str:
    """A shell text that tells mode, owner and group of each folder that is there."""
    return _QUESTION.format(folders=" ".join(map(shlex.quote, folders)))


def read(answer: str) -> Mapping[str, str]:
    """Folder -> ``1777 root:root``, of those that are there.

    Raises:
        UnmeasuredError: the answer is cut, or a line is none of these.
    """
    *lines, last, end = ["", "", *answer.split("\n")]
    if last != "end" or end:
        raise UnmeasuredError("folders: the answer lacks its end")
    return dict(_folder(line) for line in lines if line)


def _folder(line: str) -> tuple[str, str]:
    found = re.fullmatch(r"([0-7]{1,4} \S+:\S+) (/.*)", line)
    if found is None:
        raise UnmeasuredError(f"folders: a line is not understood: {line[:80]}")
    return found[2], found[1]

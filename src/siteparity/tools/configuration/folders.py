"""Modes and owners of folders, and of what stands in some: what programs on a host take for granted."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from siteparity.model import UnmeasuredError

NOTHING = "nothing there"

# stat gets the names from xargs: a pattern may name more than fits into one command line. What goes between
# the two looks is not there (123 is what xargs says when stat missed something).
_QUESTION = """\
IFS=
for place in {places};do for path in $place;do [ ! -e "$path" ]||printf '%s\\0' "$path";done;done|
xargs -0r stat -L -c '%a %U:%G %n' --||[ $? -eq 123 ]||exit
echo end
"""


def question(places: Sequence[str]) -> str:
    """A shell text that tells mode, owner and group of what is there; ``*`` and ``?`` make a pattern."""
    return _QUESTION.format(places=" ".join(map(shlex.quote, places)))


def read(answer: str, places: Sequence[str]) -> Mapping[str, str]:
    """Each place -> ``1777 root:root``, or `NOTHING`; of a pattern, each that occurs, whatever has it.

    Files come and go, such as logs, so a pattern is one thing.

    Raises:
        UnmeasuredError: the answer is cut, or a line is none of these.
    """
    *lines, last, end = ["", "", *answer.split("\n")]
    if last != "end" or end:
        raise UnmeasuredError("folders: the answer lacks its end")
    found = dict(_rights(line) for line in lines if line)
    return {place: _of(place, found) for place in places}


def _of(place: str, found: Mapping[str, str]) -> str:
    if place in found:
        return found[place]
    return ", ".join(sorted({said for path, said in found.items() if fnmatchcase(path, place)})) or NOTHING


def _rights(line: str) -> tuple[str, str]:
    found = re.fullmatch(r"([0-7]{1,4} \S+:\S+) (/.*)", line)
    if found is None:
        raise UnmeasuredError(f"folders: a line is not understood: {line[:80]}")
    return found[2], found[1]

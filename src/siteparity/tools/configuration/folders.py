"""Modes and owners of folders: what every program on a host takes for granted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools.given import DECODE, items
from siteparity.tools.program import filled, program

QUESTION = DECODE + filled(program(__package__, "folders.sh"), items=items("PLACES"))
"""A shell text that prints mode, owner and group of each folder of ``$PLACES`` that is there."""


def read(lines: Sequence[str]) -> Mapping[str, str]:
    """Folder -> ``1777 root:root``, for those that are there.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    return dict(map(_folder, lines))


def _folder(line: str) -> tuple[str, str]:
    found = re.fullmatch(r"([0-7]{1,4} \S+:\S+) (/.*)", line)
    if found is None:
        raise UnmeasuredError(f"folders: a line is not understood: {line[:80]}")
    return found[2], found[1]

"""Which hosts the environments of running programs name, and which variables are called like a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "environments.sh")


def named(rows: Sequence[str], kind: Literal["host", "variable"]) -> Iterator[str]:
    """The hosts, or the variables.

    Raises:
        UnmeasuredError: a line is neither.
    """
    for row in rows:
        line = re.fullmatch(r"(host|variable) ([A-Za-z0-9_.:-]+)", row)
        if line is None:
            raise UnmeasuredError(f"environments: expected a host or a variable, found {row[:80]!r}")
        if line[1] == kind:
            yield line[2]

"""Whether the user of a unit may execute its programs, which a unit that runs already does not show.

test(1) asks access(2) as that user, by setpriv(1).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program

_QUESTION = program(__package__, "programs.sh")

_LINE = re.compile(r"([0-9]{1,3})\t([^\t]+)\t([^\t]*)\t(/[^\t]*)")


def question(units: Sequence[str]) -> str:
    """A shell text that tries every program of these units."""
    return filled(_QUESTION, units=" ".join(map(shlex.quote, units))) if units else "echo end"


def read(rows: Iterable[str]) -> Mapping[str, str]:
    """Unit -> the program that its user may not execute. Units without such a program are left out.

    Raises:
        UnmeasuredError: a program could not be tried.
    """
    found: dict[str, str] = {}
    for row in rows:
        tried = _LINE.fullmatch(row)
        if tried is None or tried[1] not in ("0", "1"):
            raise UnmeasuredError(f"programs: a program could not be tried: {row[:80]!r}")
        if tried[1] == "1":
            found.setdefault(tried[2], f"{tried[3] or 'root'} may not execute {tried[4]}")
    return found

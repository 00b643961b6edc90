"""Whether the user of a unit may execute its programs, which a unit that runs already does not show.

test(1) asks access(2) as that user, by setpriv(1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from siteparity.model import UnmeasuredError
from siteparity.tools.given import DECODE, items
from siteparity.tools.program import filled, program

QUESTION = DECODE + filled(program(__package__, "programs.sh"), items=items("UNITS"))
"""A shell text that tries every program of the units in ``$UNITS``."""

_LINE = re.compile(r"([0-9]{1,3})\t([^\t]+)\t([^\t]*)\t(/[^\t]*)")


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

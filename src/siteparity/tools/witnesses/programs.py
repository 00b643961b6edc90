"""Which programs run, and which units start at a boot, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "programs.sh")
PARTS = ("running", "at boot")


def found(parts: Mapping[str, Sequence[str]], names: str) -> Iterator[str]:
    """The programs and units of a kind.

    Args:
        parts: of the answer.
        names: one of `siteparity.tools.witnesses.products`.

    Raises:
        UnmeasuredError: no program runs: then somebody was asked who sees none.
    """
    running = [name for name in parts["running"] if name]
    if not running:
        raise UnmeasuredError("programs: not one program was seen to run")
    kind = re.compile(names)
    yield from (f"{name} runs" for name in running if kind.fullmatch(name.lower()))
    yield from (f"{unit} starts at boot" for unit in parts["at boot"] if kind.fullmatch(_stem(unit)))


def _stem(unit: str) -> str:
    """The name of a unit without its instance and its suffix."""
    return re.sub(r"(@[^.]*(\..*)?)?(\.[a-z]+)?$", "", unit.lower(), count=1)

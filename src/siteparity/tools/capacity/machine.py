"""Processors and memory that a host may use: those of the machine, or less if a control group limits it.

Sources: nproc(1), proc(5) (meminfo), cgroups(7) (``cpu.max``, ``memory.max`` and their names in version 1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "machine.sh")


def read(rows: Iterable[str]) -> tuple[float, int]:
    """The number of processors, and the bytes of memory.

    Raises:
        UnmeasuredError: a number is missing or not understood.
    """
    values = {words[0]: words[1:] for row in rows if (words := row.split())}
    cores, memory = _number(values, "cores"), _number(values, "memory") * 1024
    if "most" in values and values["most"][:1] != ["max"]:
        memory = min(memory, _number(values, "most"))
    return min(float(cores), _share(values)), memory


def _share(values: Mapping[str, list[str]]) -> float:
    """How many processors' time the control group allows; infinite if it sets no limit."""
    words = [*values.get("share", []), *values.get("quota", []), *values.get("period", [])][:2] or [
        "max",
        "1",
    ]
    most, period = (*words, "")[:2]
    if most in ("max", "-1"):
        return float("inf")
    if not (re.fullmatch(r"[0-9]{1,18}", most) and re.fullmatch(r"[1-9][0-9]{0,17}", period)):
        raise UnmeasuredError("machine: the limit of the control group is not understood")
    return int(most) / int(period)


def _number(values: Mapping[str, list[str]], name: str) -> int:
    text = "".join(values.get(name, [])[:1])
    if not re.fullmatch(r"[1-9][0-9]{0,20}", text):
        raise UnmeasuredError(f"machine: {name} is no number above zero: {text[:40]!r}")
    return int(text)

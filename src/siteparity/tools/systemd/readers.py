"""Processes that read files when they start: when they started, and which files they may not read."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from siteparity.tools.program import filled, program
from siteparity.tools.systemd import started, unit

_QUESTION = program(__package__, "readers.sh")
PARTS = ("unit", "started", "unreadable")


@dataclass(frozen=True, slots=True)
class Readers:
    """What is known of these processes."""

    idle: str | None
    """Why there are none; None if there are some."""
    oldest: float
    """When the oldest of them started, in seconds since 1970."""
    unreadable: frozenset[str]
    """The files that they may not read."""


def question(service: str, paths: Iterable[str], *, main_alone: bool) -> str:
    """A shell text about the processes below a unit's main process, or about that one alone.

    Args:
        service: the unit.
        paths: the files that the processes read.
        main_alone: the main process itself reads them.
    """
    return filled(
        _QUESTION,
        look_up=unit.look_up_of(service),
        started=started.ASK,
        readers="$main" if main_alone else "${pids#* }",
        paths=" ".join(map(shlex.quote, paths)),
    )


def read(parts: Mapping[str, Sequence[str]]) -> Readers:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: a line is not understood, or every process ended while it was asked.
    """
    idle = unit.not_running(unit.read_properties(parts["unit"]))
    if idle:
        return Readers(idle, 0.0, frozenset())
    return Readers(
        None, started.oldest("\n".join(parts["started"])), frozenset(filter(None, parts["unreadable"]))
    )

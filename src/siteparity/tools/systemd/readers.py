"""The processes that read files when they start: since when they run, and which files they may not read."""

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
    """What is known of them."""

    idle: str | None
    """Why there are none."""
    oldest: float
    """When the oldest of them started, in seconds since 1970."""
    unreadable: frozenset[str]
    """The files that they may not read."""


def question(service: str, paths: Iterable[str], *, main_alone: bool) -> str:
    """A shell text that looks at the processes below a unit's main process, or at that one alone."""
    return filled(
        _QUESTION,
        look_up=unit.look_up(service),
        started=started.ASK,
        readers="$main" if main_alone else "${pids#* }",
        paths=" ".join(map(shlex.quote, paths)),
    )


def read(parts: Mapping[str, Sequence[str]]) -> Readers:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: it is not understood, or no process could be looked at.
    """
    idle = unit.not_running(unit.read_properties(parts["unit"]))
    if idle:
        return Readers(idle, 0.0, frozenset())
    return Readers(
        None, started.oldest("\n".join(parts["started"])), frozenset(filter(None, parts["unreadable"]))
    )

"""Reads each distinct answer once: hosts of one role answer most questions byte for byte alike.

A table is taken from another host only if its reader would look at the very same: the same answers, and the
same parts of what is known of the host. What a reader looks at is noted while it reads. Whatever of the host
is not known here to be alike on several hosts counts as the whole host, which is like no other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, cast

from siteparity.model import Table, Unmeasured
from siteparity.probes import Answers, Looks, Reading, Target, read_table

_Shape = tuple[tuple[str, str], ...]
"""What a reader looked at, in the order of its looks."""

_OF_THE_RUN = frozenset({"site", "section", "policy", "other", "other_recorded_at", "needed"})
"""Parts of a target that are the same object for many hosts."""
_ALIKE = frozenset({"roles", "collector", "part"})
"""Parts that may be equal on several hosts."""
_LOOKS_OF = {"known": ("site", "other", "policy"), "named": ("roles",), "listed": ("roles",)}
"""Functions of a target, and what each looks at."""
_HOST = "host"
_MOST_SHAPES = 8
"""A reader that looks at something else on each host gains nothing here."""


class _Watched:
    """A target that notes what is looked at. It is no `Target`: nothing can be seen of it unnoticed."""

    __slots__ = ("_answers", "_target")

    def __init__(self, target: Target[Any], answers: Answers) -> None:
        self._target = target
        self._answers = answers

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever a target has
        parts = (name,) if name in _OF_THE_RUN or name in _ALIKE else _LOOKS_OF.get(name, (_HOST,))
        for part in parts:
            self._answers.looked_at("target", part)
        return getattr(self._target, name)


@dataclass(frozen=True, slots=True)
class ReadOnce:
    """The tables that were read in one run."""

    finish: Callable[[Table | Unmeasured], Table | Unmeasured] = lambda table: table
    """What is made of each table, whoever the host is."""
    _tables: dict[tuple[Hashable, ...], dict[_Shape, dict[Hashable, Table | Unmeasured]]] = field(
        default_factory=dict
    )
    """Reader and part -> what it looked at -> what it saw there -> the table."""
    _alive: dict[int, object] = field(default_factory=dict)
    """Objects by their identity, so that no other one can get it."""

    def __call__(self, reading: Reading[Any], answers: Answers, target: Target[Any]) -> Table | Unmeasured:
        """The table of one host, as `read_table` reads it."""
        known = self._tables.setdefault((reading.read,), {})
        for shape, tables in tuple(known.items()):
            table = tables.get(self._seen(shape, answers, target))
            if table is not None:
                return table
        return self._read(known, reading, answers, target)

    def _read(
        self,
        known: dict[_Shape, dict[Hashable, Table | Unmeasured]],
        reading: Reading[Any],
        answers: Answers,
        target: Target[Any],
    ) -> Table | Unmeasured:
        with answers.watched() as looks:
            watched = cast("Target[Any]", _Watched(target, answers))
            table = self.finish(read_table(reading, answers, watched))
        shape = _shape(looks)
        if shape in known or len(known) < _MOST_SHAPES:
            known.setdefault(shape, {})[self._seen(shape, answers, target)] = table
        return table

    def _seen(self, shape: _Shape, answers: Answers, target: Target[Any]) -> Hashable:
        """What these looks find on a host."""
        return tuple(
            self._of_target(target, name) if kind == "target" else answers.said(kind, name)
            for kind, name in shape
        )

    def _of_target(self, target: Target[Any], name: str) -> Hashable:
        if name in _ALIKE:
            return cast("Hashable", getattr(target, name))
        one = getattr(target, name)
        self._alive[id(one)] = one
        return id(one)


def _shape(looks: Looks) -> _Shape:
    return tuple(looks)

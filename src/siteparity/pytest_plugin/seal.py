"""Whether the judge is still the one that was appointed: no check may change how checks are judged.

All checks of a worker run in one process. One that replaces a function of this package, for itself or for
those that follow, may mean no harm; what is judged afterwards proves nothing all the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_JUDGES = (
    "siteparity.compare.",
    "siteparity.model.",
    "siteparity.names.",
    "siteparity.records.",
    "siteparity.waivers.",
    "siteparity.pytest_plugin.",
)
"""Modules, each with all that are below it."""


Part = tuple[object, object]
"""A function or class, and the code of a function."""


@dataclass(frozen=True, slots=True)
class Seal:
    """The functions and classes of the modules that judge, as they were."""

    modules: Sequence[str]
    parts: Mapping[str, Part]

    @classmethod
    def set(cls) -> Seal:
        """Seal what is imported now."""
        modules = [name for name in sys.modules if f"{name}.".startswith(_JUDGES)]
        return cls(modules, dict(_parts(modules)))

    def broken(self) -> list[str]:
        """The names of what is not as it was: replaced, added or gone."""
        now = dict(_parts(self.modules))
        if now == self.parts:
            return []
        nothing = (None, None)
        names = sorted({*now, *self.parts})
        return [name for name in names if now.get(name, nothing) != self.parts.get(name, nothing)]


def _parts(modules: Iterable[str]) -> Iterator[tuple[str, Part]]:
    for name in modules:
        yield from _members(name, name, vars(sys.modules[name]))


def _members(name: str, module: str, members: Mapping[str, Any]) -> Iterator[tuple[str, Part]]:
    for key, value in list(members.items()):
        if callable(value) or isinstance(value, (property, classmethod, staticmethod)):
            yield f"{name}.{key}", (value, getattr(value, "__code__", None))
        if isinstance(value, type) and value.__module__ == module:
            yield from _members(f"{name}.{key}", module, vars(value))

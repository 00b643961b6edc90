"""Whether the code that judges checks is unchanged: no check may change how checks are judged.

All checks of a worker run in one process. If one of them replaces a function of this package, even by
accident, whatever is judged afterwards proves nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence, ValuesView
from dataclasses import dataclass
from itertools import chain
from operator import is_
from types import CodeType, FunctionType, ModuleType
from typing import Any

from siteparity.probes import discover

_JUDGES = (
    "siteparity.judging.rules.",
    "siteparity.facts.evidence.",
    "siteparity.model.",
    "siteparity.names.",
    "siteparity.plan.",
    "siteparity.probes.",
    "siteparity.facts.records.",
    "siteparity.redaction.",
    "siteparity.runs.journal.",
    "siteparity.waivers.",
    "siteparity.pytest_plugin.",
)
"""The modules that judge, each with all modules below it."""


def replaced_words(names: Sequence[str]) -> str:
    """Why a check proves nothing after any of these was replaced."""
    return f"{names[0]} was replaced: no check may change its judge"


Part = tuple[object, object]
"""A function or class, and the code of a function."""


@dataclass(frozen=True, slots=True)
class _Contents:
    """The content of modules and classes: every name and every value, in the order of their dictionaries."""

    keys: Sequence[KeysView[str]]
    values: Sequence[ValuesView[object]]
    """Both are views: they show what is there now."""
    sizes: Sequence[int]
    names: Sequence[str]
    objects: Sequence[object]
    """Kept alive: no other object can get the identity of one of them."""

    @classmethod
    def of(cls, rooms: Iterable[Mapping[str, Any]]) -> _Contents:
        members = list(rooms)
        keys, values = [one.keys() for one in members], [one.values() for one in members]
        names, objects = list(chain.from_iterable(keys)), list(chain.from_iterable(values))
        return cls(keys, values, list(map(len, members)), names, objects)

    def stand(self) -> bool:
        """Whether each dictionary holds the same names, and under each the very same object.

        It runs after each check: so no line of Python runs for each name.
        """
        return (
            list(map(len, self.keys)) == self.sizes
            and list(chain.from_iterable(self.keys)) == self.names
            and all(map(is_, chain.from_iterable(self.values), self.objects))
        )


@dataclass(slots=True)
class JudgeIntegrity:
    """The functions and classes of the modules that judge, as they were when this was made."""

    modules: Mapping[str, ModuleType]
    parts: Mapping[str, Part]
    _contents: _Contents | None = None
    """The content of these modules when they were last found unchanged."""
    _functions: Sequence[FunctionType] = ()
    _codes: Sequence[CodeType] = ()

    @classmethod
    def of_now(cls) -> JudgeIntegrity:
        """Note the modules that are imported now, and those of all probes."""
        discover()
        modules = {name: module for name, module in sys.modules.items() if f"{name}.".startswith(_JUDGES)}
        parts = dict(_parts(modules))
        functions = [part for part, _ in parts.values() if isinstance(part, FunctionType)]
        return cls(modules, parts, None, functions, [function.__code__ for function in functions])

    def broken(self) -> list[str]:
        """The names of what has been replaced, added or removed since then."""
        if self._untouched():
            return []
        there = {name: sys.modules[name] for name in self.modules if name in sys.modules}
        now = dict(_parts(there))
        if now == self.parts:
            self._contents = _Contents.of(members for _, members in _rooms(there))
            return []
        nothing = (None, None)
        names = sorted({*now, *self.parts})
        return [name for name in names if now.get(name, nothing) != self.parts.get(name, nothing)]

    def _untouched(self) -> bool:
        """Whether nothing has changed since the last full comparison. Quick, and nearly always true."""
        return (
            self._contents is not None
            and all(sys.modules.get(name) is module for name, module in self.modules.items())
            and self._contents.stand()
            and [function.__code__ for function in self._functions] == self._codes
        )


def _parts(modules: Mapping[str, ModuleType]) -> Iterator[tuple[str, Part]]:
    for name, members in _rooms(modules):
        for key, value in list(members.items()):
            if callable(value) or isinstance(value, (property, classmethod, staticmethod)):
                yield f"{name}.{key}", (value, getattr(value, "__code__", None))


def _rooms(modules: Mapping[str, ModuleType]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and content of each module, and of each class that it defines."""
    for name, module in modules.items():
        yield from _below(name, name, vars(module))


def _below(name: str, module: str, members: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield name, members
    for key, value in list(members.items()):
        if isinstance(value, type) and value.__module__ == module:
            yield from _below(f"{name}.{key}", module, vars(value))

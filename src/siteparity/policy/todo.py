"""``TODO``: a legal value of every key. Whatever needs the key is left out, and is undecided.

A value is left out together with the smallest part of the file that cannot be without it: an item of a list,
an optional key, or the whole section of an aspect.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import BaseModel, ValidationError

from siteparity.yamlfile import Document, KeyPath

TODO = "TODO"


@dataclass(frozen=True, slots=True)
class Todo:
    """A value that somebody still has to write."""

    at: KeyPath
    line: int
    question: str
    """The comment on its line; empty without one."""


def find(document: Document) -> tuple[Todo, ...]:
    """Every ``TODO`` of a file, in its order."""
    if not (places := tuple(_places(document.value, ()))):
        return ()
    lines = document.path.read_text(encoding="utf-8").split("\n")
    return tuple(Todo(at, line, _comment(lines[line - 1])) for at in places for line in [document.line(at)])


def without(
    document: Document, todos: tuple[Todo, ...], model: type[BaseModel], context: Mapping[str, object]
) -> Document:
    """The file without each ``TODO``, and without what is not valid without one.

    Args:
        document: the policy.
        todos: all of its `Todo`.
        model: of the whole file.
        context: of the model's validators.
    """
    gone = {todo.at for todo in todos}
    while gone:
        value = _removed(document.value, (), gone)
        needing, mistakes = _judged(gone, value, model, context)
        # A part with a mistake of its own stays, so that the mistake is reported.
        more = {part for part in needing if not any(one[: len(part)] == part for one in mistakes)} - gone
        if not more:
            return replace(document, value=value)
        gone |= more
    return document


def _judged(
    gone: set[KeyPath], value: object, model: type[BaseModel], context: Mapping[str, object]
) -> tuple[set[KeyPath], set[KeyPath]]:
    """The parts that are not valid because something inside them is gone; the places of other mistakes."""
    needing: set[KeyPath] = set()
    mistakes: set[KeyPath] = set()
    try:
        model.model_validate_json(json.dumps(value), context=dict(context))
    except ValidationError as error:
        for detail in error.errors():
            at = detail["loc"]
            part = at[:-1] if detail["type"] == "missing" else at
            if part and any(one[: len(at)] == at for one in gone):
                needing.add(part)
            else:
                mistakes.add(at)
    return needing, mistakes


def _places(value: object, at: KeyPath) -> Iterator[KeyPath]:
    if value == TODO:
        yield at
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*at, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _places(inner, (*at, number))


def _removed(value: object, at: KeyPath, gone: set[KeyPath]) -> object:
    if isinstance(value, dict):
        return {
            key: _removed(inner, (*at, key), gone) for key, inner in value.items() if (*at, key) not in gone
        }
    if isinstance(value, list):
        return [
            _removed(inner, (*at, number), gone)
            for number, inner in enumerate(value)
            if (*at, number) not in gone
        ]
    return value


def _comment(line: str) -> str:
    return line.partition(" #")[2].strip()

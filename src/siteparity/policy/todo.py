"""``TODO``: a legal value of every key. Whatever needs the key is left out, and is undecided.

A value is left out together with the smallest part of the file that cannot be without it: an item of a list,
an optional key, or the whole section of an aspect.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from siteparity.yamlfile import Document, KeyPath, Mistake

TODO = "TODO"
APPLICATIONS = "applications"
"""Sections take keys from here: one that is missing may be a ``TODO`` here."""
_SECTION = 2
"""Steps to a section: ``aspects.waf``."""


@dataclass(frozen=True, slots=True)
class Todo:
    """A value that somebody still has to write."""

    at: KeyPath
    line: int
    question: str
    """The comment on its line; empty without one."""


def find(document: Document) -> tuple[Todo, ...]:
    """Every ``TODO`` of a file, in its order."""
    return tuple(
        Todo(at, line, document.comment(line))
        for at in _places(document.value, ())
        for line in [document.line(at)]
    )


def without(
    document: Document, todos: tuple[Todo, ...], judge: Callable[[Document], Iterable[Mistake]]
) -> Document:
    """The file without each ``TODO``, and without what is not valid without one.

    Args:
        document: the policy.
        todos: all of its `Todo`.
        judge: the mistakes in a document.
    """
    gone = {todo.at for todo in todos}
    while gone:
        left = replace(document, value=_removed(document.value, (), gone))
        needing, others = _judged(gone, judge(left))
        # A part with a mistake of its own stays, so that the mistake is reported.
        more = {part for part in needing if not any(one[: len(part)] == part for one in others)} - gone
        if not more:
            return left
        gone |= more
    return document


def _judged(gone: Collection[KeyPath], found: Iterable[Mistake]) -> tuple[set[KeyPath], set[KeyPath]]:
    """The parts that are not valid because of something that is gone; and the places of other mistakes."""
    needing: set[KeyPath] = set()
    others: set[KeyPath] = set()
    from_applications = any(one[0] == APPLICATIONS for one in gone)
    for mistake in found:
        at = mistake.at
        inside = any(one[: len(at)] == at for one in gone)
        taken = from_applications and mistake.is_missing and len(at) >= _SECTION
        part = at[:-1] if mistake.is_missing else at
        if part and (inside or taken):
            needing.add(part if inside else part[:_SECTION])
        else:
            others.add(at)
    return needing, others


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

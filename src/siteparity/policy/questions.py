"""Keys that a policy may leave out only in words: nothing else could find what they find.

Some faults are alike at both sites, so no comparison shows them: two standbys too small for the busiest hour
are equal. A key that alone would find such a fault carries its question. While the key names nothing and is
not declared absent, it is undecided.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Question:
    """What a person must answer. Stands in the annotation of an optional key."""

    text: str
    beside: str = ""
    """Another key: only if that one names something, this one must."""
    instead: str = ""
    """Another key: if that one names something, this one need not."""


def questions(section: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Each key of a section that has a question, with its question."""
    for key, one in section.model_fields.items():
        yield from ((key, mark.text) for mark in one.metadata if isinstance(mark, Question))


def unanswered(section: BaseModel) -> Iterator[tuple[str, str]]:
    """Those that name nothing, and must."""

    def named(key: str) -> bool:
        default = type(section).model_fields[key].get_default(call_default_factory=True)
        return _is_answered(getattr(section, key), default)

    for key, one in type(section).model_fields.items():
        for mark in one.metadata:
            if not isinstance(mark, Question) or named(key):
                continue
            if not (mark.beside and not named(mark.beside)) and not (mark.instead and named(mark.instead)):
                yield key, mark.text


def _is_answered(value: object, default: object) -> bool:
    """Whether a key names something. An empty list does where the default is no list: it allows nothing."""
    if isinstance(value, dict):
        return any(_is_answered(one, ()) for one in value.values())
    return value != default

"""The lines of a draft: a place in the policy, a value, how it was seen, and what must be asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from siteparity.policy.todo import TODO
from siteparity.yamlfile import KeyPath


@dataclass(frozen=True, slots=True)
class Line:
    """A value for the policy."""

    at: KeyPath
    value: object
    """As YAML holds it: texts, whole numbers, lists and maps of these."""
    seen: str = ""
    """How and where it was seen, without numbers that change by themselves."""
    asks: str = ""
    """If only half of the evidence was there, the question that a person must answer."""
    waits: bool = True
    """Whether a person must accept it: not what the command line said, and no ``TODO``."""

    @property
    def is_todo(self) -> bool:
        """Whether nobody but a person can know it; then `asks` is the question."""
        return self.value == TODO


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was seen and is no line."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted policy."""

    lines: tuple[Line, ...]
    left_out: tuple[LeftOut, ...] = ()

    def without(self, gone: Iterable[Line], why: str) -> Draft:
        """The draft without some lines, which are named with a reason."""
        some = tuple(gone)
        more = tuple(LeftOut(".".join(map(str, one.at)), why) for one in some)
        return Draft(tuple(one for one in self.lines if one not in some), (*self.left_out, *more))


def todo(at: KeyPath, question: str) -> Line:
    """A value that a person must write."""
    return Line(at, TODO, "", question, waits=False)


def listed(words: Iterable[str], most: int = 4) -> str:
    """``web1, web2``; of many, the first ones and how many more."""
    some = list(dict.fromkeys(words))
    more = f" and {len(some) - most} more" if len(some) > most else ""
    return f"{', '.join(some[:most])}{more}"

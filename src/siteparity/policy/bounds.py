"""Limits have bounds: a looser one needs a reason, and every answer names what is looser than usual.

A limit is written as a plain value. One beyond its bound is written with its reason:
``max_distance: {value: 4GiB, reason: "the nightly import writes 3 GiB at once"}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Annotated, TypeAlias, get_args, get_origin

from pydantic import BaseModel, GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, core_schema

from siteparity.policy.section import BYTES, SECONDS, Reason, duration, percentage, size_or_count

Limit: TypeAlias = timedelta | int | float

WITH_REASON = {"value", "reason"}
"""The keys of a limit that is written with its reason."""
_REASON: TypeAdapter[str] = TypeAdapter(Reason)


@dataclass(frozen=True)
class Bound:
    """How loose a limit may be without a reason. Stands in the annotation of its key."""

    text: str
    """As the policy writes it: ``1GiB``, ``98%``, ``10s``, ``20``."""
    least: bool = False
    """Whether less is looser; if not, more is."""
    budget: bool = False
    """It is a budget of time or work: more of it makes no check easier, so no answer needs to name it."""

    @cached_property
    def value(self) -> Limit:
        """The bound itself."""
        if self.text.endswith("%"):
            return percentage(self.text)
        if re.fullmatch(r"[0-9]+", self.text):
            return int(self.text)
        return size_or_count(self.text) if self._is_size else duration(self.text)

    @property
    def _is_size(self) -> bool:
        return self.text.endswith("B")

    def looser(self, one: Limit, other: Limit) -> bool:
        """Whether one limit is looser than another of the same kind."""
        return one < other if self.least else one > other  # type: ignore[operator]  # of one kind

    def words(self, value: Limit) -> str:
        """A limit as the policy writes it."""
        if isinstance(value, timedelta):
            return _written(
                round(value / timedelta(milliseconds=1)),
                {name: round(1000 * one) for name, one in SECONDS.items()},
            )
        if isinstance(value, float):
            return f"{value:g}%"
        return _written(value, BYTES) if self._is_size else str(value)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of the annotated type, with the bound around it."""
        return core_schema.no_info_wrap_validator_function(self._checked, handler(source))

    def _checked(self, given: object, handler: core_schema.ValidatorFunctionWrapHandler) -> Limit:
        plain, reason = _unpacked(given)
        value: Limit = handler(plain)
        if reason is None and self.looser(value, self.value):
            word, change = ("least", "raise") if self.least else ("most", "lower")
            found = self.words(value)
            raise ValueError(
                f"expected at {word} {self.text}, found {found}; {change} it, or write "
                f"{{value: {found}, reason: ...}} and say why that is enough"
            )
        return value


def at_most(text: str, *, budget: bool = False) -> Bound:
    """The bound of a limit that is looser the larger it is."""
    return Bound(text, budget=budget)


def at_least(text: str) -> Bound:
    """The bound of a limit that is looser the smaller it is."""
    return Bound(text, least=True)


def _unpacked(given: object) -> tuple[object, str | None]:
    """The value of a limit, and its reason if it is written with one."""
    if not isinstance(given, Mapping):
        return given, None
    if set(given) != WITH_REASON:
        raise ValueError(
            f"expected a plain value, or value and reason; found {', '.join(map(str, given)) or 'no keys'}; "
            "write {value: ..., reason: ...}"
        )
    try:
        return given["value"], _REASON.validate_python(given["reason"])
    except ValidationError:
        raise ValueError("expected a reason in words beside the value; say why the limit is enough") from None


def _written(number: int, units: Mapping[str, int]) -> str:
    """A number in the largest unit that leaves no fraction."""
    fitting = [(size, unit) for unit, size in units.items() if number and number % size == 0]
    size, unit = max(fitting, default=(1, min(units, key=lambda name: units[name])))
    return f"{number // size}{unit}"


@dataclass(frozen=True, slots=True)
class Loosened:
    """A limit of the policy that is looser than usual."""

    section: str
    """The aspect, ``smoke.`` and the journey, or ``limits``."""
    key: str
    value: str
    """As the policy writes it, such as ``4GiB``."""
    usual: str
    """The default; of a key without a default, its bound."""
    reason: str
    """Empty if the policy gives none: then the value is within its bound."""


def loosened(name: str, section: BaseModel, written: object) -> Iterator[Loosened]:
    """The limits of a section that are looser than their defaults.

    Args:
        name: the section's own.
        section: as it was read.
        written: as it stands in the file.
    """
    for key, one in type(section).model_fields.items():
        given = written.get(key) if isinstance(written, Mapping) else None
        value = getattr(section, key)
        if bound := _bound_among(one.metadata):
            usual = bound.value if one.is_required() else one.default
            yield from _loosened(bound, Loosened(name, key, "", "", ""), value, usual, given)
        elif bound := _bound_of_each(one.annotation):
            for part, of_part in value.items():
                said = given.get(part) if isinstance(given, Mapping) and part in given else given
                at = Loosened(name, f"{key}.{part}" if part else key, "", "", "")
                yield from _loosened(bound, at, of_part, one.default[""], said)


def _bound_among(marks: Iterable[object]) -> Bound | None:
    return next((mark for mark in marks if isinstance(mark, Bound)), None)


def _bound_of_each(annotation: object) -> Bound | None:
    """The bound of the values of a mapping."""
    values = get_args(annotation)[1:] if get_origin(annotation) is not Annotated else ()
    return _bound_among(mark for one in values if get_origin(one) is Annotated for mark in get_args(one)[1:])


def _loosened(bound: Bound, at: Loosened, value: Limit, usual: Limit, given: object) -> Iterator[Loosened]:
    """The limit if it is looser than usual; ``at`` says where it stands."""
    if not bound.budget and bound.looser(value, usual):
        reason = _unpacked(given)[1] or ""
        yield replace(at, value=bound.words(value), usual=bound.words(usual), reason=reason)

"""Turns a document into a typed model, and pydantic's errors into messages with file and line."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from siteparity.yamlfile.problems import Problems, did_you_mean, quoted, shown, shown_key
from siteparity.yamlfile.reading import Document, KeyPath

M = TypeVar("M", bound=BaseModel)

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "keys and values",
    "mapping_type": "keys and values",
    "model_type": "keys and values",
    "model_attributes_type": "keys and values",
}
"""pydantic's error type -> what was expected."""

_LIMITS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}
"""pydantic's error type -> what was expected, and where the error holds the limit."""
_LENGTHS = {"too_short", "string_too_short", "too_long", "string_too_long"}


def validate(document: Document, model: type[M], context: Mapping[str, object] | None = None) -> M:
    """Make a typed, strict model of a document.

    The value goes through JSON: in strict mode pydantic accepts a list for a tuple, and text for an enum, an
    address or a date, only from JSON.

    Args:
        document: As `load` returns it, without `Refused` values.
        model: A strict model; its validators raise ValueError with "expected, found; what to do".
        context: Passed to the model's validators.

    Raises:
        ConfigurationError: every problem, one per line: file:line: key: expected, found, what to do.
    """
    try:
        return model.model_validate_json(json.dumps(document.value), context=dict(context or {}))
    except ValidationError as error:
        problems = Problems()
        for detail in _meant(error.errors()):
            at = document.known(detail["loc"])
            text = _explain(detail, _fields(model, detail["loc"][:-1]))
            named = at
            if (default := _of_a_default(detail, at, model)) is not None:
                named = (*at, default)
                text += f"; the file lacks {default}, and this is its default"
            name = f"{shown_key(named)}: " if named else ""
            problems.add(name + text, document.path, document.line(at))
        problems.check()
        raise


def _meant(details: Sequence[Any]) -> Iterator[Any]:
    """The errors without each that only says that too few of several things are right."""
    places = [tuple(detail["loc"]) for detail in details]
    for detail in details:
        at = tuple(detail["loc"])
        inside = any(len(place) > len(at) and place[: len(at)] == at for place in places)
        if detail["type"] != "too_short" or not inside:
            yield detail


def _of_a_default(detail: Mapping[str, Any], at: KeyPath, model: type[BaseModel]) -> str | None:
    """The key that the file lacks, if it is the default that is wrong."""
    loc = tuple(detail["loc"])
    if detail["type"] != "value_error" or loc[: len(at)] != at or len(loc) == len(at) or not detail["input"]:
        return None
    key = str(loc[len(at)])
    return key if key in _fields(model, at) else None


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that does not fit a model."""

    at: KeyPath
    """The place; of a key that is missing, where it should stand."""
    is_missing: bool


def mistakes(
    document: Document, model: type[BaseModel], context: Mapping[str, object] | None = None
) -> tuple[Mistake, ...]:
    """What does not fit a model, for a caller that can do something about it."""
    try:
        model.model_validate_json(json.dumps(document.value), context=dict(context or {}))
    except ValidationError as error:
        return tuple(Mistake(detail["loc"], detail["type"] == "missing") for detail in error.errors())
    return ()


def fitting(value: object, model: type[M], context: Mapping[str, object]) -> M | None:
    """A typed, strict model of a part of a document; None if it does not fit."""
    try:
        return model.model_validate_json(json.dumps(value), context=dict(context))
    except ValidationError:
        return None


def _explain(detail: Mapping[str, Any], fields: Collection[str]) -> str:
    """The message for one of pydantic's errors: expected, found, what to do."""
    kind, found = str(detail["type"]), detail["input"]
    last = str(detail["loc"][-1]) if detail["loc"] else ""
    if kind == "missing":
        return f"expected the key {quoted(last)}, found none; add it"
    if kind == "extra_forbidden":
        known = ", ".join(sorted(fields)) or "no keys at all"
        return (
            f"expected one of {known}; found {quoted(last)}{did_you_mean(last, fields)}; rename or remove it"
        )
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if expected := _EXPECTED.get(kind):
        return f"expected {expected}, found {shown(found)}; {_advice(expected, found)}"
    if kind in _LIMITS or kind in _LENGTHS:
        return _beyond(kind, detail["ctx"], found)
    wanted = re.sub(
        r"^(Input|Value|String|Tuple|List|Mapping|Dictionary) should (be|have)? ?", "", str(detail["msg"])
    )
    return f"expected {wanted}, found {shown(found)}; change it"


def _beyond(kind: str, context: Mapping[str, Any], found: object) -> str:
    """The message for a value that is too large, too small, too long or too short."""
    if kind in _LIMITS:
        word, key = _LIMITS[kind]
        # pydantic tells limits of times as Python writes them.
        limit = re.sub(r"datetime\.timedelta\((?:seconds=)?([0-9]+)\)", r"\1s", str(context[key]))
        return f"expected {word} {limit}, found {shown(found)}; change it"
    of = ("character", "characters") if kind.startswith("string") else ("entry", "entries")
    there = len(found) if isinstance(found, str | list | dict) else context.get("actual_length") or "too many"
    short = kind.endswith("short")
    word, limit = ("least", context["min_length"]) if short else ("most", context["max_length"])
    advice = "write more" if short else "remove some"
    return f"expected at {word} {limit} {of[limit != 1]}, found {there or 'none'}; {advice}"


def _advice(expected: str, found: object) -> str:
    if expected == "text" and isinstance(found, bool | int | float):
        return f'write it in quotes: "{json.dumps(found)}"'
    if expected == "a list" and isinstance(found, str | int) and found != "":
        return f"write [{found if isinstance(found, str) else json.dumps(found)}]"
    plain = {"a whole number": r"-?[0-9]+", "a number": r"-?[0-9.]+", "true or false": "true|false"}
    if isinstance(found, str) and re.fullmatch(plain.get(expected, r"(?!)"), found):
        return "write it without quotes"
    return f"write {expected}"


def _fields(model: type[BaseModel], loc: KeyPath) -> list[str]:
    """The keys that the model knows at a place."""
    models = [model]
    for step in loc:
        inner: list[type[BaseModel]] = []
        for one in models:
            known = one.model_fields.get(str(step))
            # A step that is no field is a key of a mapping or an index of a list: the models stay the same.
            inner += list(_models_in(known.annotation)) if known else [one]
        models = inner
    return [name for one in models for name in one.model_fields]


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)

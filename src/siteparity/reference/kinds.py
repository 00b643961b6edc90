"""What the file takes as the value of a key, in words and as JSON Schema; read from the key's annotation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from siteparity.policy.bounds import Bound
from siteparity.policy.differs import by_check
from siteparity.policy.document import roles_by_name
from siteparity.policy.section import Reference, Section, Spelling, as_several
from siteparity.policy.several import OfEach, OneOrMore

Schema: TypeAlias = dict[str, Any]
M = TypeVar("M")

TODO: Schema = {"$ref": "#/$defs/TODO"}
ALL = 100
"""Per cent."""
REASON: Schema = {"type": "string", "minLength": 2}


@dataclass(frozen=True, slots=True)
class Kind:
    """The values that a key takes."""

    words: str
    schema: Schema
    models: tuple[type[BaseModel], ...] = ()
    """Those that the schema refers to."""

    def __or__(self, other: Kind) -> Kind:
        """Either of two kinds."""
        return Kind(
            f"{self.words}, or {other.words}",
            either(self.schema, other.schema),
            (*self.models, *other.models),
        )


def kind_of(annotation: object, marks: Sequence[object] = ()) -> Kind:
    """The values that the file takes for an annotation, and what stands beside it in ``Annotated``."""
    if get_origin(annotation) is Annotated:
        inner, *own = get_args(annotation)
        return kind_of(inner, (*_flat(own), *marks))
    if bound := first(marks, Bound):
        return _bounded(kind_of(annotation, [mark for mark in marks if mark is not bound]))
    if spelling := first(marks, Spelling):
        return _spelled(spelling, marks)
    if (read := _by_a_reader(annotation, marks)) is not None:
        return read
    if get_origin(annotation) in (Union, UnionType):
        return _any_of([kind_of(one) for one in get_args(annotation)])
    return _plain(annotation, marks)


def first(marks: Sequence[object], of: type[M]) -> M | None:
    """The first mark of a type."""
    return next((mark for mark in marks if isinstance(mark, of)), None)


def either(*schemas: Schema) -> Schema:
    """Any of these schemas."""
    return {"anyOf": [one for schema in schemas for one in schema.get("anyOf", [schema])]}


def slot(schema: Schema) -> Schema:
    """A value, or a ``TODO`` in its place."""
    if schema == {} or (schema.keys() <= {"type", "minLength", "$comment"} and schema["type"] == "string"):
        return schema
    return either(schema, TODO)


def name_of(model: type[BaseModel]) -> str:
    """What the schema calls a model: ``capacity.Pool``."""
    return f"{model.__module__.rpartition('.')[2]}.{model.__name__}"


def _flat(marks: Sequence[object]) -> Iterator[object]:
    for mark in marks:
        yield from mark.metadata if isinstance(mark, FieldInfo) else (mark,)


def _bounded(plain: Kind) -> Kind:
    form = {"value": slot(plain.schema), "reason": REASON}
    return Kind(plain.words, either(plain.schema, _object(form, required=sorted(form))), plain.models)


def _object(properties: Schema, required: Sequence[str] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": list(required)} if required else {}),
    }


def _spelled(spelling: Spelling, marks: Sequence[object]) -> Kind:
    above = first(marks, annotated_types.Gt)
    more_than_none = r"(?!0+ ?[A-Za-z%])" if above and above.gt in (0, timedelta(0)) else ""
    text: Schema = {"type": "string", "pattern": f"^{more_than_none}{spelling.pattern}$"}
    schema = either(_whole_number(marks), text) if spelling.or_count else text
    return Kind(spelling.words + _range_of(spelling, marks), schema)


def _by_a_reader(annotation: object, marks: Sequence[object]) -> Kind | None:
    """The kind of a value that may be written in several forms."""
    arguments = get_args(annotation)
    readers = [mark.func for mark in marks if isinstance(mark, BeforeValidator)]
    if first(marks, OneOrMore) or as_several in readers:
        item = kind_of(arguments[0])
        some = kind_of(annotation, [mark for mark in marks if isinstance(mark, annotated_types.MinLen)])
        return Kind(f"{item.words}; or a list of such", either(item.schema, some.schema), item.models)
    if of_each := first(marks, OfEach):
        value = kind_of(arguments[1])
        by_role = kind_of(annotation)
        return Kind(
            f"{value.words}; or, for each {of_each.what}, such a value",
            either(value.schema, by_role.schema),
            value.models,
        )
    if by_check in readers:
        of_sites = kind_of(arguments[1])
        by_name = kind_of(annotation)
        return Kind(
            f"{of_sites.words}; or, for each check, such a map", either(of_sites.schema, by_name.schema)
        )
    if roles_by_name in readers:
        named = kind_of(annotation, [mark for mark in marks if isinstance(mark, annotated_types.MinLen)])
        listed: Schema = {"type": "array", "items": {"type": "string"}, "minItems": 1}
        of_name: Schema = {
            **named.schema,
            "additionalProperties": either(named.schema["additionalProperties"], {"type": "null"}),
        }
        return Kind(
            "a list of names; or a map: name → an owner of its own", either(listed, of_name), named.models
        )
    return None


def _any_of(kinds: Sequence[Kind]) -> Kind:
    found, *others = kinds
    for one in others:
        found = found | one
    return found


def _plain(annotation: object, marks: Sequence[object]) -> Kind:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return Kind(" or ".join(f"`{one}`" for one in arguments), {"enum": list(arguments)})
    if origin is tuple:
        return _list(kind_of(arguments[0]), marks)
    if origin is not None and issubclass(origin, Mapping):
        return _map(kind_of(arguments[0]), kind_of(arguments[1]), marks)
    if not isinstance(annotation, type):
        raise TypeError(f"no words for {annotation}; add them to siteparity.reference.kinds")
    if issubclass(annotation, BaseModel):
        words = "a section" if issubclass(annotation, Section) else f"the keys of {annotation.__name__}"
        return Kind(words, {"$ref": f"#/$defs/{name_of(annotation)}"}, (annotation,))
    if issubclass(annotation, Enum):
        values = [one.value for one in annotation]
        return Kind(" or ".join(f"`{one}`" for one in values), {"enum": values})
    return _SCALARS[annotation](marks)


def _list(item: Kind, marks: Sequence[object]) -> Kind:
    lengths = _lengths(marks, "Items")
    return Kind(
        f"a list, each {item.words}",
        {"type": "array", "items": slot(item.schema), **lengths},
        item.models,
    )


def _map(key: Kind, value: Kind, marks: Sequence[object]) -> Kind:
    names = {name: one for name, one in key.schema.items() if name in ("pattern", "minLength", "$comment")}
    if key.schema.get("type") == "integer":
        names = {"pattern": "^[0-9]+$"}
    return Kind(
        f"a map: {key.words} → {value.words}",
        {
            "type": "object",
            "additionalProperties": slot(value.schema),
            **({"propertyNames": names} if names else {}),
            **_lengths(marks, "Properties"),
        },
        (*key.models, *value.models),
    )


def _text(marks: Sequence[object]) -> Kind:
    expected = [said for mark in marks if (said := getattr(_function(mark), "expected", ""))]
    patterns = [one for mark in marks if (one := _ecma(getattr(_function(mark), "pattern", "")))]
    names = [name for mark in marks for name in getattr(_function(mark), "names", ())]
    schema: Schema = {"type": "string", **_lengths(marks, "Length")}
    if any(isinstance(_function(mark), Reference) for mark in marks):
        schema["$comment"] = expected[-1]
    if patterns:
        schema["pattern"] = patterns[-1]
    elif names:
        schema["pattern"] = "".join(rf"(?=.*\{{{name}\}})" for name in names)
    return Kind(expected[-1] if expected else "text", schema)


def _function(mark: object) -> object:
    return getattr(mark, "func", None)


def _ecma(pattern: str) -> str:
    """A pattern for the whole of a text as editors read it; empty if their dialect lacks something of it."""
    if not pattern or re.search(r"\(\?[a-z]|\\w", pattern):
        return ""
    return f"^(?:{pattern})$".replace(r"\0", r"\u0000")


def _lengths(marks: Sequence[object], of: str) -> Schema:
    least, most = first(marks, annotated_types.MinLen), first(marks, annotated_types.MaxLen)
    return {
        **({f"min{of}": least.min_length} if least else {}),
        **({f"max{of}": most.max_length} if most else {}),
    }


def _whole_number(marks: Sequence[object]) -> Schema:
    least, most = _limits(marks)
    above = first(marks, annotated_types.Gt)
    return {
        "type": "integer",
        **({"minimum": least} if least is not None else {}),
        **({"maximum": most} if most is not None else {}),
        **({"exclusiveMinimum": above.gt} if above else {}),
    }


def _limits(marks: Sequence[object]) -> tuple[Any, Any]:
    least, most = first(marks, annotated_types.Ge), first(marks, annotated_types.Le)
    return (least.ge if least else None), (most.le if most else None)


def _range(marks: Sequence[object]) -> str:
    least, most = (_in_words(one) for one in _limits(marks))
    if least and most:
        return f", {least} to {most}"
    return f", at least {least}" if least else f", at most {most}" if most else ""


def _range_of(spelling: Spelling, marks: Sequence[object]) -> str:
    """The range of a value with a unit, as far as the unit does not say it."""
    if "%" not in spelling.pattern:
        return "" if spelling.or_count else _range(marks)
    most = min(float(str(mark.le)) for mark in marks if isinstance(mark, annotated_types.Le))
    return f", at most {most:g}%" if most != ALL else ""


def _in_words(limit: object) -> str:
    if isinstance(limit, timedelta):
        return Bound("1s").words(limit)
    return "" if limit is None else str(limit)


_SCALARS: Mapping[type, Callable[[Sequence[object]], Kind]] = {
    str: _text,
    bool: lambda _: Kind("true or false", {"type": "boolean"}),
    float: lambda _: Kind("a number", {"type": "number"}),
    int: lambda marks: Kind(f"a whole number{_range(marks)}", _whole_number(marks)),
    NoneType: lambda _: Kind("null", {"type": "null"}),
}

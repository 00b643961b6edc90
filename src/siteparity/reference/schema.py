"""The JSON Schema of the policy file, for completion and hints in editors.

It takes every policy that `siteparity.policy.load_policy` takes. It cannot see everything that the loader
sees: whether a role or an application exists, how wide a pattern is, what another key or an application says.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from siteparity.policy import Section
from siteparity.policy.document import file_type
from siteparity.policy.journeys import Journey
from siteparity.policy.section import Owned
from siteparity.probes import discover
from siteparity.reference.kinds import Schema, name_of, slot
from siteparity.reference.models import Key, keys_of
from siteparity.report.schema import DIALECT

COMMON = (Section, Owned, Journey)
"""Their keys are told once."""


def sections() -> Mapping[str, type[Section]]:
    """Aspect -> the type of its part of the file, for each that has one."""
    return {name: probe.section for name, probe in discover().items() if not probe.section.apart}


def whole_file() -> type[BaseModel]:
    """The type of the whole file."""
    return file_type(tuple(sections().items()))


def schema_text() -> str:
    """The schema as it is published: sorted keys, two spaces, a final line feed."""
    return json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def schema() -> Schema:
    """The schema of the whole file."""
    file = whole_file()
    definitions: dict[str, Schema] = {
        "TODO": {"const": "TODO", "description": "Nobody decided yet; no answer is GO before."}
    }
    for common in (*keys_of(Section), *keys_of(Journey)):
        definitions.setdefault(_shared(common), _property(common))
    _define([model for key in keys_of(file) for model in key.kind.models], definitions)
    return {
        "$schema": DIALECT,
        **_object(file, is_file=True),
        "$defs": definitions,
        "title": "siteparity policy.yml, version 2",
        "description": "What both sites must satisfy, and who owns what.",
    }


def _define(models: Sequence[type[BaseModel]], definitions: dict[str, Schema]) -> None:
    """Add each model, and each inside it."""
    for model in models:
        if name_of(model) not in definitions:
            definitions[name_of(model)] = _object(model)
            _define([inner for key in keys_of(model) for inner in key.kind.models], definitions)


def _object(model: type[BaseModel], *, is_file: bool = False) -> Schema:
    keys = list(keys_of(model))
    required = sorted(key.name for key in keys if key.is_required and not key.is_drawn)
    return {
        "type": "object",
        "description": " ".join(inspect.cleandoc(model.__doc__ or model.__name__).split()),
        # Nothing of the file can be read without what it must have.
        "properties": {
            key.name: {"$ref": f"#/$defs/{_shared(key)}"}
            if key.declared_by in COMMON and not key.is_drawn
            else _property(key, may_wait=not (is_file and key.is_required))
            for key in keys
        },
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def _shared(key: Key) -> str:
    """What the schema calls a key that many sections have."""
    return f"{key.declared_by.__name__}.{key.name}"


def _property(key: Key, *, may_wait: bool = True) -> Schema:
    value = slot(key.kind.schema) if may_wait else key.kind.schema
    return {**value, "description": said_of(key)}


def said_of(key: Key, code: str = "") -> str:
    """What a key is, on one line.

    Args:
        key: of a model.
        code: what stands around code.
    """
    kind = key.kind.words.removesuffix(", or null") if key.default == "null" else key.kind.words
    words = [f"{kind[:1].upper()}{kind[1:]}."]
    if key.is_required:
        words.append("The file must have it, or an application." if key.is_drawn else "Required.")
    elif key.default not in ("null", '""', "{}", "[]"):
        words.append(f"Default: {code}{key.default}{code}.")
    if key.is_drawn and not key.is_required:
        words.append("Applications say it too.")
    if key.bound:
        word = "least" if key.bound.least else "most"
        words.append(f"At {word} {code}{key.bound.text}{code} without a reason.")
    return " ".join((*words, key.words)).replace("``", "`" if code else "").strip()

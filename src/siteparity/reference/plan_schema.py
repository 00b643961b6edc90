"""The JSON Schema of ``failover.yml``, for completion and hints in editors.

It cannot see everything that the loader sees: the order of the steps, the fence, and which roles there are.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence

from pydantic import BaseModel

from siteparity.failover.document import PlanFile
from siteparity.reference.kinds import TODO, Schema, name_of
from siteparity.reference.models import keys_of
from siteparity.reference.schema import said_of
from siteparity.report.schema import DIALECT


def plan_schema_text() -> str:
    """The schema as it is published: sorted keys, two spaces, a final line feed."""
    return json.dumps(plan_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def plan_schema() -> Schema:
    """The schema of the whole file."""
    definitions: dict[str, Schema] = {}
    _define([model for key in keys_of(PlanFile) for model in key.kind.models], definitions)
    return {
        "$schema": DIALECT,
        **_object(PlanFile),
        "$defs": definitions,
        "title": "siteparity failover.yml, version 1",
        "description": "The steps of a failover and of the way back.",
    }


def _define(models: Sequence[type[BaseModel]], definitions: dict[str, Schema]) -> None:
    """Add each model, and each inside it."""
    for model in models:
        if name_of(model) not in definitions:
            definitions[name_of(model)] = _object(model)
            _define([inner for key in keys_of(model) for inner in key.kind.models], definitions)


def _object(model: type[BaseModel]) -> Schema:
    keys = list(keys_of(model))
    return {
        "type": "object",
        "description": " ".join(inspect.cleandoc(model.__doc__ or model.__name__).split()),
        "properties": {key.name: {**_decided(key.kind.schema), "description": said_of(key)} for key in keys},
        "additionalProperties": False,
        "required": sorted(key.name for key in keys if key.is_required),
    }


def _decided(schema: Schema) -> Schema:
    """The schema without the ``TODO`` that only a policy may hold."""
    if "anyOf" in schema:
        left = [_decided(one) for one in schema["anyOf"] if one not in (TODO, {"type": "null"})]
        return left[0] if len(left) == 1 else {**schema, "anyOf": left}
    if "items" in schema:
        return {**schema, "items": _decided(schema["items"])}
    return schema

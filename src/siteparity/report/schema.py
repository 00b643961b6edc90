"""The published JSON Schema of ``result.json``, generated from `siteparity.result.Result`.

After a change of the result, generate it again in the project's root::

    python -c "from siteparity.report import schema_text as s; print(s(), end='')" >schema
    mv schema src/siteparity/result.schema.json
"""

from __future__ import annotations

import json

from siteparity.result import SCHEMA_VERSION, Result

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_text() -> str:
    """The schema as it is published: sorted keys, two spaces, a final line feed."""
    schema = {
        "$schema": DIALECT,
        **Result.model_json_schema(mode="validation"),
        "title": f"siteparity result.json, version {SCHEMA_VERSION}",
    }
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"

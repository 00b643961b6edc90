"""The schema of the failover plan is current, and takes what loads."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest
import yaml

from selftests.unit.failover.plans import SMALL
from siteparity.configuration import find_root
from siteparity.reference.plan_schema import plan_schema_text
from siteparity.yamlfile import load

PUBLISHED = files("siteparity").joinpath("failover.schema.json")


@pytest.fixture(scope="module")
def validator() -> Any:
    """An independent reader of the published schema."""
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_published_schema_is_current() -> None:
    """A change of a key changes the schema in the same step."""
    assert PUBLISHED.read_text(encoding="utf-8") == plan_schema_text(), "run python -m siteparity.reference"


def test_a_plan_that_loads_fits_the_schema(validator: Any) -> None:
    """Whoever opens it in an editor sees no mistake."""
    validator.validate(load(find_root() / "inventories" / "failover.yml").value)
    validator.validate(yaml.safe_load(SMALL))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("within: 1m", "within: 60"),
        ("database: shut down", "database: shutdown"),
        ("dns: new", "dnz: new"),
        ("    within: 10m\n", ""),
        ("who: the engineer", "whom: the engineer"),
        ("writers: 1", "writers: TODO"),
    ],
)
def test_what_cannot_load_does_not_fit(old: str, new: str, validator: Any) -> None:
    """An editor marks it at once."""
    assert old in SMALL
    assert not validator.is_valid(yaml.safe_load(SMALL.replace(old, new, 1)))

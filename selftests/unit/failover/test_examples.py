"""The examples of how to write a plan can be read, and none of them promotes before it fences."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from siteparity.configuration import find_root
from siteparity.failover.document import Step

PAGE = find_root() / "docs" / "writing-a-failover-plan.md"
SECTIONS = re.findall(r"(?ms)^## ([^\n]+)\n(?:(?!^## ).)*?```yaml\n(.*?)```", PAGE.read_text())


def steps(text: str) -> list[Step]:
    """The steps of an example, those of the way back as well."""
    found = yaml.safe_load(f"steps:\n{text}")
    context = {"roles": ("edge", "web", "db")}
    every = [*found["steps"], *found.get("back", [])]
    return [Step.model_validate_json(json.dumps(one), context=context) for one in every]


def test_each_software_has_an_example() -> None:
    """As the first lines of the page promise."""
    assert [name for name, _ in SECTIONS] == [
        "repmgr", "Patroni", "MariaDB", "A provider's load balancer in place of DNS",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [name for name, _ in SECTIONS])
def test_an_example_is_a_part_of_a_plan(name: str) -> None:
    """Somebody copies it at the worst moment."""
    found = steps(dict(SECTIONS)[name])
    fences = [number for number, step in enumerate(found) if step.fences]
    promotions = [number for number, step in enumerate(found) if step.promotes]
    assert found
    assert len(fences) == len(promotions)
    assert all(fence < promotion for fence, promotion in zip(fences, promotions, strict=True))

"""The shipped policy with some of its keys changed."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from siteparity.configuration import find_root
from siteparity.policy import Policy, load_policy
from siteparity.probes import discover
from siteparity.yamlfile import load

SHIPPED: Any = load(find_root() / "inventories" / "policy.yml").value


def edited(folder: Path, changes: dict[str, object]) -> Path:
    """The file of the shipped policy with these changes.

    Args:
        folder: where it is written.
        changes: ``aspects.files.elsewhere`` -> its new value. A number is the place in a list.
    """
    value = copy.deepcopy(SHIPPED)
    for key, new in changes.items():
        *steps, last = key.split(".")
        part = value
        for step in steps:
            part = part.setdefault(step, {})
        part[last] = new
    path = folder / "policy.yml"
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")  # JSON is YAML
    return path


def read(folder: Path, changes: dict[str, object]) -> Policy:
    """The shipped policy with these changes, as a run reads it."""
    probes = discover()
    return load_policy(
        edited(folder, changes),
        {name: probe.section for name, probe in probes.items()},
        frozenset(name for name, probe in probes.items() if probe.never_waived),
    )

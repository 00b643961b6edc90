"""The shipped policy with some of its keys changed."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from siteparity.configuration import find_root
from siteparity.policy import Policy, Section, load_policy
from siteparity.policy.applications import drawn
from siteparity.policy.journeys import JOURNEYS
from siteparity.policy.planned import with_planned
from siteparity.probes import discover
from siteparity.yamlfile import load

SECTIONS = {name: probe.section for name, probe in discover().items()}


def spelled_out() -> dict[str, Any]:
    """The shipped policy, with what its sections take from applications and plan written into them."""
    inventories = find_root() / "inventories"
    document = with_planned(load(inventories / "policy.yml"), inventories, ["services"])
    value: Any = document.value
    parts: dict[tuple[str, str], type[Section]] = {
        **{("aspects", name): section for name, section in SECTIONS.items()},
        **{("smoke", name): journey for name, journey in JOURNEYS.items()},
    }
    context = {key: tuple(value[key]) for key in ("roles", "languages", "applications")}
    whole: Any = drawn(document, parts, context).value
    del whole["applications"]
    return dict(whole)


SHIPPED: Any = spelled_out()


def edited(folder: Path, changes: dict[str, object]) -> Path:
    """The file of the shipped policy with these changes.

    Args:
        folder: where it is written.
        changes: ``aspects.files.leave_out`` -> its new value. A number is the place in a list.
    """
    value = copy.deepcopy(SHIPPED)
    for key, new in changes.items():
        *steps, last = key.split(".")
        part = value
        for step in steps:
            part = part[int(step)] if isinstance(part, list) else part.setdefault(step, {})
        part[last] = new
    path = folder / "policy.yml"
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")  # JSON is YAML
    return path


def read(folder: Path, changes: dict[str, object]) -> Policy:
    """The shipped policy with these changes, as a run reads it."""
    firm = frozenset(name for name, probe in discover().items() if probe.never_waived)
    return load_policy(edited(folder, changes), SECTIONS, firm)


def scoped(folder: Path, *, without: Sequence[str] = (), absent: Sequence[str] = ()) -> Path:
    """The file of the shipped policy without some parts, and with some things declared absent.

    Args:
        folder: where it is written.
        without: ``aspects.waf``, ``smoke.admin`` ...
        absent: ``waf``, ``smoke.admin``, ``capacity.peak`` ...; not described then, if it is a whole part.
    """
    value = copy.deepcopy(SHIPPED)
    for key in without:
        *steps, last = key.split(".")
        part = value
        for step in steps:
            part = part[step]
        del part[last]
    value["absent"] = {name: {"reason": f"no {name} here", "approved_by": "Ada Lovelace"} for name in absent}
    path = folder / "policy.yml"
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")
    return path

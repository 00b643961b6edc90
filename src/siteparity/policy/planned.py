"""The units that the failover plan starts, stops or awaits: every host of their role must have them.

The plan itself is read, and judged, where it is followed (`siteparity.failover.document`). Here only its
units are taken from it, whatever else is wrong with it: no mistake in it may keep the gate from an answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from siteparity.yamlfile import Document, load

PLAN = "failover.yml"
KEY = "planned"
"""The key of each section that takes them."""

_CALL = re.compile(r"(?:^|[\s;&|(/])systemctl((?:[^;&|\n])*)")
_UNIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.@\\-]*")
_ENDING = re.compile(r".*\.(?:service|socket|timer|path|mount|target)")
_TAKE_A_WORD = frozenset(
    ("-s", "--signal", "--kill-whom", "--kill-who", "-t", "--type", "-p", "--property", "-n", "-H", "-M")
)
"""Options of systemctl(1) whose value is a word of its own."""


def with_planned(document: Document, inventories: Path, sections: Collection[str]) -> Document:
    """The policy with the units of the plan beside it, in the sections that look for them.

    Args:
        document: the policy.
        inventories: the folder that may hold a plan.
        sections: the aspects whose section has the key `KEY`.

    Raises:
        ConfigurationError: the plan is no YAML.
    """
    policy: Any = document.value
    aspects: Any = policy.get("aspects") if isinstance(policy, dict) else None
    plan = inventories / PLAN
    if not isinstance(aspects, dict) or not plan.is_file():
        return document
    roles = policy.get("roles")
    found = _by_role(load(plan).value, [*roles] if isinstance(roles, dict) else [])
    named = {
        aspect: {**section, KEY: found}
        for aspect in sections
        if isinstance(section := aspects.get(aspect), dict) and KEY not in section
    }
    return replace(document, value={**policy, "aspects": {**aspects, **named}}) if found else document


def _by_role(plan: object, roles: Collection[str]) -> dict[str, list[str]]:
    """Role -> the units that are named in steps on its hosts, in the order of the plan."""
    found: dict[str, dict[str, None]] = {}
    for step in _steps(plan):
        at = step.get("at")
        if isinstance(at, dict) and "site" in at:
            units = dict.fromkeys(_units(step))
            for role in [at["role"]] if "role" in at else roles:
                if role in roles:
                    found.setdefault(role, {}).update(units)
    return {role: [*units] for role, units in found.items() if units}


def _steps(plan: object) -> Iterator[dict[str, object]]:
    for part in ("steps", "back"):
        steps = plan.get(part) if isinstance(plan, dict) else None
        if isinstance(steps, list):
            yield from (step for step in steps if isinstance(step, dict))


def _units(step: dict[str, object]) -> Iterator[str]:
    for command in (*_texts(step.get("do")), *_texts(step.get("back"))):
        for words in _CALL.findall(command):
            yield from _of_call(words.split())
    proof = step.get("proof")
    if isinstance(proof, dict):
        yield from (name for name in _texts(proof.get("units")) if _UNIT.fullmatch(name))


def _of_call(words: list[str]) -> Iterator[str]:
    """The units of a call of systemctl, with its words: options, a verb, and the units."""
    plain = [
        word
        for before, word in zip(["", *words], words, strict=False)
        if not word.startswith("-") and before not in _TAKE_A_WORD
    ]
    for word in (one.strip("'\"") for one in plain[1:]):
        if _UNIT.fullmatch(word):
            yield word if _ENDING.fullmatch(word) else f"{word}.service"


def _texts(value: object) -> Iterator[str]:
    """Every text in a value of YAML."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)

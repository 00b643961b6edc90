"""Everything that can be left out of a policy: each key at any depth, and each item of a list.

A role, an application or a language takes with it whatever names it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from siteparity.policy.questions import questions
from siteparity.probes import Probe
from siteparity.yamlfile import KeyPath
from siteparity.yamlfile.problems import shown_key


@dataclass(frozen=True, slots=True)
class Piece:
    """What is left out together."""

    name: str
    places: frozenset[KeyPath]
    absent: str = ""
    """What is declared absent instead."""


def pieces(value: object) -> Iterator[Piece]:
    """Each piece of a policy, from the whole section down to the last item."""
    assert isinstance(value, dict)
    for at in _places(value, ()):
        yield Piece(shown_key(at), frozenset({at}))
    for table in ("roles", "applications", "languages"):
        for name in value.get(table, {}):
            yield Piece(f"{table}.{name} and all that names it", _with_all_that_names(value, table, name))


_JOBS: KeyPath = ("aspects", "schedules", "jobs")
BESIDES: Mapping[str, Collection[KeyPath]] = {
    "capacity.workers": [("aspects", "capacity", "peak", "web", "shop.service workers")],
}
"""What must go as well where a key is declared absent."""
INSTEAD: Mapping[str, Collection[KeyPath]] = {
    # The newsletter runs at the primary alone, so that a comparison without it would find a difference.
    "schedules.jobs": [
        (*_JOBS, "subscriptions"),
        (*_JOBS, "session cleanup"),
        (*_JOBS, "daily report"),
    ],
}
"""What goes where a key cannot be absent in the lab."""


def declared_absent(probes: Mapping[str, Probe[Any]]) -> Mapping[str, Piece]:
    """Each key that has a question: what makes of it one that is absent, whatever names something for it."""
    return {
        name: Piece(f"{name} as absent", frozenset(INSTEAD[name]))
        if name in INSTEAD
        else Piece(
            f"{name} as absent",
            frozenset({("aspects", aspect, key), *BESIDES.get(name, ())}),
            absent=name,
        )
        for aspect, probe in probes.items()
        for key, _ in questions(probe.section)
        for name in [f"{aspect}.{key}"]
    }


def without(value: object, gone: Collection[KeyPath], at: KeyPath = ()) -> object:
    """The policy without these places."""
    if isinstance(value, Mapping):
        return {
            key: without(inner, gone, (*at, key)) for key, inner in value.items() if (*at, key) not in gone
        }
    if isinstance(value, list):
        return [
            without(inner, gone, (*at, number))
            for number, inner in enumerate(value)
            if (*at, number) not in gone
        ]
    return value


def _places(value: object, at: KeyPath) -> Iterator[KeyPath]:
    inner = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, one in inner:
        yield (*at, key)
        yield from _places(one, (*at, key))


def _with_all_that_names(value: object, table: str, name: str) -> frozenset[KeyPath]:
    """The entry of a table, and each key, item and part elsewhere that refers to it."""
    singular = {"roles": "role", "applications": "application", "languages": "language"}[table]
    found: set[KeyPath] = {(table, name)}
    for at in _places(value, ()):
        one = _at(value, at)
        is_key = at[-1] == name and len(at) > 2 and table != "applications"  # a section's name
        is_item = isinstance(at[-1], int) and one == name and table != "applications"
        is_part = isinstance(one, Mapping) and one.get(singular) == name
        if is_key or is_item or is_part:
            found.add(at)
    if table == "roles":
        for at in tuple(found):
            if at[0] == "applications" and len(at) == 2:  # an application of the role
                found |= _with_all_that_names(value, "applications", str(at[1]))
    return frozenset(found)


def _at(value: object, at: KeyPath) -> object:
    for key in at:
        value = value[key]  # type: ignore[index]  # a place of this very value
    return value

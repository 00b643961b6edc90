"""Each key with each kind of mistake: told with file, line, key, what was expected and what to do.

The keys come from the published schema, which is made from the models: a new key is tried by itself.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest

from selftests.unit.policy.edited import SECTIONS
from siteparity.model import ConfigurationError
from siteparity.policy import load_policy
from siteparity.reference.schema import schema
from siteparity.yamlfile import shown_key

Place: TypeAlias = tuple[str | int, ...]

SCHEMA = schema()
BASE: Mapping[str, Any] = {
    "version": 2,
    "owner": "Operations",
    "roles": {"web": {}, "db": {}},
    "languages": {"en": "en_US.UTF-8", "de": "de_DE.UTF-8"},
}
WRONG: tuple[object, ...] = (None, True, 7, 1.5, "", "!?", "7", [], ["!?"], {}, {"!?": "!?"}, [None], [[]])
NAMES = ("web", "en", "8000", "shop.service", "LANG")
"""Keys of maps; each map takes one of them."""
TWO_FORMS = {"value", "reason"}
"""A limit with its reason: `test_bounds` tries it."""
REFERENCES = {"a role": "web", "a language": "en", "an application": "web"}
SHORTEST = 3
"""Letters of a key, of which two are swapped and it still looks like itself."""


def forms(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The forms that a value may have, without ``TODO``."""
    for form in part.get("anyOf", [part]):
        name = form.get("$ref", "").removeprefix("#/$defs/")
        if name and name != "TODO":
            yield from forms(SCHEMA["$defs"][name])
        elif not name and form.get("properties", {}).keys() != TWO_FORMS:
            yield form


def places(part: Mapping[str, Any], at: Place = ()) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Each place of the file below a part of it, and its schema."""
    for form in forms(part):
        inner = {
            **form.get("properties", {}),
            **({0: form["items"]} if "items" in form else {}),
            **({_name(form): more} if (more := form.get("additionalProperties")) else {}),
        }
        for step, one in inner.items():
            yield (*at, step), one
            yield from places(one, (*at, step))


def _name(form: Mapping[str, Any]) -> str:
    pattern = form.get("propertyNames", {}).get("pattern", "")
    if form.get("propertyNames", {}).get("$comment") == "a language":
        return "en"
    return next(name for name in NAMES if re.search(pattern, name))


def _every_place() -> dict[Place, Mapping[str, Any]]:
    """Each place once; a place of two forms of a value takes what either of them takes."""
    found: dict[Place, Mapping[str, Any]] = {}
    for at, part in places(SCHEMA):
        found[at] = {"anyOf": [found[at], part]} if at in found else part
    return found


PLACES = _every_place()
MAPS = {
    at: form
    for at, part in {(): SCHEMA, **PLACES}.items()
    for form in forms(part)
    if form.get("properties") or "additionalProperties" in form
}


def written(at: Place, value: object) -> dict[str, Any]:
    """A small policy with a value at a place."""
    policy: Any = copy.deepcopy(dict(BASE))
    part = policy
    for step, after in pairwise(at):
        fresh: Any = [] if isinstance(after, int) else {}
        if isinstance(step, int):
            part.append(fresh)
        elif not isinstance(part.get(step), type(fresh)):
            part[step] = fresh
        part = part[step]
    if isinstance(at[-1], int):
        part.append(value)
    else:
        part[at[-1]] = value
    return dict(policy)


def refusals(folder: Path, at: Place, value: object) -> list[str]:
    """What is said of a policy with this value, of the place or of what is in it; each message is whole."""
    path = folder / "policy.yml"
    path.write_text(json.dumps(written(at, value), indent=1), encoding="utf-8")  # JSON is YAML
    try:
        load_policy(path, SECTIONS)
    except ConfigurationError as error:
        lines = str(error).split("\n")
        for line in lines:
            assert re.fullmatch(r"\S+/policy\.yml:[0-9]+: .*expected .+found .+; \S.*", line), line
        key = re.escape(shown_key(at[:1] if at[:1] == ("roles",) else at))  # a list of roles is read as a map
        return [line for line in lines if re.match(rf"\S+/policy\.yml:[0-9]+: {key}[:.\[]", line)]
    return []


@pytest.mark.parametrize("at", PLACES, ids=shown_key)
def test_a_value_of_a_wrong_type_or_form_is_refused(tmp_path: Path, at: Place) -> None:
    """Whatever the schema refuses, the loader refuses, and names the place."""
    part = {**PLACES[at], "$defs": SCHEMA["$defs"]}
    fits = jsonschema.Draft202012Validator(part).is_valid
    taken = [value for value in WRONG if not fits(value) and not refusals(tmp_path, at, value)]
    assert taken == []


def advice(at: Place) -> str:
    """What is said of a number without its unit; empty if a number needs none."""
    found = list(forms(PLACES[at]))
    units = "".join(form.get("pattern", "") for form in found)
    if any(form.get("type") == "integer" for form in found):
        return ""
    if re.search(r"\(ms\||\(B\|", units):
        return "found the number 7; write the unit, such as 7"
    return "found the number 7; write the sign" if "%" in units and "[0-9]{1,3}" in units else ""


@pytest.mark.parametrize("at", [at for at in PLACES if advice(at)], ids=shown_key)
def test_a_number_without_its_unit_is_refused(tmp_path: Path, at: Place) -> None:
    """The message says which unit could be meant."""
    said = refusals(tmp_path, at, 7)
    assert [line for line in said if advice(at) in line], said


@pytest.mark.parametrize(
    ("at", "key"),
    [(at, key) for at, form in MAPS.items() for key in form.get("properties", {}) if len(key) >= SHORTEST],
    ids=lambda one: shown_key(one) if isinstance(one, tuple) else one,
)
def test_a_misspelt_key_is_refused(tmp_path: Path, at: Place, key: str) -> None:
    """The message says which key may be meant."""
    swapped = next(
        word
        for number in range(len(key) - 1)
        if (word := key[:number] + key[number + 1] + key[number] + key[number + 2 :]) != key
    )
    said = refusals(tmp_path, (*at, swapped), None)
    assert [line for line in said if f'found "{swapped}" (did you mean "{key}"?)' in line], said


@pytest.mark.parametrize(
    "at",
    [at for at, part in PLACES.items() if any(form.get("$comment") in REFERENCES for form in forms(part))],
    ids=shown_key,
)
def test_a_role_a_language_or_an_application_that_does_not_exist_is_refused(
    tmp_path: Path, at: Place
) -> None:
    """The message lists those that do."""
    what = next(form["$comment"] for form in forms(PLACES[at]) if "$comment" in form)
    known = REFERENCES[what]
    unknown = f"{known}x"
    said = refusals(tmp_path, at, unknown)
    assert [
        line
        for line in said
        if re.search(
            rf'expected {what} of the policy \({known}\b.*\), found "{unknown}" \(did you mean', line
        )
    ], said


@pytest.mark.parametrize(
    "at",
    [at for at, form in MAPS.items() if form.get("propertyNames", {}).get("$comment") in REFERENCES],
    ids=shown_key,
)
def test_a_map_of_roles_or_languages_that_do_not_exist_is_refused(tmp_path: Path, at: Place) -> None:
    """What is named for a role that is misspelt would never be looked at."""
    what = MAPS[at]["propertyNames"]["$comment"]
    unknown = f"{REFERENCES[what]}x"
    said = refusals(tmp_path, (*at, unknown), None)
    assert [line for line in said if f'found "{unknown}" (did you mean "{REFERENCES[what]}"?)' in line], said


@pytest.mark.parametrize("catch_all", ["*", "/*", "**", "?*"])
@pytest.mark.parametrize(
    "at",
    [at for at in PLACES if isinstance(at[-1], int) and str(at[-2]).startswith("leave_out")],
    ids=shown_key,
)
def test_a_catch_all_is_refused_wherever_something_is_left_out(
    tmp_path: Path, at: Place, catch_all: str
) -> None:
    """A section that looks at nothing is worse than one that is missing."""
    assert refusals(tmp_path, at, catch_all)


def test_every_key_of_the_models_is_tried() -> None:
    """The places are those of the models."""
    for name, section in SECTIONS.items():
        if not section.apart:
            assert {("aspects", name, key) for key in section.model_fields} <= PLACES.keys()


@pytest.mark.parametrize(
    ("at", "value", "words"),
    [
        (("aspects", "clock", "max_age"), "0s", 'expected more than 0s, found "0s"; change it'),
        (("aspects", "monitoring", "timeout"), "9s", 'expected at most 8s, found "9s"; change it'),
        (("aspects", "capacity", "full"), "200%", 'expected at most 100, found "200%"; change it'),
        (("smoke", "storefront", "port"), 0, "expected at least 1, found the number 0; change it"),
        (
            ("smoke", "storefront", "port"),
            "80",
            'expected a whole number, found "80"; write it without quotes',
        ),
        (("smoke", "session", "roles"), ["web", "db"], "expected at most 1 entry, found 2; remove some"),
        (("smoke", "subscriptions", "command"), [], "expected at least 1 entry, found none; write more"),
        (("smoke", "attack", "host"), "", "expected at least 1 character, found none; write more"),
        (("applications", "web", "ports"), {"http": "nginx"}, 'expected a whole number, found "http"; write'),
        (("aspects", "boot", "required"), "7", 'expected keys and values, found "7"; write keys and values'),
        (
            ("aspects", "firewall", "persisted"),
            "true",
            'expected true or false, found "true"; write it without',
        ),
        (("roles",), ["web", None], "expected names of groups, found nothing; write the name of a group"),
        (("version",), True, "expected 2, found true; change it"),
    ],
    ids=str,
)
def test_the_words_of_what_is_refused(tmp_path: Path, at: Place, value: object, words: str) -> None:
    """No word of the library that checks types."""
    said = refusals(tmp_path, at, value)
    assert [line for line in said if words in line], said


def test_a_default_that_does_not_fit_is_told_with_its_key(tmp_path: Path) -> None:
    """A journey that names no role means a usual one, which this policy lacks."""
    said = refusals(tmp_path, ("smoke", "storefront", "host"), "a.example")
    assert said == []
    with pytest.raises(ConfigurationError) as caught:
        load_policy(tmp_path / "policy.yml", SECTIONS)
    assert re.search(
        r"smoke\.storefront\.roles: expected a role of the policy \(web, db\), found \"edge\"; correct it; "
        r"the file lacks roles, and this is its default$",
        str(caught.value),
        re.MULTILINE,
    )

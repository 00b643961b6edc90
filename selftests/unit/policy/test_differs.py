"""Entries under ``differs``: how they are read, and each mistake at its line."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from selftests.unit.policy import edited
from siteparity import configuration
from siteparity.configuration import Configuration, find_root
from siteparity.model import ConfigurationError

ENTRY: dict[str, Any] = {
    "aspect": "services",
    "role": "db",
    "item": "backup.timer",
    "values": {"dallas": "enabled*", "arizona": "none"},
    "reason": "backups are taken at Dallas only",
    "approved_by": "Ada Lovelace",
    "review": "2027-05-31",
}
UP = "services.the_same_units_are_up"


def load(folder: Path, *entries: object) -> Configuration:
    """The project's own configuration with these entries."""
    inventories = folder / "inventories"
    shutil.copytree(find_root() / "inventories", inventories)
    edited.edited(inventories, {"differs": list(entries)})
    return configuration.load(find_root(), inventories, look_up=False)


def entry(changes: Mapping[str, object]) -> dict[str, object]:
    """The entry with changes; a key that is None is left out."""
    return {key: value for key, value in {**ENTRY, **changes}.items() if value is not None}


def line_of(folder: Path, text: str) -> int:
    """The line of the policy on which a text stands."""
    lines = (folder / "inventories" / "policy.yml").read_text().split("\n")
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_an_entry_is_read_as_it_is_written(tmp_path: Path) -> None:
    """With its place; one word stands for a list of one."""
    several = entry(
        {"aspect": ["kernel", "packages"], "item": ["a", "b"], "values": None, "only_at": "dallas"}
    )
    one, other = load(tmp_path, ENTRY, several).designs
    assert (one.says.aspect, one.says.item, one.says.review) == (
        ("services",),
        ("backup.timer",),
        date(2027, 5, 31),
    )
    assert one.expected == "dallas enabled* | arizona none"
    assert one.place.endswith(f"policy.yml:{line_of(tmp_path, 'backup.timer') - 3}")
    assert (other.words, other.says.item, other.expected) == (
        ("kernel", "packages"),
        ("a", "b"),
        "only at dallas",
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"dallas": 5, "arizona": 3}, "dallas 5 | arizona 3"),
        ({"primary": True, "standby": "no"}, "primary true | standby no"),
        ({UP: {"dallas": "up", "arizona": "none"}}, "dallas up | arizona none"),
    ],
)
def test_values_are_texts_whole_numbers_or_truths(
    tmp_path: Path, values: dict[str, Any], expected: str
) -> None:
    """Of sites, or of the words for whichever is the primary."""
    (one,) = load(tmp_path, entry({"values": values})).designs
    assert one.expected == expected


def test_a_policy_without_entries_has_none_and_its_digest_does_not_count_them(tmp_path: Path) -> None:
    """What differs by design changes no question, so records stay usable when one is added at night."""
    own = configuration.load(find_root(), find_root() / "inventories", look_up=False)
    assert own.designs == ()
    assert load(tmp_path, ENTRY).policy.digest == own.policy.digest


WRONG: list[tuple[dict[str, object], str]] = [
    *(
        (dict[str, object]({key: None}), f'differs[0]: expected the key "{key}", found none; add it')
        for key in ENTRY
        if key != "values"
    ),
    ({"values": None}, "differs[0]: expected either only_at or values, found none; keep one of them"),
    ({"only_at": "dallas"}, "differs[0]: expected either only_at or values, found both; keep one of them"),
    ({"rolle": "db"}, 'found "rolle" (did you mean "role"?); rename or remove it'),
    (
        {"aspect": "service"},
        (
            "differs[0].aspect: expected an aspect, or aspect.check of those that compare the sites "
            '(siteparity explain), found "service" (did you mean "services"?); correct it'
        ),
    ),
    ({"aspect": f"{UP}p"}, f'found "{UP}p" (did you mean "{UP}"?); correct it'),
    ({"aspect": ["services", "kernl"]}, 'found "kernl" (did you mean "kernel"?); correct it'),
    ({"aspect": "storefront"}, 'those that compare the sites (siteparity explain), found "storefront"'),
    (
        {"aspect": "replication"},
        (
            'differs[0].aspect: expected an aspect that may differ by design, found "replication": a standby '
            "that differs in replication cannot take over; remove the entry"
        ),
    ),
    (
        {"aspect": "site_role.only_the_active_site_writes"},
        "differs[0].aspect: expected an aspect",
    ),
    ({"aspect": []}, "differs[0].aspect: expected"),
    ({"aspect": 7}, "differs[0].aspect: expected a list, found the number 7"),
    (
        {"role": "dbb"},
        'differs[0].role: expected a role of the policy (edge, web, db, sessions), found "dbb"',
    ),
    (
        {"aspect": "waf"},
        'differs: expected a role for which waf is made (edge), found "db"',
    ),
    ({"item": " "}, "differs[0].item: expected words, found none; a person must write them"),
    ({"item": []}, "differs[0].item: expected"),
    ({"item": 443}, "differs[0].item: expected a list, found the number 443"),
    (
        {"values": {"dalas": 1, "arizona": 2}},
        (
            "differs[0].values.dalas: expected one of arizona, dallas, primary, standby; "
            'found "dalas" (did you mean "dallas"?); correct it'
        ),
    ),
    (
        {"values": {"dallas": 1}},
        "differs[0].values: expected the values of two sites, found dallas; name both sites, or primary and",
    ),
    ({"values": {"dallas": 1, "standby": 2}}, "expected the values of two sites, found dallas, standby;"),
    ({"values": {"dallas": 1, "arizona": 2, "primary": 3}}, "two sites, found dallas, arizona, primary;"),
    (
        {"values": {"dallas": 5, "arizona": "5"}},
        "differs[0].values: expected two values that differ, found 5 twice; correct one of them",
    ),
    ({"values": {"dallas": "none", "arizona": "none"}}, "expected two values that differ, found none twice"),
    (
        {"values": {"dallas": "*", "arizona": "none"}},
        (
            'differs[0].values.dallas: expected a value, or a pattern with part of one, found "*", which is '
            "every value; write more of it, or only_at: SITE if the other site lacks the item"
        ),
    ),
    ({"values": {"dallas": "* *", "arizona": "none"}}, 'found "* *", which is every value'),
    (
        {"values": {"dallas": 15.1, "arizona": "none"}},
        "differs[0].values.dallas: expected a decimal number in quotes, found 15.1; write it so: ",
    ),
    (
        {"values": {"dallas": None, "arizona": 1}},
        "expected a value, found nothing; write none if the site lacks",
    ),
    ({"values": {"dallas": "", "arizona": 1}}, 'expected a value, found ""; write none if the site lacks'),
    (
        {"values": {"dallas": [1], "arizona": 1}},
        "expected a value, found a list; write none if the site lacks",
    ),
    ({"values": {}}, "differs[0].values: expected a value for each of both sites, found none; write {SITE:"),
    (
        {"values": "up"},
        'differs[0].values: expected a value for each of both sites, found "up"; write {SITE:',
    ),
    (
        {"values": {UP: {"dallas": 1, "arizona": 2}, "arizona": 3}},
        "differs[0].values: expected a value for each site, or for each check one of each site, found both",
    ),
    (
        {"values": {f"{UP}s": {"dallas": 1, "arizona": 2}}},
        (
            "differs[0].values: expected a check of services as siteparity explain lists them, found "
            f'"{UP}s" (did you mean "{UP}"?); correct it'
        ),
    ),
    (
        {"values": {"kernel.the_kernel_is_set_alike": {"dallas": 1, "arizona": 2}}},
        "differs[0].values: expected a check of services as siteparity explain lists them, found",
    ),
    (
        {"aspect": ["services", "kernel"], "values": {UP: {"dallas": 1, "arizona": 2}}},
        "differs[0].values: expected values for kernel too, found none; add them, or remove it",
    ),
    (
        {
            "values": {
                UP: {"dallas": 1, "arizona": 2},
                "services.no_unit_has_failed": {"primary": 1, "standby": 2},
            }
        },
        "differs[0].values: expected the same two sites in each check, found others; write an entry for each",
    ),
    ({"values": {UP: {"dallas": 1, "arizona": 1}}}, "expected two values that differ, found 1 twice"),
    (
        {"values": None, "only_at": "phoenix"},
        "differs[0].only_at: expected one of arizona, dallas, primary, st",
    ),
    ({"reason": " "}, "differs[0].reason: expected a reason in words"),
    ({"approved_by": ""}, "differs[0].approved_by: expected words, found none; a person must write them"),
    *(
        (
            dict[str, object](review=day),
            f"differs[0].review: expected a day, such as 2027-05-31, found {said}; write it so",
        )
        for day, said in (
            ("2027-02-30", '"2027-02-30"'),
            ("2027-5-1", '"2027-5-1"'),
            ("31.05.2027", '"31.05.2027"'),
            ("2027-05-31T00:00:00Z", '"2027-05-31T00:00:00Z"'),
            ("20270531", '"20270531"'),
            (2027, "the number 2027"),
        )
    ),
]


@pytest.mark.parametrize(("changes", "words"), WRONG, ids=lambda one: str(one)[:60])
def test_what_is_no_entry_is_an_error_of_configuration(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    """With file, line, key, what was expected and what to do."""
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, entry(changes))
    (told,) = str(caught.value).split("\n")
    assert words in told
    assert re.match(rf"{re.escape(str(tmp_path))}/inventories/policy\.yml:\d+: ", told)


def test_every_mistake_is_told_at_its_own_line(tmp_path: Path) -> None:
    """All at once, beside those of other files."""
    broken = [entry({"role": "x"}), entry({"values": {"dalas": 1, "arizona": 2}, "review": "soon"})]
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, *broken)
    told = [line.rpartition("policy.yml:")[2].split(": ")[:2] for line in str(caught.value).split("\n")]
    assert told == [
        [str(line_of(tmp_path, '"x"')), "differs[0].role"],
        [str(line_of(tmp_path, '"dalas"')), "differs[1].values.dalas"],
        [str(line_of(tmp_path, '"soon"')), "differs[1].review"],
    ]


def test_two_entries_for_one_item_are_refused(tmp_path: Path) -> None:
    """The second names the first."""
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, ENTRY, ENTRY)
    assert re.search(
        r'policy\.yml:\d+: differs: expected one entry for "backup\.timer" in services for the role db, '
        r"found another at \S+policy\.yml:\d+; remove one of them$",
        str(caught.value),
    )


def test_no_list_is_no_entries(tmp_path: Path) -> None:
    """Rather than none."""
    inventories = tmp_path / "inventories"
    shutil.copytree(find_root() / "inventories", inventories)
    edited.edited(inventories, {"differs": ENTRY})
    with pytest.raises(ConfigurationError, match="differs: expected a list, found keys and values"):
        configuration.load(find_root(), inventories, look_up=False)
    assert json.loads((inventories / "policy.yml").read_text())["differs"] == ENTRY

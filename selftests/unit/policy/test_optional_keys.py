"""What a policy leaves out is not promised: its checks do not apply, are listed, and nothing else changes."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from selftests.unit.policy.edited import SHIPPED
from siteparity.collect.questions import Questions, asked
from siteparity.configuration import Configuration, find_root, load
from siteparity.model import ConfigurationError, Unmeasured, UnmeasuredError
from siteparity.policy.journeys import JOURNEYS
from siteparity.probes import Answers, Probe, Target, discover, read_tables
from siteparity.transport.script import Answer

Key = tuple[str, str, str]

ROOT = find_root()
MODELS = {
    "aspects": {aspect: probe.section for aspect, probe in discover().items() if not probe.section.apart},
    "smoke": JOURNEYS,
}
ONE_OF_SEVERAL: list[Key] = [("aspects", "sessions", "variable")]
"""A key in whose place another one may stand; the section needs exactly one of them."""
OPTIONAL: list[Key] = [
    (kind, name, key)
    for kind, models in MODELS.items()
    for name, model in models.items()
    for key, field in model.model_fields.items()
    if not field.is_required()
    and key in SHIPPED[kind].get(name, {})
    and key != "roles"
    and (kind, name, key) not in ONE_OF_SEVERAL
]
"""Without ``roles`` an aspect is measured on every host: more is planned, not less."""
BY_ROLE: list[Key] = [
    (kind, name, key)
    for kind, name, key in OPTIONAL
    if isinstance(named := SHIPPED[kind][name][key], dict) and named.keys() <= SHIPPED["roles"].keys()
]
NEEDED_BY: Mapping[Key, Key] = {
    ("aspects", "capacity", "workers"): ("aspects", "capacity", "peak"),
    ("aspects", "capacity", "pools"): ("aspects", "capacity", "peak"),
    ("aspects", "capacity", "connections"): ("aspects", "capacity", "peak"),
    ("aspects", "egress", "file"): ("aspects", "egress", "parties"),
    ("aspects", "site_role", "follows"): ("aspects", "site_role", "health_path"),
    ("aspects", "site_role", "health_port"): ("aspects", "site_role", "health_path"),
}
"""A key that another one refers to; both may be left out, the first alone may not."""
PROMISES: Mapping[str, tuple[str, ...]] = {
    "accounts": ("log_in", "required"),
    "boot": ("required",),
    "capacity": ("connections", "peak", "pools", "workers"),
    "catalogues": ("source",),
    "database": ("clients", "users"),
    "egress": ("parties",),
    "files": ("releases",),
    "firewall": ("drop",),
    "kernel": ("modules", "services"),
    "listeners": ("everywhere", "expected"),
    "locales": ("variables",),
    "monitoring": ("agents",),
    "packages": ("python",),
    "path": ("legs",),
    "runtime": ("deployed", "environment", "services"),
    "schedules": ("jobs",),
    "secrets": ("files",),
    "services": ("required",),
    "tls": ("names",),
}
"""Each key that adds a promise and nothing else."""


def configured(folder: Path, policy: object) -> Configuration:
    """The shipped inventories under another policy."""
    for site in ("dallas", "arizona"):
        if not (folder / site).exists():
            (folder / site).symlink_to(ROOT / "inventories" / site)
    (folder / "policy.yml").write_text(yaml.safe_dump(policy, sort_keys=False, allow_unicode=True))
    return load(ROOT, folder, look_up=False)


def without(keys: Iterable[Key]) -> dict[str, Any]:
    """The shipped policy without some keys, and without those that refer to them."""
    policy: dict[str, Any] = copy.deepcopy(SHIPPED)
    for key in keys:
        for kind, name, removed in filter(None, (key, NEEDED_BY.get(key))):
            policy[kind][name].pop(removed, None)
    return policy


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for inventories."""
    return tmp_path_factory.mktemp("inventories")


@pytest.fixture(scope="module")
def whole(folder: Path) -> Configuration:
    """Under the shipped policy every check applies."""
    found = configured(folder, SHIPPED)
    assert found.not_applicable == ()
    return found


def hold(found: Configuration, whole: Configuration) -> None:
    """Only checks vanish, and what is left can be asked.

    Each that vanishes is listed with the key that it lacks, or its whole aspect or journey is undecided.
    """
    assert {check.id for check in found.checks} <= {check.id for check in whole.checks}
    planned = {check.source.name for check in found.checks}
    listed = {one.source.name for one in found.not_applicable}
    gone = [check.source for check in whole.checks if check.source.name not in planned]
    keys = {"parity": "aspects", "smoke": "smoke"}
    undecided = {one.key for one in found.undecided}
    of_these = {one.name for one in gone if f"{keys[one.kind]}.{one.aspect}" in undecided}
    assert listed == {one.name for one in gone} - of_these
    assert all(one.keys for one in found.not_applicable)
    questions = Questions(found.policy, found.probes, found.sites)
    for host in found.standby.hosts:
        for aspect, probe, target in questions.targets(found.standby, host):
            can_be_read(aspect, probe, target)


def can_be_read(aspect: str, probe: Probe[Any], target: Target[Any]) -> None:
    """Each table needs only what is asked, and is not empty: nothing compared with nothing proves nothing."""
    asks = asked(probe.ask, target)
    later = asked(probe.then.ask, target) if probe.then else {}
    assert not isinstance(asks, UnmeasuredError), f"{aspect}: {asks}"
    assert not isinstance(later, UnmeasuredError), f"{aspect}: {later}"
    answers = Answers(dict.fromkeys((*asks, *later), Answer(b"", -1, "silent")))
    facts = read_tables(probe.readings(), answers, target, tuple(target.policy.roles))
    for table, said in facts.items():
        assert said, f"{aspect}.{table} is empty"
        assert not isinstance(said, Unmeasured) or "was not asked" not in said.reason, said


@pytest.mark.parametrize("key", OPTIONAL, ids=".".join)
def test_any_optional_key_can_be_left_out(key: Key, folder: Path, whole: Configuration) -> None:
    """The policy loads, and says which checks do not apply any more."""
    hold(configured(folder, without([key])), whole)


@pytest.mark.parametrize("key", BY_ROLE, ids=".".join)
@pytest.mark.parametrize("one", ["web", "db"])
def test_a_role_for_which_nothing_is_named_is_promised_nothing(
    key: Key, one: str, folder: Path, whole: Configuration
) -> None:
    """An empty list means the same as none, and no check compares nothing with nothing."""
    kind, name, removed = key
    policy = without([NEEDED_BY[key]] if key in NEEDED_BY else [])
    named = policy[kind][name][removed]
    if isinstance(named.get(one), list) or (one in named and removed in ("required", "workers")):
        named[one] = type(named[one])()
        hold(configured(folder, policy), whole)
    named.pop(one, None)
    hold(configured(folder, policy), whole)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.sets(st.sampled_from(OPTIONAL), min_size=2))
def test_several_keys_can_be_left_out_together(keys: set[Key], folder: Path, whole: Configuration) -> None:
    """Whichever they are."""
    hold(configured(folder, without(keys)), whole)


def test_what_only_promises_is_optional() -> None:
    """A policy promises what it names; nobody must name something of every kind."""
    promises = {("aspects", aspect, key) for aspect, keys in PROMISES.items() for key in keys}
    assert promises <= set(OPTIONAL)


@pytest.mark.parametrize(("key", "by"), NEEDED_BY.items())
def test_a_key_that_another_one_needs_cannot_be_left_out_alone(key: Key, by: Key, folder: Path) -> None:
    """The error says what is missing, with file and line."""
    policy = copy.deepcopy(SHIPPED)
    del policy[key[0]][key[1]][key[2]]
    with pytest.raises(ConfigurationError, match=rf"policy\.yml:[0-9]+: {by[0]}\.{by[1]}: expected .*add it"):
        configured(folder, policy)


def test_a_shop_that_promises_nothing_still_compares(folder: Path, whole: Configuration) -> None:
    """Both sites are compared in all that they have, and the answer lists what was not promised."""
    found = configured(folder, without(OPTIONAL))
    hold(found, whole)
    names = {one.source.name for one in found.not_applicable}
    assert "boot.every_required_file_system_is_mounted_also_after_a_boot" in names
    assert {"aspects.egress", "aspects.path"} <= {one.key for one in found.undecided}
    assert len({check.source.aspect for check in found.checks}) >= 22

"""A section can make single checks warnings: each with its reason, listed in every answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from selftests.unit.policy.edited import edited
from siteparity.configuration import Configuration, find_root, load
from siteparity.gate.assemble import downgraded
from siteparity.model import ConfigurationError, Severity
from siteparity.report.exceptions import downgraded_line


def configured(folder: Path, changes: dict[str, Any]) -> Configuration:
    """The shipped inventories under the changed policy."""
    for site in ("dallas", "arizona"):
        if not (folder / site).exists():
            (folder / site).symlink_to(find_root() / "inventories" / site)
    edited(folder, changes)
    return load(find_root(), folder, look_up=False)


def a_check_of(settings: Configuration, aspect: str) -> str:
    """A blocker of an aspect, by its name without the aspect."""
    return next(
        one.source.name.partition(".")[2]
        for one in settings.checks
        if one.source.aspect == aspect and one.severity is Severity.BLOCKER
    )


def test_one_check_of_an_aspect_is_a_warning_and_its_others_stay(tmp_path: Path) -> None:
    """With its own reason; the aspect keeps its weight."""
    name = a_check_of(configured(tmp_path, {}), "packages")
    settings = configured(tmp_path, {"aspects.packages.warnings": {name: "upgraded next week"}})
    lowered = {one.source.name for one in settings.checks if one.severity is Severity.WARNING}
    before = {one.source.name for one in configured(tmp_path, {}).checks if one.severity is Severity.WARNING}
    assert lowered - before == {f"packages.{name}"}
    (one,) = downgraded(settings)
    assert (one.aspect, one.check, one.reason) == ("packages", name, "upgraded next week")
    assert downgraded_line(one).startswith(f"packages.{name}: ")


def test_a_journey_has_them_too(tmp_path: Path) -> None:
    """Each journey has checks of its own."""
    name = a_check_of(configured(tmp_path, {}), "storefront")
    settings = configured(tmp_path, {"smoke.storefront.warnings": {name: "a new design"}})
    assert [(one.kind, one.check) for one in downgraded(settings)] == [("smoke", name)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"aspects.packages.warnings": {"the_same_package": "why not"}}, "expected a check as `sitep"),
        ({"aspects.packages.warnings": ["a"]}, "aspects.packages.warnings: expected keys and values"),
        ({"aspects.packages.warnings": {"OTHER": "-"}}, "expected a reason in words"),
        ({"aspects.packages.warnings": {"OTHER": "why not"}}, "warnings: expected checks of packages"),
        ({"aspects.replication.warnings": {"OWN": "why not"}}, "expected no warning, since a standby"),
        ({"smoke.session.warnings": {"OWN": "why not"}}, "expected no warning, since a standby"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_warning_is_refused(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    """An unknown check, another aspect's check, one without a reason, one that is never a warning."""
    whole = configured(tmp_path, {})
    named = {"OTHER": a_check_of(whole, "services")}
    named["OWN"] = a_check_of(whole, next(iter(changes)).split(".")[1])
    ((key, value),) = changes.items()
    if isinstance(value, dict):
        value = {named.get(name, name): why for name, why in value.items()}
    with pytest.raises(ConfigurationError) as caught:
        configured(tmp_path, {key: value})
    assert words in str(caught.value)
    assert "policy.yml" in str(caught.value)

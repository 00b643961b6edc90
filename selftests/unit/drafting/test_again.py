"""What changed since a draft, as a patch of the policy; what a person decided is left alone."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from siteparity.draft import waiting
from siteparity.drafting.again import Change, changes, patch
from siteparity.drafting.lines import Draft, Line
from siteparity.drafting.writing import policy
from siteparity.yamlfile import Document, KeyPath, load

ASPECTS = ("waf", "tls", "services")
FIRST: dict[KeyPath, object] = {
    ("applications", "shop", "units"): ["shop.service"],
    ("applications", "shop", "role"): "web",
    ("applications", "shop", "ports"): {8000: "gunicorn"},
    ("aspects", "tls", "names", "www.shop.example"): {"certificate": "/a.pem", "key": "/a.key"},
    ("aspects", "tls", "names", "shop.example"): {"certificate": "/b.pem", "key": "/b.key"},
}


def draft(of: Mapping[KeyPath, object]) -> Draft:
    """A draft with these lines."""
    head = (Line(("version",), 2, waits=False), Line(("owner",), "TODO", "", "Who?", waits=False))
    return Draft((*head, *(Line(at, value, "as tested") for at, value in of.items())))


class Policy:
    """A policy that was drafted, and perhaps edited."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "policy.yml"
        self.path.write_text(policy(draft(FIRST), "dallas", short=False).text, encoding="utf-8")
        first = load(self.path)
        self.lines = [waiting.drafted(first, tuple(map(str, at)), "as tested") for at in FIRST]

    def edit(self, before: str, after: str) -> None:
        """A person edits the file."""
        text = self.path.read_text(encoding="utf-8")
        assert before in text
        self.path.write_text(text.replace(before, after), encoding="utf-8")

    def found(self, today: Mapping[KeyPath, object]) -> tuple[Change, ...]:
        """What changed since."""
        known: dict[KeyPath, set[str]] = {}
        for one in waiting.waiting(self.lines, self.document):
            known.setdefault(one.at, set()).add(one.line.digest)
        for line in self.lines:
            known.setdefault(line.at, set()).add(line.digest)
        now = self.path.with_name("now.yml")
        now.write_text(policy(draft(today), "dallas").text, encoding="utf-8")
        return changes(self.document, known, load(now), draft(today), ASPECTS)

    @property
    def document(self) -> Document:
        """The file as it is."""
        return load(self.path)

    def patched(self, found: tuple[Change, ...]) -> Any:
        """The file's value after its patch was applied by patch(1)."""
        text = patch(self.document, found)
        subprocess.run(["patch", "-s", str(self.path)], input=text, text=True, check=True)
        return load(self.path).value


@pytest.fixture
def drafted(tmp_path: Path) -> Policy:
    """The policy, as it was drafted."""
    return Policy(tmp_path)


def told(found: tuple[Change, ...]) -> list[tuple[str, str]]:
    """Kind and place of each change."""
    return [(one.kind, ".".join(one.at)) for one in found]  # type: ignore[arg-type]  # places of keys are texts


def test_nothing_changed(drafted: Policy) -> None:
    """Then there is no patch."""
    assert drafted.found(FIRST) == ()
    assert patch(drafted.document, ()) == ""


def test_what_appeared_vanished_and_changed_is_a_patch_that_applies(drafted: Policy) -> None:
    """After it the file says what would be drafted now."""
    today: dict[KeyPath, object] = {
        **FIRST,
        ("applications", "shop", "units"): ["shop.service", "worker.service"],
        ("applications", "shop", "user"): "shop",
        ("aspects", "waf"): {},
    }
    del today["aspects", "tls", "names", "shop.example"]
    found = drafted.found(today)
    assert sorted(told(found)) == [
        ("appeared", "applications.shop.user"),
        ("appeared", "aspects.waf"),
        ("changed", "applications.shop.units"),
        ("vanished", "aspects.tls.names.shop.example"),
    ]
    value = drafted.patched(found)
    assert value["applications"]["shop"]["units"] == ["shop.service", "worker.service"]
    assert value["applications"]["shop"]["user"] == "shop"
    assert value["aspects"] == {
        "tls": {"names": {"www.shop.example": {"certificate": "/a.pem", "key": "/a.key"}}},
        "waf": {},
    }
    assert "as tested" in drafted.path.read_text(encoding="utf-8")


def test_a_value_within_a_line_makes_the_line_new(drafted: Policy) -> None:
    """A person wrote the application on one line."""
    text = drafted.path.read_text(encoding="utf-8")
    start, end = text.index("  shop:"), text.index("aspects:")
    line = "  shop: {units: [shop.service], role: web, ports: {8000: gunicorn}} # ours\n"
    drafted.path.write_text(text[:start] + line + text[end:], encoding="utf-8")
    found = drafted.found({**FIRST, ("applications", "shop", "ports"): {8001: "gunicorn"}})
    assert told(found) == [("changed", "applications.shop.ports")]
    assert drafted.patched(found)["applications"]["shop"] == {
        "units": ["shop.service"],
        "role": "web",
        "ports": {"8001": "gunicorn"},
    }


def test_what_a_person_edited_or_removed_is_theirs(drafted: Policy) -> None:
    """Even if the hosts changed as well."""
    drafted.edit("[shop.service]", "[shop.service, mine.service]")
    text = drafted.path.read_text(encoding="utf-8")
    kept = [line for line in text.splitlines(keepends=True) if "ports:" not in line]
    drafted.path.write_text("".join(kept), encoding="utf-8")
    today: dict[KeyPath, object] = {
        **FIRST,
        ("applications", "shop", "units"): ["other.service"],
        ("applications", "shop", "ports"): {1: "x"},
    }
    assert drafted.found(today) == ()


def test_what_was_declared_absent_does_not_appear(drafted: Policy) -> None:
    """The gate looks whether that is true."""
    text = drafted.path.read_text(encoding="utf-8")
    absent = "absent: {waf: {reason: nobody filters, approved_by: Ada}}\n"
    drafted.path.write_text(text + absent, encoding="utf-8")
    assert drafted.found({**FIRST, ("aspects", "waf"): {}}) == ()


def test_an_application_that_got_another_name_is_the_same(drafted: Policy) -> None:
    """By its role and its services."""
    drafted.edit("  shop:\n", "  storefront:\n")
    today: dict[KeyPath, object] = {**FIRST, ("applications", "shop", "ports"): {8001: "gunicorn"}}
    found = drafted.found(today)
    assert told(found) == [("changed", "applications.storefront.ports")]
    assert drafted.patched(found)["applications"]["storefront"]["ports"] == {"8001": "gunicorn"}

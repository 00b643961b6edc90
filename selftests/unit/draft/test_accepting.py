"""A person accepts drafted lines: who, when and what is kept, and the policy is not touched."""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from siteparity.draft import waiting
from siteparity.draft.accepting import accept, still_waiting
from siteparity.draft.waiting import Line, Waiting
from siteparity.yamlfile import load

POLICY = (
    "applications:\n  shop: {role: web, units: [shop.service]}  # drafted\nlanguages: {de: de_DE.UTF-8}\n"
)
AT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
ROLE, UNITS, DE = ("applications", "shop", "role"), ("applications", "shop", "units"), ("languages", "de")


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy of which three lines were drafted."""
    path = tmp_path / "policy.yml"
    path.write_text(POLICY)
    waiting.write(tmp_path, [waiting.drafted(load(path), at, f"seen {at[-1]}") for at in (ROLE, UNITS, DE)])
    return path


def left(policy: Path) -> tuple[Waiting, ...]:
    """What still waits."""
    return waiting.waiting(waiting.read(policy.parent), load(policy))


def confirmed(policy: Path) -> list[dict[str, str]]:
    """Who accepted what."""
    return [json.loads(line) for line in (policy.parent / "confirmed.jsonl").read_text().splitlines()]


def test_an_accepted_line_leaves_the_draft_and_is_kept_with_a_name(policy: Path) -> None:
    """The rest still waits; the policy has the bytes that it had."""
    role, units, _ = every = left(policy)
    assert accept(policy, [units], "Ada Lovelace", AT) == (units,)
    assert [one.path for one in left(policy)] == ["applications.shop.role", "languages.de"]
    assert confirmed(policy) == [
        {
            "at": "2026-12-01T09:30:00Z",
            "by": "Ada Lovelace",
            "path": "applications.shop.units",
            "digest": waiting.digest(["shop.service"]),
            "seen": "seen units",
            "asks": "",
        }
    ]
    accept(policy, [role], "Ben", AT)
    assert [(one["by"], one["path"]) for one in confirmed(policy)] == [
        ("Ada Lovelace", "applications.shop.units"),
        ("Ben", "applications.shop.role"),
    ]
    assert policy.read_text() == POLICY
    assert len(every) == 3


def test_a_draft_of_which_nothing_waits_is_removed(policy: Path) -> None:
    """A line that a person edited is no reason to keep it."""
    policy.write_text(POLICY.replace("role: web", "role: edge"))
    accept(policy, left(policy), "Ada", AT)
    assert sorted(path.name for path in policy.parent.iterdir()) == ["confirmed.jsonl", "policy.yml"]


def test_an_edited_line_stays_in_the_draft_and_waits_again_if_the_edit_is_undone(policy: Path) -> None:
    """Nobody has accepted it."""
    policy.write_text(POLICY.replace("role: web", "role: edge"))
    accept(policy, left(policy)[:1], "Ada", AT)
    policy.write_text(POLICY)
    assert [one.path for one in left(policy)] == ["applications.shop.role", "languages.de"]


def test_what_is_no_longer_as_it_was_shown_is_not_accepted(policy: Path) -> None:
    """Somebody edited the policy, or drafted anew, between the question and the answer."""
    role, units, de = left(policy)
    policy.write_text(POLICY.replace("role: web", "role: edge"))
    lines = waiting.read(policy.parent)
    again = [line.model_copy(update={"seen": "otherwise"}) if line == units.line else line for line in lines]
    waiting.write(policy.parent, again)
    assert accept(policy, [role, units, de], "Ada", AT) == (de,)
    assert [one["path"] for one in confirmed(policy)] == ["languages.de"]


def test_lines_that_only_moved_down_are_those_that_were_shown(policy: Path) -> None:
    """A comment above them changes nothing."""
    every = left(policy)
    policy.write_text(f"# mine\n{POLICY}")
    assert [one.number for one in accept(policy, every, "Ada", AT)] == [3, 3, 4]


def test_a_renamed_thing_is_accepted_under_its_new_name(policy: Path) -> None:
    """That is what the person saw."""
    policy.write_text(POLICY.replace("shop:", "webshop:"))
    accept(policy, [one for one in left(policy) if one.path == "applications.webshop.role"], "Ada", AT)
    assert [one["path"] for one in confirmed(policy)] == ["applications.webshop.role"]
    assert [one.path for one in left(policy)] == ["applications.webshop.units", "languages.de"]


def test_what_was_accepted_is_not_taken_for_something_that_moved(policy: Path) -> None:
    """Who deletes one of two drafted things has already said that the other is right."""
    text = "applications:\n  a: {role: web, units: [a.service]}\n  b: {role: web, units: [b.service]}\n"
    policy.write_text(text)
    at = [("applications", name, key) for name in ("a", "b") for key in ("role", "units")]
    waiting.write(policy.parent, [waiting.drafted(load(policy), one, "seen") for one in at])
    accept(policy, [one for one in left(policy) if one.at[1] == "b"], "Ada", AT)
    policy.write_text(text.replace("  a: {role: web, units: [a.service]}\n", ""))
    assert still_waiting(policy.parent, load(policy)) == ()
    (policy.parent / "confirmed.jsonl").write_text('nonsense\n{"path": 3}\n[1]\n{"path": "a..b"}\n')
    assert [one.path for one in still_waiting(policy.parent, load(policy))] == ["applications.b.role"]


def test_a_line_that_was_cut_short_does_not_swallow_the_next(policy: Path) -> None:
    """The machine stopped while it was written."""
    kept = policy.parent / "confirmed.jsonl"
    kept.write_text('{"at": "2026')
    accept(policy, left(policy)[:1], "Ada", AT)
    first, second = kept.read_text().splitlines()
    assert first == '{"at": "2026'
    assert json.loads(second)["by"] == "Ada"


def test_a_name_that_cannot_be_kept_leaves_the_line_waiting(
    policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk: nobody knows who accepted it."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        accept(policy, left(policy), "Ada", AT)
    assert len(left(policy)) == 3


def test_two_people_at_once_lose_no_acceptance(policy: Path) -> None:
    """Each of them reads what the other has written."""
    text = "roles:\n" + "".join(f"  r{number}: {{owner: o{number}}}\n" for number in range(40))
    policy.write_text(text)
    document = load(policy)
    at = [("roles", f"r{number}", "owner") for number in range(40)]
    waiting.write(policy.parent, [waiting.drafted(document, one, "seen") for one in at])
    every = left(policy)

    def person(name: str, mine: tuple[Waiting, ...]) -> None:
        for one in mine:
            accept(policy, [one], name, AT)

    people = [
        threading.Thread(target=person, args=(name, every[start::2])) for start, name in enumerate(("A", "B"))
    ]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert not (policy.parent / "draft.yml").exists()
    assert len(confirmed(policy)) == 40


def test_the_digest_kept_is_that_of_the_line(policy: Path) -> None:
    """A later audit can compare it with the policy of that day."""
    accept(policy, left(policy), "Ada", AT)
    assert {one["digest"] for one in confirmed(policy)} == {
        waiting.digest(value) for value in ("web", ["shop.service"], "de_DE.UTF-8")
    }
    assert Line(path="a", digest=confirmed(policy)[0]["digest"], seen="").digest

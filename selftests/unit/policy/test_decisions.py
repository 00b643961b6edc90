"""What is promised, compared, absent or undecided; and that nothing undecided is ever taken for decided."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import Field

from siteparity.model import ConfigurationError
from siteparity.policy import Duration, Policy, RoleName, Section, load_policy
from siteparity.policy.decisions import Undecided
from siteparity.policy.journeys import JOURNEYS
from siteparity.policy.section import Strict

HEAD = """\
version: 2
owner: Platform
roles: [web, db]
languages: {en: en_US.UTF-8}
"""
ABSENT = "{reason: nothing to try, approved_by: Ada}"
NO_JOURNEYS = f"absent: {{{', '.join(f'smoke.{name}: {ABSENT}' for name in JOURNEYS)}}}\n"


class Shop(Strict):
    """A part of a section."""

    name: str
    port: int = 80


class Waf(Section):
    """Nothing of it can be compared before somebody has described it."""

    question: ClassVar[str] = "Which hosts filter attacks?"

    service: str
    most: Duration = timedelta(hours=1)
    names: Annotated[tuple[str, ...], Field(min_length=1)] = ("a",)
    shops: tuple[Shop, ...] = ()
    needed: dict[RoleName, tuple[str, ...]] = {}  # noqa: RUF012  # pydantic copies it


class Clock(Section):
    """It is compared without a word."""

    zones: tuple[str, ...] = ()


SECTIONS: dict[str, type[Section]] = {"clock": Clock, "waf": Waf}


def waf(**keys: Any) -> Waf:
    """The section of the aspect, with its one required key."""
    return Waf(owner="Platform", service="a", **keys)


def read(folder: Path, text: str) -> Policy:
    """The policy of that text below `HEAD`."""
    (folder / "policy.yml").write_text(HEAD + text, encoding="utf-8")
    return load_policy(folder / "policy.yml", SECTIONS)


def undecided(folder: Path, text: str) -> list[Undecided]:
    """What is undecided but for the journeys, with places in the file."""
    found = read(folder, text).undecided
    return [
        Undecided(one.key, one.question, one.place.removeprefix(f"{folder}/"))
        for one in found
        if not one.key.startswith("smoke.") or "TODO" in text
    ]


def test_what_has_no_section_is_compared_if_it_can_be_and_else_undecided(tmp_path: Path) -> None:
    """The question of the aspect is asked, and nothing of it is measured."""
    policy = read(tmp_path, "")
    assert list(policy.sections) == ["clock"]
    assert policy.promised == frozenset()
    assert undecided(tmp_path, "") == [Undecided("aspects.waf", "Which hosts filter attacks?", "policy.yml")]
    journeys = {one.key for one in policy.undecided} - {"aspects.waf"}
    assert journeys == {f"smoke.{name}" for name in JOURNEYS}


def test_what_has_a_section_is_promised(tmp_path: Path) -> None:
    """Even if all its keys have defaults."""
    policy = read(tmp_path, "aspects: {clock: {}, waf: {service: nginx.service}}\n")
    assert policy.promised == {"clock", "waf"}
    assert not [one for one in policy.undecided if one.key.startswith("aspects.")]


def test_what_is_absent_is_neither_measured_nor_undecided(tmp_path: Path) -> None:
    """Nor is an aspect compared that could be."""
    policy = read(
        tmp_path,
        "absent:\n  waf: {reason: the provider filters, approved_by: Ada}\n"
        "  clock: {reason: no clocks, approved_by: Ada}\n",
    )
    assert policy.sections == {}
    assert policy.absent["waf"].approved_by == "Ada"
    assert not [one for one in policy.undecided if one.key.startswith("aspects.")]


def test_an_absent_journey_is_not_undecided(tmp_path: Path) -> None:
    """``smoke.`` before its name tells it from the aspect of that name."""
    assert [one.key for one in read(tmp_path, NO_JOURNEYS).undecided] == ["aspects.waf"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("absent: {wav: {reason: none here, approved_by: Ada}}\n", 'found "wav" (did you mean "waf"?)'),
        ("absent: {waf: {reason: none here}}\n", 'absent.waf: expected the key "approved_by", found none'),
        ("absent: {waf: {approved_by: Ada}}\n", 'absent.waf: expected the key "reason", found none'),
        ("absent: {waf: {reason: '-', approved_by: Ada}}\n", "absent.waf.reason: expected a reason in words"),
        ("absent: {waf: none}\n", "absent.waf: expected keys and values"),
        ("absent: [waf]\n", "absent: expected keys and values"),
        (
            "absent: {waf: {reason: none here, approved_by: Ada}}\naspects: {waf: {service: a}}\n",
            "absent.waf: is declared absent, and aspects.waf describes it; remove one of them",
        ),
        (
            "absent: {clock.zones: {reason: none here, approved_by: Ada}}\naspects: {clock: {zones: [a]}}\n",
            'absent."clock.zones": is declared absent, and aspects.clock.zones describes it',
        ),
        ("absent: {waf.service: {reason: none here, approved_by: Ada}}\n", 'found "waf.service"'),
    ],
)
def test_an_absence_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """With file, line, what was expected and what to do."""
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, text)
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path}/policy.yml:5: ")


@pytest.mark.parametrize(
    ("text", "key", "line", "left"),
    [
        ("aspects:\n  waf: TODO\n", "aspects.waf", 5, None),
        ("aspects:\n  waf:\n    service: TODO\n", "aspects.waf.service", 6, None),
        ("aspects:\n  waf: {service: a, most: TODO}\n", "aspects.waf.most", 5, waf()),
        ("aspects:\n  waf: {service: a, names: [TODO]}\n", "aspects.waf.names[0]", 5, waf()),
        (
            "aspects:\n  waf:\n    service: a\n    names:\n      - b\n      - TODO\n",
            "aspects.waf.names[1]",
            9,
            waf(names=("b",)),
        ),
        (
            "aspects:\n  waf: {service: a, shops: [{name: TODO, port: 1}, {name: b}]}\n",
            "aspects.waf.shops[0].name",
            5,
            waf(shops=(Shop(name="b"),)),
        ),
        (
            "aspects:\n  waf: {service: a, needed: {web: TODO, db: [x]}}\n",
            "aspects.waf.needed.web",
            5,
            waf(needed={"db": ("x",)}),
        ),
        ("aspects:\n  waf: {service: a, owner: TODO}\n", "aspects.waf.owner", 5, waf()),
    ],
)  # fmt: skip
def test_a_todo_leaves_out_what_needs_it_and_is_undecided(
    tmp_path: Path, text: str, key: str, line: int, left: Waf | None
) -> None:
    """The rest is measured as if the value were not in the file."""
    (found,) = undecided(tmp_path, NO_JOURNEYS + text)
    assert (found.key, found.place) == (
        key,
        f"policy.yml:{line + 2}",
    )  # `languages` and `absent` stand before it
    assert read(tmp_path, NO_JOURNEYS + text).sections.get("waf") == left


def test_the_comment_beside_a_todo_is_its_question(tmp_path: Path) -> None:
    """Whoever wrote it knew what is to be answered."""
    text = NO_JOURNEYS + "aspects: {waf: TODO} # ask the provider: does it filter?\n"
    (found,) = undecided(tmp_path, text)
    assert found.question == "ask the provider: does it filter?"


@pytest.mark.parametrize("key", ["version", "roles"])
def test_what_nothing_can_be_read_without_is_an_error(tmp_path: Path, key: str) -> None:
    """A policy without roles is about no host."""
    lines = {"version": "2", "owner": "A", "roles": "[web]", key: "TODO"}
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    (tmp_path / "policy.yml").write_text(text, encoding="utf-8")
    with pytest.raises(
        ConfigurationError, match=rf"policy.yml:\d: {key}: expected a value, found TODO; write it"
    ):
        load_policy(tmp_path / "policy.yml", SECTIONS)


def test_an_owner_may_be_named_later(tmp_path: Path) -> None:
    """All the rest is measured; the findings say that nobody owns them, and no answer is GO."""
    head = HEAD.replace("owner: Platform", "owner: TODO # who is on call?")
    text = f"{head}{NO_JOURNEYS}aspects: {{waf: {{service: a}}, clock: {{}}}}\n"
    (tmp_path / "policy.yml").write_text(text, encoding="utf-8")
    policy = load_policy(tmp_path / "policy.yml", SECTIONS)
    assert [(one.key, one.question) for one in policy.undecided] == [("owner", "who is on call?")]
    assert {one.owner for one in (*policy.roles.values(), *policy.sections.values())} == {"nobody yet"}


def test_a_genuine_mistake_beside_a_todo_is_still_an_error(tmp_path: Path) -> None:
    """A TODO excuses nothing but itself."""
    with pytest.raises(ConfigurationError, match=r"aspects\.waf\.most: expected a number with"):
        read(tmp_path, "aspects: {waf: {service: TODO, most: 5, names: [a]}, clock: {}}\n")


def test_the_owner_of_the_file_owns_whatever_names_none(tmp_path: Path) -> None:
    """A section, a role and a journey can name their own."""
    (tmp_path / "policy.yml").write_text(
        "version: 2\nowner: Platform\nroles: {web: {owner: Shop}, db:}\n"
        "aspects: {clock: {}, waf: {service: a, owner: Security}}\n",
        encoding="utf-8",
    )
    policy = load_policy(tmp_path / "policy.yml", SECTIONS)
    assert {name: role.owner for name, role in policy.roles.items()} == {"web": "Shop", "db": "Platform"}
    assert {name: one.owner for name, one in policy.sections.items()} == {
        "clock": "Platform",
        "waf": "Security",
    }


def test_a_policy_without_languages_leaves_them_undecided(tmp_path: Path) -> None:
    """Every shop speaks one. A path cannot name a language that nobody has named."""
    (tmp_path / "policy.yml").write_text("version: 2\nowner: A\nroles: [web]\n", encoding="utf-8")
    assert "languages" in {one.key for one in load_policy(tmp_path / "policy.yml", SECTIONS).undecided}
    (tmp_path / "policy.yml").write_text(
        "version: 2\nowner: A\nroles: [web, sessions]\nsmoke: {session: {path: '/{language}/cart'}}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationError, match=r"path: expected no \{language\} in path, since"):
        load_policy(tmp_path / "policy.yml", SECTIONS)

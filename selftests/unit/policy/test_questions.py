"""A key that alone would find a fault cannot be left out in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest

from siteparity.model import ConfigurationError
from siteparity.policy import Section, load_policy
from siteparity.policy.questions import Question, unanswered


class Promises(Section):
    """A section with a key that nothing could stand in for."""

    peak: Annotated[dict[str, tuple[int, ...]], Question("How much is needed?")] = {}  # noqa: RUF012  # pydantic copies it
    rules: Annotated[tuple[str, ...] | None, Question("Which rules may there be?")] = None
    other: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({}, ["peak", "rules"]),
        ({"peak": {"web": ()}, "rules": None}, ["peak", "rules"]),
        ({"rules": ()}, ["peak"]),
        ({"peak": {"web": (1,)}}, ["rules"]),
        ({"peak": {"web": (), "db": (1,)}, "rules": ("one",)}, []),
    ],
)
def test_a_key_that_names_nothing_is_asked_for(given: dict[str, Any], asked: list[str]) -> None:
    """A map of empty lists names nothing either; an empty list of what is allowed allows nothing."""
    assert [key for key, _ in unanswered(Promises(owner="Shop", **given))] == asked


def test_the_question_comes_with_its_key() -> None:
    """It is what a person reads."""
    assert dict(unanswered(Promises(owner="Shop", rules=("one",)))) == {"peak": "How much is needed?"}


class Pages(Section):
    """Keys whose questions depend on another."""

    path: Annotated[str | None, Question("Which page?")] = None
    row: Annotated[str | None, Question("How is a row written?", beside="path")] = None
    leads_to: Annotated[str | None, Question("Where does it lead?", beside="path", instead="says")] = None
    says: str | None = None


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({}, ["path"]),
        ({"path": "/"}, ["row", "leads_to"]),
        ({"path": "/", "says": "a"}, ["row"]),
        ({"path": "/", "row": "b", "leads_to": "/c"}, []),
    ],
)
def test_a_question_may_depend_on_another_key(given: dict[str, Any], asked: list[str]) -> None:
    """What a page shows need not be said where there is no page."""
    assert [key for key, _ in unanswered(Pages(owner="Shop", **given))] == asked


HEAD = "version: 2\nowner: Platform\nroles: [web]\n"
PEAK = "{reason: one web host is plenty, approved_by: Ada}"


def read(folder: Path, text: str) -> list[str]:
    """What is undecided of the aspect: places and keys."""
    (folder / "policy.yml").write_text(HEAD + text, encoding="utf-8")
    policy = load_policy(folder / "policy.yml", {"load": Promises})
    return [
        f"{one.place.rpartition(':')[2]} {one.key}: {one.question}"
        for one in policy.undecided
        if one.key.startswith("aspects.")
    ]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", ["1 aspects.load.peak: How much is needed?", "1 aspects.load.rules: Which rules may there be?"]),
        ("aspects: {load: {rules: [a]}}\n", ["4 aspects.load.peak: How much is needed?"]),
        (f"absent: {{load.peak: {PEAK}}}\naspects: {{load: {{rules: [a]}}}}\n", []),
        (f"absent: {{load: {PEAK}}}\n", []),
        ("aspects:\n  load:\n    rules: [a]\n    peak: TODO # ask\n", ["7 aspects.load.peak: ask"]),
        (
            "aspects:\n  load:\n    rules: [a]\n    peak: {web: [TODO]}\n",
            ["7 aspects.load.peak.web[0]: write a value in place of TODO"],
        ),
    ],
)
def test_a_policy_answers_or_says_that_there_is_nothing(tmp_path: Path, text: str, asked: list[str]) -> None:
    """A section that is only compared is asked for as well; a TODO is asked for once."""
    assert read(tmp_path, text) == asked


@pytest.mark.parametrize(
    ("absent", "asked"),
    [
        ("", ["smoke.status_page.says"]),
        (f"absent: {{smoke.status_page.says: {PEAK}}}\n", []),
    ],
)
def test_a_key_of_a_journey_is_asked_for_as_well(tmp_path: Path, absent: str, asked: list[str]) -> None:
    """What an application cannot offer is absent, with a reason."""
    text = f"{absent}smoke: {{status_page: {{roles: [web], server: status.example}}}}\n"
    (tmp_path / "policy.yml").write_text(HEAD + text, encoding="utf-8")
    policy = load_policy(tmp_path / "policy.yml", {})
    assert [one.key for one in policy.undecided if one.key.startswith("smoke.status_page.")] == asked


def test_only_what_is_asked_for_can_be_absent_from_a_journey(tmp_path: Path) -> None:
    """And not what is described."""
    page = "smoke: {status_page: {roles: [web], server: status.example, says: a}}\n"
    for key, words in (("says", "describes it; remove one of them"), ("timeout", "expected an aspect")):
        text = f"{HEAD}absent: {{smoke.status_page.{key}: {PEAK}}}\n{page}"
        (tmp_path / "policy.yml").write_text(text, encoding="utf-8")
        with pytest.raises(ConfigurationError, match=words):
            load_policy(tmp_path / "policy.yml", {})

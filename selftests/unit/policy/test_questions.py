"""A key that alone would find a fault cannot be left out in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest

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

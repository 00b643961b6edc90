"""draft.yml: which drafted lines of a policy still wait for a person."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity.draft import waiting
from siteparity.draft.waiting import Line
from siteparity.model import ConfigurationError
from siteparity.yamlfile import Document, key_path, load, shown_key

POLICY = """\
applications:
  shop:
    role: web  # seen: 38 connections
    units: [shop.service, worker.service]
aspects:
  tls:
    names: {"shop.example": {port: 443, strict: true}}
"""
UNITS = ("applications", "shop", "units")
PORT = ("aspects", "tls", "names", "shop.example", "port")


def policy(folder: Path, text: str = POLICY) -> Document:
    """A policy file as it is read."""
    path = folder / "policy.yml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def drafted(folder: Path) -> tuple[Line, ...]:
    """Two lines of it, as they were drafted."""
    document = policy(folder)
    return (
        waiting.drafted(document, UNITS, "both run on web1 and web2"),
        waiting.drafted(document, PORT, "nginx.conf, line 12", "Is this port meant to be served?"),
    )


def left(folder: Path, text: str) -> list[str]:
    """The paths that wait, once the policy says this."""
    lines = drafted(folder)
    return [one.path for one in waiting.waiting(lines, policy(folder, text))]


def test_what_was_drafted_waits_with_the_line_of_the_policy(tmp_path: Path) -> None:
    """Nobody has accepted it."""
    found = waiting.waiting(drafted(tmp_path), policy(tmp_path))
    assert [(one.path, one.number) for one in found] == [
        ("applications.shop.units", 4),
        ('aspects.tls.names."shop.example".port', 7),
    ]
    assert [one.value for one in found] == [["shop.service", "worker.service"], 443]
    assert [one.line.asks for one in found] == ["", "Is this port meant to be served?"]


@pytest.mark.parametrize(
    "text",
    [
        POLICY.replace("# seen: 38 connections", "# mine now"),
        POLICY.replace("[shop.service, worker.service]", "\n    - 'shop.service'\n    - \"worker.service\""),
        POLICY.replace("{port: 443, strict: true}", "{strict: true, port: 443}"),
    ],
    ids=["comment", "quotes", "order of keys"],
)
def test_the_form_of_a_value_is_no_edit(tmp_path: Path, text: str) -> None:
    """It still says what was drafted."""
    assert text != POLICY
    assert len(left(tmp_path, text)) == 2


def test_the_order_of_keys_within_a_value_is_no_edit() -> None:
    """A whole mapping may be one line; the order of a list means something."""
    assert waiting.digest({"a": 1, "b": [1, 2]}) == waiting.digest({"b": [1, 2], "a": 1})
    assert waiting.digest([1, 2]) != waiting.digest([2, 1])
    assert waiting.digest(443) != waiting.digest("443")


@pytest.mark.parametrize(
    "text",
    [
        POLICY.replace("worker.service", "queue.service"),
        POLICY.replace("[shop.service, worker.service]", "TODO"),
        POLICY.replace("    units: [shop.service, worker.service]\n", ""),
        POLICY.replace("[shop.service", "[first.service, shop.service"),
    ],
    ids=["edited", "TODO", "removed", "item put before"],
)
def test_a_line_that_a_person_edited_is_theirs(tmp_path: Path, text: str) -> None:
    """The value no longer has its digest, or is gone; the other line still waits."""
    assert left(tmp_path, text) == [shown_key(PORT)]


def test_the_cheapest_question_comes_first(tmp_path: Path) -> None:
    """What was seen twice before what is asked; a single value before a list, wherever they stand."""
    document = policy(tmp_path, "a: [1, 2]\nb: {c: {d: 1, e: 2, f: 3}}\ng: 1\nh: 1\ni: [1]\n")
    asked = {"g": "Is it?"}
    lines = [waiting.drafted(document, (key,), "seen", asked.get(key, "")) for key in "gabhi"]
    assert [one.path for one in waiting.waiting(lines, document)] == ["h", "i", "a", "b", "g"]


def test_a_value_below_a_renamed_key_still_waits(tmp_path: Path) -> None:
    """Who gives an application another name has not accepted what it consists of."""
    assert left(tmp_path, POLICY.replace("  shop:", "  webshop:")) == [
        "applications.webshop.units",
        shown_key(PORT),
    ]


def test_the_same_value_of_another_drafted_thing_is_not_the_one_that_vanished(tmp_path: Path) -> None:
    """Each has a line of its own, which may have been accepted."""
    text = "applications:\n  a: {role: web, units: [a.service]}\n  b: {role: web, units: [b.service]}\n"
    document = policy(tmp_path, text)
    lines = [
        waiting.drafted(document, ("applications", "a", "role"), "seen"),
        waiting.drafted(document, ("applications", "b", "units"), "seen"),
    ]
    gone = policy(tmp_path, "applications:\n  b: {role: web, units: [b.service]}\n")
    assert [one.path for one in waiting.waiting(lines, gone)] == ["applications.b.units"]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """The header says what the file is; no other file is touched."""
    lines = drafted(tmp_path)
    waiting.write(tmp_path, lines)
    assert waiting.read(tmp_path) == lines
    assert (
        (tmp_path / "draft.yml").read_text().startswith("# The lines of policy.yml that siteparity drafted")
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["draft.yml", "policy.yml"]
    assert (tmp_path / "policy.yml").read_text() == POLICY


def test_without_lines_there_is_no_file(tmp_path: Path) -> None:
    """A draft that was accepted whole is gone."""
    assert waiting.read(tmp_path) == ()
    waiting.write(tmp_path, drafted(tmp_path))
    waiting.write(tmp_path, ())
    assert not (tmp_path / "draft.yml").exists()
    waiting.write(tmp_path, ())


ANY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(st.lists(ANY, min_size=1, max_size=4), ANY, ANY)
def test_hostile_keys_and_texts_are_read_again(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], seen: str, asks: str
) -> None:
    """Hosts name units and files as they like."""
    folder = tmp_path_factory.mktemp("draft")
    line = Line(path=shown_key(tuple(steps)), digest="0" * 64, seen=seen, asks=asks)
    waiting.write(folder, [line])
    (again,) = waiting.read(folder)
    assert again.at == tuple(steps)
    assert again.seen.isprintable()


@given(st.lists(st.one_of(st.text(max_size=8), st.integers(0, 999)), min_size=1, max_size=5))
def test_a_shown_key_is_read_as_the_same_steps(steps: list[str | int]) -> None:
    """Quotes, dots and brackets in keys included."""
    assert key_path(shown_key(tuple(steps))) == tuple(steps)


@pytest.mark.parametrize("text", ["", ".a", "a.", "a..b", "a]", '"a', "a[x]", "[0]a", '"a"', r'"\x"'])
def test_a_text_that_no_message_shows_is_no_place(text: str) -> None:
    """One place is written in one way."""
    with pytest.raises(ValueError, match="expected keys with dots between them"):
        key_path(text)


GOOD = f'version: 1\nlines:\n- {{path: a.b, digest: "{"0" * 64}", seen: there}}\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("version: 1", "version: 2"), "draft.yml:1: version: expected 1, found the number 2"),
        (GOOD.replace("a.b", "a..b"), "draft.yml:3: lines[0].path: expected keys with dots between them"),
        (GOOD.replace("a.b", '"a[0]"'), "draft.yml:3: lines[0].path: expected a path of keys, found a[0]"),
        (GOOD.replace("seen: there", "sene: there"), "draft.yml:3: lines[0].sene: expected one of"),
        (GOOD.replace("0000", "00"), "draft.yml:3: lines[0].digest: expected"),
        (
            GOOD + GOOD.split("\n")[2].replace("a.b", "a.b.c"),
            "draft.yml:4: lines[1].path: expected each value",
        ),
        ("", "draft.yml: expected keys and values, found an empty file"),
    ],
    ids=["version", "path", "index", "key", "digest", "within another", "empty"],
)
def test_a_broken_draft_is_an_error_and_never_empty(tmp_path: Path, text: str, words: str) -> None:
    """A draft that cannot be read might hold lines that wait."""
    (tmp_path / "draft.yml").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        waiting.read(tmp_path)
    assert words in str(caught.value).replace(f"{tmp_path}/", "")


def test_a_link_that_leads_nowhere_is_no_missing_draft(tmp_path: Path) -> None:
    """Somebody keeps the draft elsewhere."""
    (tmp_path / "draft.yml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError, match="expected a YAML file, found nothing"):
        waiting.read(tmp_path)

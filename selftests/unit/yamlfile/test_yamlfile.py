"""Strict YAML: what a file says, where it says it, and what is refused rather than guessed."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from siteparity.model import ConfigurationError
from siteparity.yamlfile import Problems, Refused, load, validate


def written(folder: Path, text: str | bytes) -> Path:
    """A file with that content."""
    path = folder / "some.yml"
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    return path


def value_of(folder: Path, text: str) -> Any:
    """The value of the key ``a``."""
    value = load(written(folder, f"a: {text}\n")).value
    assert isinstance(value, dict)
    return value["a"]


def refusal(folder: Path, text: str | bytes) -> str:
    """The words with which a file is refused, without the folder."""
    with pytest.raises(ConfigurationError) as caught:
        load(written(folder, text))
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("", None),
        ("~", None),
        ("0", 0),
        ("-12", -12),
        ("1.5", 1.5),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("22:22", "22:22"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("2026-12-31", "2026-12-31"),
        ("2026-12-31T00:00:00Z", "2026-12-31T00:00:00Z"),
        ("y", "y"),
        ('"no"', "no"),
        ("'5'", "5"),
        ("9" * 30, "9" * 30),
        ("[1, a]", [1, "a"]),
    ],
)
def test_a_scalar_means_what_it_looks_like(tmp_path: Path, text: str, value: object) -> None:
    """Only numbers as people write them are numbers; octal, base 60, exponents and dates stay text."""
    found = value_of(tmp_path, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("word", "meant"), [("yes", "true"), ("No", "false"), ("on", "true"), ("OFF", "false")]
)
def test_a_word_that_is_a_boolean_to_some_readers_is_refused(tmp_path: Path, word: str, meant: str) -> None:
    """Norway must not become false; the message gives both ways to write it."""
    assert refusal(tmp_path, f"a:\n  b: {word}\n") == (
        f'some.yml:2: a.b: expected true, false or quoted text, found {word}; write {meant} or "{word}"'
    )


@pytest.mark.parametrize("key", ["no", "true", "null", "~"])
def test_a_key_that_is_no_text_to_some_readers_is_refused(tmp_path: Path, key: str) -> None:
    """A language table may well have the key ``no``."""
    expected = f'some.yml:1: {key}: expected a word as key, found {key}; write it in quotes: "{key}"'
    assert refusal(tmp_path, f"{key}: 1\n") == expected


def test_a_duplicate_key_names_both_lines(tmp_path: Path) -> None:
    """The later value would silently win."""
    assert refusal(tmp_path, "a:\n  b: 1\n  c: 2\n  b: 3\n") == (
        "some.yml:4: a.b: expected each key once, found it on line 2 too; remove one of them"
    )


def test_a_quoted_and_an_unquoted_key_are_one_key(tmp_path: Path) -> None:
    """``80`` and ``"80"`` are the same key to us, since keys are text."""
    assert "expected each key once" in refusal(tmp_path, '80: a\n"80": b\n')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<<: {a: 1}\n", "found a merge key; write the merged keys out"),
        ("? [a]\n: 1\n", "found a list or a mapping; write a word"),
        ("!!str a: 1\n", "found one with a tag; remove the tag"),
        ('"a\\0": 1\n', "found the control character U+0000 in it; remove it"),
        (
            "a: !vault x\n",
            'found the tag "!vault"; write a plain value, or, in an inventory, rename hosts.yml',
        ),
        ("a: !!python/object:os.system x\n", 'found the tag "!!python/object:os.system"'),
        ("a: !!int 5\n", 'found the tag "!!int"'),
        ("a: !unsafe [b]\n", 'found the tag "!unsafe"'),
        ('a: "\\e[31m"\n', "found the control character U+001B; remove it"),
        ('a: "\\ud800"\n', "found the control character U+D800; remove it"),
        ("a: [b\n", "expected YAML, found a mistake"),
        ("a: 1\n---\nb: 2\n", "but found another document"),
        ('a: "\\UFFFFFFFF"\n', "a number or an escape that cannot be read"),
        ('a: "\\U00110000"\n', "a number or an escape that cannot be read"),
        ("a\u202eb: no\n", '"a\\u202eb": expected true, false or quoted text'),
        ("a: \x01\n", 'the character "\\u0001"'),
        ("a: *b\n", "found undefined alias"),
        ("a: b\u2028c: 1\n", "found the line break U+2028; remove it"),
        ("\ta: 1\n", "expected YAML, found a mistake"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_at_its_line(tmp_path: Path, text: str, words: str) -> None:
    """Tags, merge keys, several documents and mistakes name what was found and where."""
    found = refusal(tmp_path, text)
    assert words in found
    assert found.startswith("some.yml:") or "escape" in words


def test_every_refusal_of_a_file_is_said_at_once(tmp_path: Path) -> None:
    """Nobody should have to run it once for every mistake; the lines are in the order of the file."""
    found = refusal(tmp_path, "a: yes\nb: 1\nc: !x 1\nb: 2\n").split("\n")
    assert [line.split(":")[1] for line in found] == ["1", "3", "4"]


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "---\n", "~\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    """An empty file is a lost file more often than a wish for defaults."""
    assert refusal(tmp_path, text).startswith("some.yml: expected keys and values, found an empty file")


def test_bytes_that_are_not_utf_8_are_refused_at_their_line(tmp_path: Path) -> None:
    """Latin-1 would give names that nobody wrote."""
    found = refusal(tmp_path, b"a: 1\nb: M\xfcnchen\n")
    assert found == "some.yml:2: expected UTF-8, found the byte 0xfc; save the file as UTF-8"


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    """Some editors write one; the key must still be found."""
    assert load(written(tmp_path, b"\xef\xbb\xbfa: 1\n")).value == {"a": 1}


def test_a_missing_file_a_folder_and_a_pipe_are_refused(tmp_path: Path) -> None:
    """Each is said in its own words, and a pipe is not waited for."""
    os.mkfifo(tmp_path / "pipe")
    for name, words in (("none.yml", "found nothing"), (".", "a directory"), ("pipe", "no regular file")):
        with pytest.raises(ConfigurationError, match=words):
            load(tmp_path / name)


def test_a_file_that_cannot_be_opened_is_refused_with_the_reason(tmp_path: Path) -> None:
    """A link to itself fails for every user, root too."""
    (tmp_path / "loop.yml").symlink_to("loop.yml")
    with pytest.raises(
        ConfigurationError, match="Too many levels of symbolic links; check its owner and mode"
    ):
        load(tmp_path / "loop.yml")


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    """The limit is one MiB."""
    assert "expected at most 1048576 bytes" in refusal(tmp_path, b"#" * (1024 * 1024 + 1))


@pytest.mark.parametrize("text", ["[" * 500, "- " * 500, "{a: " * 500])
def test_deep_nesting_is_refused_and_not_followed(tmp_path: Path, text: str) -> None:
    """Recursion must end in words, not in a crash of the interpreter."""
    assert "nested deeper than 32 levels" in refusal(tmp_path, text)


def test_aliases_that_grow_without_measure_are_refused(tmp_path: Path) -> None:
    """Ten levels of ten aliases are ten thousand million values in half a kilobyte."""
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 11)]
    found = refusal(tmp_path, "\n".join(["l0: &l0 [x, x]", *levels]))
    assert "found aliases that make more; write the values out" in found


def test_an_alias_to_what_holds_it_is_refused(tmp_path: Path) -> None:
    """A circle has no end."""
    assert "found aliases that make more" in refusal(tmp_path, "a: &a [*a]\n")


def test_an_alias_gives_the_value_that_it_names(tmp_path: Path) -> None:
    """Aliases within bounds are plain YAML."""
    assert load(written(tmp_path, "a: &x [1]\nb: *x\n")).value == {"a": [1], "b": [1]}


def test_a_document_knows_the_line_of_every_key_and_item(tmp_path: Path) -> None:
    """A missing key is placed at the nearest key around it."""
    document = load(written(tmp_path, "a:\n  b:\n    - 1\n    - 2\n\n  c: x\n"))
    places = [("a",), ("a", "b"), ("a", "b", 1), ("a", "c"), ("a", "missing", "deeper")]
    assert [document.line(at) for at in places] == [1, 2, 4, 6, 1]
    assert document.where(("a", "c")).endswith("some.yml:6")


def test_a_caller_may_keep_what_is_refused_and_judge_it_where_it_is_used(tmp_path: Path) -> None:
    """An operator's own variables may be ambiguous; duplicates are still refused."""
    value: Any = load(written(tmp_path, "a: yes\nb: !vault x\nc: 1\n"), keep_refused=True).value
    assert isinstance(value["a"], Refused)
    assert isinstance(value["b"], Refused)
    assert value["c"] == 1
    with pytest.raises(ConfigurationError, match="each key once"):
        load(written(tmp_path, "a: 1\na: 2\n"), keep_refused=True)


class Colour(StrEnum):
    """Two values."""

    RED = "red"
    BLUE = "blue"


class Wall(BaseModel):
    """A strict model with one key of each kind."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    colour: Colour
    height: int = 1
    names: tuple[str, ...] = ()
    solid: bool = True


class House(BaseModel):
    """Walls by their name."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    walls: dict[str, Wall]


def complaints(folder: Path, text: str) -> list[str]:
    """What validation says about a file, line by line."""
    with pytest.raises(ConfigurationError) as caught:
        validate(load(written(folder, text)), House)
    return str(caught.value).replace(f"{folder}/", "").split("\n")


def test_a_valid_document_becomes_a_typed_model(tmp_path: Path) -> None:
    """Lists become tuples and words enums, although the model is strict."""
    document = load(written(tmp_path, "walls:\n  north: {colour: red, names: [a, b]}\n"))
    assert validate(document, House).walls["north"] == Wall(colour=Colour.RED, names=("a", "b"))


@pytest.mark.parametrize(
    ("wall", "words"),
    [
        ("colour: green", "expected 'red' or 'blue', found \"green\"; change it"),
        ("height: 1", 'expected the key "colour", found none; add it'),
        ("color: red", 'found "color" (did you mean "colour"?); rename or remove it'),
        ("height: tall", 'expected a whole number, found "tall"; write a whole number'),
        ('height: "5"', 'expected a whole number, found "5"; write it without quotes'),
        ("height: 1.5", "expected a whole number, found the number 1.5; write a whole number"),
        ("height: true", "expected a whole number, found true; write a whole number"),
        ("names: a", 'expected a list, found "a"; write [a]'),
        ("names: [5]", 'names[0]: expected text, found the number 5; write it in quotes: "5"'),
        ("solid: 1", "expected true or false, found the number 1; write true or false"),
        ('solid: "true"', 'expected true or false, found "true"; write it without quotes'),
    ],
)
def test_an_error_says_what_was_expected_found_and_what_to_do(tmp_path: Path, wall: str, words: str) -> None:
    """File, line and key stand in front of the words of our own, whatever pydantic calls it."""
    found = complaints(tmp_path, f"walls:\n  north:\n    {wall}\n")
    assert any(words in line for line in found)
    assert all(line.startswith(("some.yml:3: walls.north.", "some.yml:2: walls.north: ")) for line in found)


def test_every_error_of_a_document_is_said_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    """Three walls with one mistake each give three lines."""
    text = "walls:\n  a: {colour: red, height: x}\n  b:\n  c: {colour: red, names: x}\n"
    found = complaints(tmp_path, text)
    assert [line.split(": ")[:2] for line in found] == [
        ["some.yml:2", "walls.a.height"],
        ["some.yml:3", "walls.b"],
        ["some.yml:4", "walls.c.names"],
    ]
    assert "expected keys and values, found nothing; write keys and values" in found[1]


def test_problems_are_said_once_in_order_and_not_at_all_when_there_are_none(tmp_path: Path) -> None:
    """A setting of a group is read for each host, but wrong only once."""
    problems = Problems()
    problems.check()
    for line in (12, 2, 12):
        problems.add("wrong", tmp_path / "x.yml", line)
    with pytest.raises(ConfigurationError) as caught:
        problems.check()
    assert str(caught.value) == f"{tmp_path}/x.yml:2: wrong\n{tmp_path}/x.yml:12: wrong"


@given(
    st.one_of(
        st.text(alphabet="ab:-[]{}&*!<>|?'\"\\xuU0159.,# \t\n%@`~\x00\x85\ud800", max_size=60), st.binary()
    )
)
def test_no_content_of_a_file_raises_anything_but_a_configuration_error(
    tmp_path_factory: pytest.TempPathFactory, content: str | bytes
) -> None:
    """Whatever stands in a file, it is read, or refused in printable words, one problem a line."""
    path = written(tmp_path_factory.getbasetemp(), content)
    try:
        document = load(path)
        validate(document, House)
    except ConfigurationError as error:
        for line in str(error).split("\n"):
            assert line.startswith(str(path))
            assert line.isprintable()


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(alphabet=st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcde", min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abcde", min_size=1), plain, min_size=1, max_size=4))
def test_what_another_writer_wrote_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    """PyYAML's own writer quotes whatever could be misread; all but strange characters comes back."""
    path = written(tmp_path_factory.getbasetemp(), yaml.safe_dump(value, allow_unicode=True))
    try:
        assert load(path).value == value
    except ConfigurationError as error:
        assert "control character" in str(error) or "line break" in str(error)  # noqa: PT017  # the reasons


def test_problems_of_several_stages_are_collected_in_the_order_of_files_and_lines() -> None:
    """A stage that fails does not keep the next one from being looked at; line 9 comes before line 10."""
    problems = Problems()
    for text in ("b.yml:10: ten\nb.yml:9: nine", "a.yml: all of it", "no place: at all", "b.yml:9: nine"):
        with problems.collecting():
            raise ConfigurationError(text)
    assert str(problems.error()).split("\n") == [
        "a.yml: all of it",
        "no place: at all",
        "b.yml:9: nine",
        "b.yml:10: ten",
    ]

"""An answer that was cut is never taken for a whole one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity.model import UnmeasuredError
from siteparity.tools.frame import framed, parts

LINES = st.lists(st.text(st.characters(exclude_characters="\n"), max_size=8), max_size=8)


def written(lines: list[str]) -> str:
    """What a program prints."""
    return "".join(f"{line}\n" for line in [*lines, "end"])


@given(LINES)
def test_whatever_a_program_prints_before_the_end_mark_is_read(lines: list[str]) -> None:
    """Empty lines and lines that read "end" included."""
    assert framed(written(lines)) == lines


@given(LINES, st.data())
def test_an_answer_that_was_cut_anywhere_is_refused(lines: list[str], data: st.DataObject) -> None:
    """Unless what is left is a whole answer itself, which no reader could tell."""
    text = written(lines)
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    try:
        found = framed(cut)
    except UnmeasuredError:
        return
    assert cut == written(found)
    assert "end" in lines


@pytest.mark.parametrize("text", ["", "end", "a\nend", "a\nend\nb", "a\nend\n\n", "blend\n", "a\nend \n"])
def test_what_does_not_end_with_the_end_mark_alone_is_refused(text: str) -> None:
    """The mark is a whole line, and the last one."""
    with pytest.raises(UnmeasuredError, match="lacks its end"):
        framed(text)


@given(st.lists(st.sampled_from(["a", "", "[x]", "[y]", "[z]"]), max_size=8))
def test_parts_lose_no_line_and_invent_none(lines: list[str]) -> None:
    """Put together again they are the answer."""
    try:
        found = parts(lines, ["x", "y"])
    except UnmeasuredError:
        assert lines[:1] != ["[x]"] or "[y]" not in lines[1:]
        return
    assert ["[x]", *found["x"], "[y]", *found["y"]] == lines


def test_a_missing_part_and_a_line_before_the_first_one_are_named() -> None:
    """The reason reaches the person who mends it."""
    with pytest.raises(UnmeasuredError, match="no part y"):
        parts(["[x]", "1"], ["x", "y"])
    with pytest.raises(UnmeasuredError, match="does not begin with its part x"):
        parts(["1", "[x]", "[y]"], ["x", "y"])

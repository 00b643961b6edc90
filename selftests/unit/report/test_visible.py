"""Text from hosts can be looked at without harm, and different values never look the same."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity.model import Value
from siteparity.report.visible import ABSENT, labels, shortened, visible, whole
from siteparity.report.words import count, span, title

any_text = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=60)
values = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(["", "1", "yes", "absent", " a", "a"])
)


@given(text=any_text)
def test_nothing_unseen_is_left(text: str) -> None:
    """No control, format, surrogate or unusual space character passes."""
    shown = visible(text)
    assert shown.isprintable()
    assert not {unicodedata.category(one) for one in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    shown.encode()


@given(text=any_text)
def test_line_feeds_and_tabs_are_kept_only_where_asked_for(text: str) -> None:
    """Text of several lines keeps its lines, and nothing else."""
    assert visible(text, lines=True).replace("\n", "").replace("\t", "").isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ASCII text", "plain ASCII text"),
        ("Größe 漢字 ñ", "Größe 漢字 ñ"),
        ("\u202egnp.exe", "[U+202E]gnp.exe"),
        ("a\x00b\x1b[31m", "a[U+0000]b[U+001B][31m"),
        ("zero\u200bwidth", "zero[U+200B]width"),
        ("non\u00a0breaking", "non[U+00A0]breaking"),
        ("\ud800", "[U+D800]"),
        ("blank\u3164", "blank[U+3164]"),
        ("e\u0302\u0323\u0324\u0325", "e\u0302\u0323[U+0324][U+0325]"),
        ("line\nfeed", "line[U+000A]feed"),
    ],
)
def test_what_cannot_be_seen_is_shown_by_its_number(text: str, shown: str) -> None:
    """Letters of all languages stay; invisible characters become their number."""
    assert visible(text) == shown


@given(text=any_text, width=st.integers(min_value=3, max_value=40))
def test_a_shortened_text_fits_and_keeps_its_ends(text: str, width: int) -> None:
    """It is cut in its middle."""
    short = shortened(text, width)
    assert len(short) <= width
    if len(text) <= width:
        assert short == text
    else:
        assert text.startswith(short.partition("…")[0])
        assert "…" in short


@given(many=st.lists(values, max_size=6))
def test_different_values_have_different_labels(many: list[Value | None]) -> None:
    """1 is not "1", yes is not "yes", and absent is not "absent"."""
    distinct = {(type(value).__name__, value) for value in many}
    assert len(set(labels(many, 40))) == len(distinct)


def test_values_that_differ_in_their_middle_are_cut_around_the_difference() -> None:
    """Cutting the middle out would make them look alike."""
    start, end = "host=10.0.0.1 " * 20, " sslmode=require" * 20
    one, other = labels([f"{start}port=5432{end}", f"{start}port=5433{end}"], 40)
    assert one != other
    assert "5432" in one
    assert "5433" in other
    assert len(one) <= 40


def test_a_value_and_its_longer_self_look_different() -> None:
    """One is the start of the other."""
    one, other = labels(["x" * 200, "x" * 201], 40)
    assert one != other


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ABSENT),
        (True, "yes"),
        (False, "no"),
        (0.1 + 0.2, "0.3"),
        (3, "3"),
        ("", '""'),
        ("a ", '"a "'),
        ("a", "a"),
    ],
)
def test_a_value_is_told_in_one_line(value: Value | None, text: str) -> None:
    """Spaces at an end, and nothing at all, are made visible by quotes."""
    assert whole(value) == text


def test_words() -> None:
    """Names and numbers as people write them."""
    names = ("site_role", "dns", "arizona", "tls", "waf", "status_page", "of_another_version")
    titles = [
        "Who serves",
        "DNS",
        "Arizona",
        "Certificates (TLS)",
        "Attack filter (WAF)",
        "Status page",
        "Of another version",
    ]
    assert [title(name) for name in names] == titles
    assert [count(1, "check"), count(10_000, "finding")] == ["1 check", "10,000 findings"]
    lengths = [-5, 45, 750, 22320, 3600, 47 * 3600 + 59, 72 * 3600]
    assert [span(timedelta(seconds=one)) for one in lengths] == [
        "0 s", "45 s", "12 min", "6 h 12 min", "1 h", "47 h", "3 days",
    ]  # fmt: skip

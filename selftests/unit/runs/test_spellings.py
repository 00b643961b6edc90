"""A value is found in whatever way a report holds it, and nothing else is."""

from __future__ import annotations

import base64
import html
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from siteparity.report.visible import shortened, visible
from siteparity.runs.spellings import Replaced

VALUES = (
    "hunter2",
    "p\"a<s>s&w'o%r/d+\\x",
    "пароль-öß",
    "two\nlines of a secret",
    "tab\there",
    "a" * 30 + "b" * 30,
)
LONG = "correct-horse-battery-staple-0123456789-and-some-more-of-it"
STAND_IN = "***#12345678"


def _xml_text(value: str) -> str:
    element = ET.Element("a")
    element.text = value
    return ET.tostring(element, encoding="unicode")


def _xml_attribute(value: str) -> str:
    return ET.tostring(ET.Element("a", {"b": value}), encoding="unicode")


WAYS: dict[str, Callable[[str], str]] = {
    "plain": lambda value: value,
    "json": json.dumps,
    "json with letters": lambda value: json.dumps(value, ensure_ascii=False),
    "html": html.escape,
    "markup": lambda value: str(escape(value)),
    "xml text": _xml_text,
    "xml attribute": _xml_attribute,
    "visible": visible,
    "percent": lambda value: quote(value, safe=""),
    "percent in small letters": lambda value: re.sub("%..", lambda code: code[0].lower(), quote(value)),
    "a form": quote_plus,
    "python": repr,
    "hexadecimal": lambda value: value.encode().hex(),
    "HEXADECIMAL": lambda value: value.encode().hex().upper(),
    "json in json": lambda value: json.dumps(json.dumps(value)),
    "json in html": lambda value: html.escape(json.dumps(value)),
    "a page of pytest-html": lambda value: html.escape(json.dumps(f"<p>{html.escape(value)}</p>")),
    "visible in html": lambda value: str(escape(visible(value))),
    "percent in json": lambda value: json.dumps(quote(value)),
}


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("way", WAYS)
def test_a_value_is_found_however_it_is_written(way: str, value: str) -> None:
    """And what stands around it stays."""
    written = WAYS[way](value)
    text, places = Replaced(value, STAND_IN).counted(f"before {written} and {written} after")
    assert places == 2
    assert text.startswith("before ")
    assert text.endswith(" after")
    assert text.count(STAND_IN) == 2
    assert len(text) < len("before  and  after") + 2 * (
        len(STAND_IN) + len("&quot;&lt;p&gt;&lt;/p&gt;&quot;<b></b>\"'")
    )


@pytest.mark.parametrize("before", ["", "x", "user:"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_value_is_found_in_base64_at_each_offset(before: str, encode: object) -> None:
    """As in a header of basic authentication."""
    written = encode(f"{before}{LONG}after".encode()).decode()  # type: ignore[operator]  # one of two
    text = Replaced(LONG, STAND_IN)(written)
    assert STAND_IN in text
    assert len(text) < len(before) + 40


@pytest.mark.parametrize("width", [30, 40, 50])
def test_what_is_left_of_a_value_that_was_cut_is_found(width: int) -> None:
    """Both of its ends, beside the mark; long parts also without one."""
    cut = shortened(LONG, width)
    assert Replaced(LONG, STAND_IN).counted(f"a {cut} b") == (f"a {STAND_IN}…{STAND_IN} b", 2)
    escaped = json.dumps(f"a {cut} b")
    assert Replaced(LONG, STAND_IN)(escaped) == json.dumps(f"a {STAND_IN}…{STAND_IN} b")
    assert Replaced(LONG, STAND_IN)(f"was {LONG[:45]}, is") == f"was {STAND_IN}, is"


@pytest.mark.parametrize(
    "text", ["correct-horse", "correct-horse-battery-staples", "and-some-more-of-it", "***"]
)
def test_a_text_that_only_begins_or_ends_alike_is_another_one(text: str) -> None:
    """Nothing else is lost."""
    assert Replaced(LONG, STAND_IN).counted(text) == (text, 0)


@given(
    st.text(min_size=6, max_size=40).map(str.strip).filter(lambda one: len(one) >= 6), st.text(), st.text()
)
def test_no_value_survives_and_all_else_does(value: str, before: str, after: str) -> None:
    """Whatever it is, and whatever stands around it."""
    replaced = Replaced(value, STAND_IN)
    text = replaced(f"{before}\0{value}\0{after}")
    assert value not in text
    assert replaced(f"{before}\0") in text or value in f"{before}\0{value}"

"""What a page says and marks, and how its language writes."""

from __future__ import annotations

import pytest
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from siteparity.model import UnmeasuredError
from siteparity.pytest_plugin.formats import RIGHT, judge
from siteparity.pytest_plugin.markup import Mark, Markup

PAGE = """<!doctype html>
<html lang="de"><head><meta charset="utf-8"><title>Laden</title><style>p { color: red }</style></head>
<body><p>Willkommen in&#32;unserem
Laden<br>immer</p>
<table><tr data-order="7"><td><span data-price="1.50" data-currency="EUR">1,50&nbsp;€</span></table>
<time data-date="2026-01-31">31. Januar <b>2026</b></time><p data-order="x">zu</p></body></html>
"""


def price(amount: str, text: str, currency: str = "EUR") -> Mark:
    """A price as a page marks it."""
    return Mark({"data-price": amount, "data-currency": currency}, text)


def count(number: str, text: str, message: str = "%(count)s piece") -> Mark:
    """A text with a number as a page marks it."""
    return Mark({"data-plural": number, "data-message": message}, text)


def test_a_page_gives_its_language_its_text_and_its_marks() -> None:
    """Only what customers read is text; an element that is never closed ends with the one around it."""
    page = Markup.of(PAGE)
    assert page.language == "de"
    assert page.text == "Willkommen in unserem Ladenimmer 1,50 € 31. Januar 2026zu"
    assert page.marks == (
        Mark({"data-order": "7"}, "1,50\xa0€"),
        Mark({"data-price": "1.50", "data-currency": "EUR"}, "1,50\xa0€"),
        Mark({"data-date": "2026-01-31"}, "31. Januar 2026"),
        Mark({"data-order": "x"}, "zu"),
    )


def test_what_is_no_page_has_no_language_and_no_marks() -> None:
    """An answer of another kind is found out by what it lacks."""
    assert Markup.of('{"lang": "de"}') == Markup("", '{"lang": "de"}', ())


@given(st.text() | st.text(alphabet='<>!-["/=abc &;?lang').map(lambda text: f"<html>{text}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    """A server may send anything: no page ends the check in another way."""
    try:
        Markup.of(text)
    except UnmeasuredError as error:
        assert "cannot be read" in str(error)  # noqa: PT017  # either of two outcomes is right


def test_a_declaration_that_nobody_knows_is_refused() -> None:
    """The parser's own refusal must not look like a broken promise of the shop."""
    with pytest.raises(UnmeasuredError, match="cannot be read as HTML"):
        Markup.of("<![unknown[")


@pytest.mark.parametrize(
    ("language", "marks"),
    [
        ("de", [price("1234.50", "1.234,50\xa0€"), price("2", "2,00\xa0€")]),
        ("ja", [price("1980", "￥1,980", "JPY")]),
        ("pt-BR", [price("2.5", "R$\xa02,50", "BRL")]),
    ],
)
def test_prices_as_the_language_writes_them_are_right(language: str, marks: list[Mark]) -> None:
    """Separators, places and the sign of the currency, to the last blank."""
    assert judge("price", marks, language, "long") == RIGHT


def test_what_is_written_in_another_way_is_shown_beside_what_it_should_be() -> None:
    """The first one, and how many more: a page of prices makes one finding."""
    marks = [price("1", "1,00\xa0€"), price("1.5", "€1.50"), price("2", "€2.00")]
    assert judge("price", marks, "de", "long") == "'€1.50' where it writes '1,50\\xa0€', and 1 more"
    dates = [Mark({"data-date": "2026-01-31"}, "31/01/26")]
    assert judge("date", dates, "fr", "long") == "'31/01/26' where it writes '31 janvier 2026'"
    assert judge("date", dates, "fr", "medium") == "'31/01/26' where it writes '31 janv. 2026'"


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from(["en", "de", "fr", "es", "ja", "hi", "ar"]))
def test_every_number_is_right_as_babel_writes_it_and_wrong_with_a_blank_more(
    number: object, language: str
) -> None:
    """The oracle is Babel itself, asked for the same value."""
    plain = f"{number:f}"
    marked = Mark({"data-number": plain}, format_decimal(plain, locale=language))
    assert judge("number", [marked], language, "long") == RIGHT
    sum_of_money = price(plain, format_currency(plain, "USD", locale=language), "USD")
    assert judge("price", [sum_of_money], language, "long") == RIGHT
    assert judge("number", [Mark(marked.attributes, marked.text + " ")], language, "long") != RIGHT


def test_numbers_of_one_plural_form_have_the_same_words() -> None:
    """French counts none as one; English does not; Japanese has one form for all."""
    french = [
        count("0", "0 pièce"),
        count("1", "1 pièce"),
        count("1000", "1\u202f000 pièces"),
        count("2", "2 pièces"),
    ]
    assert judge("plural", french, "fr", "long") == RIGHT
    as_in_english = [count("0", "0 pièces"), *french[1:]]
    assert judge("plural", as_in_english, "fr", "long") == "'0 pièces' where it writes '0 pièce'"
    assert judge("plural", [count("0", "0 pieces"), count("1", "1 piece")], "en", "long") == RIGHT
    assert judge("plural", [count("1", "在庫 1 個"), count("5", "在庫 5 個")], "ja", "long") == RIGHT
    assert judge("plural", [count("1", "1 piece"), count("5", "5 pieces")], "ja", "long") != RIGHT


def test_the_number_in_a_plural_is_written_as_the_language_does() -> None:
    """A thousand with a comma is a thousandth in German."""
    assert (
        judge("plural", [count("1000", "1,000 Stück")], "de", "long")
        == "'1,000 Stück' where it writes '1.000'"
    )


def test_texts_of_different_messages_are_not_held_against_each_other() -> None:
    """Items and pieces have words of their own."""
    marks = [count("2", "2 pieces"), count("3", "3 items", "%(count)s item")]
    assert judge("plural", marks, "en", "long") == RIGHT


@pytest.mark.parametrize(
    ("kind", "attributes", "words"),
    [
        ("price", {}, "marks no price"),
        ("price", {"data-price": "1e9", "data-currency": "EUR"}, "which is no number"),
        ("price", {"data-price": "NaN", "data-currency": "EUR"}, "which is no number"),
        ("price", {"data-price": "1", "data-currency": "eur"}, "which is no currency"),
        ("price", {"data-price": "1"}, "which is no currency"),
        ("number", {"data-number": "9" * 40}, "which is no number"),
        ("date", {"data-date": "31.1.2026"}, "which is no date"),
        ("plural", {"data-plural": "many"}, "which is no number"),
    ],
)
def test_a_page_that_does_not_say_what_it_means_leaves_nothing_to_judge(
    kind: str, attributes: dict[str, str], words: str
) -> None:
    """No value to compare is never right."""
    with pytest.raises(UnmeasuredError, match=words):
        judge(kind, [Mark(attributes, "1")], "en", "long")


def test_a_language_that_babel_does_not_know_is_not_judged() -> None:
    """Nobody knows how it writes."""
    with pytest.raises(UnmeasuredError, match="xx: Babel does not know"):
        judge("number", [Mark({"data-number": "1"}, "1")], "xx", "long")

"""Whether a page writes numbers, prices, dates and plurals as its language does. Pure.

A page marks each value with its plain form, beside the text that customers read:

- ``data-number="1234.5"``; ``data-price="24.90" data-currency="EUR"``; ``data-date="2026-01-31"``
- ``data-plural="3" data-message="..."``: a text with a number in it, and the name of its message

Babel knows how each should read. The words of a plural form are known to the application's catalogue alone,
but the language's rule (CLDR, "Language Plural Rules") tells which numbers must share the same words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Literal, TypeAlias

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from siteparity.model import UnmeasuredError
from siteparity.pytest_plugin.markup import Mark

RIGHT = "as its language does"
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?")

DateStyle: TypeAlias = Literal["full", "long", "medium", "short"]
Written: TypeAlias = tuple[str, str]
"""The text on the page, and the expected text."""


def judge(kind: str, marks: Sequence[Mark], language: str, date_style: DateStyle) -> str:
    """How the page writes all values of a kind: `RIGHT`, or the first wrong one and the number of others.

    Args:
        kind: ``number``, ``price``, ``date`` or ``plural``.
        marks: all marks of the page.
        language: a language tag, such as ``pt-BR``.
        date_style: CLDR's name for the length of dates, such as ``long``.

    Raises:
        UnmeasuredError: the page marks no value of the kind, or an invalid one; Babel lacks the language.
    """
    of_kind = [mark for mark in marks if f"data-{kind}" in mark.attributes]
    if not of_kind:
        raise UnmeasuredError(f"the page marks no {kind} (data-{kind}=...), so there is nothing to judge")
    locale = _locale(language)
    if kind == "plural":
        written = list(_plurals(of_kind, locale))
    else:
        write = _WRITERS[kind]
        written = [(mark.text, write(mark.attributes, locale, date_style)) for mark in of_kind]
    wrong = [pair for pair in written if pair[0] != pair[1]]
    if not wrong:
        return RIGHT
    found, expected = wrong[0]
    more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    return f"{found[:80]!r} where it writes {expected[:80]!r}{more}"


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        raise UnmeasuredError(f"{language}: Babel does not know how this language writes") from None


def _number(attributes: Mapping[str, str], name: str) -> Decimal:
    value = attributes.get(name, "")
    if not _NUMBER.fullmatch(value):
        raise UnmeasuredError(f'the page marks {name}="{value[:40]}", which is no number')
    return Decimal(value)


def _written_number(attributes: Mapping[str, str], locale: Locale, _: DateStyle) -> str:
    return format_decimal(_number(attributes, "data-number"), locale=locale)


def _written_price(attributes: Mapping[str, str], locale: Locale, _: DateStyle) -> str:
    currency = attributes.get("data-currency", "")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise UnmeasuredError(f'the page marks data-currency="{currency[:40]}", which is no currency')
    return format_currency(_number(attributes, "data-price"), currency, locale=locale)


def _written_date(attributes: Mapping[str, str], locale: Locale, style: DateStyle) -> str:
    value = attributes["data-date"]
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise UnmeasuredError(f'the page marks data-date="{value[:40]}", which is no date') from None
    return format_date(day, format=style, locale=locale)


_WRITERS: Mapping[str, Callable[[Mapping[str, str], Locale, DateStyle], str]] = {
    "number": _written_number,
    "price": _written_price,
    "date": _written_date,
}


def _plurals(marks: Sequence[Mark], locale: Locale) -> Iterator[Written]:
    """Each text, and what it should be by the words of the least positive number of its plural form."""

    def form(mark: Mark) -> tuple[str, str]:
        number = _number(mark.attributes, "data-plural")
        return mark.attributes.get("data-message", ""), locale.plural_form(number)

    in_groups = sorted(((form(mark), mark) for mark in marks), key=itemgetter(0))
    for _, group in groupby(in_groups, key=itemgetter(0)):
        counted = [(_number(mark.attributes, "data-plural"), mark.text) for _, mark in group]
        number, text = min(counted, key=lambda one: (one[0] <= 0, abs(one[0])))
        before, found, after = text.partition(format_decimal(number, locale=locale))
        for each, written in counted:
            number_written = format_decimal(each, locale=locale)
            yield written, f"{before}{number_written}{after}" if found else number_written

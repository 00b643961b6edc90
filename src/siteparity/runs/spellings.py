"""Finds a known text in every way in which the files of runs may hold it. Pure.

A value stands in a report as it is, escaped for JSON, HTML or XML, one inside the other, percent-encoded, in
base64, or as hexadecimal digits. A long one may have been cut; then its beginning or its end stands there.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from markupsafe import escape

from siteparity.redaction import spellings
from siteparity.report.visible import visible

SHORTEST = 6
"""Characters. A shorter text would be found inside innocent words."""
_PART = 12
"""Characters of a value that was cut, beside the mark that shows where."""
_ALONE = 40
"""Characters of a value that was cut without a mark."""
_CUT = ("…", "...", "\\u2026", "&#8230;", "&hellip;")
_NESTED = 3
"""One escape inside another: JSON in an attribute of HTML, which holds HTML."""


@dataclass(frozen=True)
class Replaced:
    """Puts another text in place of a value, and counts how often."""

    value: str
    instead: str
    forms: tuple[str, ...] = field(init=False)
    cut: tuple[str, ...] = field(init=False)
    """The forms of which a part may stand alone."""
    core: str = field(init=False)
    """The longest word in the value, which no escape changes: without it, few forms can be in a text."""
    without_core: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "forms", forms(self.value))
        once = {self.value, *(escaped(self.value) for escaped in _ESCAPES)}
        core = max(re.findall("[0-9A-Za-z]+", self.value), key=len, default="")
        object.__setattr__(self, "core", core)
        object.__setattr__(self, "without_core", tuple(one for one in self.forms if core not in one))
        object.__setattr__(self, "cut", tuple(sorted(one for one in once if len(one) > _PART)))

    def __call__(self, text: str) -> str:
        """The text without the value."""
        return self.counted(text)[0]

    def is_in(self, text: str) -> bool:
        """Whether anything of the value may be in a text. Fast."""
        ends = (part for form in self.cut for part in (form[:_PART], form[-_PART:]))
        return any(form in text for form in (self.core or self.value, *self.without_core, *ends))

    def counted(self, text: str) -> tuple[str, int]:
        """The text without the value, and in how many places it was."""
        places = 0
        for form in self.forms if self.core in text else self.without_core:
            if number := text.count(form):
                text, places = text.replace(form, self.instead), places + number
        for form in self.cut:
            for parts in (_beginnings, _ends):
                for start, end in reversed(tuple(parts(text, form))):
                    text, places = text[:start] + self.instead + text[end:], places + 1
        return text, places


def forms(value: str) -> tuple[str, ...]:
    """Each way in which a value could be written, the longest first."""
    found = {value, *spellings(value)}
    found |= {visible(one, lines=lines) for one in found for lines in (False, True)}
    found |= {re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), one) for one in found}
    found.add(value.encode(errors="surrogatepass").hex().upper())
    for _ in range(_NESTED):
        found |= {escaped(one) for one in found for escaped in _ESCAPES}
    # The first and last line of a key are the same in each.
    long = {one for one in found if len(one) >= SHORTEST and not one.startswith("-----")}
    return tuple(sorted(long | {value}, key=lambda one: (-len(one), one)))


def _of_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _of_json_with_letters(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _of_html(text: str) -> str:
    return str(escape(text))


def _of_xml(text: str) -> str:
    escaped_quotes = html.escape(text, quote=False).replace('"', "&quot;")
    return escaped_quotes.translate({number: f"&#{number:02};" for number in b"\t\n\r"})


_ESCAPES: tuple[Callable[[str], str], ...] = (
    _of_json,
    _of_json_with_letters,
    html.escape,
    lambda text: html.escape(text, quote=False),
    _of_html,
    _of_xml,
)


def _beginnings(text: str, value: str) -> Iterator[tuple[int, int]]:
    """Where the beginning of a value that was cut stands in a text: start and end of each."""
    at = 0
    while (at := text.find(value[:_PART], at)) >= 0:
        end = at + _alike(text[at : at + len(value)], value)
        if text.startswith(_CUT, end) or end - at >= _ALONE:
            yield at, end
        at = end


def _ends(text: str, value: str) -> Iterator[tuple[int, int]]:
    """Where the end of a value that was cut stands in a text: start and end of each."""
    at = 0
    while (at := text.find(value[-_PART:], at)) >= 0:
        end = at + _PART
        before = text[max(0, end - len(value)) : end]
        start = end - _alike(before[::-1], value[::-1])
        if text.endswith(_CUT, 0, start) or end - start >= _ALONE:
            yield start, end
        at = end


def _alike(one: str, other: str) -> int:
    """How many characters are the same at the beginning of two texts."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (mine, yours) in pairs if mine != yours), min(len(one), len(other)))

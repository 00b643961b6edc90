"""The content of a page: its language, its text, and the values that it marks. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

from siteparity.model import UnmeasuredError

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
"""Elements without an end tag (HTML standard, 13.1.2)."""
_UNSEEN = frozenset({"script", "style", "template", "title"})


@dataclass(frozen=True, slots=True)
class Mark:
    """An element with ``data-`` attributes, which hold the plain form of the text that customers read."""

    attributes: Mapping[str, str]
    """The ``data-`` attributes only."""
    text: str


@dataclass(frozen=True, slots=True)
class Markup:
    """A page that was read."""

    language: str
    """The ``lang`` attribute of ``html``; empty if there is none."""
    text: str
    """The text that customers read, with runs of blanks as one space."""
    marks: tuple[Mark, ...]

    @classmethod
    def of(cls, page: str) -> Self:
        """Read a page. Text that is not HTML has neither a language nor marks.

        Raises:
            UnmeasuredError: the page holds an unknown declaration.
        """
        reader = _Reader()
        try:
            reader.feed(page)
            reader.close()
        except AssertionError as error:  # html.parser raises it for an unknown declaration
            raise UnmeasuredError(f"the page cannot be read as HTML: {error}") from None
        marks = tuple(Mark(attributes, "".join(text).strip()) for attributes, text in reader.marks)
        return cls(reader.language, " ".join("".join(reader.text).split()), marks)


@dataclass
class _Open:
    """An element whose end tag has not come yet."""

    tag: str
    words: list[str] | None
    """Collects its text; None if it is no mark."""


@dataclass(eq=False)
class _Reader(HTMLParser):
    language: str = ""
    text: list[str] = field(default_factory=list)
    marks: list[tuple[Mapping[str, str], list[str]]] = field(default_factory=list)
    _stack: list[_Open] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self, convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.language = dict(attrs).get("lang") or self.language
        words = self._mark(attrs)
        if tag not in _VOID:
            self._stack.append(_Open(tag, words))

    def handle_endtag(self, tag: str) -> None:
        """End the element, and all open elements inside it."""
        for place in reversed(range(len(self._stack))):
            if self._stack[place].tag == tag:
                del self._stack[place:]
                return

    def handle_data(self, data: str) -> None:
        if any(one.tag in _UNSEEN for one in self._stack):
            return
        self.text.append(data)
        for one in self._stack:
            if one.words is not None:
                one.words.append(data)

    def _mark(self, attrs: Sequence[tuple[str, str | None]]) -> list[str] | None:
        plain = {name: value or "" for name, value in attrs if name.startswith("data-")}
        if not plain:
            return None
        words: list[str] = []
        self.marks.append((plain, words))
        return words

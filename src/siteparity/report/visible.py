"""Text from hosts, made safe to show: invisible characters become visible, long texts are shortened.

Hosts write item names and values. A right-to-left mark can turn a line around, a control character can drive
a terminal, a zero-width space can make two different values look the same.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from siteparity.model import Value
from siteparity.yamlfile import BLANK

ABSENT = "absent"
"""Shown for a host that lacks the item."""

UNMEASURED = "unmeasured"
"""Shown for a host that was not measured."""

MARKS_IN_A_ROW = 2
"""How many combining marks a letter may have (Vietnamese needs two). More would cover other lines."""

_LINE_CHARACTERS = "\n\t"
_ELLIPSIS = "…"
_LEAD = 8
"""How many characters to show before the first difference, if a value is cut there."""


def visible(text: str, *, lines: bool = False) -> str:
    """The text with every invisible character replaced by its number, such as ``[U+202E]``.

    Args:
        text: any text, lone surrogates included.
        lines: keep line feeds and tabs, for a text that is shown on several lines.
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if lines and character in _LINE_CHARACTERS:
            shown.append(character)
        elif not character.isprintable() or BLANK.match(character) or marks > MARKS_IN_A_ROW:
            shown.append(f"[U+{ord(character):04X}]")
        else:
            shown.append(character)
    return "".join(shown)


def whole_parts(text: str, width: int) -> str:
    """The parts of a text, between semicolons, that fit: a command in it is whole or not there."""
    if len(text) <= width:
        return text
    kept, *others = text.split("; ")
    for part in others:
        if len(kept) + len(part) + 5 > width:  # two separators and an ellipsis
            break
        kept = f"{kept}; {part}"
    return f"{kept}; …" if len(kept) < width else shortened(text, width)


def shortened(text: str, width: int) -> str:
    """The text in at most ``width`` characters; of a longer one the middle is left out."""
    if len(text) <= width:
        return text
    kept = width - len(_ELLIPSIS)
    return text[: kept - kept // 2] + _ELLIPSIS + text[len(text) - kept // 2 :]


def labels(values: Sequence[Value | None], width: int) -> list[str]:
    """A line for each value. Different values never look the same.

    Texts are quoted if a number would look like one of them. Values that differ only in their middle are
    cut around the first difference.
    """
    quoted = _ambiguous(values)
    full = [_quoted(value) if isinstance(value, str) and quoted else whole(value) for value in values]
    short = [shortened(text, width) for text in full]
    clashing = {
        text for text in short if len({one for one, cut in zip(full, short, strict=True) if cut == text}) > 1
    }
    if not clashing:
        return short
    alike = [text for text, cut in zip(full, short, strict=True) if cut in clashing]
    start = max(len(_common_start(alike)) - _LEAD, 0)
    return [
        _window(text, start, width) if cut in clashing else cut for text, cut in zip(full, short, strict=True)
    ]


def whole(value: Value | None) -> str:
    """The whole value on one line. A text that is empty, or begins or ends with a space, is quoted."""
    if value is None:
        return ABSENT
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return _quoted(value) if value != value.strip(" ") or not value else visible(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _ambiguous(values: Sequence[Value | None]) -> bool:
    distinct = {(type(value) is str, value is None, whole(value)) for value in values}
    return max(Counter(text for _, _, text in distinct).values(), default=0) > 1


def _quoted(value: str) -> str:
    return f'"{visible(value)}"'


def _common_start(texts: Sequence[str]) -> str:
    lowest, highest = min(texts), max(texts)
    end = next(
        (at for at, (one, other) in enumerate(zip(lowest, highest, strict=False)) if one != other), None
    )
    return lowest[:end]


def _window(text: str, start: int, width: int) -> str:
    end = start + width - 2 * len(_ELLIPSIS)
    return (_ELLIPSIS if start else "") + text[start:end] + (_ELLIPSIS if end < len(text) else "")

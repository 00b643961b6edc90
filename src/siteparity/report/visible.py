"""Text from hosts, made safe to look at: what cannot be seen is shown, what is too long is shortened.

Hosts write item names and values. A right-to-left mark can turn a line around, a control character can drive
a terminal, a zero-width space can make two different values look alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from siteparity.model import Value

ABSENT = "absent"
"""What is shown for a host that lacks the item."""

UNMEASURED = "unmeasured"
"""What is shown for a host of which nothing is known."""

MARKS_IN_A_ROW = 2
"""How many combining marks a letter may carry (Vietnamese needs two); more would climb over other lines."""

_LINE_CHARACTERS = "\n\t"
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Characters that count as printable and yet show nothing."""
_ELLIPSIS = "…"
_LEAD = 8
"""How many characters stand before the first difference, where a value is cut around it."""


def visible(text: str, *, lines: bool = False) -> str:
    """The text with every character that cannot be seen replaced by its number, such as ``[U+202E]``.

    Args:
        text: Any text, lone surrogates included.
        lines: Keep line feeds and tabs: for text that is shown over several lines.
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if lines and character in _LINE_CHARACTERS:
            shown.append(character)
        elif not character.isprintable() or _BLANK.match(character) or marks > MARKS_IN_A_ROW:
            shown.append(f"[U+{ord(character):04X}]")
        else:
            shown.append(character)
    return "".join(shown)


def shortened(text: str, width: int) -> str:
    """The text in at most ``width`` characters, cut in its middle: beginnings and ends tell the most."""
    if len(text) <= width:
        return text
    kept = width - len(_ELLIPSIS)
    return text[: kept - kept // 2] + _ELLIPSIS + text[len(text) - kept // 2 :]


def labels(values: Sequence[Value | None], width: int) -> list[str]:
    """One line for each value, so that different values never look the same.

    Texts are quoted where a number looks like them; values that differ only in their middle are cut around
    the first difference.
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
    """The value on one line, not shortened. A space at an end, and an empty text, are shown by quotes."""
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

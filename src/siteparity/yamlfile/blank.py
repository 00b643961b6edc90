"""Whether a text shows anything. A person who writes nothing that can be seen has written nothing. Pure."""

from __future__ import annotations

import re

BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Characters that Unicode calls printable, although they show nothing."""


def without_blanks(text: str) -> str:
    """The text without the characters that show nothing, spaces excepted."""
    return "".join(one for one in text if one.isspace() or (one.isprintable() and not BLANK.match(one)))


def shows_something(text: str) -> bool:
    """Whether a reader sees anything of the text."""
    return bool(without_blanks(text).strip())

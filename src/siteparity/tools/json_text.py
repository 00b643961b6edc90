"""JSON as hosts write it: one value, or `UnmeasuredError`, however deep or strange it is."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from siteparity.model import UnmeasuredError


def parsed(text: str, name: str) -> Any:  # noqa: ANN401  # JSON
    """The value of a text.

    Raises:
        UnmeasuredError: it is no JSON (RFC 8259: NaN and Infinity are none), or nested too deep to be read.
    """
    try:
        return json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise UnmeasuredError(f"{name}: the answer is not the JSON that was asked for") from None


def _refused(word: str) -> NoReturn:
    raise ValueError(word)

"""JSON from hosts: a value or `UnmeasuredError`, however odd or deeply nested the text is."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from siteparity.model import UnmeasuredError


def parsed(text: str, name: str) -> Any:  # noqa: ANN401  # JSON
    """The value of a JSON text.

    Args:
        text: an answer.
        name: of its question, for the reason.

    Raises:
        UnmeasuredError: the text is not JSON (RFC 8259, without NaN and Infinity), or nested too deeply.
    """
    try:
        return json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise UnmeasuredError(f"{name}: the answer is not the JSON that was asked for") from None


def _refused(word: str) -> NoReturn:
    raise ValueError(word)

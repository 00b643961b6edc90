"""The frame of an answer: its last line is ``end``, so an answer that was cut is never taken for a whole one.

A program prints it last, and only when all that came before succeeded. What stands before it are lines, or
parts with a header line ``[name]`` each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from siteparity.model import UnmeasuredError

END = "end"


def framed(text: str) -> list[str]:
    """The lines of an answer without its end mark; they may be empty.

    Raises:
        UnmeasuredError: the answer lacks its end.
    """
    body, newline, rest = text.rpartition(f"{END}\n")
    if not newline or rest or not (body == "" or body.endswith("\n")):
        raise UnmeasuredError("the answer lacks its end")
    return body.split("\n")[:-1]


def parts(lines: Sequence[str], names: Sequence[str]) -> Mapping[str, list[str]]:
    """The lines below each header ``[name]``; the headers stand in the order of ``names``.

    Raises:
        UnmeasuredError: a header is missing, or a line stands before the first one.
    """
    starts: list[int] = []
    for name in names:
        try:
            starts.append(lines.index(f"[{name}]", starts[-1] + 1 if starts else 0))
        except ValueError:
            raise UnmeasuredError(f"the answer has no part {name}") from None
    if starts[:1] != [0]:
        raise UnmeasuredError(f"the answer does not begin with its part {names[0]}")
    ends = [*starts[1:], len(lines)]
    return {name: list(lines[start + 1 : end]) for name, start, end in zip(names, starts, ends, strict=True)}

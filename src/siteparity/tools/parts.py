"""An answer in parts: a line ``[name]`` before each of them, in a known order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from siteparity.model import UnmeasuredError


def sections(answer: bytes, names: Sequence[str]) -> list[list[bytes]]:
    """The lines of an answer below each of its headers ``[name]``, which stand in a known order.

    Raises:
        UnmeasuredError: a header is missing, or there is something before the first one.
    """
    lines = answer.split(b"\n")
    found: list[list[bytes]] = []
    at = 0
    for name in names:
        header = f"[{name}]".encode()
        try:
            end = lines.index(header, at)
        except ValueError:
            raise UnmeasuredError(f"the answer has no part {name}") from None
        found.append(lines[at:end])
        at = end + 1
    found.append(lines[at:])
    if any(found[0]):
        raise UnmeasuredError(f"the answer does not begin with its part {names[0]}")
    return found[1:]


def lines(part: Iterable[bytes]) -> list[str]:
    """The lines that are not empty; what is not UTF-8 is shown as hexadecimal bytes."""
    return [line.decode("utf-8", "backslashreplace") for line in part if line]

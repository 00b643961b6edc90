"""Damage bytes as hosts, networks and people do: a pure function of a number."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

Change = Callable[[random.Random, bytes, Sequence[bytes]], bytes]

STRANGE = (
    b"", b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x1b[2J\x1b]0;owned\x07", b"\r", b"\t\t", b"\n\n", b" ",
    b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xc2\x85", b"</script><script>alert(1)</script>", b"{{7*7}}", b"-1",
    b"NaN", b"inf", b"1e999", b"9" * 40, b"9" * 5000, b"0x10", b"1_000", b"\xd9\xa3", b"true", b"null", b"[]",
    b"{" * 2000, b"[" * 2000, b"(" * 300, b"'", b'"', b"\\", b"%s%n", b"=", b":", b"/", b"../../etc/passwd",
    b"$(id)", b"`id`", b"a" * 70_000, b"0", b"999999999999", b"*", b"?", b"@", b"#",
    b"1970-01-01", b"0000-99-99",
)  # fmt: skip
"""What parsers stumble over: no UTF-8, no number, too long, too deep, another alphabet's digits."""


def damaged(seed: int, data: bytes, others: Sequence[bytes] = ()) -> bytes:
    """The data after one to three changes. The same seed and data give the same damage.

    Args:
        seed: any number.
        data: what was undamaged.
        others: what may be mixed into it.
    """
    chance = random.Random(seed)  # noqa: S311  # nothing is kept secret with it
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        data = chance.choice(_CHANGES)(chance, data, others)
    return data


def lessened(seed: int, data: bytes) -> bytes:
    """The data after changes that take away, repeat or move, and add nothing of their own."""
    chance = random.Random(seed)  # noqa: S311  # nothing is kept secret with it
    for _ in range(chance.choice((1, 1, 2))):
        data = chance.choice((_cut, _without_beginning, _slice_away, _lines))(chance, data, ())
    return data


def _cut(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return data[: chance.randrange(len(data))] if data else data


def _without_beginning(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return data[chance.randrange(len(data) + 1) :]


def _one_byte(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + bytes((chance.randrange(256),)) + data[at + 1 :]


def _strange_inside(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(STRANGE) + data[at + chance.choice((0, 0, 1, 4)) :]


def _slice_away(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.randrange(1, 60) :]


def _field(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Another word in place of one word."""
    words = list(re.finditer(rb"[^\s=:/,;|]+", data[:20_000]))
    if not words:
        return chance.choice(STRANGE)
    word = chance.choice(words)
    return data[: word.start()] + chance.choice(STRANGE) + data[word.end() :]


def _number(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    numbers = list(re.finditer(rb"[0-9]+", data[:20_000]))
    if not numbers:
        return data + b"-7"
    number = chance.choice(numbers)
    other = chance.choice((b"-1", b"0", b"00", b"1e9", b"9" * 30, str(chance.getrandbits(40)).encode(), b""))
    return data[: number.start()] + other + data[number.end() :]


def _lines(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """A line less, twice, many times, or elsewhere."""
    lines = data.split(b"\n")
    at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(to, lines[at])
        case 2:
            lines[at:at] = [lines[at]] * 40
        case 3:
            lines[at], lines[to] = lines[to], lines[at]
        case _:
            del lines[min(at, to) : max(at, to)]
    return b"\n".join(lines)


def _spliced(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Its beginning, and the end of something else."""
    other = chance.choice(others) if others else data
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def _noise(chance: random.Random, _: bytes, __: Sequence[bytes]) -> bytes:
    return chance.randbytes(chance.randrange(60)) if chance.random() < 0.5 else chance.choice(STRANGE)


_CHANGES: tuple[Change, ...] = (
    *(_cut, _without_beginning, _one_byte, _one_byte, _strange_inside, _strange_inside, _slice_away),
    *(_field, _field, _number, _number, _lines, _lines, _lines, _spliced, _noise),
)

"""Lines of configuration as they stand on real hosts, with a mark for each secret.

Each file below ``files/`` is of one kind; its name ends with ``.txt``, so that no tool takes it for code.
``«KIND»`` stands for a secret, which is made up when a test needs it: so no file holds one, and each trial
has others. All other text is innocent.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "files"
MARK = re.compile("«([a-z]+)»")

WEAK = (
    "monkey", "dragon", "admin", "master", "giraffe", "server", "backup", "winter", "hunter2", "password1",
    "root", "secret", "letmein", "12345678", "test", "default",
)  # fmt: skip
"""What people take for a password. Some are words of configuration as well, and one is a number."""

Make = Callable[[str, random.Random], str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file, as it stands in the corpus."""

    file: str
    number: int
    """From zero."""
    text: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kind of each secret in it."""
        return tuple(MARK.findall(self.text))


@cache
def lines() -> tuple[Line, ...]:
    """Every line, in the order of the files."""
    return tuple(
        Line(path.stem, number, text)
        for path in sorted(FOLDER.iterdir())
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines())
    )


def filled(make: Make, seed: int, only: int | None = None) -> Mapping[Line, tuple[str, tuple[str, ...]]]:
    """Each line with made-up secrets, and the secrets.

    Args:
        make: kind and source of chance -> a secret.
        seed: another one gives other secrets.
        only: the place within its line of the secrets that another seed changes; all if None.
    """
    found: dict[Line, tuple[str, tuple[str, ...]]] = {}
    for order, line in enumerate(lines()):
        made = tuple(
            make(kind, random.Random(f"{order} {place} {seed if only in (None, place) else 0}"))  # noqa: S311  # no real secret
            for place, kind in enumerate(line.kinds)
        )
        turn = iter(made)
        found[line] = (MARK.sub(lambda _, turn=turn: next(turn), line.text), made)  # type: ignore[misc]  # a default argument
    return found


def strong(kind: str, chance: random.Random) -> str:
    """A secret as machines make them, and careful people."""

    def of(characters: str, *lengths: int) -> str:
        return "".join(chance.choice(characters) for _ in range(chance.choice(lengths)))

    letters, digits = string.ascii_letters, string.digits
    forms: Mapping[str, Callable[[], str]] = {
        "random": lambda: of(letters + digits, 16, 20, 32),
        "word": lambda: "".join(of("bdfgklmnprstvz", 1) + of("aeiou", 1) for _ in range(6)),
        "digits": lambda: of(digits, 8, 9),
        "hex": lambda: of("0123456789abcdef", 32, 40),
        "base": lambda: of(letters + digits + "+/", 43) + "=",
        "capitals": lambda: f"K{of(string.ascii_uppercase + digits, 19)}",
        "special": lambda: f"Tr{of(digits, 2)}b&{of(digits, 3)}{of('!%+*-_.', 3)}d{of(letters, 4)}",
        "salt": lambda: of(letters + digits + "!@#%^&*()-_ []{}<>~`+=,.;:/?|", 64),
        "phrase": lambda: " ".join(strong("word", chance) for _ in range(4)),
    }
    return forms[kind]()


def weak(kind: str, chance: random.Random) -> str:
    """A secret as careless people make them, where the kind allows for it."""
    if kind == "word":
        return chance.choice(WEAK)
    if kind == "phrase":
        return " ".join(chance.sample(WEAK, 4))
    if kind == "digits":
        return "".join(chance.choice(string.digits) for _ in range(chance.choice((4, 6))))
    return strong(kind, chance)

"""The wording of problems in the user's files, and a collection that reports all of them at once."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from siteparity.model import ConfigurationError

_PLACE = re.compile(r"([^\s:]+):([0-9]+): (.*)")
"""A problem of another stage, after its place."""
_BARE = re.compile(r'[^.\[\]"\\]+')
_STEP = re.compile(rf'(?P<bare>{_BARE.pattern})|(?P<quoted>"(?:[^"\\]|\\.)*")|\[(?P<index>[0-9]{{1,9}})\]')
_LONGEST = 60
"""Characters of a found value that a message repeats."""


class Problems:
    """Collects problems, and reports all of them at once in the order of files and lines."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, str], None] = {}

    def add(self, text: str, path: Path | None = None, line: int = 0) -> None:
        """Add one problem; ``line`` 0 if it concerns no line of the file."""
        self._found[shown_path(path) if path else "", line, text] = None

    def add_error(self, error: ConfigurationError) -> None:
        """Add the problems that another stage has reported."""
        for text in str(error).split("\n"):
            place = _PLACE.fullmatch(text)
            found = (place[1], int(place[2]), place[3]) if place else ("", 0, text)
            self._found[found] = None

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Add the problems that the body raises, and go on after it."""
        try:
            yield
        except ConfigurationError as error:
            self.add_error(error)

    def check(self) -> None:
        """Raise `ConfigurationError` with every problem, one per line, if there is any."""
        if self:
            raise self.error()

    def error(self) -> ConfigurationError:
        """Every problem, one per line."""
        return ConfigurationError("\n".join(placed(*problem) for problem in sorted(self._found)))

    def __bool__(self) -> bool:
        """Whether there is a problem."""
        return bool(self._found)


def placed(path: str, line: int, text: str) -> str:
    """A problem after its place: ``inventories/policy.yml:12: ...``."""
    place = f"{path}:{line}" if line else path
    return f"{place}: {text}" if place else text


def fail(text: str, path: Path, line: int = 0) -> NoReturn:
    """Raise ConfigurationError with one problem, after which nothing more can be read of the file."""
    raise ConfigurationError(placed(shown_path(path), line, text)) from None


def did_you_mean(word: str, known: Collection[str]) -> str:
    """`` (did you mean "roles"?)``; empty if no known word is similar."""
    near = difflib.get_close_matches(word.lower(), sorted(known), n=1)
    return f" (did you mean {quoted(near[0])}?)" if near else ""


def shown(value: object) -> str:
    """A found value as messages show it, short and on one line."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "keys and values"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"the number {value}" if isinstance(value, int | float) else quoted(str(value))


def shown_key(at: tuple[str | int, ...]) -> str:
    """A key path as messages name it: ``aspects.locales.served[0]``; `key_path` reads it.

    A step with a dot, a bracket, a quote, a backslash or what cannot be seen stands in quotes, as in JSON.
    """
    text = ""
    for step in at:
        text += f"[{step}]" if isinstance(step, int) else f".{_shown_step(step)}"
    return text.removeprefix(".")


def _shown_step(step: str) -> str:
    if step.isprintable() and _BARE.fullmatch(step):
        return step
    return json.dumps(step, ensure_ascii=not step.isprintable())


def key_path(text: str) -> tuple[str | int, ...]:
    """The key path that `shown_key` shows as this text.

    Raises:
        ValueError: it is no such text; says what was expected.
    """
    at = tuple(_step(found) for found in _STEP.finditer(text))
    if not at or shown_key(at) != text:
        raise ValueError(
            f"expected keys with dots between them, such as aspects.waf.roles, found {quoted(text)}; "
            "put a key that holds a dot in quotes"
        )
    return at


def _step(found: re.Match[str]) -> str | int:
    if found["index"]:
        return int(found["index"])
    try:
        return found["bare"] or str(json.loads(found["quoted"]))
    except ValueError:
        return found["quoted"]


def shown_path(path: Path) -> str:
    """A path as the user would type it: relative if it lies below the current directory."""
    here = Path.cwd()
    return printable(str(path.relative_to(here) if path.is_relative_to(here) else path))


def printable(text: str) -> str:
    """The text with unprintable characters escaped as in JSON."""
    return text if text.isprintable() else json.dumps(text)[1:-1]


def quoted(text: str) -> str:
    """The first `_LONGEST` characters of a text, printable and in quotes."""
    return f'"{printable(text if len(text) <= _LONGEST else text[:_LONGEST] + "...")}"'

"""A rendered runbook, read as a person reads it: what to type where, step by step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

THIS_MACHINE = "the machine of the nightly run"

_STEP = re.compile(r"^### \d+\. ", re.MULTILINE)
_WHERE = re.compile(r"\bon \*\*(.+?)\*\*, within", re.IGNORECASE)
_CODE = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_SAID = re.compile(r"^Note it: `(.+)`$", re.MULTILINE)
_WAY_BACK = re.compile(r"^Way back", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """What a person does.

    Attributes:
        name: of the step.
        where: the places, as the runbook names them; empty where a person does something unsaid.
        commands: what to type there, as a shell text; empty if nothing is typed.
        said: the command that notes what the person saw, with NAME for the person; empty if none is noted.
        back: what undoes it, typed at the same places; empty if nothing is typed.
    """

    name: str
    where: tuple[str, ...]
    commands: str
    said: str
    back: str


def steps(text: str) -> tuple[Step, ...]:
    """All steps of a rendered runbook, of its chapters one after the other."""
    return tuple(_steps(text))


def _steps(text: str) -> Iterator[Step]:
    for part in _STEP.split(text)[1:]:
        name, _, rest = part.partition("\n")
        told, *undone = _WAY_BACK.split(rest.partition("\n## ")[0])
        yield Step(name.strip(), _where(told), _first(_CODE, told), _first(_SAID, told), _code_of(undone))


def _where(told: str) -> tuple[str, ...]:
    place = _first(_WHERE, " ".join(told.split()))
    if place.startswith("the machine of"):
        return (THIS_MACHINE,)
    return tuple(part for part in re.split(r", | and ", place) if part)


def _code_of(undone: list[str]) -> str:
    return _first(_CODE, undone[0]) if undone else ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found else ""

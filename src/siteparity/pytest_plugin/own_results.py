"""What passes between the checks and the process that runs tests of one's own: files in a private folder.

The folder is removed at the end of the run, and what looks like a secret is a pseudonym in it.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias

from siteparity.model import Host, Value

How: TypeAlias = Literal["passed", "failed", "broken", "skipped", "expected to fail"]
"""``failed``: it found something wrong. ``broken``: it could not be made, and says nothing."""

_ORDERS, _COLLECTED, _RESULTS, _ENDED = "orders", "collected.json", "results.jsonl", "ended"


@dataclass(frozen=True, slots=True)
class Orders:
    """What the process is to run."""

    base: Path
    """pytest's root for these tests."""
    folder: Path
    """Where they are."""
    control: Path
    """The control directory of the run's transport."""
    hosts: Mapping[str, Host]
    """By label."""
    away: Mapping[str, str]
    """Label -> why no host of that label is asked."""
    planned: Mapping[tuple[str, str], tuple[str, ...]]
    """Path and function of a test -> the labels of its hosts."""
    timeout: float
    """Seconds that one test may take."""
    key: str
    """The key of pseudonyms."""
    workers: int

    def write(self, folder: Path) -> None:
        """Into the private folder."""
        (folder / _ORDERS).write_bytes(pickle.dumps(self))

    @classmethod
    def read(cls, folder: Path) -> Self:
        """From the private folder, which nobody else can write to."""
        orders = pickle.loads((folder / _ORDERS).read_bytes())  # noqa: S301  # the run itself wrote it
        assert isinstance(orders, cls)  # noqa: S101  # so that types are known
        return orders


@dataclass(frozen=True, slots=True)
class Case:
    """One test of pytest on one host: a function, perhaps with parameters."""

    test: tuple[str, str]
    """Path and function."""
    host: str
    """The host's label."""
    name: str
    """The parameters as pytest writes them; empty without any."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of it."""

    case: Case
    how: How
    words: str
    """Why; empty if it passed."""
    seconds: float
    values: Mapping[str, Value] = field(default_factory=dict)
    """What it wants compared."""


def add_result(folder: Path, result: CaseResult) -> None:
    """Append a result."""
    with (folder / _RESULTS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(result)) + "\n")


def results(folder: Path) -> list[CaseResult]:
    """All results that are there by now; a line that is being written is none yet."""
    text = _text(folder / _RESULTS)
    found = []
    for line in text.split("\n")[:-1]:
        saved = json.loads(line)
        found.append(CaseResult(**{**saved, "case": _case(saved["case"])}))
    return found


def write_collected(folder: Path, cases: list[Case], strangers: list[str]) -> None:
    """What pytest has collected; and what it has collected without a plan."""
    temporary = folder / f"{_COLLECTED}.tmp"
    temporary.write_text(json.dumps({"cases": [asdict(case) for case in cases], "strangers": strangers}))
    temporary.replace(folder / _COLLECTED)


def collected(folder: Path) -> tuple[list[Case], list[str]] | None:
    """The same; None if pytest has not collected yet."""
    text = _text(folder / _COLLECTED)
    if not text:
        return None
    saved = json.loads(text)
    return [_case(one) for one in saved["cases"]], list(saved["strangers"])


def write_ended(folder: Path, status: int) -> None:
    """The process has ended."""
    temporary = folder / f"{_ENDED}.tmp"
    temporary.write_text(str(status))
    temporary.replace(folder / _ENDED)


def ended(folder: Path) -> int | None:
    """The exit status of the process; None while it runs."""
    text = _text(folder / _ENDED)
    return int(text) if text else None


def _case(saved: Mapping[str, Any]) -> Case:
    path, function = saved["test"]
    return Case((path, function), saved["host"], saved["name"])


def _text(path: Path) -> str:
    with suppress(FileNotFoundError):
        return path.read_text(encoding="utf-8")
    return ""

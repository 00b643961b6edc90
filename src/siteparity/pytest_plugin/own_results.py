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


@dataclass(frozen=True, slots=True)
class Collected:
    """What pytest has collected."""

    cases: tuple[Case, ...] = ()
    strangers: tuple[str, ...] = ()
    """The ids of items that nobody planned; they are not run."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Path of a file that could not be collected -> why."""


def write_collected(folder: Path, found: Collected) -> None:
    """Write what was collected, in one step."""
    temporary = folder / f"{_COLLECTED}.tmp"
    temporary.write_text(json.dumps(asdict(found)))
    temporary.replace(folder / _COLLECTED)


def write_ended(folder: Path, status: int) -> None:
    """Write that the process has ended, in one step."""
    temporary = folder / f"{_ENDED}.tmp"
    temporary.write_text(str(status))
    temporary.replace(folder / _ENDED)


class Inbox:
    """What the process has said by now. Each line is read once, however many checks wait for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read = 0
        self.collected: Collected | None = None
        """None if pytest has not collected yet."""
        self.of_test: dict[tuple[str, str], list[Case]] = {}
        """Path and function -> its cases."""
        self.results: dict[Case, CaseResult] = {}
        self.ended: int | None = None
        """The exit status of the process; None while it runs."""

    def look(self) -> None:
        """Read what is new. Whether it has ended is asked first: then all that it said is there."""
        if text := _text(self._folder / _ENDED):
            self.ended = int(text)
        if self.collected is None and (text := _text(self._folder / _COLLECTED)):
            self.collected = _collected(json.loads(text))
            for case in self.collected.cases:
                self.of_test.setdefault(case.test, []).append(case)
        with suppress(FileNotFoundError), (self._folder / _RESULTS).open("rb") as file:
            file.seek(self._read)
            whole, newline, _ = file.read().rpartition(b"\n")
            self._read += len(whole) + len(newline)
            for line in whole.splitlines():
                saved = json.loads(line)
                result = CaseResult(**{**saved, "case": _case(saved["case"])})
                self.results[result.case] = result


def _collected(saved: Mapping[str, Any]) -> Collected:
    return Collected(tuple(map(_case, saved["cases"])), tuple(saved["strangers"]), saved["failed"])


def _case(saved: Mapping[str, Any]) -> Case:
    path, function = saved["test"]
    return Case((path, function), saved["host"], saved["name"])


def _text(path: Path) -> str:
    with suppress(FileNotFoundError):
        return path.read_text(encoding="utf-8")
    return ""

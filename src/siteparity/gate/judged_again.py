"""Judges the saved records a second time, in a process that the checks' own process never touches.

Whatever runs beside the checks can change how they are judged. So the parity checks are judged once more,
while pytest makes its own, by a process that runs no conftest.py and no plugin, and that has loaded the code
that judges before the records exist.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from siteparity.configuration import Configuration
from siteparity.gate.environment import clean_environment
from siteparity.runs.journal import Line, read_lines
from siteparity.runs.start_signal import GO_ON

_CHUNK_BYTES = 65_536
_END_SECONDS = 3.0
"""How long to wait for the last lines of a process that has ended."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a second judge said."""

    lines: tuple[Line | None, ...]
    status: int | None
    """Its exit status; None if it took too long."""


@dataclass(frozen=True, slots=True)
class SecondJudge:
    """The second judge of one run."""

    settings: Configuration
    inventories: Path
    folder: Path
    """The folder of the run, with the records."""
    mark: Mapping[str, str]
    """Added to its environment; see `siteparity.transport.keeper`."""
    started_at: datetime | None = None
    """When the run started: a waiver that had expired then is not in force. By default now."""

    @contextmanager
    def started(self) -> Iterator[Judging]:
        """Start it. It judges nothing before `Judging.go`, and is killed when the block ends."""
        reading, writing = os.pipe()
        with os.fdopen(writing, "wb", 0) as word:
            try:
                process = subprocess.Popen(
                    self._arguments(reading),
                    cwd=self.settings.root,
                    env={**clean_environment(), **self.mark},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                    pass_fds=[reading],
                )
            finally:
                os.close(reading)
            try:
                yield Judging(process, word)
            finally:
                _end(process)

    def _arguments(self, wait: int) -> Sequence[str]:
        primary, standby = self.settings.sites
        paths = [str(path.resolve()) for path in (self.settings.root, self.inventories)]
        return [
            *(sys.executable, "-I", "-m", "siteparity.pytest_plugin.rejudge", *paths),
            *(primary.name, standby.name, str(self.folder.resolve())),
            *("--wait", str(wait), "--started", (self.started_at or datetime.now(UTC)).isoformat()),
        ]


class Judging:
    """A second judge that waits for the records, or judges them."""

    def __init__(self, process: subprocess.Popen[bytes], word: IO[bytes]) -> None:
        self._process = process
        self._word = word
        self._heard = bytearray()
        # Read all the time: it would wait for ever to write to a pipe that is full.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def go(self) -> None:
        """Let it judge the records of the run, which are complete now."""
        with suppress(BrokenPipeError):  # it has ended; its status says why
            self._word.write(GO_ON)

    def said(self, seconds: float) -> Said:
        """What it says within so many seconds; then it is killed."""
        try:
            status: int | None = self._process.wait(max(seconds, 0))
        except subprocess.TimeoutExpired:
            status = None
        _end(self._process)
        self._reader.join(_END_SECONDS)
        return Said(read_lines(bytes(self._heard)), status)

    def _read(self) -> None:
        assert self._process.stdout  # noqa: S101  # for the type checker
        with self._process.stdout as pipe:
            while data := os.read(pipe.fileno(), _CHUNK_BYTES):
                self._heard += data


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of its process group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_SECONDS)

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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from siteparity.configuration import Configuration
from siteparity.gate.environment import clean_environment
from siteparity.gate.processes import end
from siteparity.runs.journal import ClosingLine, Line, read_line, read_lines
from siteparity.runs.start_signal import GO_ON

_CHUNK_BYTES = 65_536
DIED = -signal.SIGKILL
"""The status of a judge that ended without its closing line."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a second judge said."""

    lines: tuple[Line | None, ...]
    status: int | None
    """As its closing line says, `DIED` without one; None if it took too long."""


@dataclass(frozen=True, slots=True)
class SecondJudge:
    """The second judge of one run."""

    settings: Configuration
    inventories: Path
    folder: Path
    """The folder of the run, with the records."""
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When the run started: a waiver that had expired then is not in force."""

    @contextmanager
    def started(self) -> Iterator[Judging]:
        """Start it alone. It judges nothing before `Judging.go`, and is killed when the block ends."""
        with Judging() as judging:
            process = subprocess.Popen(
                [sys.executable, "-I", "-m", "siteparity.pytest_plugin.rejudge", *self.words(judging)],
                cwd=self.settings.root,
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=judging.theirs,
            )
            try:
                judging.begin()
                yield judging
            finally:
                end(process)

    def words(self, judging: Judging) -> Sequence[str]:
        """The arguments of the process that judges."""
        primary, standby = self.settings.sites
        waits, journal = judging.theirs
        return [
            *(str(path.resolve()) for path in (self.settings.root, self.inventories)),
            *(primary.name, standby.name, str(self.folder.resolve())),
            *("--wait", str(waits), "--journal", str(journal), "--started", self.started_at.isoformat()),
        ]


class Judging:
    """A second judge that waits for the records, or judges them; a context that ends with its pipes."""

    def __init__(self) -> None:
        waits, word = os.pipe()
        said, journal = os.pipe()
        self.theirs: tuple[int, ...] = (waits, journal)
        """What its process inherits: where it waits for the word, and where it writes its journal."""
        self._word = os.fdopen(word, "wb", 0)
        self._heard = bytearray()
        self._ended = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(said,), daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._word.close()
        self._let_go()

    def begin(self) -> None:
        """Hear what the process says that has just inherited its pipes."""
        self._let_go()  # or they would stay open after its end
        # Read all the time: it would wait for ever to write to a pipe that is full.
        self._reader.start()

    def go(self) -> None:
        """Let it judge the records of the run, which are complete now."""
        with suppress(BrokenPipeError):  # it has ended; its journal says why
            self._word.write(GO_ON)

    def said(self, seconds: float) -> Said:
        """What it says within so many seconds."""
        in_time = self._ended.wait(max(seconds, 0))
        lines = read_lines(bytes(self._heard))
        if not in_time:
            return Said(lines, None)
        last = lines[-1] if lines else None
        return Said(lines, last.closed if isinstance(last, ClosingLine) else DIED)

    def _let_go(self) -> None:
        for number in self.theirs:
            os.close(number)
        self.theirs = ()

    def _last_line(self) -> bytes:
        return bytes(self._heard[self._heard.rfind(b"\n", 0, -1) + 1 :])

    def _read(self, said: int) -> None:
        """Until its closing line: what it started may hold the pipe open for longer."""
        with open(said, "rb", buffering=0) as pipe:  # a descriptor has no path
            while data := pipe.read(_CHUNK_BYTES):
                self._heard += data
                if isinstance(read_line(self._last_line()), ClosingLine):
                    break
        self._ended.set()

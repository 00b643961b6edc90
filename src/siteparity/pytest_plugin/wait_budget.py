"""How long smoke checks wait for servers that do not answer: one budget for all processes of a run.

If each check waited for a hung server by itself, the answer would come minutes late. So the time that is
waited in vain is counted, for each server and in all, in the private folder of the run, which all workers
share. Once the budget is spent, a server gets only a moment. A host whose shell does not answer is not asked
again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

BUDGET_SECONDS = 6.0
"""How long all checks of a run together may wait in vain for one server."""
TOTAL_SECONDS = 6.0
"""How long they may wait in vain for all servers: if one hangs, those that need it hang too."""
LEAST_SECONDS = 0.5
"""The time limit of a server whose budget is spent: enough for one that has come back."""
FIRST_SECONDS = 2.0
"""The least time limit of a server that nobody has waited for in vain, even if the total is spent."""
_PER_SECOND = 100
"""Waited time is counted in bytes of a file, which several processes can append to without a lock."""
_FOLDER = "wait-budget"


@dataclass(frozen=True, slots=True)
class Turn:
    """The waiting for one server."""

    seconds: Callable[[float], float]
    """The usual time limit, in seconds -> the time limit now."""
    in_vain: Callable[[float], None]
    """Counts seconds that were waited without an answer."""


WHOLE = Turn(lambda seconds: seconds, lambda _: None)
"""Without a budget: the usual time limit each time."""


class WaitBudget:
    """The time that a run has waited in vain, and the hosts that it has given up.

    Args:
        folder: private to the run, and the same for all its processes.
        away: label of a host -> why it could not be measured; it is given up from the start.
    """

    def __init__(self, folder: Path, away: Mapping[str, str]) -> None:
        self._away = away
        self._folder = folder / _FOLDER
        self._folder.mkdir(mode=0o700, exist_ok=True)

    def turn(self, server: str) -> Turn:
        """The budget of one server, by a name that means the same in every check."""
        file, together = self._file(server, "waited"), self._folder / "together"

        def seconds(most: float) -> float:
            left = min(BUDGET_SECONDS - _waited(file), TOTAL_SECONDS - _waited(together))
            return min(most, round(max(LEAST_SECONDS if _waited(file) else FIRST_SECONDS, left), 1))

        def in_vain(waited: float) -> None:
            for one in (file, together):
                _append(one, b"." * round(waited * _PER_SECOND))

        return Turn(seconds, in_vain)

    def give_up(self, host: str, reason: str) -> None:
        """Remember for the rest of the run that a host does not answer."""
        _append(self._file(host, "silent"), reason.encode() + b"\n")

    def given_up(self, host: str) -> str | None:
        """Why a host was given up; None if it was not."""
        if host in self._away:
            return self._away[host]
        with suppress(FileNotFoundError):
            return self._file(host, "silent").read_text(errors="replace").partition("\n")[0]
        return None

    def _file(self, server: str, kind: str) -> Path:
        return self._folder / f"{hashlib.sha256(server.encode()).hexdigest()[:16]}.{kind}"


def _waited(file: Path) -> float:
    return file.stat().st_size / _PER_SECOND if file.exists() else 0.0


def _append(file: Path, content: bytes) -> None:
    number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        os.write(number, content)
    finally:
        os.close(number)

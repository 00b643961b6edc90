"""How long live checks wait for what does not answer: a budget for the whole run, shared by its processes.

Each check would wait for a hung server by itself, and the answer would come minutes late. So the time that
was waited in vain is counted, for each server and for all together, in the private folder of the run, where
every worker sees it: once the budget is spent a server gets a moment only. A host whose shell does not
answer is not asked again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

BUDGET_SECONDS = 6.0
"""What may be waited in vain for one server, by all checks of a run together."""
TOTAL_SECONDS = 6.0
"""And for all servers together: where one hangs, those that need it hang as well."""
LEAST_SECONDS = 0.5
"""What a server gets that has used its budget up: enough for one that has come back."""
FIRST_SECONDS = 2.0
"""What a server gets that has never been waited for in vain, whatever others have used up."""
_PER_SECOND = 100
"""A wait is counted in bytes of a file, which many processes can append to without a lock."""
_FOLDER = "patience"


@dataclass(frozen=True, slots=True)
class Turn:
    """How long one server is waited for."""

    seconds: Callable[[float], float]
    """How long it may take this time, of so many seconds."""
    in_vain: Callable[[float], None]
    """Told how long was waited without an answer."""


WHOLE = Turn(lambda seconds: seconds, lambda _: None)
"""No budget: each time the whole time."""


class WaitBudget:
    """What a run has waited for in vain.

    Args:
        folder: private to the run, and the same for all of its processes.
        away: label of a host -> why it did not answer when it was measured; it is not waited for again.
    """

    def __init__(self, folder: Path, away: Mapping[str, str]) -> None:
        self._away = away
        self._folder = folder / _FOLDER
        self._folder.mkdir(mode=0o700, exist_ok=True)

    def turn(self, server: str) -> Turn:
        """The budget of one server, by any name that means the same in every check."""
        file, together = self._file(server, "waited"), self._folder / "together"

        def seconds(most: float) -> float:
            left = min(BUDGET_SECONDS - _waited(file), TOTAL_SECONDS - _waited(together))
            return min(most, round(max(LEAST_SECONDS if _waited(file) else FIRST_SECONDS, left), 1))

        def in_vain(waited: float) -> None:
            for one in (file, together):
                _append(one, b"." * round(waited * _PER_SECOND))

        return Turn(seconds, in_vain)

    def give_up(self, host: str, reason: str) -> None:
        """Remember for the whole run that a host does not answer."""
        _append(self._file(host, "silent"), reason.encode() + b"\n")

    def given_up(self, host: str) -> str | None:
        """Why a host is not asked again; None while it is."""
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

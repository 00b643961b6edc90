"""nginx's running processes: since when they serve, and whether the library that inspects requests is loaded.

A reload starts new workers. A worker that dies is started again with what the main process already has in
memory. So the oldest worker that still takes requests tells when the configuration was loaded last.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program
from siteparity.tools.systemd import started, unit

LOADED = "loaded"
AS_ON_DISK = "as on disk"
_QUESTION = program(__package__, "workers.sh")
PARTS = ("unit", "workers", "library")


@dataclass(frozen=True, slots=True)
class Workers:
    """The workers of an nginx."""

    idle: str | None
    """Why there are none; None if there are."""
    since: float
    """When the oldest of them started, in seconds since 1970."""
    has_library: bool

    def states(self, changed: Mapping[str, float]) -> dict[str, str]:
        """The state of the library, and of the loaded configuration.

        Args:
            changed: path -> when the file was changed last, in seconds since 1970.
        """
        if self.idle:
            return {"the running server": self.idle}
        later = sorted(path for path, moment in changed.items() if moment >= self.since)
        return {
            "the library that inspects requests": LOADED if self.has_library else "not loaded",
            "the configuration of the running server": (
                f"older than {', '.join(later)[:400]}" if later else AS_ON_DISK
            ),
        }


def question(service: str, module: str) -> str:
    """A shell text that looks at the processes of an nginx."""
    return filled(
        _QUESTION,
        look_up=unit.look_up_of(service).rstrip("\n"),
        started=started.ASK.rstrip("\n"),
        module=shlex.quote(module),
    )


def read(parts: Mapping[str, Sequence[str]]) -> Workers:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: a line is not understood, or no worker could be looked at.
    """
    if idle := unit.not_running(unit.read_properties(parts["unit"])):
        return Workers(idle, 0.0, has_library=False)
    count = "".join(parts["library"])
    if not re.fullmatch(r"[0-9]{1,6}", count, re.ASCII):
        raise UnmeasuredError("server: cannot read what the main process has loaded")
    return Workers(None, started.oldest("\n".join(parts["workers"])), has_library=int(count) > 0)

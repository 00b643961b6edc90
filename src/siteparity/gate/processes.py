"""How the processes of a run end."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress

_END_SECONDS = 3.0
"""A process that waits for a dead disk does not end, and must not hold up the answer."""


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a process group, by the process that began it, and wait briefly for its end."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_SECONDS)

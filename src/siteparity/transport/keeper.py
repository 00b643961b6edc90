"""Ends whatever a run has started, should the run be killed before it can do so itself.

SIGKILL leaves a process no time to end its own. So each run has a keeper: a small process in a session of its
own, which no signal to the run's process group reaches. It waits at a pipe whose other end the run alone
holds; the kernel closes that however the run ends. Whose processes are the run's is told by a mark in their
environment, which every process hands on to those that it starts: also to an ssh that went to the background,
and to what a check has put into a session of its own. A process that has cleared its environment is not
found, nor is one of another user, such as sudo.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

VARIABLE = "SITEPARITY_RUN"
_MERCY_SECONDS = 5.0
"""A process that the kernel does not let go of (one that waits for a dead disk) is not waited for longer."""


class Keeper:
    """The keeper of this process's run.

    Args:
        folder: removed when the run has ended, or was killed.
    """

    def __init__(self, folder: os.PathLike[str]) -> None:
        self.mark: Mapping[str, str] = {VARIABLE: secrets.token_hex(16)}
        """To be put into the environment of whatever the run starts."""
        waits, self._life = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__, self.mark[VARIABLE], os.fspath(folder)],
                cwd="/",
                stdin=waits,
                stdout=subprocess.DEVNULL,  # the run's own pipes are at their end when the run is
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        finally:
            os.close(waits)

    def close(self) -> None:
        """Let the keeper end what is left, and wait for it. Later calls do nothing."""
        if self._life >= 0:
            os.close(self._life)
            self._life = -1
            self._process.wait()


def main(mark: str, folder: str) -> None:
    """Wait for the end of the run, then end its processes and remove its folder."""
    sys.stdin.buffer.read()
    end_all(mark)
    shutil.rmtree(folder, ignore_errors=True)


def end_all(mark: str) -> None:
    """Kill every process that bears the mark, and those that they start in the meantime."""
    wanted = f"{VARIABLE}={mark}".encode()
    end = time.monotonic() + _MERCY_SECONDS
    while time.monotonic() < end:
        found = False
        for process in _marked(wanted):
            found = True
            with suppress(OSError):  # it has ended, or is another user's
                signal.pidfd_send_signal(process, signal.SIGKILL)
        if not found:
            return
        time.sleep(0.02)


def _marked(wanted: bytes) -> Iterator[int]:
    """A handle of each process that bears the mark: a handle never means another one of the same number."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError), _handle(int(folder.name)) as process:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                yield process


@contextmanager
def _handle(number: int) -> Iterator[int]:
    process = os.pidfd_open(number)
    try:
        yield process
    finally:
        os.close(process)


if __name__ == "__main__":
    main(*sys.argv[1:])

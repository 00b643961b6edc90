"""Ends all processes that a run has started, even if the run is killed.

A process that gets SIGKILL cannot end its children. So each run has a keeper: a small process in a session of
its own, which signals to the run's process group do not reach. It waits on a pipe whose other end only the
run holds; the kernel closes that end when the run ends, for whatever reason.

The keeper finds the run's processes by a mark in their environment. Every process passes it on to its
children, including an ssh in the background and a check's process in its own session. It does not find a
process that has cleared its environment, or that belongs to another user, such as sudo.
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
"""How long to wait for processes that cannot be killed, such as one that waits for a dead disk."""


class Keeper:
    """The keeper of this process's run.

    Args:
        folder: removed when the run has ended or was killed.
    """

    def __init__(self, folder: os.PathLike[str]) -> None:
        self.mark: Mapping[str, str] = {VARIABLE: secrets.token_hex(16)}
        """Goes into the environment of every process that the run starts."""
        waits, self._life = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__, self.mark[VARIABLE], os.fspath(folder)],
                cwd="/",
                stdin=waits,
                stdout=subprocess.DEVNULL,  # or the run's pipes would stay open after its end
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        finally:
            os.close(waits)

    def close(self) -> None:
        """Let the keeper end the remaining processes, and wait for it. Later calls do nothing."""
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
    """Kill every process with the mark, and those that they start in the meantime."""
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
    """A handle of each process with the mark. Unlike its number, a handle never means another process."""
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

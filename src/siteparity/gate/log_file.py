"""A log without secrets: whatever programs write passes a filter on its way to the file."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from siteparity.redaction import Filter

_CHUNK_BYTES = 65_536
_PATIENCE_SECONDS = 5.0
"""How long to wait for the rest if a program that should have ended still holds the log open."""


@contextmanager
def redacting(path: Path) -> Iterator[int]:
    """Open a log to append to. Yields the descriptor for the stdout and stderr of programs.

    On a full disk the end of the log is lost; the programs are never blocked.

    Raises:
        OSError: the file cannot be opened.
    """
    with path.open("ab", buffering=0) as file:
        reading, writing = os.pipe()
        thread = threading.Thread(target=_copy, args=(reading, file.fileno()), daemon=True)
        thread.start()
        try:
            yield writing
        finally:
            os.close(writing)
            thread.join(_PATIENCE_SECONDS)


def _copy(reading: int, file: int) -> None:
    passed = Filter()
    with open(reading, "rb", buffering=0) as source:  # a descriptor has no path
        while data := source.read(_CHUNK_BYTES):
            with suppress(OSError):
                os.write(file, passed.feed(data))
    with suppress(OSError):
        os.write(file, passed.end())

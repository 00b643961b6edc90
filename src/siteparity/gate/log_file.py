"""A log that keeps no secret: what programs write to it passes a filter on its way to the file."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from siteparity.redaction import Filter

_CHUNK_BYTES = 65_536
_PATIENCE_SECONDS = 5.0
"""How long the rest is waited for, when a program that should have ended still holds the log."""


@contextmanager
def redacting(path: Path) -> Iterator[int]:
    """Open a log to append to; yields the descriptor that programs are given as their stdout and stderr.

    A disk that is full costs the log's end, and never blocks who writes to it.

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

"""One command at a time on a reports folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from siteparity.model import ConfigurationError, SiteparityError


@contextmanager
def alone(reports: Path) -> Iterator[None]:
    """Lock the reports folder for this run.

    Raises:
        ConfigurationError: the folder cannot be written.
        SiteparityError: another run holds the lock, or a write in the block failed, as on a full disk.
    """
    lock = FileLock(reports / ".lock", timeout=0)
    try:
        reports.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise SiteparityError(
            f"{reports}: another run is under way there; wait for its end, or give --reports another folder"
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename or reports}: cannot be written: {error.strerror or error}; see --reports"
        ) from None
    try:
        yield
    except OSError as error:
        raise SiteparityError(
            f"{error.filename or reports}: {error.strerror or error}; "
            "make room, or give --reports another folder"
        ) from None
    finally:
        lock.release()

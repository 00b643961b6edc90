"""The files that ``--html FILE`` and ``--pdf FILE`` ask for."""

from __future__ import annotations

import os
from pathlib import Path

from siteparity.model import ConfigurationError, SiteparityError
from siteparity.redaction import redacted
from siteparity.report.sums import SUMS
from siteparity.whole_files import write_atomically


def demand_room(path: Path, option: str = "--html") -> None:
    """Refuse, before anything else is done, a file that cannot be written, or replaced as a whole.

    Args:
        path: of the file.
        option: that names it.

    Raises:
        ConfigurationError: it is no file, its folder cannot be written, or is one that a run left.
    """
    folder = path.resolve().parent
    is_other = path.exists() and not path.is_file()
    if is_other or not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigurationError(
            f"{option}: expected a file in a folder that can be written, found {path}; name another one"
        )
    if any((one / SUMS).exists() for one in (folder, *folder.parents)):
        raise ConfigurationError(
            f"{option}: expected a file outside the folders of runs, found {path}; a run to which something "
            "was added is not believed"
        )


def write_page(path: Path, text: str) -> None:
    """Write the page whole, without secrets.

    Raises:
        SiteparityError: it could not be written.
    """
    write_file(path, redacted(text).encode(errors="replace"), "--html")


def write_file(path: Path, content: bytes, option: str) -> None:
    """Write a file whole.

    Raises:
        SiteparityError: it could not be written.
    """
    try:
        write_atomically(path, content)
    except OSError as error:
        raise SiteparityError(f"{path}: {error.strerror or error}; give {option} another file") from None

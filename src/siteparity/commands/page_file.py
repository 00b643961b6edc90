"""The page that ``--html FILE`` asks for."""

from __future__ import annotations

import os
from pathlib import Path

from siteparity.model import ConfigurationError, SiteparityError
from siteparity.redaction import redacted
from siteparity.whole_files import write_atomically


def demand_room(path: Path) -> None:
    """Refuse, before anything else is done, a file that cannot be written, or replaced as a whole.

    Raises:
        ConfigurationError: it is no file, or its folder cannot be written.
    """
    folder = path.parent
    is_other = path.exists() and not path.is_file()
    if is_other or not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigurationError(
            f"--html: expected a file in a folder that can be written, found {path}; name another one"
        )


def write_page(path: Path, text: str) -> None:
    """Write the page whole, without secrets.

    Raises:
        SiteparityError: it could not be written.
    """
    try:
        write_atomically(path, redacted(text).encode(errors="replace"))
    except OSError as error:
        raise SiteparityError(f"{path}: {error.strerror or error}; give --html another file") from None

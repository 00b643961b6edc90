"""The file with the key that several runners share, so that what they hash can be compared."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from siteparity.model import ConfigurationError
from siteparity.redaction import remember
from siteparity.yamlfile import shown_path

_DIGITS = 64
_MODE = 0o600
_MAKE = "(umask 077; openssl rand -hex 32 >FILE) makes one"


def secrets_key(path: Path) -> str:
    """The key in a file that nobody else may read. It is hidden from now on.

    Raises:
        ConfigurationError: it cannot be read, others may read it, or it is no key; shows nothing of it.
    """
    place = f"--secrets-key: {shown_path(path)}"
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(_DIGITS + 2)
    except OSError as error:
        raise ConfigurationError(f"{place}: cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(status.st_mode) or stat.S_IMODE(status.st_mode) != _MODE:
        raise ConfigurationError(f"{place}: expected a file with mode 0600; chmod 600 {shown_path(path)}")
    key = content.removesuffix(b"\n").decode("latin-1")
    if not re.fullmatch(rf"[0-9a-f]{{{_DIGITS}}}", key):
        raise ConfigurationError(f"{place}: expected {_DIGITS} hexadecimal digits on one line; {_MAKE}")
    remember(key)
    return key

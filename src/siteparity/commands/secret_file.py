"""Files that hold addresses with secrets in them: of a heartbeat, of notices."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from siteparity.model import SiteparityError
from siteparity.redaction import remember
from siteparity.yamlfile import shown_path

_LONGEST = 65_536


def secret_lines(path: Path, warn: Callable[[str], None]) -> list[str]:
    """The lines of a file, without empty ones and comments (``#``). They are hidden from now on.

    Args:
        path: of the file.
        warn: is told if others may read it.

    Raises:
        SiteparityError: it cannot be read, or is too long; says what to do, and nothing of what it holds.
    """
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(_LONGEST + 1)
    except OSError as error:
        raise SiteparityError(
            f"{shown_path(path)}: expected a file with addresses, found: {error.strerror}"
        ) from None
    if len(content) > _LONGEST:
        raise SiteparityError(f"{shown_path(path)}: expected at most {_LONGEST} bytes, found more")
    if _others_may_read(status):
        warn(f"{shown_path(path)}: others may read it, and it holds secrets; chmod 600 {shown_path(path)}")
    lines = [line.strip() for line in content.decode("utf-8", "replace").splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    for line in found:
        remember(line)
    return found


def _others_may_read(status: os.stat_result) -> bool:
    """Whether more than the owner, and the group of root, may read it.

    A credential of systemd belongs to root, and a list of access rights (acl(5)) lets one account read it:
    that shows as the rights of the group.
    """
    by_group = status.st_mode & stat.S_IRGRP and status.st_gid != 0
    return stat.S_ISREG(status.st_mode) and bool(by_group or status.st_mode & stat.S_IROTH)

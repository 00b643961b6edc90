"""Waivers: findings that a named person accepts until a date. None is accepted yet, none is overlooked."""

from __future__ import annotations

from pathlib import Path

from siteparity.model import ConfigurationError
from siteparity.yamlfile import load


def refuse_waivers(path: Path) -> None:
    """Make sure that nobody believes in a waiver that does nothing.

    Raises:
        ConfigurationError: the file holds anything but an empty list; names the line of the first entry.
    """
    if not path.exists():
        return
    document = load(path)
    if document.value != []:
        where = document.where((0,)) if isinstance(document.value, list) else str(path)
        raise ConfigurationError(
            f"{where}: expected an empty list, since waivers are not accepted yet; "
            "remove the entry and mend what it was for"
        )

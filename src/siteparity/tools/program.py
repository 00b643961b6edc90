"""Programs for hosts, which stand in files of their own beside their reader: ``.sh``, ``.pl``, ``.sql``.

A place that is filled when the program is used is written ``@NAME@``.
"""

from __future__ import annotations

import re
from importlib import resources

PLACE = re.compile(r"@([A-Z][A-Z0-9_]*)@")
"""A place to fill, in a program's text."""


def program(package: str, name: str) -> str:
    """The text of a program.

    Args:
        package: the package it stands in: the reader's own ``__package__``.
        name: of the file, such as ``modules.sh``.
    """
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def filled(text: str, **values: str) -> str:
    """A program with each place ``@NAME@`` filled from ``name=``. Values are not quoted here.

    Raises:
        KeyError: a place has no value.
        ValueError: a value has no place.
    """
    places = {match[1] for match in PLACE.finditer(text)}
    if strangers := {name.upper() for name in values} - places:
        raise ValueError(f"the program has no place for {', '.join(sorted(strangers))}")
    return PLACE.sub(lambda match: values[match[1].lower()], text)

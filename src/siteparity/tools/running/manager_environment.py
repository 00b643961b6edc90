"""What systemd hands on to every service that it starts (systemctl(1), ``set-environment``).

A variable that somebody set by hand stands in no file. A service gets it at its next start, and loses it with
the next boot: what was tried with it, or without it, is not what will run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools.systemd.environment import VARIABLE

QUESTION = "systemctl show-environment && echo end"

_ELSEWHERE = rf"{VARIABLE}|TZ"
"""Judged by ``locales`` and ``schedules``."""
_OF_ITS_HOST = r"container(?:_[a-z]+)?|HOSTNAME|TERM|SYSTEMD_[A-Z_]+|XDG_[A-Z_]+"
"""Variables that a boot loader, a container engine or an initial RAM disk gave to the manager itself."""


def read(lines: Iterable[str]) -> Sequence[str]:
    """Each variable as ``NAME=value``, in the order of systemd.

    Raises:
        UnmeasuredError: there is none, or a line is no assignment.
    """
    found = [(line, re.fullmatch(r"([A-Za-z_]\w*)=.*", line)) for line in lines]
    if not found or not all(name for _, name in found):
        raise UnmeasuredError("manager: systemd says something else than its variables")
    left_out = re.compile(f"{_ELSEWHERE}|{_OF_ITS_HOST}")
    return [line for line, name in found if name and not left_out.fullmatch(name[1])]

"""What an inventory says, whoever read it: machines, their groups, and their settings with their place."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

HOSTS_FILE = "hosts.yml"
"""The one inventory file that we read ourselves."""

MAX_HOSTS = 5000
"""More hosts in one site are taken for a range that went wrong."""

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252})")
_IGNORED_NAMES = frozenset({"group_vars", "host_vars", "vars_plugins"})
_IGNORED_ENDS = (
    *(".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst"),
    *(".orig", ".cfg", ".retry"),
)
"""What Ansible skips in a folder of inventories (ansible-core, ``INVENTORY_IGNORE_EXTS``)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable, and where it was set."""

    name: str
    value: object
    owner: str
    """The host or group that it was set for."""
    file: Path
    line: int = 0
    """0 when the line is not known."""

    @property
    def ours(self) -> bool:
        """Whether it concerns us; every other variable is the operator's own."""
        return self.name.startswith(("ansible_", "parity_"))


@dataclass(frozen=True, slots=True)
class Machine:
    """One host as the inventory has it, nothing checked yet."""

    name: str
    groups: frozenset[str]
    """Every group that it is in, through child groups too."""
    settings: Mapping[str, Setting]
    """The setting that wins, for each name."""
    file: Path
    line: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """All of one inventory."""

    machines: tuple[Machine, ...]
    groups: frozenset[str]
    settings: tuple[Setting, ...]
    """Every setting that was read, the overridden ones too."""
    file: Path


def inventory_files(directory: Path) -> tuple[Path, ...]:
    """The entries of a site's folder that Ansible would read as an inventory."""
    if not directory.is_dir():
        return ()
    return tuple(path for path in sorted(directory.iterdir()) if not _ignored(path.name))


def _ignored(name: str) -> bool:
    return name.startswith(".") or name in _IGNORED_NAMES or name.endswith(_IGNORED_ENDS)


def is_name(text: str) -> bool:
    """Whether a text can be a host's name or address: letters, digits, ``. _ -``, or an IP literal."""
    if _NAME.fullmatch(text):
        return True
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def expand(pattern: str) -> Iterator[str]:
    """The names that a host range stands for, as in Ansible: ``web[01:03]``, ``db[a:c]``, ``n[0:8:2]``.

    Raises:
        ValueError: the range cannot be read, or is empty; the text says what was expected.
    """
    if "[" not in pattern:
        yield pattern
        return
    head, _, rest = pattern.partition("[")
    inside, closed, tail = rest.partition("]")
    bounds = inside.split(":")
    if not closed or len(bounds) not in {2, 3} or not bounds[1]:
        raise ValueError("expected a range such as web[01:03] or web[a:c]; write begin and end")
    begin, end, step = (*bounds, "1")[:3]
    for middle in _counted(begin or "0", end, step):
        yield from expand(f"{head}{middle}{tail}")


def _counted(begin: str, end: str, step: str) -> Iterator[str]:
    """Letters or numbers from begin to end, both included; a leading zero sets the width."""
    if not re.fullmatch(r"[1-9][0-9]{0,8}", step):
        raise ValueError(f'expected a step such as 2, found "{step}"; write a whole number above 0')
    letters = string.ascii_letters
    if len(begin) == len(end) == 1 and begin in letters and end in letters:
        names = list(letters[letters.index(begin) : letters.index(end) + 1 : int(step)])
        first, last = letters.index(begin), letters.index(end)
    elif re.fullmatch(r"[0-9]{1,9}", begin) and re.fullmatch(r"[0-9]{1,9}", end):
        width = len(begin) if begin.startswith("0") and len(begin) > 1 else 0
        if width and len(end) != width:
            raise ValueError(
                f"expected begin and end of one length, found {begin} and {end}; write {end:>0{width}}"
            )
        first, last = int(begin), int(end)
        names = [str(number).zfill(width) for number in range(first, last + 1, int(step))[: MAX_HOSTS + 1]]
    else:
        raise ValueError(
            f"expected two numbers or two letters, found {begin} and {end}; write such as [01:03]"
        )
    if first > last:
        raise ValueError(f"expected begin before end, found {begin} and {end}; change their order")
    yield from names

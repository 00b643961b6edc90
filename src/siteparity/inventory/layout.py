"""The content of an inventory, in whatever format: machines, their groups, and their settings with places."""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

HOSTS_FILE = "hosts.yml"
"""The inventory file that this package reads itself."""

MAX_HOSTS = 5000
"""More hosts at one site are taken for a mistake in a range."""

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252})")
_IGNORED_NAMES = frozenset({"group_vars", "host_vars", "vars_plugins"})
_IGNORED_ENDS = (
    *(".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst"),
    *(".orig", ".cfg", ".retry"),
)
"""Files that Ansible skips in a folder of inventories (ansible-core, ``INVENTORY_IGNORE_EXTS``)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable, and where it is set."""

    name: str
    value: object
    owner: str
    """The host or group that it is set for."""
    file: Path
    line: int = 0
    """0 if the line is not known."""

    @property
    def ours(self) -> bool:
        """Whether this package uses it; all other variables are the operator's."""
        return self.name.startswith(("ansible_", "parity_"))


@dataclass(frozen=True, slots=True)
class Machine:
    """One host as the inventory names it, not checked yet."""

    name: str
    groups: frozenset[str]
    """Every group that contains it, directly or through child groups."""
    settings: Mapping[str, Setting]
    """Name -> the setting that takes precedence."""
    file: Path
    line: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """All of one inventory."""

    machines: tuple[Machine, ...]
    groups: frozenset[str]
    settings: tuple[Setting, ...]
    """Every setting that was read, including overridden ones."""
    file: Path

    @property
    def empty_groups(self) -> tuple[str, ...]:
        """The groups without a host, in alphabetical order."""
        filled = {group for machine in self.machines for group in machine.groups}
        return tuple(sorted(self.groups - filled - {"all", "ungrouped"}))


def inventory_files(directory: Path) -> tuple[Path, ...]:
    """The entries of a site's folder that Ansible reads as an inventory."""
    if not directory.is_dir():
        return ()
    return tuple(path for path in sorted(directory.iterdir()) if not _ignored(path.name))


def _ignored(name: str) -> bool:
    return name.startswith(".") or name in _IGNORED_NAMES or name.endswith(_IGNORED_ENDS)


def with_groups_above(groups: Iterable[str], parents: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Some groups, and every group that contains one of them; always with ``all``.

    Args:
        groups: the groups that name a host.
        parents: group -> the groups directly above it.
    """
    found: set[str] = set()
    pending = list(groups)
    while pending:
        group = pending.pop()
        if group not in found:
            found.add(group)
            pending += parents.get(group, ())
    return frozenset(found | {"all"})


def is_name(text: str) -> bool:
    """Whether a text can be the name or address of a host: letters, digits, ``. _ -``, or an IP address."""
    if _NAME.fullmatch(text):
        return True
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def expand(pattern: str) -> Iterator[str]:
    """The names in one of Ansible's host ranges: ``web[01:03]``, ``db[a:c]``, ``n[0:8:2]``.

    Raises:
        ValueError: the range is malformed or empty; says what was expected.
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
    """The letters or numbers from begin to end, inclusive; a leading zero sets the width."""
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

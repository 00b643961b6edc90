"""Users and groups: passwd(5), group(5), and from shadow(5) only whether there is a password.

getent(1) also finds accounts of other sources, such as a directory service (nsswitch.conf(5)).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.given import DECODE, items
from siteparity.tools.program import filled, program

QUESTION = DECODE + filled(program(__package__, "database.sh"), items=items("NAMES"))
"""A shell text about all accounts of the host, and about those in ``$NAMES`` (at least one)."""
PARTS = ("passwd", "group", "shadow", "named")

_NAME = r"[A-Za-z_][A-Za-z0-9_.-]*\$?"
_USER = re.compile(rf"({_NAME}):[^:]*:([0-9]{{1,10}}):([0-9]{{1,10}}):[^:]*:([^:]*):([^:]*)")
_GROUP = re.compile(rf"({_NAME}):[^:]*:([0-9]{{1,10}}):([^:]*)")
_PASSWORD = re.compile(rf"({_NAME}):(none|locked|set)")

FIRST_PERSON = 1000
"""Packages get the ids below it, in the order of their installation (login.defs(5), UID_MIN)."""


@dataclass(frozen=True, slots=True)
class User:
    """One account."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str


@dataclass(frozen=True, slots=True)
class AccountDatabase:
    """The accounts of one host."""

    users: Mapping[str, User]
    """The entries of /etc/passwd."""
    groups: Mapping[str, tuple[int, tuple[str, ...]]]
    """Name -> id, members."""
    passwords: Mapping[str, str]
    """Name -> ``none``, ``locked`` or ``set``."""
    named: Mapping[str, User]
    """The accounts that were asked for by name, from any source."""

    def everybody(self) -> Mapping[str, User]:
        """Every known account by its name."""
        return {**self.users, **self.named}

    def group_of(self, user: User) -> str:
        """The name of a user's primary group, or its number."""
        names = [name for name, (gid, _) in self.groups.items() if gid == user.gid]
        return names[0] if names else str(user.gid)


def read(parts: Mapping[str, Sequence[str]]) -> AccountDatabase:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: a line is not understood, or there is no root.
    """
    users = _users(parts["passwd"])
    if "root" not in users:
        raise UnmeasuredError("accounts: /etc/passwd has no root")
    groups: dict[str, tuple[int, tuple[str, ...]]] = {}
    for line in _local(parts["group"]):
        found = _matched(_GROUP, line, "/etc/group")
        groups.setdefault(found[1], (int(found[2]), tuple(sorted(filter(None, found[3].split(","))))))
    words = [_matched(_PASSWORD, line, "/etc/shadow") for line in parts["shadow"] if line]
    passwords = {word[1]: word[2] for word in reversed(words)}
    return AccountDatabase(users, groups, passwords, _users(parts["named"]))


def _users(entries: Iterable[str]) -> Mapping[str, User]:
    users: dict[str, User] = {}
    for line in _local(entries):
        found = _matched(_USER, line, "/etc/passwd")
        users.setdefault(found[1], User(found[1], int(found[2]), int(found[3]), found[4], found[5]))
    return users


def _local(entries: Iterable[str]) -> list[str]:
    """The entries without those that only include others (``+``, ``-``: nsswitch.conf(5), compat)."""
    return [line for line in entries if line and not line.startswith(("+", "-"))]


def _matched(pattern: re.Pattern[str], line: str, file: str) -> re.Match[str]:
    found = pattern.fullmatch(line)
    if found is None:
        raise UnmeasuredError(f"accounts: a line of {file} is not understood")
    return found

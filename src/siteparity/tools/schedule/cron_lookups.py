"""The users of a host's crontabs, and which words of the crontabs are programs that these users may run.

A user's rights are tried as that user. What PAM would say to cron follows from the shadow entry (shadow(5),
pam_unix(8)). A password's hash never leaves the host.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from siteparity.model import UnmeasuredError
from siteparity.tools.given import DECODE, items
from siteparity.tools.program import filled, program
from siteparity.tools.schedule.cron_files import FOLDER, SPOOL, SYSTEM

USABLE = "usable"

OLDEST, NEWEST = 946_684_800, 4_102_444_800
"""2000-01-01 and 2100-01-01, in seconds since 1970: between them is what a host's clock may say."""

QUESTION = DECODE + filled(
    program(__package__, "cron_lookups.sh"), items=items("JOBS"), system=SYSTEM, folder=FOLDER, spool=SPOOL
)
"""A shell text about the crontabs of the host, and about lines as ``/etc/crontab`` has them in ``$JOBS``."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user as whom jobs run."""

    number: int
    """The user's id."""
    usable: str
    """`USABLE`, or why PAM does not let cron use it."""
    runs: frozenset[str] = frozenset()
    """The paths that it may run, among those that were looked up."""
    reads: frozenset[str] = frozenset()
    """Likewise, the paths that it may read."""


@dataclass(frozen=True, slots=True)
class Lookups:
    """What the host knows about the users and the words in its crontabs."""

    users: frozenset[str]
    """The users that were looked up. Those in `accounts` exist."""
    words: frozenset[str]
    folders: frozenset[str]
    accounts: Mapping[str, Account] = field(default_factory=dict)


def read(lines: Sequence[str]) -> Lookups:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: it is not understood, or nothing was looked up.
    """
    by_tag: dict[str, list[str]] = {"user": [], "word": [], "folder": [], "aging": [], "local": [], "now": []}
    found: dict[str, dict[str, set[str]]] = {}
    numbers: dict[str, int] = {}
    of_user: dict[str, set[str]] = {}
    for line in lines:
        tag, _, text = line.partition("=")
        if tag == "account":
            name, _, number = text.partition(":")
            numbers[name] = _number(number)
            of_user = found.setdefault(name, {"runs": set(), "reads": set()})
        elif tag in of_user:
            of_user[tag].add(text)
        elif tag in by_tag:
            by_tag[tag].append(text)
        else:
            raise UnmeasuredError(f"lookups: cannot read {line[:80]!r}")
    if len(by_tag["now"]) != 1 or not by_tag["folder"]:
        raise UnmeasuredError("lookups: their users and programs were not looked up")
    today = _day(by_tag["now"][0])
    aging = dict(text.split(":", 1) for text in by_tag["aging"] if ":" in text)
    accounts = {
        name: Account(
            numbers[name], _usable(aging.get(name), today), frozenset(of["runs"]), frozenset(of["reads"])
        )
        for name, of in found.items()
    }
    return Lookups(
        frozenset(by_tag["user"]), frozenset(by_tag["word"]), frozenset(by_tag["folder"]), accounts
    )


def _usable(aging: str | None, today: int) -> str:
    """What PAM answers to cron, which cannot ask for a new password (shadow(5), pam_unix(8))."""
    found = re.fullmatch("(-?[0-9]*):(-?[0-9]*):(-?[0-9]*)", "::" if aging is None else aging)
    if found is None:
        raise UnmeasuredError("lookups: cannot read the shadow entry of a user")
    changed, most, expires = (int(text) if text.strip("-") else -1 for text in found.groups())
    if 0 <= expires <= today:
        return "the account has expired"
    if changed == 0 or (0 <= changed <= today and 0 <= most < today - changed):
        return "the password has expired"
    return USABLE


def _day(now: str) -> int:
    """The day of a host's clock, counted from 1970-01-01. A clock may be wrong, but not by centuries."""
    seconds = _number(now)
    if not OLDEST <= seconds < NEWEST:
        raise UnmeasuredError(f"lookups: {now} is no moment of these years, in seconds since 1970")
    return seconds // 86400


def _number(text: str) -> int:
    if not re.fullmatch("[0-9]{1,20}", text):
        raise UnmeasuredError(f"lookups: {text[:40]!r} is not a number")
    return int(text)

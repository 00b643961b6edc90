"""The jobs in a host's crontabs, and why cron ignores some of them.

The reasons are those of cron(8), and of ``process_crontab`` in database.c of cron 3.0pl1-162. Cron writes
them to the log at best, and goes on without the file; run-parts(8) reports nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from siteparity.model import UnmeasuredError
from siteparity.tools.schedule.cron_files import FOLDER, OTHERS, SCRIPTS, SPOOL, File
from siteparity.tools.schedule.cron_lookups import Lookups
from siteparity.tools.schedule.cron_syntax import CrontabError, Entry, parse
from siteparity.tools.secrets import arguments

ACCEPTED = "accepted"

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_LSB_NAME = re.compile(r"_?([a-z0-9_.]+-)+[a-z0-9]+|[a-z0-9][a-z0-9-]*")
_LSB_LEFTOVER = re.compile(r"[a-z0-9-].*dpkg-(old|dist)")
_WRITABLE_BY_OTHERS = 0o022
_OWN_MODE = 0o600
_EXECUTABLE = 0o111
_ROOT = 0
_LEFTOVER = "left over"


@dataclass(frozen=True, slots=True)
class Job:
    """One job of one crontab."""

    file: File
    entry: Entry
    refused: str | None
    """Why cron ignores the file; None if it does not."""

    @property
    def user(self) -> str:
        """The user as whom it runs."""
        return self.file.name if self.entry.user is None else self.entry.user

    @property
    def item(self) -> str:
        """Its name in tables, without what may be a secret."""
        return f"{self.file.path}: {self.user}: {arguments.shown(self.entry.command)[0]}"

    def written(self, known: frozenset[str]) -> str:
        """Its time and settings, without what may be a secret; ``known`` are words that everybody knows."""
        settings = [f"{name}={shown}" for name, (shown, _) in self._settings(known).items()]
        return f"{self.entry.when} with {' '.join(settings)}" if settings else self.entry.when

    def hidden(self, known: frozenset[str]) -> tuple[str, ...]:
        """What its name, and its settings, hide."""
        return (
            *arguments.shown(self.entry.command)[1],
            *(text for _, hidden in self._settings(known).values() for text in hidden),
        )

    def _settings(self, known: frozenset[str]) -> Mapping[str, tuple[str, tuple[str, ...]]]:
        return {
            name: arguments.shown_setting(name, value, known)
            for name, value in sorted(self.entry.settings.items())
        }


@dataclass(frozen=True, slots=True)
class Jobs:
    """What cron and run-parts find on a host."""

    files: Mapping[str, str]
    """Each crontab and each script -> `ACCEPTED`, or why it is ignored."""
    jobs: tuple[Job, ...]
    without_jobs: tuple[File, ...]
    """The other files: scripts, damaged crontabs, lists of users."""
    lookups: Lookups


def sort_out(found: Iterable[File], lookups: Lookups, leftovers: Sequence[str], *, lsb_names: bool) -> Jobs:
    """Which files cron and run-parts accept, and the jobs in them.

    Args:
        found: the files of the host.
        lookups: what the host knows of their users and words.
        leftovers: patterns of file names that cron is meant to ignore.
        lsb_names: whether cron was started with ``-l``.

    Raises:
        UnmeasuredError: a file cannot be judged, or its user was not looked up.
    """
    files: dict[str, str] = {}
    jobs: list[Job] = []
    without_jobs: list[File] = []
    for file in found:
        refused = _ignored(file, leftovers, lsb_names=lsb_names)
        if refused is _LEFTOVER:
            continue
        entries = None
        if file.place in SCRIPTS:
            refused = refused or _script(file)
        elif file.path not in OTHERS:
            entries, refused = _entries(file, lookups, refused)
        if file.path not in OTHERS:
            files[file.path] = refused or ACCEPTED
        if entries is None:
            without_jobs.append(file)
        jobs += [Job(file, entry, refused) for entry in entries or ()]
    return Jobs(files, tuple(jobs), tuple(without_jobs), lookups)


def _ignored(file: File, leftovers: Sequence[str], *, lsb_names: bool) -> str | None:
    """Why cron or run-parts ignores a file for its name; None if it does not."""
    if file.place == SPOOL:
        return _LEFTOVER if file.name.startswith("tmp.") else None  # crontab(1) is writing it
    if file.place == FOLDER and lsb_names:
        taken = bool(_LSB_NAME.fullmatch(file.name)) and not _LSB_LEFTOVER.match(file.name)
    else:
        taken = file.place not in (FOLDER, *SCRIPTS) or bool(_NAME.fullmatch(file.name))
    if not taken and any(fnmatchcase(file.name, pattern) for pattern in leftovers):
        return _LEFTOVER
    return None if taken else "ignored for its name"


def _script(file: File) -> str | None:
    """Why run-parts does not start a file; None if it does."""
    if file.kind != "f":
        return "no regular file"
    return None if file.mode & _EXECUTABLE else "not executable"


def _entries(
    file: File, lookups: Lookups, ignored: str | None
) -> tuple[tuple[Entry, ...] | None, str | None]:
    """The jobs of a crontab, None if it cannot be read; and why cron ignores it, None if it does not."""
    own = file.place == SPOOL
    refused = ignored or (_refused_own(file, lookups) if own else _refused(file))
    if b"\0" in file.content:
        raise UnmeasuredError(f"{file.path}: holds a NUL byte")
    try:
        entries = parse(file.content, system=not own)
    except CrontabError as error:
        return None, refused or str(error)
    return entries, refused or next(_strangers(file, entries, lookups), None)


def _strangers(file: File, entries: Iterable[Entry], lookups: Lookups) -> Iterator[str]:
    for entry in entries:
        if entry.user is None or entry.user in lookups.accounts:
            continue
        if entry.user not in lookups.users:
            raise UnmeasuredError(f"{file.path}: the user {entry.user[:40]!r} was not looked up")
        yield f"line {entry.line}: there is no user {entry.user}"


def _refused(file: File) -> str | None:
    """Why cron ignores ``/etc/crontab`` or a file in ``/etc/cron.d``, apart from its content."""
    if file.link_owner not in (None, _ROOT):
        return "a link that is not root's"
    if file.kind == "l":
        return "a link that leads nowhere"
    if file.owner != _ROOT:
        return "not owned by root"
    return _insecure(file, allowed=file.mode & ~_WRITABLE_BY_OTHERS)


def _refused_own(file: File, lookups: Lookups) -> str | None:
    """Why cron ignores a user's own crontab, apart from its content."""
    if file.name not in lookups.users:
        raise UnmeasuredError(f"{file.path}: its user was not looked up")
    account = lookups.accounts.get(file.name)
    if account is None:
        return f"there is no user {file.name}"
    if file.link_owner is not None:
        return "a symbolic link"
    if file.owner not in (_ROOT, account.number):
        return f"owned neither by {file.name} nor by root"
    return _insecure(file, allowed=_OWN_MODE)


def _insecure(file: File, *, allowed: int) -> str | None:
    if file.kind != "f":
        return "no regular file"
    if file.mode != allowed:
        return f"insecure mode {file.mode:04o}"
    return None if file.links == 1 else "a file with hard links"


def by_item(jobs: Iterable[Job]) -> Mapping[str, list[Job]]:
    """The jobs by name: those that differ in their time only share one."""
    found: dict[str, list[Job]] = {}
    for job in jobs:
        found.setdefault(job.item, []).append(job)
    return found

"""Uploads: what customers and staff stored at the primary lies at the standby as well.

Pictures, invoices and attachments are in no database and in no release. Whatever copies them (rsync in a
timer, a cluster file system, a mounted bucket) can stop, leave a folder out, or bring empty files, and the
standby then shows pages without pictures. The files are counted, and of each class of age the newest and the
oldest are looked for at the other site, with their content, owner and mode
(`siteparity.tools.storage.stored`). A file that changed a short time ago may still be on its way. Links are
not followed: a folder to which one leads is named by itself.

Hosts of a role are held to what any host of this role has at the primary.

Sources: stat(2), sha256sum(1), rsync(1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Self

from pydantic import model_validator

from siteparity.model import Facts, Table, Unmeasured, UnmeasuredError
from siteparity.policy import AbsolutePath, Percent, RoleName, Section
from siteparity.policy.applications import Applications
from siteparity.policy.bounds import at_least, at_most
from siteparity.policy.patterns import STORED_FILES, matches_any
from siteparity.policy.section import PathPattern, PositiveDuration
from siteparity.probes import Answers, Probe, Reading, SecondLook, Seen, Target, by_role, once
from siteparity.tools.given import CHARACTERS, coded, decoded
from siteparity.tools.storage import stored
from siteparity.transport import words
from siteparity.transport.script import Ask, Kind, Word

THERE = "there"
FILLED = "a folder with files"
EMPTY = "a folder without files"
_PLAIN = re.compile("[0-9A-Za-z.:/%_@+,-]+")
"""A path, coded."""


class Policy(Section):
    """Where files are stored, and how soon they must be at the other site."""

    only_named: ClassVar[bool] = True
    question: ClassVar[str] = "name folders, or remove the section"

    folders: Mapping[RoleName, tuple[AbsolutePath, ...]] = {}
    """For each role: the folders into which its applications write what must not be lost."""
    arrive_within: Annotated[PositiveDuration, at_most("7d")] = timedelta(hours=1)
    """How old a file may be that is not at the other site yet."""
    enough: Annotated[Percent, at_least("90%")] = 100.0
    """How much the standby must have of the primary's files, and of their bytes, that are old enough."""
    leave_out: tuple[PathPattern, ...] = ()
    """Patterns of files that each site makes for itself, such as thumbnails; ``*`` stands for slashes as
    well."""

    @model_validator(mode="after")
    def _files_are_looked_at(self) -> Self:
        inside = [
            f"{folder}/{name}" for some in self.folders.values() for folder in some for name in STORED_FILES
        ]
        if wide := [one for one in self.leave_out if matches_any(one, inside)]:
            raise ValueError(
                f"expected patterns in leave_out that leave stored files in, found {', '.join(wide)}; "
                "name the folder that is meant"
            )
        return self

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """What they store, but for what servers of data keep in files of their own."""
        found = of.lists(lambda one: () if one.postgresql or one.redis else one.uploads)
        return {"folders": found} if found else {}


_HELD = Ask(stored.HELD, words=(words.PLACES, words.ELSEWHERE), timeout=30)
STORED = Word(
    "STORED",
    CHARACTERS,
    60_000,
    Kind.LIST,
    "files of the other site, with size, digest, owner and mode: it tells whether they lie here too",
)
_ARRIVED = Ask(stored.ARRIVED, words=(STORED,), timeout=30)


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """What the folders hold."""
    return {"held": _HELD.about(PLACES=_folders(target), ELSEWHERE=target.section.leave_out)}


def _folders(target: Target[Policy]) -> tuple[str, ...]:
    return target.listed(target.section.folders)


@once
def _held(answers: Answers, target: Target[Policy]) -> Mapping[str, stored.Folder]:
    found = stored.read_held(answers.rows("held"))
    if lacking := [folder for folder in _folders(target) if folder not in found]:
        raise UnmeasuredError(f"held: the answer says nothing about {lacking[0]}")
    return found


def read_folders(answers: Answers, target: Target[Policy]) -> Table:
    """Each folder -> `FILLED`, or what is there instead. An empty one proves nothing of a copy."""
    return {
        path: one.problem or (FILLED if one.classes else EMPTY)
        for path, one in _held(answers, target).items()
    }


def read_rights(answers: Answers, target: Target[Policy]) -> Table:
    """Each folder -> mode, owner and group; what is no folder has none."""
    return {path: one.rights or one.problem for path, one in _held(answers, target).items()}


def read_amount(answers: Answers, target: Target[Policy]) -> Table:
    """Each folder -> how many files it holds, and their bytes."""
    return _amounts(answers, target, 0)


def read_settled(answers: Answers, target: Target[Policy]) -> Table:
    """The same of the files that are so old that they must have arrived."""
    return _amounts(answers, target, target.section.arrive_within.total_seconds())


def _amounts(answers: Answers, target: Target[Policy], seconds: float) -> Table:
    found: dict[str, int] = {}
    for path, one in _held(answers, target).items():
        if not one.problem:
            old = tuple(one.older(seconds))
            found[f"{path}: files"] = sum(some.files for some in old)
            found[f"{path}: bytes"] = sum(some.size for some in old)
    return found


def read_named(answers: Answers, target: Target[Policy]) -> Table:
    """Each file by which the sites are compared, its path coded as in a word -> what must be the same."""
    seconds = target.section.arrive_within.total_seconds()
    return {
        coded([one.path]): one.state
        for folder in _held(answers, target).values()
        for some in folder.older(seconds)
        for one in some.named
    }


def ask_arrived(_: Target[Policy]) -> Mapping[str, Ask]:
    """Whether files of the other site lie here."""
    return {"arrived": _ARRIVED}


def files_of_the_other_site(target: Target[Policy], seen: Seen) -> Mapping[str, str]:
    """The files by which this host is compared with those of its roles at the other site.

    Raises:
        UnmeasuredError: none of them told its files.
    """
    if target.other is None:
        raise UnmeasuredError("arrived: the other site is not known, so nothing is known of its files")
    tables = list(_of_peers(target, seen))
    if not tables:
        raise UnmeasuredError(f"arrived: no host of {target.other.name} told what it has stored")
    # A path in which a secret was hidden is none any more.
    files = {(path, state) for table in tables for path, state in table.items() if _PLAIN.fullmatch(path)}
    return {STORED.name: _short([f"{state}:{decoded(path)[0]}" for path, state in sorted(files)])}


def _of_peers(target: Target[Policy], seen: Seen) -> Iterator[Table]:
    """What each measured host of the other site, of one of this host's roles, named."""
    roles = [role for role in target.roles if target.section.folders.get(role)]
    peers = {host.name for role in roles for host in target.other.in_role(role)} if target.other else set()
    for name in sorted(peers):
        facts: Facts = seen.get((target.other.name, name), {}) if target.other else {}
        table = facts.get("_named")
        if table is not None and not isinstance(table, Unmeasured):
            yield table


def _short(files: list[str]) -> str:
    """As many of the files as fit into a word, from all over the row."""
    while len(told := coded(files)) > STORED.longest:
        files = files[::2]
    return told


def read_arrived(answers: Answers, target: Target[Policy]) -> Table:
    """Each file of the other site that must be here -> `THERE`, or what is wrong with it."""
    found = stored.read_arrived(answers.rows("arrived"))
    for folder in _folders(target):
        if not any(path.startswith(f"{folder.rstrip('/')}/") for path in found):
            raise UnmeasuredError(
                f"arrived: the other site told no file of {folder} that has been there long enough, "
                "so nothing shows that files arrive"
            )
    return found


PROBE = Probe(
    section=Policy,
    ask=ask,
    always=(_HELD, _ARRIVED),
    tables={
        "folders": Reading(read_folders, healthy=FILLED, roles=by_role("folders")),
        "rights": Reading(read_rights, roles=by_role("folders")),
        "amount": Reading(read_amount, roles=by_role("folders"), moves=True),
        "settled": Reading(read_settled, roles=by_role("folders"), moves=True),
        "_named": Reading(read_named, roles=by_role("folders"), moves=True),
    },
    then=SecondLook(
        ask=ask_arrived,
        words=files_of_the_other_site,
        tables={"arrived": Reading(read_arrived, healthy=THERE, roles=by_role("folders"))},
    ),
)

"""What a PostgreSQL server says of itself, and the files of its host that its next start needs.

One statement (``postgres_server.sql``), so that the host starts ``psql`` only once. Its first lines name
paths, which a shell looks at (``postgres_server.sh``). A second shell runs as the server's own account, and
tries out what that account must be able to read and write (``postgres_tries.sh``).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import NamedTuple

from siteparity.model import Address, UnmeasuredError
from siteparity.tools.postgres import psql
from siteparity.tools.postgres_state import SEEN_FROM, State
from siteparity.tools.program import filled, program

AS_NEEDED = "as needed"

LIMITS = (
    "max_connections",
    "max_worker_processes",
    "max_wal_senders",
    "max_prepared_transactions",
    "max_locks_per_transaction",
    "max_replication_slots",
)
"""What the standby must have at least as much of as its primary. With less of any but the last, a hot standby
refuses to start or stops replaying (manual, 27.4.3)."""

OF_ONE_SERVER = (
    r"inet_server_(addr|port)|pg_control_system|pg_postmaster_start_time|system_identifier"
    r"|(cluster_name|listen_addresses|data_directory|primary_conninfo)\M"
)
"""What an expression says that is about the server on which it runs (POSIX, any case)."""

_OF_ONE_SITE = ("primary_conninfo", "primary_slot_name")
"""Settings that name the other site and may hold a password. They are never shown."""

_MOVING = (
    "in_hot_standby", "transaction_read_only", "transaction_isolation", "transaction_deferrable",
    "shared_memory_size", "shared_memory_size_in_huge_pages",
)  # fmt: skip
"""Settings that change by themselves."""


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


_STATEMENT = filled(
    program(__package__, "postgres_server.sql"),
    left_out=_listed((*_MOVING, *_OF_ONE_SITE, *LIMITS)),
    limits=_listed(LIMITS),
    of_one_server=f"'{OF_ONE_SERVER}'",
    seen_from=str(SEEN_FROM),
)
_TRIES = program(__package__, "postgres_tries.sh")
QUESTION = filled(
    program(__package__, "postgres_server.sh"), psql=psql([_STATEMENT]), tries=shlex.quote(_TRIES)
)
"""A shell text that prints what the server of ``$DATABASE`` says, and what its host has on disk."""
PARTS = ("state", "peer", "libraries", "files", "passfile", "starts", "tried")


@dataclass(frozen=True, slots=True)
class Server:
    """A server and its files."""

    state: State
    peer: tuple[Address, ...]
    """The addresses of the server that this one follows, or would follow; empty if it has none."""
    libraries: Mapping[str, bool]
    """Each library that the database or a setting names -> whether it is on disk."""
    files: Mapping[str, float]
    """Each configuration file -> when it was changed, in seconds since 1970."""
    has_password: bool
    """Whether libpq would find a password for that server in a file."""
    starts: Mapping[str, str]
    """Each thing that the server's next start needs -> `AS_NEEDED`, or what is wrong with it."""
    archive: Mapping[str, str]
    """The program that archives WAL, and each folder that it writes to -> the same."""


def read(parts: Mapping[str, Sequence[str]]) -> Server:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: it is not understood, or a file of the configuration was not tried.
    """
    state, peer, libraries, files, passfile, starts, tried = (
        [line for line in parts[name] if line] for name in PARTS
    )
    if len(state) != 1:
        raise UnmeasuredError("state: the answer is not what was asked for")
    changed, (needs, archive) = _files(files), _tried(tried)
    if not set(changed) <= set(needs):
        raise UnmeasuredError("tried: the list lacks files of the configuration")
    return Server(
        State.parsed(state[0]),
        _peer(peer),
        _libraries(libraries),
        changed,
        _password(passfile),
        _together(needs, _starts(starts)),
        archive,
    )


def _peer(lines: list[str]) -> tuple[Address, ...]:
    found: dict[Address, None] = {}
    for line in lines:
        try:
            found[ip_address(line.split(" ")[0])] = None
        except ValueError:
            if not line.startswith("unknown "):
                raise UnmeasuredError("peer: the answer is not what was asked for") from None
    return tuple(found)


def _libraries(lines: list[str]) -> Mapping[str, bool]:
    found = [line.partition(" ") for line in lines]
    if not found or any(there not in ("there", "missing") or not name for there, _, name in found):
        raise UnmeasuredError("libraries: the answer is not what was asked for")
    return {name: there == "there" for there, _, name in found}


def _files(lines: list[str]) -> Mapping[str, float]:
    found = [line.partition(" ") for line in lines]
    if not all(re.fullmatch(r"[0-9]{1,12}\.[0-9]{1,12}", when) and path for when, _, path in found):
        raise UnmeasuredError("files: the answer is not what was asked for")
    return {path: float(when) for when, _, path in found}


def _password(lines: list[str]) -> bool:
    """Whether libpq uses the file: it belongs to the server, is closed to others, and has an entry."""
    if not lines:
        return False
    rights = re.fullmatch(r"([0-7]{1,4}) (\S+) (\S+)", lines[0])
    if not rights or lines[1:] not in ([], ["entry"]):
        raise UnmeasuredError("passfile: the answer is not what was asked for")
    mode = rights[1].zfill(4)
    is_closed = mode.endswith("00") and mode[1] in "4567"
    return is_closed and rights[2] == rights[3] and lines[1:] == ["entry"]


_TRIED = {
    "readable": AS_NEEDED,
    "unreadable": "the server's account cannot read it",
    "open": AS_NEEDED,
    "closed": "the server's account cannot write there",
    "program": AS_NEEDED,
    "no-program": "the server's account finds no such program",
    "writable": AS_NEEDED,
    "unwritable": "the server's account cannot write there",
    "missing": "the server's account finds no such folder",
}


def _tried(lines: list[str]) -> tuple[Mapping[str, str], dict[str, str]]:
    """What the account must read or write at the next start; and the program and folders of archiving."""
    found = [line.partition(" ") for line in lines]
    if not found or any(word not in _TRIED or not name for word, _, name in found):
        raise UnmeasuredError("tried: the answer is not what was asked for")
    of_start = ("readable", "unreadable", "open", "closed")
    files = {name: _TRIED[word] for word, _, name in found if word in of_start}
    rest = {name: _TRIED[word] for word, _, name in found if word not in of_start}
    return files, rest


def _starts(lines: list[str]) -> Mapping[str, str]:
    """The owners and modes that the server insists on, and whether Debian would start it."""
    account = re.fullmatch(r"account ([0-9]{1,10})", lines[0]) if lines else None
    data = _held(lines[1].removeprefix("data ")) if lines[1:] and lines[1].startswith("data ") else None
    rest = lines[2:]
    key = _held(rest.pop(0)) if rest and not rest[0].startswith("start ") else None
    if not account or not data or len(rest) > 1:
        raise UnmeasuredError("starts: the answer is not what was asked for")
    own = int(account[1])
    wrong = _key(key.owner, key.mode, own) if key else ""
    return {
        data.path: _folder(data.owner, data.mode, own),
        **({key.path: wrong} if key and wrong else {}),
        **dict(map(_cluster, rest)),
    }


def _together(one: Mapping[str, str], other: Mapping[str, str]) -> Mapping[str, str]:
    """Two tables in one. If either says that something is wrong, that counts."""
    return {**one, **other, **{name: said for name, said in one.items() if said != AS_NEEDED}}


class _Held(NamedTuple):
    owner: int
    mode: int
    path: str


def _held(line: str) -> _Held:
    found = re.fullmatch(r"\S+ ([0-9]{1,10}) ([0-7]{1,4}) (/.*)", line)
    if not found:
        raise UnmeasuredError("starts: the answer is not what was asked for")
    return _Held(int(found[1]), int(found[2], 8), found[3])


def _folder(owner: int, mode: int, own: int) -> str:
    """As checkDataDir() judges the data directory (PostgreSQL, miscinit.c)."""
    if owner != own:
        return "belongs to another account than the server's"
    return f"mode {mode:04o}, must be 0700 or 0750" if mode & 0o027 else AS_NEEDED


def _key(owner: int, mode: int, own: int) -> str:
    """As check_ssl_key_file_permissions() judges a private key (PostgreSQL, be-secure-common.c)."""
    if owner not in (own, 0):
        return "belongs to another account than the server's or root"
    most = "0600" if owner else "0640 as it is root's"
    return f"mode {mode:04o}, must be {most} or less" if mode & (0o077 if owner else 0o037) else ""


def _cluster(line: str) -> tuple[str, str]:
    """Debian's start.conf. It does not matter if something else, such as Patroni, starts the server."""
    found = re.fullmatch(r"start (unit|another) (linked|enabled|unknown)((?: \S+)*)", line)
    if not found:
        raise UnmeasuredError("starts: the answer is not what was asked for")
    by, following, said = found[1], found[2], found[3].strip() or "nothing"
    if said == "manual":  # the aspect services judges a boot with it
        return "start.conf", "says manual, since systemd read it last" if following == "linked" else AS_NEEDED
    is_used = by == "unit" or following != "unknown"
    return (
        "start.conf",
        f"says {said}, so its unit cannot start it" if said != "auto" and is_used else AS_NEEDED,
    )

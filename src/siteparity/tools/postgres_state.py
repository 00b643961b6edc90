"""What a PostgreSQL server said of itself, typed: the answer to `postgres_server.QUESTION` and its files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address

from pydantic import BaseModel, ConfigDict, ValidationError

from siteparity.model import Address, UnmeasuredError
from siteparity.tools import parts


class _Said(BaseModel):
    """A part of the JSON that was asked for; anything else is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class HbaLine(_Said):
    """A row of pg_hba_file_rules; one with an error has nothing else."""

    line_number: int
    type: str | None
    database: tuple[str, ...] | None
    user_name: tuple[str, ...] | None
    address: str | None
    netmask: str | None
    auth_method: str | None
    options: tuple[str, ...] | None
    error: str | None


class IdentLine(_Said):
    """A row of pg_ident_file_mappings."""

    line_number: int
    map_name: str | None
    sys_name: str | None
    pg_username: str | None
    error: str | None


class Role(_Said):
    """A role of the server."""

    login: bool
    replication: bool
    super: bool
    bypass: bool
    creates: bool
    limit: int
    settings: tuple[str, ...] | None
    expired: bool
    member_of: tuple[str, ...]


class State(_Said):
    """Everything that the server knows."""

    settings: Mapping[str, str]
    limits: Mapping[str, str]
    after_restart: Mapping[str, str]
    pending: tuple[str, ...]
    bad_settings: tuple[tuple[str | None, int | None, str], ...]
    loaded: float
    hba_file: str
    hba: tuple[HbaLine, ...]
    ident_file: str
    ident: tuple[IdentLine, ...]
    roles: Mapping[str, Role]
    passwords: tuple[str, ...]
    extensions: Mapping[str, str]
    slots: int
    conninfo: bool
    inline_password: bool
    slot_name: bool
    tables: Mapping[str, str]
    invalid: tuple[str, ...]
    unlogged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Server:
    """A server, and its files as its host has them."""

    state: State
    peer: tuple[Address, ...]
    """Where the host finds the server that this one follows, or would follow; empty when it does not."""
    libraries: Mapping[str, bool]
    """Each library that is named -> whether it is on the disk."""
    files: Mapping[str, float]
    """Each file of the configuration -> when it was changed, in seconds since 1970."""
    has_password: bool
    """Whether libpq would find a password for that server in a file."""


_PARTS = ("state", "peer", "libraries", "files", "passfile", "end")


@lru_cache(maxsize=4)
def read(answer: bytes) -> Server:
    """The whole answer.

    Raises:
        UnmeasuredError: it is not what was asked for, to the last line.
    """
    state, peer, libraries, files, passfile, end = map(parts.lines, parts.sections(answer, _PARTS))
    if end or len(state) != 1:
        raise UnmeasuredError("the answer is not what was asked for")
    return Server(_state(state[0]), _peer(peer), _libraries(libraries), _files(files), _password(passfile))


def _state(text: str) -> State:
    try:
        return State.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UnmeasuredError(f"the server's answer: {where}: {first['msg']}") from None


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
    """The file is the server's, closed to others, with an entry for the role: else it is passed over."""
    if not lines:
        return False
    rights = re.fullmatch(r"([0-7]{1,4}) (\S+) (\S+)", lines[0])
    if not rights or lines[1:] not in ([], ["entry"]):
        raise UnmeasuredError("passfile: the answer is not what was asked for")
    mode = rights[1].zfill(4)
    is_closed = mode.endswith("00") and mode[1] in "4567"
    return is_closed and rights[2] == rights[3] and lines[1:] == ["entry"]

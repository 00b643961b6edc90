"""The state of a PostgreSQL server, as the JSON that ``postgres_server.sql`` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from siteparity.model import UnmeasuredError

SEEN_FROM = 50
"""Per cent of its numbers from which on a sequence is told at all."""


class _JsonObject(BaseModel):
    """An object of the JSON: exactly these keys, with values of exactly these types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class HbaLine(_JsonObject):
    """A row of pg_hba_file_rules. If it has an error, all its other columns are NULL."""

    line_number: int
    type: str | None
    database: tuple[str, ...] | None
    user_name: tuple[str, ...] | None
    address: str | None
    netmask: str | None
    auth_method: str | None
    options: tuple[str, ...] | None
    error: str | None


class IdentLine(_JsonObject):
    """A row of pg_ident_file_mappings."""

    line_number: int
    map_name: str | None
    sys_name: str | None
    pg_username: str | None
    error: str | None


class Role(_JsonObject):
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


class State(_JsonObject):
    """Everything that the server knows of itself."""

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
    senders: int
    """How many processes send WAL now: to followers, and to copies that are being made."""
    conninfo: bool
    inline_password: bool
    slot_name: bool
    tables: Mapping[str, str]
    invalid: tuple[str, ...]
    unlogged: tuple[str, ...]
    broken: Mapping[str, int]
    locks: Mapping[str, str]
    """Each advisory lock that a session holds on a standby -> who holds it."""
    at_promotion: Mapping[str, str]
    """Each command that the server runs when it is promoted, or before -> its text."""
    crowded: Mapping[str, tuple[int, int]]
    """Each role and database with a limit of connections -> the limit, and how many are open."""
    oldest: Mapping[str, int]
    """Each database -> the age of its oldest transaction number."""
    prepared: Mapping[str, float]
    """Each prepared transaction -> its age in seconds."""
    logical: tuple[str, ...]
    """Slots of logical replication."""
    sequences: Mapping[str, float] | None
    """Each sequence that has used half of its numbers, or of those that fit into its column -> how many per
    cent; None if nobody may see them."""
    foreign: Mapping[str, str]
    """Each foreign server -> its options, without passwords: those are of user mappings."""
    of_one_server: tuple[str, ...]
    """Functions, defaults and views that ask on which server they run."""

    @classmethod
    def parsed(cls, text: str) -> Self:
        """Read the JSON.

        Raises:
            UnmeasuredError: it has another shape; the reason names the key.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise UnmeasuredError(f"the server's answer: {where}: {first['msg']}") from None

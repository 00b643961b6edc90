"""What a host must let the suite do beside running its collector: a role in PostgreSQL, a user in Redis.

Each aspect and each journey declares what it needs itself; `siteparity privileges` adds up what one host must
grant, and prints it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class DatabaseAccess:
    """A PostgreSQL role that sees the server's state (``pg_monitor``), and only the rows named here."""

    on: tuple[str, ...]
    """The roles of the hosts that run the server."""
    name: str
    """The PostgreSQL role."""
    database: str | None = None
    """The database that holds the rows; None if none are read."""
    queries: tuple[str, ...] = ()
    """Each SELECT that is run there."""


@dataclass(frozen=True, slots=True)
class RedisAccess:
    """A Redis user that sees the server's state, and no value."""

    on: tuple[str, ...]
    """The roles of the hosts that run the server."""
    name: str
    """The Redis user."""
    auth_file: str
    """The file on the host with the user's password."""
    keys: str | None = None
    """The pattern of the keys whose time to live is asked; None if none is."""


Grant: TypeAlias = DatabaseAccess | RedisAccess

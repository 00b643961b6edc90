"""The hosts that the command line names: ``HOST``, ``USER@HOST`` or ``ssh://USER@HOST:PORT``. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from siteparity.model import ConfigurationError, Connection, ConnectionKind
from siteparity.transport import ssh

_MOST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Place:
    """A host, and how ssh reaches it."""

    typed: str
    """As the user calls it."""
    connection: Connection


def places(typed: Sequence[str], ssh_config: Path | None = None) -> tuple[Place, Place]:
    """Both hosts.

    Args:
        typed: the two names.
        ssh_config: in place of the user's own.

    Raises:
        ConfigurationError: one of them is no host, both are the same, or there is no such file.
    """
    if ssh_config is not None and not ssh_config.is_file():
        raise ConfigurationError(f"--ssh-config: expected a file, found none at {ssh_config}; correct it")
    first, second = (Place(text, _connection(text, ssh_config)) for text in typed)
    if first.connection == second.connection:
        raise ConfigurationError(f"HOST: expected two hosts, found {second.typed!r} twice; name another one")
    return first, second


def _connection(typed: str, ssh_config: Path | None) -> Connection:
    scheme, _, rest = typed.rpartition("ssh://")
    is_uri = typed.startswith("ssh://") and not scheme
    user, at, place = (rest.removesuffix("/") if is_uri else typed).rpartition("@")
    address, port = _with_port(place, typed) if is_uri else (place, None)
    if (at and not user) or "://" in address:
        _refuse(typed)
    if not is_uri and re.fullmatch(r"[^:\[\]]+:[0-9]+", address):
        name, _, number = address.partition(":")
        _refuse(typed, f"write ssh://{user}{at}{name}:{number}")
    bare = address[1:-1] if re.fullmatch(r"\[[^\[\]]+\]", address) else address
    connection = Connection(ConnectionKind.SSH, bare, port, user or None, ssh_config=ssh_config)
    try:
        ssh.check(connection)
    except ConfigurationError:
        _refuse(typed)
    return connection


def _with_port(place: str, typed: str) -> tuple[str, int | None]:
    """``host:22``, ``[::1]:22`` -> address and port. An address of version 6 stands in brackets there."""
    found = re.fullmatch(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]{1,5}))?", place)
    if found is None or (found[2] and not 1 <= int(found[2]) <= _MOST_PORT):
        _refuse(typed)
    return found[1], int(found[2]) if found[2] else None


def _refuse(typed: str, advice: str = "correct it") -> NoReturn:
    raise ConfigurationError(
        f"HOST: expected HOST, USER@HOST or ssh://USER@HOST:PORT as ssh takes it, found {typed!r}; {advice}"
    )

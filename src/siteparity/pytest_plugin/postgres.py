"""Queries to a PostgreSQL server through a forwarded Unix socket: read-only, and with time limits."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from siteparity.model import UnmeasuredError

if TYPE_CHECKING:
    import psycopg

ANSWERS = "answers"
CONNECT_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Server:
    """How to connect to a server."""

    socket: Path
    """Has the name that the server gives its own: ``.s.PGSQL.5432``."""
    database: str
    user: str
    """The role. The server identifies the account at the other end of the socket (peer authentication)."""
    seconds: float
    """The time limit of each question."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answers to some questions, or why it did not answer."""

    state: str
    """`ANSWERS`, or the server's error."""
    in_recovery: bool = False
    """Whether the server follows another one."""
    read_only: bool = False
    """Whether transactions are read-only by the server's own settings."""
    numbers: tuple[int, ...] = ()
    """The answer to each question."""


def ask(server: Server, questions: Sequence[str], look_after: Callable[[], None]) -> Reply:
    """Ask each question, and return the numbers.

    Args:
        server: how to connect.
        questions: SELECTs that return one row with one number.
        look_after: called if there is no answer; raises UnmeasuredError if the connection to the host is
            broken.

    Raises:
        UnmeasuredError: the role lacks a right, or an answer is not a number.
    """
    import psycopg  # noqa: PLC0415  # it takes as long as all that a second judge does, who needs none of it
    from psycopg import errors  # noqa: PLC0415  # as above

    _forget_variables()
    try:
        with psycopg.connect(
            host=str(server.socket.parent),
            port=int(server.socket.name.rpartition(".")[2]),
            dbname=server.database,
            user=server.user,
            connect_timeout=CONNECT_SECONDS,
            application_name="siteparity",
            options=f"-c statement_timeout={round(server.seconds * 1000)}",
            autocommit=True,
        ) as connection:
            state = connection.execute("SELECT pg_is_in_recovery(), current_setting('transaction_read_only')")
            in_recovery, read_only = state.fetchone() or (False, "off")
            connection.execute("SET default_transaction_read_only = on")
            numbers = tuple(_number(connection, question) for question in questions)
            return Reply(ANSWERS, bool(in_recovery), read_only == "on", numbers)
    except (errors.InsufficientPrivilege, errors.InvalidAuthorizationSpecification) as error:
        raise UnmeasuredError(f"role {server.user}: {_words(error)}") from None
    except psycopg.Error as error:
        look_after()
        return Reply(_words(error) if error.sqlstate else "no answer")


def _forget_variables() -> None:
    """Take libpq's variables out of the environment: ``PGHOSTADDR`` or ``PGSERVICE`` name another server."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def _number(connection: psycopg.Connection[tuple[object, ...]], question: str) -> int:
    rows = connection.execute(question.encode()).fetchall()
    value = rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else None
    if not isinstance(value, int):
        raise UnmeasuredError(f"{question}: expected one row with one whole number")
    return value


def _words(error: psycopg.Error) -> str:
    """The first line of the server's message, at most 160 characters."""
    return (error.diag.message_primary or str(error)).split("\n")[0][:160]

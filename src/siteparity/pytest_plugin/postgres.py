"""Asking a PostgreSQL server through a forwarded Unix socket: read only, every wait with a limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import errors

from siteparity.model import UnmeasuredError

ANSWERS = "answers"
CONNECT_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Server:
    """Where to ask, and as whom."""

    socket: Path
    """Named as the server names its own: ``.s.PGSQL.5432``."""
    database: str
    user: str
    """The role; the server trusts the account at the other end of the socket (peer authentication)."""
    seconds: float
    """What each question may take."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said to some questions, or why it did not answer."""

    state: str
    """`ANSWERS`, or what it said instead."""
    in_recovery: bool = False
    """Whether it follows another server."""
    read_only: bool = False
    """Whether it refuses every write, whoever asks."""
    numbers: tuple[int, ...] = ()
    """One for each question."""


def ask(server: Server, questions: Sequence[str], look_after: Callable[[], None]) -> Reply:
    """Ask for one number with each question.

    Args:
        server: where and as whom.
        questions: SELECTs, each with one row of one number.
        look_after: called when there is no answer; raises `UnmeasuredError` if the way there is broken.

    Raises:
        UnmeasuredError: the role may not ask that, or the answer is no number.
    """
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


def _number(connection: psycopg.Connection[tuple[object, ...]], question: str) -> int:
    rows = connection.execute(question.encode()).fetchall()
    value = rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else None
    if not isinstance(value, int):
        raise UnmeasuredError(f"{question}: expected one row with one whole number")
    return value


def _words(error: psycopg.Error) -> str:
    """The server's own sentence, without the place in the statement."""
    return (error.diag.message_primary or str(error)).split("\n")[0][:160]

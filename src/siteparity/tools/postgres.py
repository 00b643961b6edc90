"""Questions to a PostgreSQL server, asked over its Unix socket by a shell on its own host."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from siteparity.model import UnmeasuredError, Value
from siteparity.tools import json_text
from siteparity.tools.given import DECODE, item

# SET rather than PGOPTIONS, so that reset_val still shows what the server's own files say of these settings.
# Without jit, which takes ten times as long to compile such statements as to run them.
_READ_ONLY = "SET default_transaction_read_only = on; "
_SETTINGS = "SET jit = off; SET statement_timeout = {milliseconds}"

FOLDERS = (
    "/var/lib/postgresql/*/* /var/lib/postgresql/data /var/lib/pgsql/data /var/lib/pgsql/*/data "
    "/var/lib/postgres/data /usr/local/pgsql/data /opt/postgres*/data /opt/postgres*/*/data "
    "/srv/postgres*/data /data/postgres* /data/pgsql* /pgdata /var/lib/edb/*/data"
)
"""Where data folders usually are, for a server that does not run: patterns of the shell."""


def psql(statements: Sequence[str], *, seconds: int = 5, read_only: bool = True) -> str:
    """A shell text that runs statements in one session and prints what they return, unaligned.

    It connects to ``$DATABASE`` as ``$DATABASE_USER``. It calls the server's own ``psql``: Debian's wrapper
    takes five times as long.

    Args:
        statements: that change nothing.
        seconds: the most that one statement may take.
        read_only: False for statements about ``default_transaction_read_only`` itself.
    """
    limits = _READ_ONLY * read_only + _SETTINGS.format(milliseconds=seconds * 1000)
    commands = " ".join(f"-c {shlex.quote(statement)}" for statement in (limits, *statements))
    # As an argument, the name of a database could be a whole connection string.
    return (
        f"{DECODE}{item('DATABASE')}\n{item('DATABASE_USER')}\n"
        "psql=psql; for one in /usr/pgsql-*/bin/psql /usr/lib/postgresql/*/bin/psql; "
        'do [ ! -x "$one" ] || psql=$one; done\n'
        "PGDATABASE=$DATABASE PGUSER=$DATABASE_USER PGCONNECT_TIMEOUT=3 PGAPPNAME=siteparity "
        f'"$psql" -X -q -A -t -v ON_ERROR_STOP=1 {commands}'
    )


def question(statements: Sequence[str], *, seconds: int = 5, read_only: bool = True) -> str:
    """A whole question: the rows that the statements return, and the end mark. Arguments as of `psql`."""
    session = psql(statements, seconds=seconds, read_only=read_only)
    return f"{session} || exit\necho end\n"


def rows(lines: Iterable[str], name: str) -> list[Mapping[str, Any]]:
    """The JSON object of each line.

    Raises:
        UnmeasuredError: a line is not a JSON object, or there is no line.
    """
    found = [json_text.parsed(line, name) for line in lines]
    if not found or not all(isinstance(row, dict) for row in found):
        raise UnmeasuredError(f"{name}: the answer holds no row")
    return found


def lsn(text: Value | None) -> int | None:
    """A position in the WAL as a number of bytes: ``1/A0`` is 2**32 + 160. None if it is not one."""
    found = re.fullmatch(r"([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})", text) if isinstance(text, str) else None
    return (int(found[1], 16) << 32) + int(found[2], 16) if found else None

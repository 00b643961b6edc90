"""Asking a PostgreSQL server over its Unix socket from a shell on its own host."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from siteparity.model import UnmeasuredError
from siteparity.tools import json_text

# By SET, not PGOPTIONS: so what the server's own files say of these settings stays to be seen (reset_val).
# jit: compiling such statements takes ten times as long as running them.
_READ_ONLY = "SET default_transaction_read_only = on; "
_SETTINGS = "SET jit = off; SET statement_timeout = {milliseconds}"


def psql(
    statements: Sequence[str], *, database: str, role: str, seconds: int = 5, read_only: bool = True
) -> str:
    """A shell text that runs read-only statements in one session and prints what they return, unaligned.

    Only statements about ``default_transaction_read_only`` itself need ``read_only=False``.
    The server's own ``psql`` is called, not Debian's wrapper, which costs five times as much.
    """
    limits = _READ_ONLY * read_only + _SETTINGS.format(milliseconds=seconds * 1000)
    commands = " ".join(f"-c {shlex.quote(statement)}" for statement in (limits, *statements))
    return (
        "psql=psql; for one in /usr/pgsql-*/bin/psql /usr/lib/postgresql/*/bin/psql; "
        'do [ ! -x "$one" ] || psql=$one; done\n'
        'PGCONNECT_TIMEOUT=3 PGAPPNAME=siteparity "$psql" -X -q -A -t -v ON_ERROR_STOP=1 '
        f"-d {shlex.quote(database)} -U {shlex.quote(role)} {commands}"
    )


def rows(text: str, name: str) -> list[Mapping[str, Any]]:
    """The JSON object of each line.

    Raises:
        UnmeasuredError: a line is no JSON object, or there is none.
    """
    found = [json_text.parsed(line, name) for line in text.split("\n") if line]
    if not found or not all(isinstance(row, dict) for row in found):
        raise UnmeasuredError(f"{name}: the answer holds no row")
    return found

"""Asking a Redis from a shell on its own host, as the suite's own user, whose password stays on the host."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Protocol


class RedisUser(Protocol):
    """What is needed to log in: a section of the policy with these keys."""

    @property
    def port(self) -> int:
        """Where Redis listens."""

    @property
    def user(self) -> str:
        """The ACL user of the suite."""

    @property
    def auth_file(self) -> str:
        """A file on the host with that user's password."""


def login(auth_file: str) -> str:
    """Shell lines that take the password from its file into the client's environment."""
    return f"REDISCLI_AUTH=$(cat -- {shlex.quote(auth_file)}) || exit\nexport REDISCLI_AUTH\n"


def client_words(section: RedisUser) -> Sequence[str]:
    """The client's name and options, for the Redis of the host itself."""
    return (
        *("redis-cli", "-e", "--no-auth-warning", "-h", "127.0.0.1", "-p", str(section.port)),
        *("--user", section.user),
    )


def client(section: RedisUser, words: str) -> str:
    """A shell text that asks the Redis of the host itself as the suite's user."""
    return (
        f"{login(section.auth_file)}"
        f"answer=$({shlex.join(client_words(section))} {words} 2>&1) "
        "|| { printf '%s\\n' \"$answer\" >&2; exit 1; }\n"
    )

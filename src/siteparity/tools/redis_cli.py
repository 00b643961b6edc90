"""Questions to a Redis, asked by a shell on its own host as the suite's user. Its password stays there."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Protocol


class RedisUser(Protocol):
    """What a login needs: a section of the policy with these keys."""

    @property
    def port(self) -> int:
        """The port on which Redis listens."""

    @property
    def redis_user(self) -> str:
        """The ACL user of the suite."""

    @property
    def auth_file(self) -> str:
        """A file on the host with that user's password."""


def login(auth_file: str) -> str:
    """Shell lines that read the password from its file into the client's environment."""
    return f"REDISCLI_AUTH=$(cat -- {shlex.quote(auth_file)}) || exit\nexport REDISCLI_AUTH\n"


def client_words(section: RedisUser) -> Sequence[str]:
    """The client's name and options, to reach the Redis of the host itself."""
    return (
        *("redis-cli", "-e", "--no-auth-warning", "-h", "127.0.0.1", "-p", str(section.port)),
        *("--user", section.redis_user),
    )


def client(section: RedisUser, words: str) -> str:
    """Shell lines that put what the host's own Redis answers to a command into ``$answer``.

    Args:
        section: who asks.
        words: the command, quoted for the shell.
    """
    return (
        f"{login(section.auth_file)}"
        f"answer=$({shlex.join(client_words(section))} {words} 2>&1) "
        "|| { printf '%s\\n' \"$answer\" >&2; exit 1; }\n"
    )


def question(section: RedisUser, words: str, *, through: str = "") -> str:
    """A whole question: what the host's own Redis answers to a command, and the end mark.

    Args:
        section: who asks.
        words: the command, quoted for the shell.
        through: a shell command that the answer is piped through.
    """
    pipe = f" | {through}" if through else ""
    return f"{client(section, words)}printf '%s\\n' \"$answer\"{pipe} || exit\necho end\n"

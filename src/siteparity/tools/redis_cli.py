"""Questions to a Redis or Valkey, asked by a shell on its own host as the suite's user.

Its password stays there.
"""

from __future__ import annotations

import shlex
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
    """Shell lines that read the password from its file into the client's environment, and find the client.

    Both clients read that variable. The client's name is in ``$CLIENT`` then.
    """
    return (
        f"REDISCLI_AUTH=$(cat -- {shlex.quote(auth_file)}) || exit\nexport REDISCLI_AUTH\n"
        "CLIENT=$(command -v redis-cli || command -v valkey-cli) ||\n"
        "{ echo 'neither redis-cli nor valkey-cli is installed' >&2; exit 127; }\n"
    )


def client_line(section: RedisUser) -> str:
    """The client and its options, to reach the Redis of the host itself; after `login`."""
    return (
        f'"$CLIENT" -e --no-auth-warning -h 127.0.0.1 -p {section.port} '
        f"--user {shlex.quote(section.redis_user)}"
    )


def client(section: RedisUser, words: str) -> str:
    """Shell lines that put what the host's own Redis answers to a command into ``$answer``.

    Args:
        section: who asks.
        words: the command, quoted for the shell.
    """
    return (
        f"{login(section.auth_file)}"
        f"answer=$({client_line(section)} {words} 2>&1) "
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

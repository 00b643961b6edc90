"""Customers' sessions in the site's own Redis.

Each worker opens its connection when it starts and keeps it: a setting that changes later, or a name that
moves, is not seen before the connection breaks or the service restarts.
"""

import re
import secrets

from redis import Redis
from redis.exceptions import RedisError

from .settings import Server

TTL_SECONDS = 3_600
TIMEOUT_SECONDS = 2.0

_SESSION_ID = re.compile(r"[0-9a-f]{32}")

SessionError = RedisError


class Sessions:
    """The session store: one key `session:<id>` a customer, which ends an hour after the last visit."""

    def __init__(self, server: Server) -> None:
        self._redis = Redis(
            host=server.host,
            port=server.port,
            db=int(server.database),
            username=server.user,
            password=server.password,
            socket_connect_timeout=TIMEOUT_SECONDS,
            socket_timeout=TIMEOUT_SECONDS,
            socket_keepalive=True,
            decode_responses=True,
        )

    def ping(self) -> None:
        """Prove that the store answers. The first call opens the connection that stays.

        Raises:
            SessionError: It does not, within two seconds.
        """
        self._redis.ping()

    def visit(self, session: str | None) -> tuple[str, int]:
        """Count one visit of a session.

        Args:
            session: The id that the customer sent. One that the store does not know gets a new one instead.

        Returns:
            The session's id and its visits, this one included.
        """
        if session is None or not self._alive(session):
            session = secrets.token_hex(16)
            self._redis.set(_key(session), 0, ex=TTL_SECONDS)
        return session, self._redis.incr(_key(session))

    def _alive(self, session: str) -> bool:
        """Whether the store knows the session, which then lives for another hour."""
        return bool(_SESSION_ID.fullmatch(session) and self._redis.expire(_key(session), TTL_SECONDS))

    def end(self, session: str | None) -> None:
        """Forget a session, if there is one."""
        if session is not None and _SESSION_ID.fullmatch(session):
            self._redis.delete(_key(session))

    def remove_endless(self) -> int:
        """Remove sessions that would never end by themselves; returns how many."""
        endless = [key for key in self._redis.scan_iter(match="session:*") if self._redis.ttl(key) == -1]
        return self._redis.delete(*endless) if endless else 0


def _key(session: str) -> str:
    return f"session:{session}"

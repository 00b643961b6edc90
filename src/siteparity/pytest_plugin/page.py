"""A web page as the standby serves it, fetched with limits on time and size, never following a redirect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import requests

from siteparity.model import UnmeasuredError

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 10.0
MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a web server."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    cookies: Mapping[str, str]
    text: str
    seconds: float

    @classmethod
    def fetch(cls, url: str, headers: Mapping[str, str]) -> Self:
        """Fetch a page once.

        Raises:
            AssertionError: the server does not answer, or not in time: it was tried, and does not work.
            UnmeasuredError: the answer is larger than `MAX_BYTES`.
        """
        with requests.Session() as session:
            session.trust_env = False
            try:
                with session.get(
                    url,
                    headers=dict(headers),
                    timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                    allow_redirects=False,
                    stream=True,
                ) as answer:
                    body = answer.raw.read(MAX_BYTES + 1, decode_content=True)
                    if len(body) > MAX_BYTES:
                        raise UnmeasuredError(f"the page is larger than {MAX_BYTES} bytes")
                    return cls(
                        status=answer.status_code,
                        headers={name.lower(): value for name, value in answer.headers.items()},
                        cookies=dict(answer.cookies.items()),
                        text=body.decode(answer.encoding or "utf-8", errors="replace"),
                        seconds=answer.elapsed.total_seconds(),
                    )
            except requests.RequestException as error:
                raise AssertionError(f"no answer: {type(error).__name__}") from None

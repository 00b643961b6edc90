"""A web page as the standby serves it, fetched with limits on time and size, and without redirects."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import requests
from requests.exceptions import Timeout
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as UrllibTimeout

from siteparity.model import UnmeasuredError
from siteparity.pytest_plugin.markup import Markup
from siteparity.pytest_plugin.wait_budget import WHOLE, Turn

CONNECT_SECONDS = 3.0
LATE_SECONDS = 2.0
"""The time of an answer that takes longer counts as waited in vain."""
MAX_BYTES = 1024 * 1024
_CHUNK_BYTES = 65_536


@dataclass(frozen=True)
class Page:
    """One answer of a web server, or the reason why there is none."""

    status: int | str
    """The status code, or ``no answer ...``."""
    headers: Mapping[str, str]
    """By lower-case name."""
    cookies: Mapping[str, str]
    text: str
    """Bytes that are invalid in the page's charset are U+FFFD, the replacement character."""
    seconds: float
    """Until the last byte."""

    @cached_property
    def markup(self) -> Markup:
        """The language, text and marks of the page."""
        return Markup.of(self.text)


class Visitor:
    """A customer's browser: keeps its connection and its cookies, and uses no proxy.

    Args:
        address: such as ``http://127.0.0.1:8000``, without a path.
        headers: sent with every request.
        seconds: the time limit of one request.
        look_after: called if there is no answer; raises UnmeasuredError if the connection to the host is
            broken, so that only a server that was reached counts as one that does not answer.
        turn: the server's share of the run's wait budget.
    """

    def __init__(
        self,
        address: str,
        headers: Mapping[str, str],
        seconds: float,
        look_after: Callable[[], None],
        turn: Turn = WHOLE,
    ) -> None:
        self._address = address
        self._seconds = seconds
        self._look_after = look_after
        self._turn = turn
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": "siteparity", **headers})

    def get(self, path: str) -> Page:
        """Fetch a page.

        Raises:
            UnmeasuredError: the page is larger than `MAX_BYTES`, or the connection to the host is broken.
        """
        return self._ask("GET", path)

    def post(self, path: str) -> Page:
        """Send an empty form; raises what `get` raises."""
        return self._ask("POST", path)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _ask(self, method: str, path: str) -> Page:
        began = time.monotonic()
        seconds = self._turn.seconds(self._seconds)
        try:
            with self._session.request(
                method,
                self._address + path,
                timeout=(min(CONNECT_SECONDS, seconds), seconds),
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = _body(answer.raw, began + seconds)
                self._wait_no_longer(time.monotonic() - began)
                return Page(
                    status=answer.status_code,
                    headers={name.lower(): value for name, value in answer.headers.items()},
                    cookies=dict(answer.cookies.items()),
                    text=_decoded(body, answer.encoding or "utf-8"),
                    seconds=time.monotonic() - began,
                )
        except (Timeout, UrllibTimeout):
            reason = f"within {seconds:g} s"
            self._turn.in_vain(time.monotonic() - began)
        except (requests.RequestException, HTTPError):
            reason = "(the connection was closed)"
        self._look_after()
        return Page(f"no answer {reason}", {}, {}, "", time.monotonic() - began)

    def _wait_no_longer(self, seconds: float) -> None:
        """Count a late answer as waited in vain: forty of them would take minutes."""
        if seconds > LATE_SECONDS:
            self._turn.in_vain(seconds)


def _body(raw: Any, end: float) -> bytes:  # noqa: ANN401  # urllib3's response, which requests does not type
    """The whole body. Each read has the connection's time limit, and all of them must be over by `end`."""
    body = b""
    while chunk := raw.read1(_CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > MAX_BYTES:
            raise UnmeasuredError(f"the page is larger than {MAX_BYTES} bytes")
        if time.monotonic() > end:
            raise Timeout
    return body


def _decoded(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset, errors="replace")
    except LookupError:  # no such charset: a browser guesses one, and may guess wrong
        return body.decode("ascii", errors="replace")

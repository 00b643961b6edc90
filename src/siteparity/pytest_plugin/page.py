"""A web page as the standby serves it, fetched with limits on time and size, and without redirects."""

from __future__ import annotations

import ssl
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from http.cookiejar import DefaultCookiePolicy
from types import MappingProxyType
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import get_cookie_header
from requests.exceptions import SSLError, Timeout
from urllib3.exceptions import HTTPError, InsecureRequestWarning
from urllib3.exceptions import TimeoutError as UrllibTimeout

from siteparity.model import UnmeasuredError
from siteparity.pytest_plugin.markup import Markup
from siteparity.pytest_plugin.wait_budget import WHOLE, Turn

CONNECT_SECONDS = 3.0
LATE_SECONDS = 2.0
"""The time of an answer that takes longer counts as waited in vain."""
MAX_BYTES = 1024 * 1024
_CHUNK_BYTES = 65_536
_HTML = ("text/html", "application/xhtml+xml", "")
NONE: Mapping[str, str] = MappingProxyType({})


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

    @cached_property
    def words(self) -> str:
        """The text that people read, with runs of blanks as one space: all of it, unless the page is HTML."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return self.markup.text if kind in _HTML else " ".join(self.text.split())

    def shows(self, words: str) -> bool:
        """Whether a text is on the page, whatever its blanks."""
        return " ".join(words.split()) in self.words


@dataclass(frozen=True, slots=True)
class Security:
    """How a server is spoken to by TLS."""

    name: str
    """Sent to the server, and looked for in its certificate."""
    authorities: str | None = None
    """Certificates in PEM; those of this machine if None."""
    verified: bool = True
    """Whether the certificate is looked at."""

    def context(self) -> ssl.SSLContext:
        """What decides about a connection.

        Raises:
            UnmeasuredError: there is no certificate in `authorities`.
        """
        try:
            context = ssl.create_default_context(cadata=self.authorities)
        except (ssl.SSLError, ValueError):
            raise UnmeasuredError("the file that the policy names as trust holds no certificate") from None
        if not self.verified:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


class _Browser(requests.Session):
    """A session that does not even look where a redirect leads: a server may name what is no address."""

    def get_redirect_target(self, _: requests.Response) -> None:
        """Nowhere."""


class _Secured(HTTPAdapter):
    """Connects to a forward, and asks for the server's own name."""

    def __init__(self, security: Security) -> None:
        self._pool = {"ssl_context": security.context(), "server_hostname": security.name}
        super().__init__()

    def send(self, *given: Any, **named: Any) -> requests.Response:  # noqa: ANN401  # as below
        """Send a request. What is not verified is not verified on purpose, and needs no warning."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InsecureRequestWarning)
            return super().send(*given, **named)

    def cert_verify(self, *_: Any, **__: Any) -> None:  # noqa: ANN401  # requests keeps its types to itself
        """Leave it to the context: requests would trust its own list of authorities as well."""

    def build_connection_pool_key_attributes(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401  # as above
        """The connection's place, and the context."""
        place, _ = super().build_connection_pool_key_attributes(*given, **named)
        return place, dict(self._pool)


class Visitor:
    """A customer's browser: keeps its connection and its cookies, and uses no proxy.

    Args:
        address: such as ``http://127.0.0.1:8000``, without a path.
        headers: sent with every request.
        seconds: the time limit of one request.
        look_after: called if there is no answer; raises UnmeasuredError if the connection to the host is
            broken, so that only a server that was reached counts as one that does not answer.
        turn: the server's share of the run's wait budget.
        security: of a server that speaks TLS.

    Raises:
        UnmeasuredError: no server could be trusted.
    """

    def __init__(  # noqa: PLR0913  # each by its name
        self,
        address: str,
        headers: Mapping[str, str],
        seconds: float,
        look_after: Callable[[], None],
        *,
        turn: Turn = WHOLE,
        security: Security | None = None,
    ) -> None:
        self._address = address
        self._seconds = seconds
        self._look_after = look_after
        self._turn = turn
        self._session = _Browser()
        self._session.trust_env = False
        # The front door speaks TLS where an application behind it does not: it gets such cookies as well.
        self._session.cookies.set_policy(DefaultCookiePolicy(secure_protocols=("https", "http")))
        self._session.headers.update({"User-Agent": "siteparity", **headers})
        if security:
            self._session.mount("https://", _Secured(security))

    def get(self, path: str, headers: Mapping[str, str] = NONE, cookies: Mapping[str, str] = NONE) -> Page:
        """Fetch a page.

        Args:
            path: with the query.
            headers: of this request alone.
            cookies: likewise; each counts in place of one of this name that a page has set.

        Raises:
            UnmeasuredError: the page is larger than `MAX_BYTES`, or the connection to the host is broken.
        """
        return self.ask("GET", path, headers, cookies)

    def forget(self) -> None:
        """Forget all cookies, as another customer has none of them; the connection is kept."""
        self._session.cookies.clear()

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] = NONE,
        cookies: Mapping[str, str] = NONE,
    ) -> Page:
        """Send a request without content; takes and raises what `get` does."""
        began = time.monotonic()
        seconds = self._turn.seconds(self._seconds)
        try:
            with self._session.request(
                method,
                self._address + path,
                headers=self._with_cookies(path, headers, cookies),
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
        except (requests.RequestException, HTTPError) as error:
            reason = f"({_trouble(error)})"
        self._look_after()
        return Page(f"no answer {reason}", {}, {}, "", time.monotonic() - began)

    def _with_cookies(
        self, path: str, headers: Mapping[str, str], cookies: Mapping[str, str]
    ) -> Mapping[str, str]:
        """The headers, with the cookies of this request and the others that pages have set.

        requests would judge the others by its own policy.
        """
        every = {**self._session.headers, **headers}
        request = requests.Request("GET", self._address + path, headers=every).prepare()
        kept = get_cookie_header(self._session.cookies, request) or ""  # type: ignore[no-untyped-call]
        others = [one for one in kept.split("; ") if one and one.partition("=")[0] not in cookies]
        own = [f"{name}={value}" for name, value in cookies.items()]
        return {**headers, "Cookie": "; ".join([*own, *others])} if own or others else headers

    def _wait_no_longer(self, seconds: float) -> None:
        """Count a late answer as waited in vain: forty of them would take minutes."""
        if seconds > LATE_SECONDS:
            self._turn.in_vain(seconds)


def _trouble(error: BaseException) -> str:
    """Why there is no answer. A certificate that is not trusted is told, since only that must be mended."""
    if not isinstance(error, SSLError):
        return "the connection was closed"
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {cause.verify_message}"[:160]
        inner = next((one for one in cause.args if isinstance(one, BaseException)), None)
        cause = inner or getattr(cause, "reason", None) or cause.__cause__ or cause.__context__
    return "it does not speak TLS as expected"


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

"""A visitor gets pages from a real server, whatever that server does."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from siteparity.model import UnmeasuredError
from siteparity.pytest_plugin import page as pages
from siteparity.pytest_plugin.page import Visitor


class Shop(BaseHTTPRequestHandler):
    """A page for each way in which a server can answer."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Serve the way that the path names."""
        getattr(self, f"serve_{self.path.strip('/').replace('-', '_')}")()

    def do_POST(self) -> None:
        """What was posted does not matter."""
        self.say(b"", status=303, Location="/elsewhere")

    def say(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Answer with these headers; their names have dashes for underscores."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def serve_page(self) -> None:
        """The headers that came, in UTF-8."""
        words = f"{self.headers['Host']} {self.headers['User-Agent']} {self.headers['Cookie']} ü"
        self.say(
            words.encode(),
            Content_Type="text/html; charset=utf-8",
            Set_Cookie="sid=abc",
            Content_Language="de",
        )

    def serve_latin(self) -> None:
        """What is no UTF-8, and is called so."""
        self.say("ü".encode("latin-1"), Content_Type="text/html; charset=utf-8")

    def serve_charset(self) -> None:
        """A charset that nobody knows."""
        self.say("ü".encode(), Content_Type="text/html; charset=of-the-shop")

    def serve_packed(self) -> None:
        """A little that becomes much."""
        self.say(gzip.compress(b"x" * (pages.MAX_BYTES + 1)), Content_Encoding="gzip")

    def serve_packed_badly(self) -> None:
        """What says that it is packed, and is not."""
        self.say(b"x" * 100, Content_Encoding="gzip")

    def serve_cut(self) -> None:
        """Less than it says."""
        self.close_connection = True
        self.say(b"half", Content_Length="9")

    def serve_slowly(self) -> None:
        """A byte every tenth of a second, for ever."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        with suppress(OSError):  # once the visitor has left
            while True:
                self.wfile.write(b"1\r\nx\r\n")
                time.sleep(0.1)

    def serve_never(self) -> None:
        """No answer, until the visitor has left."""
        while self.rfile.read(1):
            pass

    def serve_nothing(self) -> None:
        """The connection ends without a word."""
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the base class's
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The server's address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # visitors that leave are the point
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def visit(address: str) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors, and sends them home."""
    made: list[Visitor] = []

    def make(look_after: Callable[[], None] = lambda: None, **headers: str) -> Visitor:
        made.append(Visitor(address, headers, 0.5, look_after))
        return made[-1]

    yield make
    for visitor in made:
        visitor.close()


def test_a_page_has_its_status_its_headers_and_its_text(visit: Callable[..., Visitor]) -> None:
    """The name that customers type is sent, whatever the address is."""
    page = visit(Host="www.shop.example").get("/page")
    assert (page.status, page.text) == (200, "www.shop.example siteparity None ü")
    assert (page.headers["content-language"], page.cookies) == ("de", {"sid": "abc"})


def test_a_visitor_keeps_cookies_and_follows_no_redirect(visit: Callable[..., Visitor]) -> None:
    """A session goes on as in a browser; an error page elsewhere is not taken for the page."""
    visitor = visit()
    visitor.get("/page")
    assert "sid=abc" in visitor.get("/page").text
    left = visitor.ask("POST", "/page")
    assert (left.status, left.headers["location"]) == (303, "/elsewhere")


@pytest.mark.parametrize("path", ["/latin", "/charset"])
def test_what_does_not_fit_the_charset_shows_as_replacement_characters(
    visit: Callable[..., Visitor], path: str
) -> None:
    """As in a browser, and so that a check can see it."""
    assert "\N{REPLACEMENT CHARACTER}" in visit().get(path).text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/cut", "no answer (the connection was closed)"),
        ("/nothing", "no answer (the connection was closed)"),
        ("/packed-badly", "no answer (the connection was closed)"),
        ("/never", "no answer within 0.5 s"),
        ("/slowly", "no answer within 0.5 s"),
    ],
)
def test_a_server_that_does_not_answer_is_a_page_that_says_so(
    visit: Callable[..., Visitor], path: str, words: str
) -> None:
    """A server that drips its answer is left like a silent one: neither ends before the visitor does."""
    page = visit().get(path)
    assert (page.status, page.text) == (words, "")


def test_a_port_where_nobody_listens_is_a_page_that_says_so() -> None:
    """Connection refused by the standby is a difference."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        visitor = Visitor(f"http://127.0.0.1:{probe.getsockname()[1]}", {}, 1, lambda: None)
        assert visitor.get("/").status == "no answer (the connection was closed)"
        visitor.close()


def test_a_broken_way_to_the_server_is_no_difference(visit: Callable[..., Visitor]) -> None:
    """What could not be reached was not tried out."""

    def broken() -> None:
        raise UnmeasuredError("the connection broke")

    with pytest.raises(UnmeasuredError, match="the connection broke"):
        visit(broken).get("/nothing")


def test_a_page_without_end_is_not_taken(visit: Callable[..., Visitor]) -> None:
    """A few packed bytes must not fill the memory."""
    with pytest.raises(UnmeasuredError, match="larger than"):
        visit().get("/packed")

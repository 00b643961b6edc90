"""A real web server for tests, which notes what it was asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Web:
    """What a server got, and how it answers."""

    answers: Sequence[int] = (200,)
    """The status of each answer; the last one is that of all further ones."""
    slow: float = 0
    """Seconds before each answer."""
    port: int = 0
    asked: list[str] = field(default_factory=list)
    """``GET /place``, in their order."""
    bodies: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def web(answers: Sequence[int] = (200,), *, slow: float = 0) -> Iterator[Web]:
    """A server on a free port of this machine."""
    made = Web(answers, slow)

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            made.asked.append(f"{self.command} {self.path}")
            made.bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())
            status = made.answers[min(len(made.asked), len(made.answers)) - 1]
            time.sleep(made.slow)
            self.send_response(status)
            if status // 100 == 3:
                self.send_header("Location", f"{made.url}/elsewhere")
            self.end_headers()

        do_GET = do_POST = do_PUT = answer  # noqa: N815  # as http.server calls them

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""Small real servers for tests, and shell scripts run as on a host."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


def shell(text: str, **environment: str) -> tuple[bytes, int]:
    """What a question prints, and its exit status; in the environment that a host's script sets, and more."""
    done = subprocess.run(
        ["/bin/sh", "-c", text],
        capture_output=True,
        check=False,
        cwd="/",
        timeout=30,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", **environment},
    )
    return done.stdout, done.returncode


@contextmanager
def served(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that talks to each connection in this way, and hangs up; its port on 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                with suppress(OSError):
                    connection, _ = listening.accept()
                    with connection:
                        talk(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            ended.set()
            with suppress(OSError):
                socket.create_connection(listening.getsockname(), 1).close()
            thread.join()


def closed_port() -> int:
    """A port of 127.0.0.1 where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def saying(words: bytes, *, first: bool = False) -> Callable[[socket.socket], None]:
    """A talk: say these words, after the client's or before them, then hang up."""

    def talk(connection: socket.socket) -> None:
        if not first:
            connection.recv(65_536)
        connection.sendall(words)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(2)
        with suppress(OSError):
            while connection.recv(65_536):
                pass

    return talk

"""What a host can reach is reached over its one connection."""

from __future__ import annotations

import http.server
import socket
import socketserver
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from selftests.contract.sshd import (
    ADDRESSES,
    Server,
)
from siteparity.model import ConnectionKind, UnmeasuredError
from siteparity.transport import Transport


@contextmanager
def web_server(address: tuple[str, int] | str) -> Iterator[int]:
    """Says ``hello`` over HTTP on a port, or raw on a Unix socket."""

    class Hello(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello")

        def address_string(self) -> str:
            return "client"

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    base = socketserver.TCPServer if isinstance(address, tuple) else socketserver.UnixStreamServer
    with base(address, Hello) as made:  # type: ignore[arg-type]  # the two servers name addresses differently
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made.server_address[1] if isinstance(address, tuple) else 0
        made.shutdown()


def fetch(family: int, address: tuple[str, int] | str) -> bytes:
    """All that a server says to one request."""
    with socket.socket(family) as client:
        client.settimeout(5)
        client.connect(address)
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        said = b""
        while chunk := client.recv(4096):
            said += chunk
    return said


def test_a_port_of_the_host_is_reached_through_a_private_socket(server: Server, transport: Transport) -> None:
    """Only this user can connect to it, and the same question gets the same socket."""
    with web_server((ADDRESSES[0], 0)) as port:
        path = transport.forward(server.host(), f"127.0.0.1:{port}")
        assert path == transport.forward(server.host(), f"127.0.0.1:{port}")
        assert fetch(socket.AF_UNIX, str(path)).endswith(b"hello")
    for private in (path.parent, path.parent.parent):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_a_socket_of_the_host_keeps_its_name(server: Server, transport: Transport, tmp_path: Path) -> None:
    """As a database client wants it: a folder with ``.s.PGSQL.5432`` in it. Another name can be asked for."""
    target = str(tmp_path / ".s.PGSQL.5432")
    with web_server(target):
        path = transport.forward(server.host(), target)
        other = transport.forward(server.host(), target, name="redis.sock")
        assert (path.name, other.name) == (".s.PGSQL.5432", "redis.sock")
        assert fetch(socket.AF_UNIX, str(path)).endswith(b"hello")
        assert fetch(socket.AF_UNIX, str(other)).endswith(b"hello")


def test_a_local_port_is_bound_to_loopback_alone(server: Server, transport: Transport) -> None:
    """For clients that know no Unix sockets."""
    with web_server((ADDRESSES[0], 0)) as port:
        local = transport.forward(server.host(), f"127.0.0.1:{port}", port=True)
        assert fetch(socket.AF_INET, ("127.0.0.1", local)).endswith(b"hello")
    bound = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert next(entry for entry in bound if entry.endswith(f":{local:04X}")).startswith("0100007F:")
    assert not [
        line for line in Path("/proc/net/tcp6").read_text().splitlines() if f":{local:04X} 0000" in line
    ]


@pytest.mark.parametrize("target", ["8000", "host:port", "a b:1", "/x:/y", "-oX:1", "/x y", "h:1:2", ""])
def test_a_strange_target_is_refused(server: Server, transport: Transport, target: str) -> None:
    """What ssh would read as something else is no target."""
    with pytest.raises(ValueError, match="expected host:port"):
        transport.forward(server.host(), target)


def test_a_host_without_ssh_has_no_forwards(server: Server, transport: Transport) -> None:
    """It says so, and does not connect to something else."""
    with pytest.raises(UnmeasuredError, match="dallas/web1 is reached through local"):
        transport.forward(server.host(kind=ConnectionKind.LOCAL), "127.0.0.1:80")

"""A real sshd on loopback addresses, for one test, and what a client needs for it."""

from __future__ import annotations

import getpass
import os
import secrets
import signal
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from siteparity.model import Connection, ConnectionKind, Host
from siteparity.transport import Transport

SSHD = "/usr/sbin/sshd"
ADDRESSES = tuple(f"127.0.0.{number}" for number in range(1, 11))


@dataclass(frozen=True)
class Server:
    """A running sshd and what a client needs for it."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def host(self, name: str = "web1", address: str = ADDRESSES[0], **changes: Any) -> Host:
        """A host that is reached through this server."""
        connection = Connection(
            ConnectionKind.SSH,
            address,
            self.port,
            getpass.getuser(),
            self.folder / "client_key",
            self.folder / "ssh_config",
        )
        return Host(name, "dallas", ("web",), replace(connection, **changes))

    def logins(self) -> int:
        """How many connections have logged in."""
        return (self.folder / "sshd.log").read_text().count("Accepted publickey")

    def sessions(self) -> list[int]:
        """The processes of sshd that serve a connection."""
        return children(self.process.pid)

    def known_hosts(self, key: str) -> None:
        """Write what the client knows of this server's key."""
        lines = [f"[{address}]:{self.port} {key}" for address in ADDRESSES]
        (self.folder / "known_hosts").write_text("\n".join(lines) + "\n")

    def right_key(self) -> str:
        """The server's key as known_hosts holds it."""
        return " ".join((self.folder / "host_key.pub").read_text().split()[:2])


def make_key(path: Path) -> None:
    """An ed25519 key pair."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind((ADDRESSES[0], 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """An sshd of this test alone, with its own host key, ended by its own number."""
    with sshd(tmp_path) as running:
        yield running


@contextmanager
def sshd(tmp_path: Path, *settings: str, through: Sequence[str] = ()) -> Iterator[Server]:
    """An sshd in a folder of its own, with more lines of sshd_config(5).

    Args:
        tmp_path: the folder.
        settings: the lines.
        through: a program that starts it and is replaced by it, such as unshare(1).
    """
    for name in ("host_key", "client_key", "other_key"):
        make_key(tmp_path / name)
    (tmp_path / "authorized_keys").write_bytes((tmp_path / "client_key.pub").read_bytes())
    (tmp_path / "banner").write_text("\n@0 hello [0] 0\nAuthorised use only\n")
    port = free_port()
    addresses = "\n".join(f"ListenAddress {address}" for address in ADDRESSES)
    more = "\n".join(settings)
    # SetEnv: a bash that sshd starts reads the user's .bashrc, unless it is not the first one.
    (tmp_path / "sshd_config").write_text(f"""Port {port}
{addresses}
HostKey {tmp_path}/host_key
AuthorizedKeysFile {tmp_path}/authorized_keys
Banner {tmp_path}/banner
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 100
LogLevel VERBOSE
SetEnv SHLVL=1
{more}
""")
    (tmp_path / "ssh_config").write_text(f"""Host *
UserKnownHostsFile {tmp_path}/known_hosts
GlobalKnownHostsFile /dev/null
KexAlgorithms curve25519-sha256
LogLevel QUIET
""")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd started by root wants this empty folder
    with (tmp_path / "sshd.log").open("ab") as log:
        argv = [*through, SSHD, "-D", "-e", "-f", str(tmp_path / "sshd_config")]
        process = subprocess.Popen(argv, stderr=log)
    running = Server(tmp_path, port, process)
    running.known_hosts(running.right_key())
    wait_until(lambda: (tmp_path / "sshd.log").read_text().count("Server listening") == len(ADDRESSES))
    try:
        yield running
    finally:
        for pid in running.sessions():
            os.kill(pid, signal.SIGKILL)
        process.kill()
        process.wait()


@pytest.fixture
def transport() -> Iterator[Transport]:
    """The transport under test, as patient as a busy machine needs it."""
    with Transport(connect_timeout=20) as made:
        yield made


@pytest.fixture
def hasty() -> Iterator[Transport]:
    """The transport under test, for servers that never answer."""
    with Transport(connect_timeout=1) as made:
        yield made


def wait_until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something that must come true."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"it did not hold within {seconds} s"
        time.sleep(0.02)


def running_with(words: str) -> list[int]:
    """The processes of this machine whose arguments contain the words."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if words.encode() in path.read_bytes().replace(b"\0", b" "):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def ssh_in(directory: Path) -> list[int]:
    """The processes that serve a socket in the folder."""
    return running_with(f"{directory}/")


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def unique_sleep() -> str:
    """A command that nobody else runs, and that takes longer than any test."""
    return f"sleep 9{secrets.randbelow(10**8):08d}"


@contextmanager
def listener(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port that treats each connection as told; its number."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            serve(self.request)

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Listener((ADDRESSES[0], 0), Handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made.server_address[1]
        made.shutdown()

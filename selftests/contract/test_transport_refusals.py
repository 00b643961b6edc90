"""A host that cannot be reached is unmeasured, and the reason says why."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from selftests.contract.sshd import (
    ADDRESSES,
    Server,
    free_port,
    listener,
    ssh_in,
)
from siteparity.model import ConfigurationError, ConnectionKind, UnmeasuredError
from siteparity.transport import Transport
from siteparity.transport.ssh import sudo_reason, through_master


def test_an_unknown_host_key_is_refused(server: Server, transport: Transport) -> None:
    """Nobody answers "yes" for the operator."""
    (server.folder / "known_hosts").write_text("")
    with pytest.raises(UnmeasuredError, match=r"^unknown host key$"):
        transport.run(server.host(), b"true", timeout=10)
    assert (server.folder / "known_hosts").read_text() == ""


def test_a_changed_host_key_is_refused(server: Server, transport: Transport) -> None:
    """And told apart from an unknown one."""
    server.known_hosts(" ".join((server.folder / "other_key.pub").read_text().split()[:2]))
    with pytest.raises(UnmeasuredError, match=r"^host key changed$"):
        transport.run(server.host(), b"true", timeout=10)


def test_a_refused_key_says_what_the_host_would_take(server: Server, transport: Transport) -> None:
    """The methods that are left are named."""
    host = server.host(private_key_file=server.folder / "other_key")
    with pytest.raises(UnmeasuredError, match=r"^login refused \(publickey\)$"):
        transport.run(host, b"true", timeout=10)


def test_a_closed_port_is_told_at_once(
    server: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site that is down costs no waiting: the second time not even ssh is started."""
    port = free_port()
    for path in (os.environ["PATH"], "/nowhere"):
        monkeypatch.setenv("PATH", path)
        with pytest.raises(UnmeasuredError, match=rf"^connection refused \(127\.0\.0\.1:{port}\)$"):
            transport.run(server.host(port=port), b"true", timeout=30)


def test_a_silent_port_is_given_up(server: Server, hasty: Transport) -> None:
    """A port that accepts and says nothing costs the connect timeout, and is not tried a second time."""
    seen: list[int] = []

    def say_nothing(client: socket.socket) -> None:
        seen.append(1)
        while client.recv(4096):  # until ssh leaves, however long that takes
            pass

    with listener(say_nothing) as port:
        for _ in range(2):
            with pytest.raises(UnmeasuredError, match=r"^no answer within 1 s$"):
                hasty.run(server.host(port=port), b"true", timeout=30)
    assert len(seen) == 1


def test_a_login_that_hangs_is_given_up(server: Server, hasty: Transport) -> None:
    """A host that greets and then falls silent is not waited for until the end of the run."""

    def greet(client: socket.socket) -> None:
        client.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")
        while client.recv(4096):
            pass

    with listener(greet) as port, pytest.raises(UnmeasuredError, match=r"^the login did not end within 3 s$"):
        hasty.run(server.host(port=port), b"true", timeout=30)


def test_a_caller_in_a_hurry_does_not_spoil_it_for_others(server: Server, transport: Transport) -> None:
    """A login that was cut by one caller's own short time says nothing about the host."""
    with pytest.raises(UnmeasuredError, match=r"^timed out after 0\.001 s$"):
        transport.run(server.host(), b"true", timeout=0.001)
    assert transport.run(server.host(), b"echo hi", timeout=10).stdout == b"hi\n"


def test_what_a_caller_in_a_hurry_saw_is_no_reason_for_others(server: Server, hasty: Transport) -> None:
    """Half of what ssh said before it was cut is forgotten."""
    with listener(lambda _client: time.sleep(3)) as port:
        host = server.host(port=port, private_key_file=server.folder / "no_such_key")
        for timeout, reason in ((0.5, r"^timed out after 0\.5 s$"), (10, r"^no answer within 1 s$")):
            with pytest.raises(UnmeasuredError, match=reason):
                hasty.run(host, b"true", timeout=timeout)


def test_a_client_of_a_connection_cannot_connect_by_itself(server: Server) -> None:
    """As ssh itself reads its arguments: no other configuration, and a way to the host that always fails."""
    argv = through_master(server.host().connection, Path("/socket"))
    told = subprocess.run([argv[0], "-G", *argv[1:]], capture_output=True, text=True, check=True).stdout
    assert "proxycommand false" in told.splitlines()
    assert "controlmaster false" in told.splitlines()


def relay(server: Server, bytes_down: int, after: Callable[[socket.socket], None]) -> Callable[..., None]:
    """Pass on so many bytes of the server's, then do as told with the client."""

    def serve(client: socket.socket) -> None:
        with socket.create_connection((ADDRESSES[0], server.port)) as upstream:
            threading.Thread(target=pump, args=(client, upstream), daemon=True).start()
            left = bytes_down
            while left > 0 and (chunk := upstream.recv(min(left, 4096))):
                client.sendall(chunk)
                left -= len(chunk)
            after(client)

    return serve


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Pass on everything, until one of them is gone."""
    try:
        while chunk := source.recv(4096):
            sink.sendall(chunk)
    except OSError:
        return


def test_a_stream_that_breaks_half_way_is_no_answer(server: Server, transport: Transport) -> None:
    """Half an answer is none, and the reason is the connection; it is not opened again."""
    with (
        (server.folder / "known_hosts").open("a") as known_hosts,
        listener(relay(server, 100_000, lambda client: client.shutdown(socket.SHUT_RDWR))) as port,
    ):
        known_hosts.write(f"[{ADDRESSES[0]}]:{port} {server.right_key()}\n")
        known_hosts.flush()
        for _ in range(2):
            with pytest.raises(UnmeasuredError, match=r"^the connection broke"):
                transport.run(server.host(port=port), b"head -c 1000000 /dev/zero", timeout=20)
    assert server.logins() == 1


def test_a_stream_that_stops_half_way_is_cut(server: Server, transport: Transport) -> None:
    """A network that swallows everything in the middle of an answer costs the deadline and no more."""
    ended = threading.Event()

    def swallow(_client: socket.socket) -> None:
        ended.wait(30)

    with (
        (server.folder / "known_hosts").open("a") as known_hosts,
        listener(relay(server, 100_000, swallow)) as port,
    ):
        known_hosts.write(f"[{ADDRESSES[0]}]:{port} {server.right_key()}\n")
        known_hosts.flush()
        with pytest.raises(UnmeasuredError, match=r"^timed out after 2 s$"):
            transport.run(server.host(port=port), b"head -c 1000000 /dev/zero", timeout=2)
        ended.set()


def test_a_lost_connection_is_not_replaced(server: Server, transport: Transport) -> None:
    """One connection for each host and run: when it is gone, the host is unmeasured from then on."""
    host = server.host()
    transport.run(host, b"true", timeout=10)
    for pid in ssh_in(transport.directory):
        os.kill(pid, signal.SIGKILL)
    for _ in range(2):
        with pytest.raises(UnmeasuredError, match=r"^the connection broke$"):
            transport.run(host, b"true", timeout=10)
    assert server.logins() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "-oProxyCommand=touch${IFS}CANARY"},
        {"address": "web1;touch CANARY"},
        {"address": "web1 -v"},
        {"address": "user@web1"},
        {"address": "$(touch CANARY)"},
        {"address": ""},
        {"address": "web1\nProxyCommand touch CANARY"},
        {"user": "-oProxyCommand=touch CANARY"},
        {"user": "a b"},
        {"user": ""},
    ],
)
def test_a_hostile_name_is_refused_before_anything_is_started(
    server: Server, transport: Transport, changes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name from an inventory is never an option of ssh, nor a text for a shell."""
    monkeypatch.chdir(server.folder)
    for kind in ConnectionKind:
        with pytest.raises(ConfigurationError, match=r"ansible_(host|user): expected"):
            transport.run(server.host(kind=kind, **changes), b"true", timeout=5)
    assert not (server.folder / "CANARY").exists()


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        (b"sudo: a password is required\n", "sudo needs a password"),
        (b"sudo: sorry, you must have a tty to run sudo\n", "sudo wants a terminal"),
        (b"parity is not in the sudoers file.\n", "sudo does not allow it"),
        (b"sh: 1: sudo: not found\n", "the host lacks sudo"),
        (b"bash: line 1: sudo: command not found\n", "the host lacks sudo"),
        (b"ls: /root: Permission denied\n", None),
    ],
)
def test_what_sudo_says_is_understood(stderr: bytes, reason: str | None) -> None:
    """As sudo 1.9.13 and the shells word it."""
    assert sudo_reason(stderr) == reason

"""Scripts, forwards and testinfra over one connection for each host."""

from __future__ import annotations

import contextlib
import re
import socket
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, overload

from testinfra.host import Host as TestinfraHost

from siteparity.model import Connection, ConnectionKind, Deadline, Host, UnmeasuredError
from siteparity.transport import collector, command, ssh
from siteparity.transport.backend import Backend
from siteparity.transport.keeper import Keeper
from siteparity.transport.masters import Masters
from siteparity.transport.process import Output, Processes

MAX_OUTPUT_BYTES = 32 * 1024 * 1024
"""The most output of one host: a hundred times the usual, and enough for the largest answer in base64."""
COMMAND_SECONDS = 20
"""How long a command of testinfra may take."""

_SESSIONS = 8
"""How many sessions one connection has at the same time; sshd allows 10 (sshd_config(5), MaxSessions)."""
_FORWARD_SECONDS = 10.0
_SSH_FAILED = 255
_CUT = frozenset({124, 137})
"""The exit statuses of timeout(1) if it had to end the script."""
_MAX_SOCKET_PATH_BYTES = 107
_PORT_TRIES = 5


class Transport:
    """The connections of a run, and everything that goes over them. Threads may share it.

    The first use of a host opens its connection, once; see `Masters.socket`. A host that is not reached
    through SSH has no connection: each script is a program on this machine.

    Args:
        directory: of another process's transport, whose connections are used; none is opened or ended.
        connect_timeout: seconds within which a host must accept a connection.
    """

    def __init__(self, *, directory: Path | None = None, connect_timeout: int = 5) -> None:
        self._processes = Processes()
        self._masters = Masters(directory, connect_timeout, self._processes)
        self._keeper = Keeper(self.directory) if directory is None else None
        self._processes.mark = self.mark
        self._lock = threading.Lock()
        self._forward_lock = threading.Lock()
        self._sessions: defaultdict[str, threading.Semaphore] = defaultdict(
            lambda: threading.Semaphore(_SESSIONS)
        )
        self._once: frozenset[str] = frozenset()
        """Connections that last for one script."""
        self._lost: set[str] = set()
        """Those among them that failed, and are not tried again."""
        self._forwards: dict[tuple[str, ...], Path | int] = {}
        self._testinfra: dict[tuple[Host, int], TestinfraHost] = {}

    @property
    def directory(self) -> Path:
        """The private folder of the connections' sockets."""
        return self._masters.directory

    @property
    def mark(self) -> Mapping[str, str]:
        """Identifies the run's processes: it is in the environment of each."""
        return self._keeper.mark if self._keeper else {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End running programs, then the connections, and remove the folder. Later calls do nothing."""
        self._processes.close()
        self._masters.close()
        if self._keeper is not None:
            self._keeper.close()

    def connect(self, host: Host, *, timeout: float = 30.0) -> None:
        """Open the host's connection in advance, so that another process can use it.

        Raises:
            UnmeasuredError: the host cannot be reached; with the reason.
            ConfigurationError: its address or user is invalid.
        """
        if host.connection.kind is ConnectionKind.SSH:
            ssh.check(host.connection)
            self._masters.socket(host.connection, Deadline(timeout))

    def release(self, host: Host) -> None:
        """End the host's connection, if it has one and nothing uses it. A later use opens it again."""
        if host.connection.kind is ConnectionKind.SSH:
            self._masters.release(host.connection)

    def reach_once(self, hosts: Iterable[Host]) -> None:
        """From now on each script to these hosts has a connection of its own.

        Nothing waits between two scripts then, which is what many hosts need that are asked seldom.
        """
        self._once |= {ssh.key(host.connection) for host in hosts}

    def run(
        self,
        host: Host,
        script: bytes,
        *,
        timeout: float,
        limit: int = MAX_OUTPUT_BYTES,
        opener: bytes = b"",
    ) -> Output:
        """Run a script with ``sh -s`` on a host, as root (``sudo -n``) if its connection says ``become``.

        A host with a collector runs the collector instead of a shell, and the script is the collector's
        stdin.

        The host ends the script one second before the timeout, so that the output until then arrives. The
        status is then 124, or 137 if the script had to be killed.

        Args:
            host: the host.
            script: the text; its exit status must not be 255, which is ssh's own.
            timeout: seconds, including the time to connect, after which it is ended on this machine.
            limit: the largest output, in bytes.
            opener: the beginning of the script, which must print something; the rest is sent after that.

        Raises:
            UnmeasuredError: there is no output; with the reason.
            ConfigurationError: the host's address or user is invalid.
        """
        deadline = Deadline(timeout)
        connection = host.connection
        ssh.check(connection)
        if connection.kind is ConnectionKind.SSH:
            output = self._over_ssh(connection, script, deadline, limit, opener)
        else:
            seconds = _seconds(deadline)
            argv = command.without_ssh(connection, seconds)
            first = _first(connection, opener, seconds)
            output = self._processes.converse(argv, script, deadline=deadline, limit=limit, opener=first)
            self._processes.check_open()
        return _judged(output, connection, timeout)

    def _over_ssh(
        self, connection: Connection, script: bytes, deadline: Deadline, limit: int, opener: bytes
    ) -> Output:
        if ssh.key(connection) in self._once:
            return self._alone(connection, script, deadline, limit, opener)
        control = self._masters.socket(connection, deadline)
        with self._session(connection, deadline):
            seconds = _seconds(deadline)
            words = " ".join(command.words(connection, seconds))
            argv = ssh.through_master(connection, control, command=words)
            first = _first(connection, opener, seconds)
            output = self._processes.converse(argv, script, deadline=deadline, limit=limit, opener=first)
        self._processes.check_open()
        if output.status == _SSH_FAILED:
            refused = b"Session open refused by peer" in output.stderr
            raise UnmeasuredError(ssh.TOO_MANY_SESSIONS if refused else self._masters.why_lost(connection))
        return output

    def _alone(
        self, connection: Connection, script: bytes, deadline: Deadline, limit: int, opener: bytes
    ) -> Output:
        """Log in, run the script, and end the connection."""
        key = ssh.key(connection)
        if key in self._lost:
            raise UnmeasuredError(self._masters.why_lost(connection))
        seconds = _seconds(deadline)
        words = " ".join(command.words(connection, seconds))
        argv = ssh.alone(connection, self._masters.log(key), self._masters.connect_timeout, words)
        first = _first(connection, opener, seconds)
        output = self._processes.converse(argv, script, deadline=deadline, limit=limit, opener=first)
        self._processes.check_open()
        if output.status == _SSH_FAILED:
            self._lost.add(key)
            raise UnmeasuredError(self._masters.why_lost(connection))
        return output

    @contextlib.contextmanager
    def _session(self, connection: Connection, deadline: Deadline) -> Iterator[None]:
        with self._lock:
            semaphore = self._sessions[ssh.key(connection)]
        while not semaphore.acquire(timeout=deadline.left_or_raise()):
            pass
        try:
            yield
        finally:
            semaphore.release()

    @overload
    def forward(self, host: Host, target: str, *, name: str | None = None) -> Path: ...

    @overload
    def forward(self, host: Host, target: str, *, port: Literal[True]) -> int: ...

    def forward(self, host: Host, target: str, *, name: str | None = None, port: bool = False) -> Path | int:
        """Forward connections through a host: those to the returned socket (or port) end at the target.

        The same arguments return the same socket as long as the transport lives. Only a connection shows
        whether anything listens at the target.

        Args:
            host: an SSH host.
            target: ``127.0.0.1:8000``, ``[::1]:8000`` or ``/run/postgresql/.s.PGSQL.5432``, as seen from the
                host. It may be another machine's address.
            name: the socket's file name; by default that of the target, if it is a path.
            port: return a TCP port of 127.0.0.1 instead of a socket. Every user of this machine can connect
                to it.

        Raises:
            UnmeasuredError: the host is not connected, refuses to forward, or is not reached through SSH.
            ValueError: the target is invalid, or the socket's path would be too long.
        """
        connection = host.connection
        ssh.check(connection)
        ssh.check_target(target)
        if connection.kind is not ConnectionKind.SSH:
            raise UnmeasuredError(
                f"forwarding needs SSH, and {host.label} is reached through {connection.kind}"
            )
        wanted = (ssh.key(connection), target, name or "", str(port))
        deadline = Deadline(_FORWARD_SECONDS + self._masters.connect_timeout)
        control = self._masters.socket(connection, deadline)
        with self._forward_lock:
            if wanted not in self._forwards:
                made = self._port if port else self._path
                self._forwards[wanted] = made(connection, control, target, name, deadline)
            return self._forwards[wanted]

    def _path(
        self, connection: Connection, control: Path, target: str, name: str | None, deadline: Deadline
    ) -> Path:
        file = name or (target.rsplit("/", 1)[-1] if target.startswith("/") else "socket")
        if not re.fullmatch(r"[A-Za-z0-9_.+-]+", file) or file in (".", ".."):
            raise ValueError(f"{file!r}: expected a plain file name")
        local = Path(tempfile.mkdtemp(prefix="f-", dir=self.directory)) / file
        if len(str(local)) > _MAX_SOCKET_PATH_BYTES:
            raise ValueError(f"{local}: longer than the {_MAX_SOCKET_PATH_BYTES} bytes of a socket's path")
        self._ask_master(connection, control, ssh.forward(str(local), target), deadline)
        return local

    def _port(
        self, connection: Connection, control: Path, target: str, _name: str | None, deadline: Deadline
    ) -> int:
        """A free port. If another program takes it before ssh does, another one is tried."""
        for tries_left in reversed(range(_PORT_TRIES)):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                number: int = probe.getsockname()[1]
            try:
                self._ask_master(connection, control, ssh.forward(f"127.0.0.1:{number}", target), deadline)
            except UnmeasuredError:
                if not tries_left:
                    raise
            else:
                break
        return number

    def _ask_master(
        self, connection: Connection, control: Path, arguments: list[str], deadline: Deadline
    ) -> None:
        argv = ssh.through_master(connection, control, arguments)
        output = self._processes.converse(argv, b"", deadline=deadline, limit=MAX_OUTPUT_BYTES)
        if output.status != 0:
            raise UnmeasuredError(f"no forward: {ssh.reason(output.stderr, self._masters.connect_timeout)}")

    def testinfra(self, host: Host, *, timeout: int = COMMAND_SECONDS) -> TestinfraHost:
        """The host for testinfra's modules: ``testinfra(host).service("nginx").is_running``.

        Each command has a deadline of its own. A command that cannot be run raises UnmeasuredError.

        Args:
            host: the host.
            timeout: seconds that each command may take on the host.
        """
        with self._lock:
            if (host, timeout) not in self._testinfra:
                backend = Backend(host, self.run, timeout)
                self._testinfra[host, timeout] = TestinfraHost(backend)
                backend.set_host(self._testinfra[host, timeout])
            return self._testinfra[host, timeout]


def _first(connection: Connection, opener: bytes, seconds: int) -> bytes:
    """The first input: the script's beginning for a shell, the time limit in seconds for a collector."""
    return opener if connection.collector is None else collector.opener(seconds)


def _seconds(deadline: Deadline) -> int:
    """What the host gives the script: about a second less than this machine does, but at least one."""
    return max(1, round(deadline.left_or_raise()) - 1)


def _judged(output: Output, connection: Connection, timeout: float) -> Output:
    """The output; UnmeasuredError if the script never ran, or printed nothing in time."""
    if output.status < 0:
        raise UnmeasuredError(f"what asked the host was ended by signal {-output.status}")
    if not output.stdout:
        refused = ssh.sudo_reason(output.stderr) if connection.become else None
        if refused:
            raise UnmeasuredError(refused)
        if output.status in _CUT:
            raise UnmeasuredError(f"timed out after {timeout:g} s")
    return output

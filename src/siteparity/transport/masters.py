"""The SSH connections of a run: one for each host, opened once, with all sockets in a private folder."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from siteparity.model import ConfigurationError, Connection, Deadline, UnmeasuredError
from siteparity.transport import ssh
from siteparity.transport.process import Processes

_LOGIN_FACTOR = 3
"""A whole login may take this many times ConnectTimeout, which covers only the server's first line."""
_END_SECONDS = 2.0
_GLANCE_SECONDS = 0.02
_LOG_BYTES = 65_536
_MAX_FOLDER_CHARACTERS = 48
"""A socket's path has at most 107 bytes (unix(7)); ssh adds 17 to it for a moment, until it listens."""


class Masters:
    """The folder of the sockets, and the ssh processes that serve them. Threads may share it."""

    def __init__(self, directory: Path | None, connect_timeout: int, processes: Processes) -> None:
        self.owned = directory is None
        self.directory = _private_folder() if directory is None else _checked(directory)
        self.connect_timeout = connect_timeout
        self._processes = processes
        self._lock = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._opened: dict[str, Connection] = {}

    def socket(self, connection: Connection, deadline: Deadline) -> Path:
        """The socket of the host's connection. The first use opens the connection.

        A host that could not be reached, or whose connection broke, is not tried again: the first reason
        holds for the whole run.

        Raises:
            UnmeasuredError: there is no connection; with the reason.
        """
        self._processes.check_open()
        key = ssh.key(connection)
        socket = self.directory / key
        with self._lock:
            lock = self._locks[key]
        with _held(lock, deadline):
            if not socket.exists():
                self._open(key, connection, deadline)
        return socket

    def release(self, connection: Connection) -> None:
        """End a connection that nobody uses now. The next use opens it again; one that broke stays broken."""
        key = ssh.key(connection)
        with self._lock:
            lock = self._locks[key]
        with lock:
            if self.owned and key in self._opened and (self.directory / key).exists():
                self._exit({key: connection})
                end = time.monotonic() + _END_SECONDS
                while (self.directory / key).exists() and time.monotonic() < end:
                    time.sleep(_GLANCE_SECONDS)  # ssh removes its socket after it has answered
                if not (self.directory / key).exists():
                    del self._opened[key]

    def why_lost(self, connection: Connection) -> str:
        """Why a connection broke."""
        return ssh.reason(self._said(ssh.key(connection)), self.connect_timeout)

    def close(self) -> None:
        """End every connection and remove the folder, unless they belong to another process."""
        if not self.owned or not self.directory.exists():
            return
        self._exit(self._opened)
        for number in (signal.SIGTERM, signal.SIGKILL):
            end = time.monotonic() + _END_SECONDS
            while (left := _ssh_processes(self.directory)) and time.monotonic() < end:
                for pid in left:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, number)
                time.sleep(_GLANCE_SECONDS)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _open(self, key: str, connection: Connection, deadline: Deadline) -> None:
        if key in self._opened or self._said(key):
            raise UnmeasuredError(self.why_lost(connection))
        if not self.owned:
            raise UnmeasuredError("the run has opened no connection to it")
        login = Deadline(min(deadline.left_or_raise(), _LOGIN_FACTOR * self.connect_timeout))
        argv = ssh.open_master(connection, self.directory / key, self.log(key), self.connect_timeout)
        try:
            status = self._processes.obey(argv, log=self.log(key), deadline=login)
        except UnmeasuredError:
            self.log(key).unlink(missing_ok=True)
            deadline.left_or_raise()
            self.log(key).write_text(f"the login did not end within {login.seconds:g} s")
            raise UnmeasuredError(self.why_lost(connection)) from None
        self._opened[key] = connection
        if status != 0 or not (self.directory / key).exists():
            raise UnmeasuredError(self.why_lost(connection))

    def log(self, key: str) -> Path:
        """The file with what ssh says about a connection."""
        return self.directory / f"{key}.log"

    def _said(self, key: str) -> bytes:
        try:
            with self.log(key).open("rb") as file:
                return file.read(_LOG_BYTES)
        except FileNotFoundError:
            return b""

    def _exit(self, connections: Mapping[str, Connection]) -> None:
        """Ask the processes that serve these sockets to end."""
        asked = [
            subprocess.Popen(
                ssh.through_master(connection, self.directory / key, ["-O", "exit"]),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            for key, connection in connections.items()
            if (self.directory / key).exists()
        ]
        end = time.monotonic() + _END_SECONDS
        for process in asked:
            try:
                process.wait(max(0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def _held(lock: threading.Lock, deadline: Deadline) -> Iterator[None]:
    """Hold the lock, waiting for it no longer than the deadline."""
    while not lock.acquire(timeout=deadline.left_or_raise()):
        pass
    try:
        yield
    finally:
        lock.release()


def _private_folder() -> Path:
    usual = tempfile.gettempdir()
    fits = len(usual) <= _MAX_FOLDER_CHARACTERS and re.fullmatch(r"[A-Za-z0-9_./+-]+", usual)
    return Path(tempfile.mkdtemp(prefix="siteparity-", dir=usual if fits else "/tmp"))  # noqa: S108  # mode 0700


def _checked(directory: Path) -> Path:
    """The folder; ConfigurationError if another user could have put a socket into it."""
    try:
        found = directory.lstat()
    except OSError as error:
        raise ConfigurationError(f"{directory}: no control directory: {error.strerror}") from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise ConfigurationError(f"{directory}: expected a folder of one's own with mode 0700")
    return directory


def _ssh_processes(directory: Path) -> list[int]:
    """The ssh processes of this user that serve a socket in the folder, according to /proc."""
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if _serves(path, directory)]


def _serves(process: Path, directory: Path) -> bool:
    try:
        return (
            process.stat().st_uid == os.getuid()
            and (process / "comm").read_text() == "ssh\n"
            and os.fsencode(directory) + b"/" in (process / "cmdline").read_bytes()
        )
    except OSError:
        return False

"""Programs on this machine: text in, bytes out, within a deadline and a byte limit, and none left behind."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from siteparity.model import Deadline, UnmeasuredError

_CHUNK_BYTES = 65_536
MAX_HELD_BYTES = 48 * 1024 * 1024
"""Of all programs together, before those that said more than their share are cut."""
_SHARE_BYTES = 4 * 1024 * 1024
_ARRIVALS = 16
"""How many moments are noted."""
_MERCY_SECONDS = 0.5
"""Between asking a process group to end and killing it: so a local script can end what it started."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Output:
    """What a program said. Its bytes count as held until nothing refers to it any more."""

    stdout: bytes
    stderr: bytes
    status: int
    """Its exit status; -n when it was ended by signal n."""
    told_at: float | None = None
    """When it was given what follows its opener, by this machine's clock: seconds since 1970."""
    arrivals: tuple[tuple[int, float], ...] = ()
    """How many bytes of stdout had arrived by which moment; the first ones only."""

    def heard_at(self, count: int) -> float | None:
        """When so many bytes of stdout had arrived; None where that was not noted."""
        return next((when for heard, when in self.arrivals if heard >= count), None)


class Processes:
    """Starts programs, and ends them all with `close`. Many threads may use it at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._live: set[subprocess.Popen[bytes]] = set()
        self._closed = False
        self.mark: Mapping[str, str] = {}
        """Added to the environment of every program (`siteparity.transport.keeper`)."""
        self._held = _Held()

    def converse(
        self, argv: Sequence[str], text: bytes, *, deadline: Deadline, limit: int, opener: bytes = b""
    ) -> Output:
        """Run a program, give it a text on stdin, and read what it says.

        Args:
            argv: the program and its arguments; no shell sees them.
            text: all of its stdin.
            opener: what it is given first; it must answer, and gets the text when its first word is heard.
            deadline: when it is ended, with its whole process group.
            limit: bytes of stdout and stderr together that are kept in memory.

        Raises:
            UnmeasuredError: it could not be started, took too long, or said too much.
        """
        process = self._start(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        exchange = _Exchange(process, [opener, text] if opener else [text], limit, self._held)
        try:
            exchange.run(deadline)
            return self._kept(exchange, _wait(process, deadline))
        except BaseException:
            self._held.add(-exchange.size)
            raise
        finally:
            self._end(process)

    def _kept(self, exchange: _Exchange, status: int) -> Output:
        output = Output(
            bytes(exchange.stdout),
            bytes(exchange.stderr),
            status,
            exchange.told_at,
            tuple(exchange.arrivals),
        )
        weakref.finalize(output, self._held.add, -exchange.size)
        return output

    def obey(self, argv: Sequence[str], *, log: Path, deadline: Deadline) -> int:
        """The exit status of a program that may go to the background on purpose; its words go to a file."""
        with log.open("ab") as file:
            process = self._start(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file)
        try:
            return _wait(process, deadline)
        finally:
            self._end(process)

    def close(self) -> None:
        """End every program that runs, and start no more."""
        with self._lock:
            self._closed = True
        end = time.monotonic() + _MERCY_SECONDS
        self._signal_all(signal.SIGTERM)
        while self._live and time.monotonic() < end:
            time.sleep(0.01)
        self._signal_all(signal.SIGKILL)

    def _signal_all(self, number: signal.Signals) -> None:
        with self._lock:
            for process in self._live:
                _signal(process, number)

    def check_open(self) -> None:
        """`UnmeasuredError` once it was closed."""
        if self._closed:
            raise UnmeasuredError("the run has ended")

    def _start(
        self, argv: Sequence[str], *, stdin: int, stdout: int, stderr: int | IO[bytes]
    ) -> subprocess.Popen[bytes]:
        # LC_ALL=C: the reasons that ssh and sudo give are read.
        environment = {**os.environ, **self.mark, "LC_ALL": "C"}
        with self._lock:
            self.check_open()
            try:
                process = subprocess.Popen(
                    argv, stdin=stdin, stdout=stdout, stderr=stderr, env=environment, start_new_session=True
                )
            except OSError as error:
                raise UnmeasuredError(f"{argv[0]} cannot be started: {error.strerror}") from error
            self._live.add(process)
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        if process.returncode is None:
            _signal(process, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_MERCY_SECONDS)
        if process.returncode is None:
            _signal(process, signal.SIGKILL)
            process.wait()
        with self._lock:
            self._live.discard(process)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To the whole group. A process that was waited for is left alone: its number may be another's by now."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)


def _wait(process: subprocess.Popen[bytes], deadline: Deadline) -> int:
    try:
        return process.wait(deadline.left_or_raise())
    except subprocess.TimeoutExpired:
        raise UnmeasuredError(f"timed out after {deadline.seconds:g} s") from None


class _Held:
    """How many bytes are held for all programs that are being heard."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bytes = 0

    def add(self, count: int) -> int:
        """The new sum."""
        with self._lock:
            self._bytes += count
            return self._bytes


class _Exchange:
    """Writing and reading at the same time, so that neither side waits for a full pipe."""

    def __init__(
        self, process: subprocess.Popen[bytes], texts: Sequence[bytes], limit: int, held: _Held
    ) -> None:
        assert process.stdin and process.stdout and process.stderr  # noqa: S101, PT018  # for the type checker
        self._stdin, self._pipes = process.stdin, (process.stdout, process.stderr)
        self._texts = [memoryview(text) for text in texts]
        """What is being said; what will be said when something was heard."""
        self._limit = limit
        self._held = held
        self.stdout, self.stderr = bytearray(), bytearray()
        self.told_at: float | None = None
        self.arrivals: list[tuple[int, float]] = []

    @property
    def size(self) -> int:
        """How many bytes were heard."""
        return len(self.stdout) + len(self.stderr)

    def run(self, deadline: Deadline) -> None:
        """Until both its pipes are at their end."""
        with selectors.DefaultSelector() as selector:
            for pipe, heard in zip(self._pipes, (self.stdout, self.stderr), strict=True):
                selector.register(pipe, selectors.EVENT_READ, heard)
            os.set_blocking(self._stdin.fileno(), False)
            selector.register(self._stdin, selectors.EVENT_WRITE, None)
            while selector.get_map():
                for key, _ in selector.select(deadline.left_or_raise()):
                    if key.data is None:
                        self._say(selector)
                    else:
                        self._hear(selector, key)

    def _say(self, selector: selectors.BaseSelector) -> None:
        if len(self._texts) == 1 and self.told_at is None:
            self.told_at = time.time()
        unsaid = self._texts[0]
        try:
            self._texts[0] = (
                unsaid[os.write(self._stdin.fileno(), unsaid[:_CHUNK_BYTES]) :] if unsaid else unsaid
            )
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._texts = [unsaid[:0]]
        if not self._texts[0]:
            selector.unregister(self._stdin)
            if len(self._texts) == 1:
                self._stdin.close()

    def _hear(self, selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
        chunk = os.read(key.fd, _CHUNK_BYTES)
        if not chunk:
            selector.unregister(key.fileobj)
            return
        own = self.size + len(chunk)
        if own > self._limit:
            raise UnmeasuredError(f"answer exceeded {_size(self._limit)}")
        if self._held.add(len(chunk)) > MAX_HELD_BYTES and own > _SHARE_BYTES:
            self._held.add(-len(chunk))
            raise UnmeasuredError(f"answer exceeded {_size(_SHARE_BYTES)} while others said too much as well")
        key.data.extend(chunk)
        if key.data is not self.stdout:
            return
        if len(self.arrivals) < _ARRIVALS:
            self.arrivals.append((len(self.stdout), time.time()))
        if len(self._texts) > 1 and not self._texts[0]:
            del self._texts[0]
            selector.register(self._stdin, selectors.EVENT_WRITE, None)


def _size(number: int) -> str:
    return f"{number >> 20} MiB" if number >= 1 << 20 and number % (1 << 20) == 0 else f"{number} bytes"

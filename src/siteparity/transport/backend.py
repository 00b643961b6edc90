"""A testinfra backend over the run's own connections, with a deadline for each command."""

from __future__ import annotations

import secrets
from typing import Any, Protocol

from testinfra.backend.base import BaseBackend, CommandResult

from siteparity.model import Host, UnmeasuredError
from siteparity.transport.process import Output
from siteparity.transport.script import Ask, join, split

_ANY_STATUS = frozenset(range(256))
_SPARE_SECONDS = 4.0
"""Between the command's own time on the host and the deadline here, so that the reason can arrive."""


class Run(Protocol):
    """`Transport.run`."""

    def __call__(self, host: Host, script: bytes, *, timeout: float) -> Output:
        """Run a script on a host."""


class Backend(BaseBackend):  # type: ignore[misc]  # testinfra's types are not installed as such
    """What testinfra's modules talk to."""

    NAME = "siteparity"

    def __init__(self, host: Host, run: Run, timeout: int) -> None:
        super().__init__(host.label)
        self._on = host
        self._run = run
        self._timeout = timeout

    def run(self, command: str, *args: str, **_unused: Any) -> CommandResult:  # noqa: ANN401  # testinfra's signature
        """Run a command; each argument is quoted into its %s.

        Raises:
            UnmeasuredError: it was not run to its end, and why.
        """
        if self._on.connection.collector is not None:
            raise UnmeasuredError(f"{self._on.label}: it has a collector, which runs no command of testinfra")
        text = self.get_command(command, *args)
        asks = {"command": Ask(text, ok=_ANY_STATUS, timeout=self._timeout)}
        nonce = secrets.token_hex(16)
        try:
            output = self._run(self._on, join(asks, nonce), timeout=self._timeout + _SPARE_SECONDS)
        except UnmeasuredError as error:
            raise UnmeasuredError(f"{self._on.label}: {error}") from error
        answer = split(asks, nonce, output.stdout, output.stderr)["command"]
        if answer.problem is not None:
            raise UnmeasuredError(f"{self._on.label}: {answer.problem}")
        return self.result(answer.status, text.encode(), answer.text, answer.stderr)

    def decode(self, data: bytes) -> str:
        """UTF-8; testinfra would ask the host's Python. What is no UTF-8 is kept apart, not refused."""
        return data.decode("utf-8", "surrogateescape")

    def encode(self, data: str) -> bytes:
        """The other way round."""
        return data.encode("utf-8", "surrogateescape")

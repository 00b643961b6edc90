"""A testinfra backend over the run's connections, with a deadline for each command."""

from __future__ import annotations

import secrets
from typing import Any, Protocol

from testinfra.backend.base import BaseBackend, CommandResult

from siteparity.model import Host, UnmeasuredError
from siteparity.transport.process import Output
from siteparity.transport.script import Ask, join, split

_ANY_STATUS = frozenset(range(256))
_SPARE_SECONDS = 4.0
"""How much longer than the host this machine waits for the command, so that the reason can arrive."""


class Run(Protocol):
    """`Transport.run`."""

    def __call__(self, host: Host, script: bytes, *, timeout: float) -> Output:
        """Run a script on a host."""


class Backend(BaseBackend):  # type: ignore[misc]  # testinfra's types are not installed as such
    """Runs the commands of testinfra's modules."""

    NAME = "siteparity"

    def __init__(self, host: Host, run: Run, timeout: int) -> None:
        super().__init__(host.label)
        self._on = host
        self._run = run
        self._timeout = timeout

    def run(self, command: str, *args: str, **_unused: Any) -> CommandResult:  # noqa: ANN401  # testinfra's signature
        """Run a command; each argument is quoted and takes the place of a %s.

        Raises:
            UnmeasuredError: the command did not run to its end; with the reason.
        """
        if self._on.connection.collector is not None:
            raise UnmeasuredError(
                f"{self._on.label}: it has a collector, which runs no command of testinfra; name what "
                "is to be run under aspects.commands, or let the account run anything and leave "
                "parity_collector out"
            )
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
        """UTF-8, without asking the host's Python as testinfra does; invalid bytes become surrogates."""
        return data.decode("utf-8", "surrogateescape")

    def encode(self, data: str) -> bytes:
        """The reverse of `decode`."""
        return data.encode("utf-8", "surrogateescape")

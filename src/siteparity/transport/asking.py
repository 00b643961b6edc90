"""Asks a host questions: in a script, or through the collector on the host. Both answer in the same form."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from siteparity.model import Host, UnmeasuredError
from siteparity.transport import collector
from siteparity.transport.collector import Collector
from siteparity.transport.process import Output
from siteparity.transport.script import (
    NO_WORDS,
    OPENER,
    Answer,
    Ask,
    Moment,
    first_line,
    join,
    moment,
    split,
)

_SHOWN = 12
"""How many digits of a digest a message shows."""


class Run(Protocol):
    """`Transport.run`."""

    def __call__(self, host: Host, script: bytes, *, timeout: float, opener: bytes) -> Output:
        """Run a script on a host, or send it to the host's collector."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A host to ask."""

    run: Run
    """How to reach it."""
    host: Host
    known: Collector | None
    """The collector that the host must have; None if it has none."""

    def put(
        self, asks: Mapping[str, Ask], words: Mapping[str, str] = NO_WORDS, *, timeout: float
    ) -> tuple[Mapping[str, Answer], Moment | None]:
        """Ask all questions at once.

        Args:
            asks: name -> question; a host with a collector answers only those that its collector contains.
            words: name of a word -> its value, for each word of the questions.
            timeout: seconds, including the time to connect.

        Returns:
            Name -> answer; and the host's clock when it was asked.

        Raises:
            UnmeasuredError: there is no answer at all, or the host has another collector; with the reason.
        """
        nonce = secrets.token_hex(16)
        if self.host.connection.collector is None:
            text = join(asks, nonce, words)
        elif self.known is None or any(self.known.asks.get(name) != ask for name, ask in asks.items()):
            raise UnmeasuredError(_FREE_QUESTION)
        else:
            text = collector.request(self.known, asks, nonce, words)
        output = self.run(self.host, text, timeout=timeout, opener=OPENER)
        if self.known is not None:
            _check_collector(self.host, self.known, output)
        return split(asks, nonce, output.stdout, output.stderr), moment(nonce, output)


_FREE_QUESTION = "its collector answers nothing but the questions that `siteparity privileges` put into it"


def _check_collector(host: Host, known: Collector, output: Output) -> None:
    """Raise UnmeasuredError if the answers come from another program than the known collector."""
    said = collector.said_by(output.stdout)
    if said == known.digest:
        return
    if said is None:
        told = first_line(output.stderr) or first_line(output.stdout) or f"exit {output.status}"
        raise UnmeasuredError(f"{host.connection.collector} does not answer as a collector ({told})")
    raise UnmeasuredError(
        f"{host.connection.collector} is not the collector that this policy, this inventory and this "
        f"siteparity make (SHA-256 {said[:_SHOWN]}, expected {known.digest[:_SHOWN]}); "
        f"install what `siteparity privileges {host.label}` prints"
    )

"""Asks a host questions: in a script, or through the collector on the host. Both answer in the same form."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from siteparity.model import Host, UnmeasuredError
from siteparity.transport import collector
from siteparity.transport.process import Output
from siteparity.transport.script import (
    ABSENT,
    NO_WORDS,
    OPENER,
    OUTSIDE,
    Answer,
    Ask,
    Moment,
    first_line,
    join,
    moment,
    split,
)


class Run(Protocol):
    """`Transport.run`."""

    def __call__(self, host: Host, script: bytes, *, timeout: float, opener: bytes) -> Output:
        """Run a script on a host, or send it to the host's collector."""


Mark: TypeAlias = Callable[[Host, Mapping[str, Ask], Mapping[str, str]], str]
"""What makes the mark of the answers to some questions with their words: 32 hexadecimal digits that no host
can guess."""


_MUCH = 4 * 1024 * 1024
"""Bytes: more than a host of hundreds of services says."""
_READING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Asked:
    """A host to ask."""

    run: Run
    """How to reach it."""
    host: Host
    mark: Mark | None = None
    """Somebody else runs the questions, as a script whose answers bear this mark."""

    def put(
        self, asks: Mapping[str, Ask], words: Mapping[str, str] = NO_WORDS, *, timeout: float
    ) -> tuple[Mapping[str, Answer], Moment | None]:
        """Ask all questions at once.

        Args:
            asks: name -> question; a host with a collector answers only those that its collector holds.
            words: name of a word -> its value, for each word that the policy does not decide.
            timeout: seconds, including the time to connect.

        Returns:
            Name -> answer; and the host's clock when it was asked.

        Raises:
            UnmeasuredError: there is no answer at all, or no collector that fits; with the reason.
        """
        nonce = self.mark(self.host, asks, words) if self.mark else secrets.token_hex(16)
        has_collector = self.host.connection.collector is not None and not self.mark
        text = (collector.request if has_collector else join)(asks, nonce, words)
        output = self.run(self.host, text, timeout=timeout, opener=OPENER)
        if has_collector:
            _check_frame(self.host, output)
        # What a host said too much of is copied while it is read: of one host at a time.
        with _READING if len(output.stdout) > _MUCH else nullcontext():
            answers = split(asks, nonce, output.stdout, output.stderr)
        return {name: self._explained(answer) for name, answer in answers.items()}, moment(nonce, output)

    def _explained(self, answer: Answer) -> Answer:
        """An answer; a refusal says what to do."""
        if answer.problem is None or not answer.problem.startswith((ABSENT, OUTSIDE)):
            return answer
        return replace(answer, problem=f"{answer.problem}; {_install(self.host)}")


def _install(host: Host) -> str:
    return f"as root, install what `siteparity privileges {host.label}` prints"


def _check_frame(host: Host, output: Output) -> None:
    """Raise UnmeasuredError if the answers do not come from a collector with the known frame."""
    said = collector.said_by(output.stdout)
    if said == collector.FRAME:
        return
    path = host.connection.collector
    if said is None:
        told = first_line(output.stderr) or first_line(output.stdout) or f"exit {output.status}"
        raise UnmeasuredError(f"{path} does not answer as a collector ({told})")
    if said == collector.CHANGED:
        raise UnmeasuredError(f"{path} was changed after it was made; {_install(host)}")
    raise UnmeasuredError(f"{path} is the collector of another version of siteparity; {_install(host)}")

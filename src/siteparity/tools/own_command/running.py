"""Runs a command of the policy's own on a host, and reads what became of it.

The command gets no shell, no terminal, nothing on stdin, and an environment of its own, so it says the same
whoever asks. Whatever it starts is ended with it, a daemon included unless that hides from its own
environment. Its account is set by setpriv(1), which opens no session and writes to no log.

Sources: execve(2), setsid(2), setpriv(1), environ(7), proc(5).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from siteparity.model import UnmeasuredError
from siteparity.tools.given import PERL_DECODE
from siteparity.tools.program import program

MOST_BYTES = 1024 * 1024
"""Of what a command may print; of stderr beside it, the beginning is kept."""
SPARE_SECONDS = 5
"""How much longer its question may take: to end what the command started, and to look for a pattern."""
SPARE_BYTES = 2048

Stream: TypeAlias = Literal["stdout", "stderr"]

_PROGRAM = PERL_DECODE + program(__package__, "run.pl")
_HEAD = re.compile(
    rb"ended (exit [0-9]{1,3}|signal [0-9]{1,2}|late|full|no account|not allowed|no program)\n"
    rb"left ([0-9]{1,6})\nmatches (yes|no|odd|-)\nsays ((?:[0-9a-f]{2})*)\nbytes ([0-9]{1,8})\n"
)


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a command."""

    ended: str
    """``exit 0``, ``signal 11``, ``late``, ``full``, ``no account``, ``not allowed`` or ``no program``."""
    left: int
    """How many processes it left behind. They were ended."""
    matches: bool | None
    """Whether the pattern was found in its output; None if no pattern was told, or perl does not take it."""
    says: bytes
    """The beginning of its stderr."""
    output: bytes
    """All that it printed to the stream that is told; empty unless it ended by itself."""


def question(command: Sequence[str], *, user: str, seconds: int, stream: Stream) -> str:
    """A shell text that runs a command, and looks in its output for the pattern in ``$PATTERN``."""
    words = [user, str(seconds), str(MOST_BYTES), stream, *command]
    return f"export PATTERN; exec perl -e {shlex.quote(_PROGRAM)} -- {shlex.join(words)}\n"


def read(answer: bytes) -> Ran:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: it is not whole, or says what no host can mean.
    """
    head = _HEAD.match(answer)
    if head is None:
        raise UnmeasuredError("the host does not say what became of the command")
    start, size = head.end(), int(head[5])
    if size > MOST_BYTES or answer[start + size :] != b"\nend\n":
        raise UnmeasuredError("the command's output came back damaged")
    return Ran(
        ended=head[1].decode(),
        left=int(head[2]),
        matches={b"yes": True, b"no": False}.get(head[3]),
        says=bytes.fromhex(head[4].decode()),
        output=answer[start : start + size],
    )

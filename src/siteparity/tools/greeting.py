"""A short talk with a server from a shell on a host: send a few bytes, read the first line of the answer.

bash opens ``/dev/tcp``, and every Debian has it, unlike curl. ``openssl s_client`` speaks TLS, and trusts the
host's own store of authorities, as the host's programs do.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

_PLAIN = program(__package__, "greeting_plain.sh")
_TLS = program(__package__, "greeting_tls.sh")
# What bash and openssl write to stderr tells why a connection was not made.
_QUESTION = '{become}timeout -k 1 {seconds} bash -c {program} bash {words} 2>&1; echo "exit $?"\necho end\n'

REFUSED = "connection refused"
HUNG_UP = "hangs up without a word"


@dataclass(frozen=True, slots=True)
class Talk:
    """What is said to a server."""

    send: str = ""
    """What is sent at once; empty if the server speaks first."""
    leave: str = ""
    """What is sent in the end."""
    waits: bool = True
    """Whether the server is expected to say anything."""
    tls: bool = False
    """Whether to use TLS, with a certificate for the name and from an authority that the host trusts."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """How a talk went."""

    line: str
    """The server's first line; empty if there is none."""
    trouble: str
    """Why there is no line, in words for a report; empty if there is one."""


def question(
    server: str,
    port: int,
    talk: Talk,
    *,
    seconds: int,
    user: str = "",
) -> str:
    """A shell text that talks to a server.

    Args:
        server: its name or address.
        port: its port.
        talk: what is said.
        seconds: what the whole talk may take.
        user: as whom; firewalls can tell users from each other. Empty: as root.
    """
    become = (
        f"setpriv --reuid={shlex.quote(user)} --regid={shlex.quote(user)} --init-groups -- " if user else ""
    )
    given = (server, str(port), talk.send, talk.leave, "wait" * talk.waits, _verified_as(server))
    words = " ".join(map(shlex.quote, given))
    return _QUESTION.format(
        become=become, seconds=seconds, program=shlex.quote(_TLS if talk.tls else _PLAIN), words=words
    )


def _verified_as(server: str) -> str:
    """The option that verifies a certificate: names and addresses are in separate fields of it."""
    try:
        ip_address(server)
    except ValueError:
        return "-verify_hostname"
    return "-verify_ip"


_TROUBLE = (
    (r"(?i)connection refused", REFUSED),
    (r"(?i)no route to host|network is unreachable", "no way leads there"),
    (
        r"(?i)name or service not known|temporary failure in name|no address associated",
        "the name has no address",
    ),
    (r"(?i)verify error:num=([0-9]+):([^\n]{1,80})", r"its certificate is not trusted here (\2)"),
    (r"(?i)connection reset|connection timed out", "the connection is cut"),
)
_CUT = ("124", "137")
_NO_PROGRAM = ("125", "126", "127")


def read(lines: Iterable[str], seconds: int) -> Greeting:
    """Read the answer to `question`.

    Args:
        lines: of the answer, without its end mark.
        seconds: what the talk was allowed to take.

    Raises:
        UnmeasuredError: a program is missing, or may not be started, or the answer is not understood.
    """
    found = re.fullmatch(r"(.*?)exit ([0-9]{1,3})", "\n".join(lines), re.DOTALL)
    if not found:
        raise UnmeasuredError("the answer does not say how the talk ended")
    words, code = found[1], found[2]
    said = re.search(r"^said (.*)$", words, re.MULTILINE)
    first = " ".join(words.split())[:120]
    if code in _NO_PROGRAM or re.search(r"setpriv: |command not found", words):
        raise UnmeasuredError(f"the talk could not be made: {first or f'exit {code}'}")
    if said and said[1].strip():
        return Greeting(said[1].strip()[:200], "")
    for pattern, trouble in _TROUBLE:
        if known := re.search(pattern, words):
            return Greeting("", known.expand(trouble))
    if code in _CUT:
        return Greeting("", f"no answer within {seconds} s")
    if said:
        return Greeting("", HUNG_UP)
    raise UnmeasuredError(f"the talk failed, and not in a way that is known: {first or f'exit {code}'}")

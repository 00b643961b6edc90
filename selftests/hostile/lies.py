"""What a hostile host answers: a program that sshd starts in place of the shell.

It has read the nonce, and writes the script's own protocol where that does more harm.
"""

from __future__ import annotations

import base64
import itertools
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1_000_000
MOST_BYTES = 4 * MEGABYTE
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>"
MACHINE = "machine.machine"
"""The question which machine it is; answered with the address, so that no liar is its own twin."""

PAYLOADS: dict[str, bytes] = {
    "no UTF-8": b"\xff\xfe\xc3\x28\xed\xa0\x80\n" * 50,
    "NUL bytes": b"a\0b\0\0\n" * 50,
    "ANSI and OSC": b"\x1b[2J\x1b[31m\x1b]0;owned\x07\x1b]52;c;cm0gLXJm\x07\x9b31m\x1bP+q\x1b\\\n" * 20,
    "markup": f"{MARKUP}\n</script></style></title>\n<svg onload=alert(3)>=1\n{MARKUP}={MARKUP}\n".encode(),
    "template code": b"{{7*7}} ${7*7} <%= 7*7 %> #{7*7} {% raw %}\n" * 20,
    "right-to-left marks": "\u202egnp.exe\u2066\u2069\u200b\u2028\u2029\ufeff=\u202e\n".encode() * 20,
    "a million lines": b"x\n" * MEGABYTE,
    "one line without an end": b"A" * (4 * MEGABYTE),
    "only line ends": b"\n" * (4 * MEGABYTE),
    "nothing at all": b"",
    "spaces": b"   \t \n" * 100,
    "deep JSON": b"[" * 100_000,
    "deep braces": b"{\n" * 50_000,
    "numbers": b"-1\n99999999999999999999999999\nNaN\ninf\n1e999\n0x7f\n" + b"9" * 5000 + b"\n",
    "a login banner": b"Authorised use only.\r\nLast login: Mon Nov 23 03:00:00 2026\r\n",
    "an end of every kind": b"end\n= 0\n[end]\nend 0\n\nend\n",
    "sections of every kind": b"\n[unit]\n[files]\n[running]\n[manager]\n[replaced]\nend\n",
    "shell text": b"$(touch /tmp/owned)`touch /tmp/owned`;touch /tmp/owned|touch /tmp/owned\n",
    "paths": b"../../../../etc/passwd\n/proc/self/environ\n~root/.ssh\n" * 10,
    "a yes": b"yes\ntrue\nok\nGO\nsame\nenabled\nactive\nrunning\nset\n1\n",
}
"""Well framed, in place of each answer."""


@dataclass(frozen=True)
class Asked:
    """What the host was sent."""

    nonce: str
    names: Sequence[str]
    address: str
    greeting: bytes = b""
    """What a collector says first: it is told which frame is expected, and so can claim it."""

    @classmethod
    def read(cls, script: str, address: str) -> Asked:
        """From the script itself, as a hostile host would; or from what its collector is told."""
        told = re.match(r"([0-9a-f]{32})\n([0-9a-f]{64})\n", script)
        if told:
            names = re.findall(r"(?m)^ask (\S+) ", script)
            return cls(told[1], names, address, f"@collector {told[2]}\n".encode())
        nonce = re.search(r"(?m)^N=([0-9a-f]{16,64});", script)
        names = re.findall(r"(?m);put '(\S+) [0-9]+ [0-9]+'$", script)
        return cls(nonce[1] if nonce else "", names, address)

    def frame(self, name: str, payload: bytes, status: str = "000", tail: str = "0", to: str = "") -> bytes:
        """One answer, well formed."""
        data = base64.b64encode(payload + self.nonce.encode() + status.encode())
        return f"\n@{self.nonce} {to or name} ".encode() + data + f" {tail}\n".encode()

    def all(self, payload: bytes, status: str = "000", tail: str = "0") -> bytes:
        """Every question, answered alike."""
        clock = f"\n@{self.nonce} ^ 1795414801.338237000\n".encode()
        frames = [
            self.frame(name, f"{self.address} {self.address} \n".encode())
            if name == MACHINE
            else self.frame(name, payload, status, tail)
            for name in self.names
        ]
        return clock + b"".join(frames) + f"\n@{self.nonce} . {len(self.names)}\n".encode()


Lie = Callable[[Asked], Iterator[bytes]]


def _framed(payload: bytes) -> Lie:
    """As much of it as all answers together may be: else no answer at all would be read."""

    def lie(asked: Asked) -> Iterator[bytes]:
        yield asked.all(payload[: MOST_BYTES // max(1, len(asked.names))])

    return lie


def _framed_once(payload: bytes) -> Lie:
    """One question of twelve is answered with all of it."""

    def lie(asked: Asked) -> Iterator[bytes]:
        for number, name in enumerate(asked.names):
            yield asked.frame(name, payload if number % 12 == 0 else b"x\n")

    return lie


def _swapped(asked: Asked) -> Iterator[bytes]:
    """Each answer under the name of another question."""
    for name, other in zip(asked.names, [*asked.names[1:], *asked.names[:1]], strict=True):
        yield asked.frame(name, f"this is {name}\n".encode(), to=other)


def _twice(asked: Asked) -> Iterator[bytes]:
    yield asked.all(b"one\n")
    yield asked.all(b"two\n")


def _half(asked: Asked) -> Iterator[bytes]:
    whole = asked.all(b"half of this\n" * 100)
    yield whole[: len(whole) // 2]


def _half_an_answer(asked: Asked) -> Iterator[bytes]:
    whole = asked.frame(asked.names[0], b"half of this\n" * 100)
    yield whole[: len(whole) // 2] + b" 0\n"


def _no_base64(asked: Asked) -> Iterator[bytes]:
    for name in asked.names:
        yield f"\n@{asked.nonce} {name} %%%=not*base64=%%% 0\n".encode()


def _other_nonce(asked: Asked) -> Iterator[bytes]:
    yield Asked("0" * 32, asked.names, asked.address).all(b"x\n")


def _too_many_fields(asked: Asked) -> Iterator[bytes]:
    for name in asked.names:
        yield f"\n@{asked.nonce} {name} eA== 0 0 0 0\n".encode()


def _many(chunk: bytes, total: int) -> Lie:
    def lie(_: Asked) -> Iterator[bytes]:
        yield from itertools.repeat(chunk, total // len(chunk))

    return lie


def _many_marks(asked: Asked) -> Iterator[bytes]:
    mark = f"@{asked.nonce} ".encode()
    for name in ("x", *asked.names[:1], "!", "^", "."):
        yield (mark + name.encode() + b" eA== 0\n") * 100_000


def _gave_up(words: str) -> Lie:
    def lie(asked: Asked) -> Iterator[bytes]:
        yield f"\n@{asked.nonce} ! {words}\n".encode()

    return lie


def _words(said: bytes) -> Lie:
    def lie(_: Asked) -> Iterator[bytes]:
        yield said

    return lie


def _absurd_clock(asked: Asked) -> Iterator[bytes]:
    yield asked.all(b"x\n").replace(b"1795414801.338237000", b"999999999999.999999999")


BROKEN: dict[str, Lie] = {
    "silence": _words(b""),
    "a banner and nothing else": _words(PAYLOADS["a login banner"] + f"{MARKUP}\n".encode()),
    "each answer under another name": _swapped,
    "every answer twice": _twice,
    "half a stream": _half,
    "half an answer": _half_an_answer,
    "no base64": _no_base64,
    "another nonce": _other_nonce,
    "too many fields": _too_many_fields,
    "a negative status": lambda asked: iter((asked.all(b"x\n", tail="-1"),)),
    "a huge status": lambda asked: iter((asked.all(b"x\n", tail="99999999999999999999"),)),
    "a status that is no number": lambda asked: iter((asked.all(b"x\n", status="x x"),)),
    "100 MB without an end": _many(b"A" * MEGABYTE, 100 * MEGABYTE),
    "100 MB of line ends": _many(b"\n" * MEGABYTE, 100 * MEGABYTE),
    "many marks": _many_marks,
    "it lacks a tool": _gave_up(f"missing {MARKUP}"),
    "it got stuck": _gave_up(f"stuck {MARKUP}"),
    "it gave up for no reason": _gave_up(""),
}
"""Nothing in it is an answer: all of it must be unmeasured, but for a swap or a copy of valid answers."""

LIES: dict[str, Lie] = {
    **{name: _framed(payload) for name, payload in PAYLOADS.items()},
    "a million lines": _framed_once(PAYLOADS["a million lines"]),
    "an absurd clock": _absurd_clock,
    "every status is 255": lambda asked: iter((asked.all(b"x\n", status="255"),)),
    **BROKEN,
}


def main() -> None:
    """Answer one connection: the folder's file named after the own address says which lie is told."""
    folder, address = Path(sys.argv[1]), os.environ["SSH_CONNECTION"].split()[2]
    out = sys.stdout.buffer
    out.write(b"\n")
    out.flush()
    asked = Asked.read(sys.stdin.buffer.read().decode(errors="replace"), address)
    lie = (folder / address).read_text()
    sys.stderr.write(f"\n@{asked.nonce} {asked.names[0] if asked.names else 'x'}\n{MARKUP}\x1b[2J {lie}\n")
    try:
        for chunk in LIES[lie](asked):
            out.write(chunk)
        out.flush()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()

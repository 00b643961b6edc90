"""The stream of a connection, damaged in transit: each answer arrives whole or not at all."""

from __future__ import annotations

import base64
import random

import pytest

from selftests.fuzz.conftest import Try
from selftests.fuzz.damage import STRANGE, damaged
from siteparity.transport import ssh
from siteparity.transport.script import NO_STATUS, Ask, clock_line, first_line, split

pytestmark = pytest.mark.timeout(3600)

NONCE = "5e" * 16
ASKS = {name: Ask(":", limit=4096) for name in ("files.lines", "boot.id", "redis.info", "dns.zone")}
ANSWERS = {name: (name.encode() + b" says so\n") * number for number, name in enumerate(ASKS, 1)}


def stream() -> bytes:
    """What a host sends that means well."""
    frames = [
        f"\n@{NONCE} {name} ".encode() + base64.b64encode(text + NONCE.encode() + b"000") + b" 0\n"
        for name, text in ANSWERS.items()
    ]
    clock, end = f"\n@{NONCE} ^ 1795414801.338237000\n", f"\n@{NONCE} . {len(ASKS)}\n"
    return clock.encode() + b"".join(frames) + end.encode()


def _parts(chance: random.Random) -> bytes:
    """A stream cut at either end, with lines lost, doubled or moved, and words of others between them.

    Not bytes lost from the middle of a line: SSH proves each packet (RFC 4253, section 6.4).
    """
    data = stream()
    start, end = sorted((chance.randrange(len(data)), chance.randrange(len(data) + 1)))
    data = data[start * chance.choice((0, 0, 1)) : chance.choice((end, end, len(data)))]
    lines = data.split(b"\n")
    for _ in range(chance.randrange(4)):
        at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[at:to] = chance.choice(([], [chance.choice(STRANGE)], [lines[at]] * 2, lines[to:] + lines[at:]))
        lines = lines or [b""]
    return b"\n".join(lines)


def test_a_stream_that_lost_something_gives_whole_answers_or_none(try_out: Try) -> None:
    """Never half an answer, and never one under another's name: what is compared is what the host said."""

    def trial(number: int) -> None:
        chance = random.Random(number)  # noqa: S311  # nothing is kept secret with it
        data = _parts(chance)
        for name, answer in split(ASKS, NONCE, data, b"").items():
            if answer.problem is None:
                assert answer.text == ANSWERS[name], (name, data)
            else:
                assert answer.text == b"", (name, data)
                assert answer.status in (NO_STATUS, *range(256))

    try_out(trial)


def test_anything_at_all_gives_an_answer_or_a_reason(try_out: Try) -> None:
    """The stream, the words on stderr and those of ssh may be any bytes; nothing is raised."""
    whole = stream()

    def trial(number: int) -> None:
        out, err = damaged(number, whole, STRANGE), damaged(number + 1, whole, STRANGE)
        for answer in split(ASKS, NONCE, out, err).values():
            assert (answer.problem is None) or answer.problem
        clock_line(NONCE, out)
        for words in (first_line(err), ssh.reason(err, 5), ssh.sudo_reason(err) or ""):
            assert "\n" not in words
            assert "\x1b" not in words
            assert len(words) <= 400

    try_out(trial)

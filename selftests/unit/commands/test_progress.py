"""How far a run is: one line on a terminal, plain lines elsewhere, and nothing that a host could send."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import select
import struct
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from selftests.unit.collect.test_measurement import SITES
from siteparity.commands.progress import Progress

HOSTS = [host for site in SITES for host in site.hosts]
EVIL = "not measured (\x1b[2J\x1b]0;GO\x07\rGO  all is well\u202e)"


class Terminal:
    """A terminal, and what has been sent to it."""

    def __init__(self) -> None:
        self.ours, theirs = pty.openpty()
        self.stream: TextIO = os.fdopen(theirs, "w", encoding="utf-8")

    def sent(self) -> str:
        """Everything since the last look."""
        sent = b""
        while select.select([self.ours], [], [], 0.05)[0]:
            sent += os.read(self.ours, 65536)
        return sent.decode()

    def resize(self, columns: int) -> None:
        """Draw the window smaller or larger."""
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def close(self) -> None:
        """Hang up."""
        self.stream.close()
        os.close(self.ours)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A wide one."""
    monkeypatch.setenv("TERM", "xterm")
    made = Terminal()
    made.resize(200)
    yield made
    made.close()


def seen(sent: str) -> list[str]:
    """What a person sees in the end: a carriage return writes over the line."""
    lines = []
    for line in sent.replace("\r\n", "\n").split("\n"):
        shown = ""
        for piece in line.split("\r"):
            shown = piece + shown[len(piece) :]
        lines.append(shown.rstrip())
    return lines


def test_a_terminal_shows_who_is_still_waited_for_on_one_line(terminal: Terminal) -> None:
    """It is gone when the answer comes."""
    with Progress(SITES, terminal.stream) as progress:
        (line,) = seen(terminal.sent())
        assert line.startswith(f"0 of {len(HOSTS)} hosts looked at; waiting for {HOSTS[0].label}, ")
        progress.say(HOSTS[0], "9 tables in 0.1 s")
        (line,) = seen(terminal.sent())
        assert line.startswith(f"1 of {len(HOSTS)} hosts looked at; waiting for {HOSTS[1].label}")
        assert HOSTS[0].label not in line
        for host in HOSTS[1:]:
            progress.say(host, "9 tables in 0.1 s")
        assert seen(terminal.sent()) == [f"{len(HOSTS)} of {len(HOSTS)} hosts looked at"]
    assert seen(terminal.sent()) == [""]


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (0, "0 of 4 hosts looked at; waiting for dallas/web1, dallas/web2 and 2 more"),  # it does not say
        (60, "0 of 4 hosts looked at; waiting for dallas/web1 and 3 more"),
        (40, "0 of 4 hosts looked at; waiting for 4"),
        (12, "0 of …for 4"),
    ],
)
def test_a_narrow_terminal_still_has_one_line(terminal: Terminal, columns: int, line: str) -> None:
    """A line that is longer than the screen would stay there."""
    terminal.resize(columns)
    with Progress(SITES, terminal.stream):
        (shown,) = seen(terminal.sent())
        assert shown == line
    assert seen(terminal.sent()) == [""]


def test_a_host_that_was_not_measured_keeps_its_line_and_drives_nothing(terminal: Terminal) -> None:
    """No escape reaches the terminal, whatever the host says; NO_COLOR has nothing to take away."""
    with Progress(SITES, terminal.stream) as progress:
        progress.say(HOSTS[0], EVIL)
    sent = terminal.sent()
    assert not set(sent) & {"\x1b", "\x07", "\u202e"}
    first, last = seen(sent)
    assert (
        first
        == f"{HOSTS[0].label}: not measured ([U+001B][2J[U+001B]]0;GO[U+0007][U+000D]GO  all is well[U+202E])"
    )
    assert last == ""


@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_elsewhere_each_host_has_a_plain_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, term: str
) -> None:
    """In a file, a pipe, or on a terminal that cannot go back."""
    monkeypatch.setenv("TERM", term)
    path = tmp_path / "stderr"
    with path.open("w") as stream, Progress(SITES, stream) as progress:
        progress.say(HOSTS[0], "9 tables in 0.1 s")
        progress.say(HOSTS[1], EVIL)
    first, second = path.read_text().splitlines()
    assert first == f"{HOSTS[0].label}: 9 tables in 0.1 s"
    assert second.startswith(f"{HOSTS[1].label}: not measured ([U+001B]")


def test_a_terminal_that_has_gone_away_costs_no_answer() -> None:
    """Somebody closed the window; the run goes on."""

    class Gone(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(5, "Input/output error")

    with Progress(SITES, Gone()) as progress:
        progress.say(HOSTS[0], "9 tables in 0.1 s")

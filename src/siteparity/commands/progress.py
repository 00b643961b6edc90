"""The progress of a run on stderr: one line on a terminal that names the awaited hosts, else plain lines."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Self, TextIO

from siteparity.collect import NOT_MEASURED
from siteparity.model import Host, Site
from siteparity.redaction import redacted
from siteparity.report.visible import shortened, visible

WIDTH = 300
"""Characters of a plain line."""
_COLUMNS = 80
"""Of a terminal that does not report its width."""


class Progress:
    """Shows which hosts were measured; several threads report to it.

    A terminal gets spaces and carriage returns, but no escape sequences, neither ours nor those of a host. So
    there is no colour for NO_COLOR to take away.

    Args:
        sites: whose hosts are measured.
        stream: stderr by default.
        labels: of hosts of no site.
    """

    def __init__(
        self, sites: Iterable[Site], stream: TextIO | None = None, *, labels: Iterable[str] = ()
    ) -> None:
        self._stream = stream or sys.stderr
        self._awaited = [*labels, *(host.label for site in sites for host in site.hosts)]
        self._count = len(self._awaited)
        self._shown = 0
        self._lock = threading.Lock()
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> Self:
        """Show the awaited hosts."""
        with self._lock:
            self._draw()
        return self

    def __exit__(self, *_: object) -> None:
        """Clear the line for the answer."""
        with self._lock:
            self._clear()

    def say(self, host: Host, words: str) -> None:
        """Report the progress of a host. On a terminal only a host that was not measured keeps a line."""
        self.say_of(host.label, words)

    def say_of(self, label: str, words: str) -> None:
        """The same, of a host by its label."""
        with self._lock:
            if label in self._awaited:
                self._awaited.remove(label)
            if not self._live or words.startswith(NOT_MEASURED):
                self._clear()
                self._write(f"{shortened(visible(redacted(f'{label}: {words}')), WIDTH)}\n")
            self._draw()

    def pause(self) -> None:
        """Clear the line for other text; the next report draws it again."""
        with self._lock:
            self._clear()

    def _draw(self) -> None:
        if not self._live:
            return
        self._clear()
        told = f"{self._count - len(self._awaited)} of {self._count} hosts looked at"
        width = max(self._columns() - 1, 1)  # a full line would begin another one
        text = shortened(told + _waiting(self._awaited, width - len(told)), width)
        self._shown = len(text)
        self._write(text)

    def _clear(self) -> None:
        if self._shown:
            self._write(f"\r{' ' * self._shown}\r")
            self._shown = 0

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or _COLUMNS
        except OSError:
            return _COLUMNS

    def _write(self, text: str) -> None:
        # A terminal that is gone must not end the run.
        with suppress(OSError):
            self._stream.write(text)
            self._stream.flush()


def _waiting(labels: Sequence[str], width: int) -> str:
    """As many of the awaited hosts as fit."""
    names = [visible(label) for label in labels]
    for count in range(len(names), 0, -1):
        more = f" and {len(names) - count} more" if count < len(names) else ""
        text = f"; waiting for {', '.join(names[:count])}{more}"
        if len(text) <= width:
            return text
    return f"; waiting for {len(names)}" if names else ""

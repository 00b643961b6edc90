"""One screen for whoever follows a failover at a terminal, drawn anew after each look.

What to type next stands at its top. What happened scrolls above it, and so do the commands of a step whose
turn it is: there a long one is one line for whoever copies it, while the screen has to break it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from siteparity.failover.answers import Look
from siteparity.failover.lines import reason
from siteparity.failover.runbook import Line
from siteparity.failover.screen import Awaited, awaited, seconds, state
from siteparity.failover.turn import Following
from siteparity.redaction import redacted
from siteparity.report.visible import visible

_STYLES = {"yes": "green", "said": "green", "no": "bold red", "unknown": "yellow", "not said": "yellow"}
_SIGNS = {"yes": "✓", "said": "✓", "no": "✕", "unknown": "?", "not said": "?"}


class Screen:
    """The screen of one watch.

    Args:
        book: step -> its line in the runbook.
        console: where it is drawn.
    """

    def __init__(self, book: Mapping[str, Line], console: Console | None = None) -> None:
        self._book = book
        self._console = console or Console(highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, vertical_overflow="ellipsis")
        self._ready: set[str] = set()

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def tell(self, line: str) -> None:
        """Something happened: it scrolls above the screen."""
        if line:
            self._console.print(_text(line, "bold red" if "ALARM" in line else ""))

    def show(self, following: Following, look: Look, _: bool = True) -> None:  # noqa: FBT001, FBT002  # as `Watch.show`
        """Draw what is awaited now; print the commands of a step whose turn has just come."""
        ready = {one.line.name: one for one in awaited(following, self._book, look)}
        for name in (name for name in ready if name not in self._ready):
            for command in ready[name].commands:
                self._console.print(_text(f"    {command}"), soft_wrap=True)
        self._ready = set(ready)
        self._live.update(drawn(following, self._book, look), refresh=True)


def drawn(following: Following, book: Mapping[str, Line], look: Look) -> RenderableType:
    """The whole screen."""
    return Group(*_head(following, look), *_next(following, book, look), Text(), _steps(following, book))


def _head(following: Following, look: Look) -> Iterator[RenderableType]:
    begun = following.drill.begun
    since = seconds(look.at - begun.at)
    yield Text()
    yield _text(
        f"{begun.old} -> {begun.new}, {begun.mode}: {state(following)}; begun {since} ago; "
        f"last look {look.at.astimezone(UTC):%H:%M:%S} UTC",
        "bold",
    )
    for alarm in following.drill.alarms.values():
        at = f"{alarm.at.astimezone(UTC):%H:%M:%S}"
        yield _text(f"ALARM since {at}: {alarm.alarm}{reason(alarm.words)}", "bold white on red")


def _next(following: Following, book: Mapping[str, Line], look: Look) -> Iterator[RenderableType]:
    for one in awaited(following, book, look):
        yield Text()
        yield _title(one)
        yield from (_text(command, "bold") for command in one.commands)
        for mark, proof in one.proofs:
            yield _text(f"  {_SIGNS[mark]} {mark:<8} {proof}", _STYLES[mark])


def _title(one: Awaited) -> Text:
    place = " on ".join(filter(None, (one.line.who, one.line.where)))
    late = "  LATE" if one.late else ""
    words = f"NEXT  {one.line.name}: {place}, for {seconds(one.waits)} of {one.line.within}{late}"
    return _text(words, "bold red" if one.late else "bold cyan")


def _steps(following: Following, book: Mapping[str, Line]) -> Table:
    """Every step, and when it was proven."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    ready = {step.name for step in following.ready}
    for step in following.steps:
        done = following.drill.done.get(step.name)
        sign, style = ("✓", "green") if done else ("→", "bold cyan") if step.name in ready else ("·", "dim")
        when = f"{done.at.astimezone(UTC):%H:%M:%S}" if done else ""
        remarks = [
            *(["late"] if done and done.late_seconds else []),
            *(["out of order"] if done and done.out_of_order else []),
            *(["said, not measured"] if done and done.said else []),
        ]
        words = (sign, step.name, when, book[step.name].where or book[step.name].who, ", ".join(remarks))
        table.add_row(*(_text(word) for word in words), style=style)
    return table


def _text(words: str, style: str = "") -> Text:
    """Words of hosts and people: neither marks of rich nor controls of the terminal count in them."""
    return Text(visible(redacted(words)), style=style, overflow="fold")

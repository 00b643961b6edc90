"""One screen for an engineer at night."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from selftests.unit.failover.plans import SMALL, Played
from selftests.unit.failover.test_screen import follow
from siteparity.failover.answers import Alarm, Answer, Look, Seen
from siteparity.failover.events import Alarmed
from siteparity.failover.runbook import Line
from siteparity.watching.terminal import Screen, drawn

LONG = "psql -c 'SELECT " + "1, " * 60 + "1'"


def printed(played: Played, lines: dict[str, Line], words: str = "it still answers", width: int = 100) -> str:
    """The screen as a terminal shows it, without colours."""
    answers = {question: Answer(Seen.NO, words) for question in played.questions.values()}
    console = Console(file=io.StringIO(), width=width, color_system=None)
    look = Look(played.now + timedelta(seconds=70), answers)
    console.print(drawn(played.following, lines, look))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_one_screen_has_all_that_an_engineer_needs(tmp_path: Path) -> None:
    """How far it is, what is awaited since when, its proof, what to type, and every step."""
    played, lines = follow(tmp_path)
    shown = printed(played, lines)
    assert "dallas -> arizona, planned: under way; begun 72 s ago" in shown
    assert "NEXT  stop: db1.dallas.shop.example, for 70 s of 1 min  LATE" in shown
    assert "\nsystemctl stop postgresql\n" in shown
    assert "✕ no       The database is shut down: it still answers" in shown
    steps = [line.split()[:2] for line in shown.splitlines() if line[:1] in "✓→·" and line]
    assert steps[:3] == [["✓", "decide"], ["→", "stop"], ["·", "compare"]]
    assert len(steps) == 8


def test_an_alarm_stands_above_everything_and_no_word_is_a_mark(tmp_path: Path) -> None:
    """What a host says neither draws nor moves the cursor."""
    played, lines = follow(tmp_path)
    alarm = Alarmed(
        drill="d1", at=played.now, alarm=Alarm.SECOND_WRITER, about="writers 1", words="two [red]take"
    )
    played.following = played.following.with_(alarm)
    shown = printed(played, lines, "[bold]x[/bold] \x1b[2J")
    assert shown.index("ALARM since 03:00:02: second writer: two [red]take") < shown.index("NEXT")
    assert "[bold]x[/bold]" in shown
    assert "\x1b" not in shown


def test_a_long_command_is_one_line_above_the_screen_once(tmp_path: Path) -> None:
    """Whoever copies it gets it whole."""
    played, lines = follow(tmp_path, SMALL.replace("do: systemctl stop postgresql", f"do: {LONG}"))
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    look = Look(played.now, {})
    with Screen(lines, console) as screen:
        screen.show(played.following, look)
        screen.show(played.following, look)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().count(f"    {LONG}\n") == 1

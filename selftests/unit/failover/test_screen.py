"""What is awaited now, since when, what shows it, and what to type next."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from selftests.unit.failover.plans import SMALL, START, Played, loaded
from selftests.unit.failover.test_runbook import NEW, OLD
from siteparity.failover.answers import Answer, Look, Seen
from siteparity.failover.document import Mode
from siteparity.failover.runbook import Line, runbook
from siteparity.failover.screen import in_lines


def follow(folder: Path, text: str = SMALL) -> tuple[Played, dict[str, Line]]:
    """A drill in which somebody has decided, and the runbook."""
    plan = loaded(folder, text)
    book = runbook(plan, OLD, NEW, [Mode.PLANNED])
    played = Played(plan)
    played.say("decide")
    played.see(database="no", standby="no", writers="yes", smoke="yes", dns="no", gate="no")
    played.look()
    return played, {line.name: line for chapter in book.chapters for line in chapter.lines}


def told(played: Played, lines: dict[str, Line], words: str = "it still answers") -> list[str]:
    """The lines after one more look, which changed nothing but words."""
    answers = {question: Answer(Seen.NO, words) for question in played.questions.values()}
    look = Look(played.now + timedelta(seconds=70), answers)
    return list(in_lines(played.following, lines, look))


def test_the_next_step_its_commands_and_what_shows_it_are_told(tmp_path: Path) -> None:
    """With how long it has waited, and that it is late."""
    played, lines = follow(tmp_path)
    assert played.done == ["decide"]
    assert told(played, lines) == [
        "next: stop, db1.dallas.shop.example, for 70 s of 1 min LATE",
        "    systemctl stop postgresql",
        "  [no] The database is shut down: it still answers",
    ]


def test_the_words_are_those_of_the_last_look(tmp_path: Path) -> None:
    """Also if the answer is the same as before: the journal holds the words of its last change."""
    played, lines = follow(tmp_path)
    assert told(played, lines, "deactivating")[-1].endswith(": deactivating")


def test_a_word_that_is_awaited_is_typed_as_well(tmp_path: Path) -> None:
    """It is the only command of such a step."""
    plan = loaded(tmp_path)
    played, (_, lines) = Played(plan), follow(tmp_path)
    found = list(in_lines(played.following, lines, Look(START, {})))
    assert found == [
        "next: decide, the person who may decide, for 0 s of 10 min",
        "    siteparity said decide --by NAME",
        "  [not said] Said by the person who may decide: no machine can see it.",
    ]

"""A small plan, and what is needed to follow it without a host."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from siteparity.failover.answers import Alarm, Answer, Look, Question, Seen, questions
from siteparity.failover.document import Mode, Plan, load_plan
from siteparity.failover.drill import Drill
from siteparity.failover.events import Begun, Event, Said
from siteparity.failover.turn import Following, turn

ROLES = ("web", "db")
START = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)

SMALL = """\
version: 1
objectives: {rto: 60s, rpo: 0s}
steps:
  - name: decide
    who: the person who may decide
    within: 10m
    proof: {said_by: the person who may decide}
    back: nothing
  - name: stop
    at: {site: old, role: db}
    do: systemctl stop postgresql
    modes: [planned]
    within: 1m
    proof: {database: shut down}
    back: systemctl start postgresql
  - name: compare
    at: {site: new, role: db}
    do: psql -c 'SELECT 1'
    modes: [planned]
    within: 1m
    proof: {standby_has: everything}
    back: nothing
  - name: cut
    who: whoever can
    at: {site: old}
    modes: [dead]
    within: 15m
    proof: {silent: 30s, said_by: whoever cut it off}
    back: Give the power back.
  - name: promote
    at: {site: new, role: db}
    do: psql -c 'SELECT pg_promote()'
    within: 1m
    proof: {database: takes writes, writers: 1}
    after: [compare, cut]
    no_way_back: true
  - name: lead
    at: {outside: ns1.example}
    do: point-at {{new.web.address}}
    within: 2m
    proof: {dns: new}
    back: point-at {{old.web.address}}
  - name: look
    who: the engineer
    within: 5m
    proof: {smoke: all}
    back: nothing
back:
  - name: follow
    at: {site: old, role: db}
    do: systemctl start postgresql
    within: 10m
    proof: {database: follows, writers: 1}
    back: systemctl stop postgresql
  - name: protect
    at: {outside: the runner}
    do: siteparity gate
    within: 30m
    proof: {gate: GO}
    back: nothing
"""


def loaded(folder: Path, text: str = SMALL) -> Plan:
    """A plan of this text."""
    path = folder / "failover.yml"
    path.write_text(text)
    return load_plan(path, ROLES)


def begun(mode: Mode = Mode.PLANNED, at: datetime = START) -> Begun:
    """The first line of a drill."""
    return Begun(drill="d1", at=at, mode=mode, old="dallas", new="arizona", digest="0" * 64, by="ada")


class Played:
    """A drill that is followed by looks whose answers a test decides."""

    def __init__(self, plan: Plan, mode: Mode = Mode.PLANNED) -> None:
        self.following = Following.of(plan, Drill(begun(mode)))
        self.questions: Mapping[str, Question] = {one.key: one for one in questions(plan, mode)}
        self.answers: dict[str, Answer] = {}
        self.now = START
        self.previous: datetime | None = None
        self.events: list[Event] = []

    def see(self, **answers: str) -> None:
        """Change answers: the first words of a question's key, with _ for blanks -> yes, no or unknown."""
        for words, seen in answers.items():
            keys = [key for key in self.questions if key.replace(" ", "_").startswith(words)]
            assert keys, (words, list(self.questions))
            for key in keys:
                self.answers[key] = Answer(Seen(seen), "as the test has it")

    def raise_(self, words: str, alarm: Alarm) -> None:
        """Let a question be answered with what must never be."""
        for key in self.questions:
            if key.startswith(words):
                self.answers[key] = Answer(Seen.NO, "it must never be", alarm)

    def say(self, step: str, by: str = "grace") -> None:
        """A person says that a step is done."""
        self._add((Said(drill="d1", at=self.now, step=step, by=by),))

    def look(self, seconds: float = 2) -> list[str]:
        """Look once more, after so many seconds. Returns the kinds of the new lines, with their steps."""
        self.now += timedelta(seconds=seconds)
        answers = {self.questions[key]: answer for key, answer in self.answers.items()}
        new = turn(self.following, Look(self.now, answers), self.previous)
        self.previous = self.now
        self._add(new)
        return [_told(event) for event in new if event.event != "looked"]

    def _add(self, events: tuple[Event, ...]) -> None:
        self.events += events
        self.following = self.following.with_(*events)

    @property
    def done(self) -> list[str]:
        """The steps that are proven."""
        return list(self.following.drill.done)


def _told(event: Event) -> str:
    what = getattr(event, "step", None) or getattr(event, "alarm", None)
    return f"{event.event} {what}" if what else event.event

"""Follows a drill: looks, writes the journal and says what happened, until the plan is at its end.

The journal is the memory. Whatever ends this process, the next one takes the drill up from it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from siteparity.failover import events
from siteparity.failover.answers import Look
from siteparity.failover.document import Plan
from siteparity.failover.drill import Drill
from siteparity.failover.events import Alarmed, Event, Resumed
from siteparity.failover.turn import Following, turn
from siteparity.model import SiteparityError
from siteparity.watching.looks import Looks


class Outcome(StrEnum):
    """How a watch ended."""

    PROTECTED = "protected again"
    ALARM = "alarm"
    OPEN = "not ended"
    """It was asked to look only once."""
    NOT_KEPT = "not kept"
    """The same, and the journal could not be written."""


@dataclass(slots=True)
class Watch:
    """One process that follows a drill."""

    plan: Plan
    drill: Drill
    looks: Looks
    reports: Path
    tell: Callable[[Event], None]
    """Says what happened."""
    show: Callable[[Following, Look, bool], None]
    """Shows what is awaited, after each look, and whether it changed something."""
    warn: Callable[[str], None]
    every: float = 2.0
    """Seconds between the beginnings of two looks."""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _unwritten: tuple[Event, ...] = field(default=(), init=False)
    _late: set[str] = field(default_factory=set, init=False)

    def run(self, *, once: bool = False, resumed: bool = False) -> Outcome:
        """Look until the plan has been followed to its end, or something is as it must never be.

        Args:
            once: look only once.
            resumed: whether another process has followed the drill before.
        """
        following, previous = Following.of(self.plan, self.drill), None
        if resumed:
            following = self._note(following, (Resumed(drill=self.drill.id, at=datetime.now(UTC)),))
        while True:
            began = self.clock()
            look = self.looks.look(following.drill, self.plan)
            happened = turn(following, look, previous)
            following, previous = self._note(following, happened), look.at
            late = self._has_become_late(following, look.at)
            self.show(following, look, bool(happened) or once or late)
            if outcome := self._outcome(following, happened, once=once):
                return outcome
            self.sleep(max(0.0, self.every - (self.clock() - began)))

    def _has_become_late(self, following: Following, now: datetime) -> bool:
        """Whether a step has passed its limit since the last look."""
        late = {step.name for step in following.ready if now - following.ready_at(step) > step.within}
        is_new, self._late = bool(late - self._late), late
        return is_new

    def _outcome(self, following: Following, happened: tuple[Event, ...], *, once: bool) -> Outcome | None:
        if any(isinstance(event, Alarmed) for event in happened):
            return Outcome.ALARM
        if following.drill.ended is not None and not self._unwritten:
            return Outcome.PROTECTED
        if once:
            return Outcome.NOT_KEPT if self._unwritten else Outcome.OPEN
        return None

    def _note(self, following: Following, happened: tuple[Event, ...]) -> Following:
        """Write what happened before it is told. What cannot be written now is tried again with each look."""
        waiting = (*self._unwritten, *happened)
        if waiting:
            try:
                events.append(self.reports, waiting)
                self._unwritten = ()
            except SiteparityError as error:
                if not self._unwritten or happened:
                    self.warn(f"the journal is behind, and a restart would forget this: {error}")
                self._unwritten = waiting
        for event in happened:
            self.tell(event)
        return self._with_said(following.with_(*happened))

    def _with_said(self, following: Following) -> Following:
        """What people have said meanwhile, in other processes."""
        try:
            found = events.read(self.reports).events
        except SiteparityError as error:
            self.warn(str(error))
            return following
        known = set(following.drill.said.values())
        new = [
            event
            for event in found
            if isinstance(event, events.Said) and event.drill == following.drill.id and event not in known
        ]
        late = [event for event in new if self._is_newer(following, event)]
        for event in late:
            self.tell(event)
        return following.with_(*late)

    def _is_newer(self, following: Following, event: events.Said) -> bool:
        before = following.drill.said.get(event.step)
        return before is None or event.at > before.at

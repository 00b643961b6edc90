"""Tries the journeys of customers out beside the looks, which must not wait for them: they take seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from siteparity.failover.answers import Answer, Seen
from siteparity.failover.proofs import Side
from siteparity.gate.supervisor import Executed
from siteparity.model import Outcome, Severity
from siteparity.plan import PlannedCheck
from siteparity.report.words import count

AGAIN = timedelta(seconds=60)
"""How old a good answer may be while a step waits for it."""
TRY_SECONDS = 60.0
"""After which the journeys are cut."""


@dataclass(frozen=True, slots=True)
class _Tried:
    """What a try told."""

    at: datetime
    answer: Answer


class Journeys:
    """The newest answer of each site. One try goes on at a time.

    Args:
        try_at: makes the journeys at a site, and takes seconds.
        patient: whether an answer that is not there yet is waited for.
        now: the clock.
    """

    def __init__(
        self,
        try_at: Callable[[Side], Answer],
        *,
        patient: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._try_at = try_at
        self._patient = patient
        self._now = now
        self._lock = threading.Lock()
        self._known: dict[Side, _Tried] = {}
        self._going: threading.Thread | None = None
        self._round = 0
        """Counts what was forgotten: a try that began before tells nothing."""

    def answer(self, side: Side, *, awaited: bool) -> Answer:
        """What the last try at a site told. Begins another if there was none, it was no yes, or it is old.

        Args:
            side: the site to which customers are led.
            awaited: whether a step waits for the answer: then a yes grows old.
        """
        with self._lock:
            known = self._known.get(side)
            is_old = awaited and known is not None and self._now() - known.at > AGAIN
            if self._going is None and (known is None or is_old or known.answer.seen is not Seen.YES):
                self._going = threading.Thread(target=self._try, args=(side, self._round), daemon=True)
                self._going.start()
            going = self._going
        if self._patient and known is None and going is not None:
            going.join()
            known = self._known.get(side)
        return known.answer if known else Answer(Seen.UNKNOWN, "the journeys are being tried out")

    def forget(self) -> None:
        """Something stood in the way of customers: what was told before that says nothing of after."""
        with self._lock:
            self._known.clear()
            self._round += 1

    def _try(self, side: Side, of_round: int) -> None:
        try:
            answer = self._try_at(side)
        except Exception as error:  # noqa: BLE001  # a watch goes on without it, and says why
            answer = Answer(Seen.UNKNOWN, f"the journeys could not be tried out: {error}")
        with self._lock:
            self._going = None
            if of_round == self._round:
                self._known[side] = _Tried(self._now(), answer)


def answer_of(planned: Sequence[PlannedCheck], executed: Executed, site: str) -> Answer:
    """What the journeys at a site tell: one that fails is a no, and only all of them together are a yes."""
    blockers = [check for check in planned if check.severity is Severity.BLOCKER]
    lines = {check: executed.lines.get(check.id) for check in blockers}
    for check, line in lines.items():
        if line is not None and line.outcome is Outcome.DIFFERENT:
            found = line.findings[0].message if line.findings else check.source.sentence
            return Answer(Seen.NO, f"{check.source.name}: {found}")
    if executed.broken:
        return Answer(Seen.UNKNOWN, executed.broken[0])
    for check, line in lines.items():
        if line is None or not line.outcome.holds:
            found = line.findings[0].message if line and line.findings else "it was not made"
            return Answer(Seen.UNKNOWN, f"{check.source.name}: {found}")
    if not blockers:
        return Answer(Seen.UNKNOWN, "the policy describes no journey that stops a failover")
    return Answer(Seen.YES, f"{count(len(blockers), 'check')} of journeys hold at {site}")

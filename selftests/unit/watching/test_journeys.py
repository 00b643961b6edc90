"""Journeys are tried out beside the looks, and told once they are over."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from selftests.unit.failover.plans import START
from siteparity import configuration
from siteparity.configuration import Configuration, find_root
from siteparity.failover.answers import Answer, Seen
from siteparity.failover.proofs import Side
from siteparity.gate.journeys import journeys
from siteparity.gate.supervisor import Executed
from siteparity.model import Finding, FindingKind, Judgement
from siteparity.runs.journal import CheckLine
from siteparity.watching.journeys import Journeys, answer_of

WORKS, FAILS = Answer(Seen.YES, "all work"), Answer(Seen.NO, "no page")


class Tries:
    """Tries whose answers are written down; each ends when it is let go."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers: Iterator[Answer | Exception] = iter(answers)
        self.sides: list[Side] = []
        self.go = threading.Semaphore(0)
        self.now = START
        self.journeys = Journeys(self._try, now=lambda: self.now)

    def _try(self, side: Side) -> Answer:
        self.sides.append(side)
        assert self.go.acquire(timeout=10)
        found = next(self.answers)
        if isinstance(found, Exception):
            raise found
        return found

    def ask(self, side: Side = Side.NEW, *, awaited: bool = True) -> Seen:
        """What a look is told."""
        return self.journeys.answer(side, awaited=awaited).seen

    def end(self) -> None:
        """Let the try end that goes on."""
        self.go.release()
        until = time.monotonic() + 10
        while self.journeys._going is not None:  # noqa: SLF001
            assert time.monotonic() < until
            time.sleep(0.001)


def test_a_look_does_not_wait_and_one_try_goes_on_at_a_time() -> None:
    """Its answer is told once it is there."""
    tries = Tries(WORKS)
    assert [tries.ask(), tries.ask(), tries.ask()] == [Seen.UNKNOWN] * 3
    tries.end()
    assert tries.ask(awaited=False) is Seen.YES
    assert tries.sides == [Side.NEW]


def test_a_no_is_tried_again_at_once_and_a_yes_when_it_is_old() -> None:
    """A yes that no step waits for stays."""
    tries = Tries(FAILS, WORKS, FAILS)
    tries.ask()
    tries.end()
    assert tries.ask() is Seen.NO
    tries.end()
    tries.now += timedelta(seconds=60)
    assert tries.ask() is Seen.YES
    tries.now += timedelta(seconds=1)
    assert tries.ask(awaited=False) is Seen.YES
    assert len(tries.sides) == 2
    assert tries.ask() is Seen.YES
    assert len(tries.sides) == 3
    tries.end()
    assert tries.ask(awaited=False) is Seen.NO


def test_what_was_told_before_something_stood_in_the_way_is_forgotten() -> None:
    """Also by a try that began before that and ends after it."""
    tries = Tries(WORKS, WORKS, WORKS)
    tries.ask()
    tries.end()
    assert tries.ask(Side.OLD) is Seen.UNKNOWN
    tries.journeys.forget()
    tries.end()
    assert tries.ask(Side.OLD) is Seen.UNKNOWN
    tries.end()
    assert tries.ask(Side.OLD) is Seen.YES
    assert tries.sides == [Side.NEW, Side.OLD, Side.OLD]


def test_a_try_that_breaks_is_not_known() -> None:
    """The watch goes on."""
    tries = Tries(ValueError("no room"))
    tries.ask()
    tries.end()
    found = tries.journeys.answer(Side.NEW, awaited=False)
    assert (found.seen, found.words) == (Seen.UNKNOWN, "the journeys could not be tried out: no room")


def test_who_looks_once_waits_for_the_answer() -> None:
    """Else it would never be told."""
    assert Journeys(lambda _: WORKS, patient=True).answer(Side.NEW, awaited=True) == WORKS


@pytest.fixture(scope="module")
def settings() -> Configuration:
    """Those of the lab; nobody is asked."""
    return configuration.load(find_root(), find_root() / "inventories", look_up=False)


def test_what_customers_do_is_tried_out_and_nothing_that_only_a_standby_must_be(
    settings: Configuration,
) -> None:
    """A site that serves takes writes, and no trial run of what charges customers is made there."""
    names = {check.source.name for check in journeys(settings)}
    assert "storefront.every_request_through_the_edge_is_answered_in_time" in names
    assert "database.the_standbys_database_is_readable_and_takes_no_writes" not in names
    assert not any(name.startswith(("subscriptions.", "attack.")) for name in names)


def line(check: Any, *findings: Finding, compared: int = 3) -> CheckLine:
    """What a check wrote."""
    return CheckLine.of(check.id, Judgement(findings, compared), 0.1)


def test_all_journeys_together_are_a_yes_and_one_that_fails_is_a_no(settings: Configuration) -> None:
    """What was not made, or could not be measured, is not known; so is everything if the process died."""
    planned = journeys(settings)
    good = {check.id: line(check) for check in planned}
    fails = Finding(item="x", kind=FindingKind.EXPECTATION, message="edge1: 502")
    unmeasured = CheckLine.unmeasured(planned[0].id, "edge1: no answer within 5 s")

    def told(lines: dict[str, CheckLine], *broken: str) -> Answer:
        return answer_of(planned, Executed(lines, broken), "arizona")

    assert told(good) == Answer(Seen.YES, f"{len(planned)} checks of journeys hold at arizona")
    failing = told({**good, planned[1].id: line(planned[1], fails)}, "it died")
    assert (failing.seen, "edge1: 502" in failing.words) == (Seen.NO, True)
    assert told({**good, planned[0].id: unmeasured}).seen is Seen.UNKNOWN
    assert told({one: good[one] for one in list(good)[1:]}).seen is Seen.UNKNOWN
    assert told(good, "the checks were cut at the deadline").seen is Seen.UNKNOWN
    assert answer_of((), Executed({}, ()), "arizona").seen is Seen.UNKNOWN
    warning = SimpleNamespace(severity="warning", id="w")
    assert answer_of((warning,), Executed({}, ()), "arizona").seen is Seen.UNKNOWN  # type: ignore[arg-type]

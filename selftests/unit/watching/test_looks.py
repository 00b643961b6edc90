"""What is asked while a failover is watched: questions that collectors know, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from selftests.unit.failover.plans import START, begun
from siteparity import configuration
from siteparity.collect.questions import Questions, asked
from siteparity.configuration import Configuration, find_root
from siteparity.failover.answers import Answer, Seen
from siteparity.failover.document import load_plan
from siteparity.failover.drill import Drill
from siteparity.failover.order import Part
from siteparity.failover.proofs import Kind, Side
from siteparity.model import Unmeasured, UnmeasuredError
from siteparity.probes import Sight
from siteparity.transport import Output
from siteparity.watching.journeys import Journeys
from siteparity.watching.judged import Before
from siteparity.watching.looks import HostLooks, healthy, sights_of, watched

ROOT = find_root()


@pytest.fixture(scope="module")
def settings() -> Configuration:
    """Those of the lab; nobody is asked."""
    return configuration.load(ROOT, ROOT / "inventories", look_up=False)


def test_each_question_is_one_that_a_run_asks_as_well(settings: Configuration) -> None:
    """So the collector on a host holds it."""
    whole = Questions(settings.policy, settings.probes, settings.sites)
    few = Questions(settings.policy, watched(settings.probes), settings.sites)
    for site in settings.sites:
        for host in site.hosts:
            known = whole.asks(site, host)
            for aspect, probe, target in few.targets(site, host):
                asks = asked(probe.ask, target)
                assert isinstance(asks, Mapping)
                assert asks, (host.label, aspect)
                for name, one in asks.items():
                    if name not in probe.watched:
                        assert known[f"{aspect}.{name}"] == one


def test_each_question_of_a_watch_alone_is_in_every_collector(settings: Configuration) -> None:
    """Under whichever policy it was installed."""
    whole = Questions(settings.policy, settings.probes, settings.sites)
    watched_alone = [one for probe in settings.probes.values() for one in probe.watched.values()]
    assert watched_alone
    for site in settings.sites:
        for host in site.hosts:
            held = whole.collector(site, host).always.values()
            assert all(one in held for one in watched_alone), host.label


def test_every_sight_is_shown_by_one_probe(settings: Configuration) -> None:
    """Of the questions that it names, each exists."""
    shown = [sight for probe in settings.probes.values() for sight in probe.shows]
    assert sorted(shown) == sorted(Sight)


def test_what_is_healthy_is_what_the_tables_of_a_run_declare(settings: Configuration) -> None:
    """Name servers that answer, and no connection."""
    assert healthy(settings.probes)[Sight.CONNECTED] == ("none",)
    assert healthy(settings.probes)[Sight.NAME_SERVERS]


def test_sights_are_told_by_their_names() -> None:
    """Whatever aspect shows them."""
    away = Unmeasured("away")
    found = sights_of({"replication": {"mode": {"writable": "yes"}, "receiver": away}, "x": {"other": {}}})
    assert set(found) == {Sight.MODE, Sight.RECEIVER}


class Nobody:
    """A network without hosts."""

    def run(self, *_: Any, **__: Any) -> Output:
        """No host answers."""
        raise UnmeasuredError("no answer within 3 s")


class NoGate:
    """Reports without a run."""

    def answers(self, *_: object) -> Mapping[Part, Answer]:
        """Nobody asked the gate."""
        return {}

    def held_until(self, _: object) -> None:
        """No record stood in."""


def test_a_look_at_nobody_knows_nothing(settings: Configuration) -> None:
    """Neither yes nor no: this machine may be cut off."""
    plan = load_plan(ROOT / "inventories" / "failover.yml", tuple(settings.policy.roles))
    looks = HostLooks(
        settings.policy,
        {Side.OLD: settings.primary, Side.NEW: settings.standby},
        settings.probes,
        Nobody(),
        NoGate(),  # type: ignore[arg-type]  # it answers as one
        Journeys(lambda side: pytest.fail(f"nobody knows that customers are led to {side}")),
        now=lambda: START,
    )
    assert looks.before() == Before()
    found = looks.look(Drill(begun()), plan)
    assert found.at == START
    assert {answer.seen for answer in found.answers.values()} == {Seen.UNKNOWN}
    assert {question.proof.kind for question in found.answers} >= {Kind.DATABASE, Kind.WRITERS, Kind.SMOKE}

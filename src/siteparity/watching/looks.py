"""Looks at all hosts of both sites at once, with the questions of the probes that declare what they show.

Each host is asked a handful of the questions that a run asks as well, so its collector knows them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from siteparity.collect import Measurement
from siteparity.collect.measurement import Runner
from siteparity.failover.answers import Answer, Look, Seen, questions
from siteparity.failover.document import Mode, Plan
from siteparity.failover.drill import Drill
from siteparity.failover.order import Part
from siteparity.failover.proofs import Side
from siteparity.failover.turn import Following
from siteparity.model import Deadline, HostFacts, Site, Table, Unmeasured
from siteparity.policy import Policy
from siteparity.probes import Probe, Probes, Reading, Sight, Target
from siteparity.transport.script import Ask
from siteparity.watching.gate_answer import GateAnswer
from siteparity.watching.journeys import Journeys
from siteparity.watching.judged import Before, Sights, before, customers, judge

LOOK_SECONDS = 8.0
"""After which a look ends, whoever has not answered."""


class Looks(Protocol):
    """Whoever looks."""

    def before(self) -> Before:
        """What is so now, before the failover."""

    def look(self, drill: Drill, plan: Plan) -> Look:
        """One look at everything that the plan asks for in the mode of the drill."""


@dataclass(frozen=True, slots=True)
class HostLooks:
    """Looks through the project's own connections."""

    policy: Policy
    sites: Mapping[Side, Site]
    probes: Probes
    runner: Runner
    gate: GateAnswer
    journeys: Journeys
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def before(self) -> Before:
        """What is so now, before the failover."""
        return before(self._sights())

    def look(self, drill: Drill, plan: Plan) -> Look:
        """One look, which ends after `LOOK_SECONDS` at the latest."""
        at = self.now()
        there = plan.of(drill.begun.mode, Part.THERE)
        fenced = [
            drill.done[step.name].at for step in there if step.fences is Side.OLD and step.name in drill.done
        ]
        sights = replace(
            self._sights(),
            gate=self.gate.answers(at, drill.begun),
            timeline=drill.begun.timeline,
            followed=drill.begun.followed,
            fenced_at=max(fenced, default=None),
            held_until=self.gate.held_until(drill.begun),
        )
        sights = replace(sights, journeys=self._journeys(sights, Following.of(plan, drill)))
        return Look(at, _answers(plan, drill.begun.mode, sights))

    def _journeys(self, sights: Sights, following: Following) -> Answer | None:
        """What the journeys tell where customers are led, if nothing is in their way there."""
        at = customers(sights)
        if isinstance(at, Answer):
            if at.seen is Seen.NO:
                self.journeys.forget()
            return None
        return self.journeys.answer(at, awaited=any(step.proof.smoke for step in following.ready))

    def _sights(self) -> Sights:
        every = tuple(self.sites.values())
        deadline = Deadline(LOOK_SECONDS)
        probes = watched(self.probes)
        measurement = Measurement(self.policy, probes, self.runner, deadline, lambda *_: None, every)
        tables = {
            f"{measured.site}/{host}": sights_of(facts)
            for measured in measurement.collect(every)
            for host, facts in measured.hosts.items()
        }
        database = self.policy.applications.postgresql
        return Sights(
            self.sites,
            tables,
            serving=self.policy.applications.lists(lambda one: one.units),
            database_units=database.units if database else (),
            healthy=healthy(self.probes),
        )


def _answers(plan: Plan, mode: Mode, sights: Sights) -> Mapping[Any, Answer]:
    return {question: judge(question, sights) for question in questions(plan, mode)}


def watched(probes: Probes) -> Probes:
    """The probes that show something of a failover, with those questions and tables alone."""
    return {aspect: _watched(probe) for aspect, probe in probes.items() if probe.shows}


def _watched(probe: Probe[Any]) -> Probe[Any]:
    wanted = {name for shown in probe.shows.values() for name in shown.questions}

    def ask(target: Target[Any]) -> Mapping[str, Ask]:
        asked = {name: one for name, one in probe.ask(target).items() if name in wanted}
        return {**asked, **probe.watched}

    tables = {
        sight.value: Reading(shown.read, roles=_roles(probe, shown.read))
        for sight, shown in probe.shows.items()
    }
    return Probe(section=probe.section, ask=ask, tables=tables, needs=probe.needs, watched=probe.watched)


def _roles(probe: Probe[Any], read: object) -> Any:  # noqa: ANN401  # as `Reading.roles` has it
    """The roles that have the table in a run as well."""
    return next((table.roles for table in probe.tables.values() if table.read is read), None)


def healthy(probes: Probes) -> Mapping[Sight, tuple[object, ...]]:
    """The values that mean that nothing is wrong, as the tables of a run declare them."""
    found: dict[Sight, tuple[object, ...]] = {}
    for probe in probes.values():
        for sight, shown in probe.shows.items():
            for table in probe.tables.values():
                if table.read is shown.read:
                    good = table.healthy
                    found[sight] = good if isinstance(good, tuple) else (good,)
    return found


def sights_of(facts: HostFacts) -> Mapping[Sight, Table | Unmeasured]:
    """What was seen on one host."""
    known = {sight.value: sight for sight in Sight}
    return {
        known[name]: table for tables in facts.values() for name, table in tables.items() if name in known
    }

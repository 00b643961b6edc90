"""Every question that a run may ask one host: the content of the host's collector. Pure.

A run makes its questions with the same functions. So a collector holds a question of the run if, and only if,
what the question's text depends on is as it was when the collector was made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from siteparity.collect import live_questions
from siteparity.collect.same_machine import ASK as MACHINE
from siteparity.model import Host, Site, UnmeasuredError
from siteparity.policy import Policy
from siteparity.probes import Probe, Probes, Target
from siteparity.transport.collector import Collector, collector
from siteparity.transport.script import Ask

MACHINE_ASPECT = "machine"
"""The name of the one question that belongs to no aspect."""


@dataclass(frozen=True, slots=True)
class Questions:
    """The sources of a run's questions."""

    policy: Policy
    probes: Probes
    sites: Sequence[Site]
    """Every site, including one that is not measured in this run."""
    recorded_at: datetime | None = None
    """When the site was measured that a record stands in for; no question depends on it."""
    _of_roles: dict[tuple[str, ...], list[tuple[str, Probe[Any]]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Roles of a host -> what is measured on it."""

    def targets(self, site: Site, host: Host) -> list[tuple[str, Probe[Any], Target[Any]]]:
        """What is measured on a host: each aspect of its roles that the policy wants looked at."""
        return [(aspect, probe, self.target(aspect, site, host)) for aspect, probe in self._measured(host)]

    def target(self, aspect: str, site: Site, host: Host) -> Target[Any]:
        """A host as the probe of an aspect sees it, whatever the host's roles."""
        other = next((one for one in self.sites if one.name != site.name), None)
        needed = self.policy.sections.get(self.probes[aspect].needs or "")
        section = self.policy.section(aspect)

        def judged() -> tuple[str, ...]:
            return self._judged(host, aspect)

        def hashed() -> tuple[str, ...]:
            return tuple(
                path
                for name, probe in self._measured(host)
                if name != aspect
                for path in probe.hashes(self.policy.section(name), host.roles)
            )

        return Target(
            host, site, section, self.policy, other, self.recorded_at, needed, judged=judged, hashed=hashed
        )

    def _judged(self, host: Host, besides: str) -> tuple[str, ...]:
        """Patterns of the files that the host's aspects judge, all but one."""
        return tuple(
            dict.fromkeys(
                pattern
                for aspect, probe in self._measured(host)
                if aspect != besides
                for pattern in probe.judges(self.policy.section(aspect))
            )
        )

    def _measured(self, host: Host) -> list[tuple[str, Probe[Any]]]:
        """The aspects of a host's roles that the policy wants looked at, in the order of their questions."""
        if host.roles not in self._of_roles:
            self._of_roles[host.roles] = self._measured_in(host.roles)
        return self._of_roles[host.roles]

    def _measured_in(self, roles: tuple[str, ...]) -> list[tuple[str, Probe[Any]]]:
        every_role = tuple(self.policy.roles)
        measured = [
            (aspect, self.probes[aspect])
            for aspect, section in self.policy.sections.items()
            if aspect in self.probes  # a partial run has those of its checks alone
            and not set(self.probes[aspect].roles(section, every_role)).isdisjoint(roles)
        ]
        return sorted(measured, key=lambda one: one[1].last)

    def asks(self, site: Site, host: Host) -> Mapping[str, Ask]:
        """Every question that a run may ask a host, by its full name."""
        measured = self.targets(site, host)
        first = {aspect: asked(probe.ask, target) for aspect, probe, target in measured}
        again = {aspect: asked(probe.then.ask, target) for aspect, probe, target in measured if probe.then}
        machine = {MACHINE_ASPECT: {MACHINE_ASPECT: MACHINE}}
        live_ones = live_questions.questions(self.policy, host)
        return {**named(first), **named(again), **named(machine), **live_ones}

    def collector(self, site: Site, host: Host) -> Collector:
        """The collector that a host should have, with all that other policies ask for in the same texts."""
        always = {f"{MACHINE_ASPECT}.{MACHINE_ASPECT}": MACHINE}
        for aspect, probe in self.probes.items():
            always |= {f"{aspect}.{number}": ask for number, ask in enumerate(probe.always, 1)}
            always |= {f"{aspect}.{name}": ask for name, ask in probe.watched.items()}
            witnesses = probe.absence.ask if probe.absence else {}
            always |= {f"{aspect}.{name}": ask for name, ask in witnesses.items()}
        return collector(self.asks(site, host), always)


def asked(
    ask: Callable[[Target[Any]], Mapping[str, Ask]], target: Target[Any]
) -> Mapping[str, Ask] | UnmeasuredError:
    """A probe's questions, or the reason why there are none."""
    try:
        return ask(target)
    except UnmeasuredError as error:
        return error
    except Exception as error:  # noqa: BLE001  # a broken probe leaves its aspect unmeasured, never the run undone
        return UnmeasuredError(f"the probe itself failed: {type(error).__name__}: {error}")


def named(asks: Mapping[str, Mapping[str, Ask] | UnmeasuredError]) -> Mapping[str, Ask]:
    """The questions of all aspects, named ``aspect.question``."""
    return {
        f"{aspect}.{name}": ask
        for aspect, mapping in asks.items()
        if not isinstance(mapping, UnmeasuredError)
        for name, ask in mapping.items()
    }

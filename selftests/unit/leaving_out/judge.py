"""The answer of a run under a changed policy, from recorded answers: no host is asked."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from selftests.unit.leaving_out.pieces import Piece, without
from selftests.unit.leaving_out.recording import Recorded
from siteparity import scope
from siteparity.collect.questions import Questions
from siteparity.inventory import load_sites
from siteparity.judging import verdict
from siteparity.model import Facts, Judgement, Outcome, Severity, Site
from siteparity.plan import Plan, PlannedCheck, plan, sources
from siteparity.policy import Policy, load_policy
from siteparity.probes import Answers, Probes, Target, discover, read_tables
from siteparity.pytest_plugin.outcome import Concluded, judgement_of
from siteparity.pytest_plugin.parity import Parity, SiteFacts
from siteparity.yamlfile import Document, KeyPath, load

ABSENCE = {"reason": "nobody needs it", "approved_by": "Ada Lovelace"}


@dataclass(frozen=True, slots=True)
class Variant:
    """A policy that lacks something, with what a run would make of it."""

    policy: Policy
    plan: Plan
    sites: tuple[Site, Site]
    checks: Mapping[str, Sequence[PlannedCheck]]
    """Aspect -> its checks; those of smoke checks below an empty name."""
    warnings: frozenset[str]
    """The checks that decide nothing."""
    gone: tuple[str, ...] = ()
    """The names of the pieces that it lacks."""
    targets: dict[str, Mapping[tuple[Any, ...], Target[Any]]] = field(default_factory=dict, compare=False)
    """Aspect -> all that the facts of a host depend on, but for what it answered -> the host."""

    @property
    def undecided(self) -> tuple[str, ...]:
        """The keys that nobody decided."""
        return tuple(one.key for one in (*self.policy.undecided, *self.plan.undecided))


@dataclass(slots=True)
class Judge:
    """Judges variants of the policy of a project by what was recorded of its hosts."""

    root: Path
    recorded: Recorded
    probes: Probes = field(default_factory=discover)
    document: Document = field(init=False)
    _sources: list[Any] = field(init=False)
    _sites: dict[tuple[str, ...], tuple[Site, Site]] = field(default_factory=dict)
    _facts: dict[object, Facts] = field(default_factory=dict)
    _outcomes: dict[object, Mapping[str, Outcome]] = field(default_factory=dict)
    _modules: dict[str, ModuleType] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.document = load(self.root / "inventories" / "policy.yml")
        self._sources = list(sources(self.root))

    def variant(self, *pieces: Piece) -> Variant:
        """The policy without these pieces.

        Raises:
            ConfigurationError: it is refused then.
        """
        gone: frozenset[KeyPath] = frozenset().union(*(piece.places for piece in pieces))
        value = without(self.document.value, gone)
        assert isinstance(value, dict)
        lines = {
            at: line
            for at, line in self.document.lines.items()
            if not any(one == at[: len(one)] for one in gone)
        }
        absent = {piece.absent: ABSENCE for piece in pieces if piece.absent}
        changed = Document(self.document.path, {**value, **({"absent": absent} if absent else {})}, lines)
        with (
            mock.patch("siteparity.policy.document.load", return_value=changed),
            # What is left out here is of the policy; the units of the failover plan stand in another file.
            mock.patch("siteparity.policy.document.with_planned", return_value=changed),
        ):
            policy = load_policy(
                self.document.path,
                {aspect: probe.section for aspect, probe in self.probes.items()},
                [aspect for aspect, probe in self.probes.items() if probe.never_waived],
            )
        with mock.patch("siteparity.plan.checks._readable", return_value=self._sources):
            planned = plan(self.root, policy, self.probes)
        checks: dict[str, list[PlannedCheck]] = {}
        for one in planned.checks:
            checks.setdefault(one.source.aspect if one.source.kind == "parity" else "", []).append(one)
        names = tuple(piece.name for piece in pieces)
        warnings = frozenset(one.id for one in planned.checks if one.severity is Severity.WARNING)
        return Variant(policy, planned, self._sites_of(policy), checks, warnings, names)

    def _sites_of(self, policy: Policy) -> tuple[Site, Site]:
        names, roles = (policy.primary or "dallas", policy.standby or "arizona"), tuple(policy.roles)
        if roles not in self._sites:
            self._sites[roles] = load_sites(self.root / "inventories", *names, roles, look_up=False)
        return self._sites[roles]

    def is_go(self, of: Variant, fault: str | None) -> bool:
        """Whether the answer of a run is GO. The aspects that must find the fault are looked at first."""
        if of.undecided:
            return False
        first = self.recorded.faults[fault].aspects if fault else frozenset()
        order = sorted(of.policy.sections, key=lambda aspect: aspect not in first)
        return all(
            outcome is Outcome.SAME or check in of.warnings
            for found in (
                self._of_smoke(of, fault),
                *(self._of_aspect(of, aspect, fault) for aspect in order),
            )
            for check, outcome in found.items()
        )

    def answer(self, of: Variant, fault: str | None) -> verdict.Answer:
        """The answer of a run."""
        outcomes = self.outcomes(of, fault)
        return verdict.judge(
            [verdict.CheckOutcome(one.id, one.severity, outcomes[one.id]) for one in of.plan.checks],
            scope.against_go((*of.policy.undecided, *of.plan.undecided)),
        )

    def outcomes(self, of: Variant, fault: str | None) -> Mapping[str, Outcome]:
        """The outcome of each planned check."""
        found = dict(self._of_smoke(of, fault))
        for aspect in of.policy.sections:
            found |= self._of_aspect(of, aspect, fault)
        return found

    def _of_smoke(self, of: Variant, fault: str | None) -> Mapping[str, Outcome]:
        """As in the recorded run: a smoke check sees what it sees, whatever the policy lacks."""
        red = self.recorded.faults[fault].red if fault else {}
        return {one.id: red.get(one.id, Outcome.SAME) for one in of.checks.get("", ())}

    def _of_aspect(self, of: Variant, aspect: str, fault: str | None) -> Mapping[str, Outcome]:
        if fault and aspect not in self.recorded.faults[fault].aspects:
            fault = None
        checks = of.checks.get(aspect, ())
        targets = self._targets(of, aspect)
        key = (aspect, fault, tuple(one.id for one in checks), tuple(targets))
        if key not in self._outcomes:
            facts = tuple(
                SiteFacts(
                    site,
                    {
                        one.host.name: self._facts_of(known, one, fault, of.gone)
                        for known, one in targets.items()
                        if one.site is site
                    },
                )
                for site in of.sites
            )
            self._outcomes[key] = {
                one.id: self._judged(one, of.policy, (facts[0], facts[1])).outcome for one in checks
            }
        return self._outcomes[key]

    def _targets(self, of: Variant, aspect: str) -> Mapping[tuple[Any, ...], Target[Any]]:
        if aspect not in of.targets:
            policy, needed = of.policy, of.policy.sections.get(self.probes[aspect].needs or "")
            questions = Questions(policy, self.probes, of.sites)
            roles = self.probes[aspect].roles(policy.section(aspect), tuple(policy.roles))
            common = (
                aspect,
                tuple(policy.roles),
                tuple(policy.languages.items()),
                policy.limits.clock_offset,
                _said(policy.section(aspect)),
                _said(needed) if needed else "",
            )
            of.targets[aspect] = {
                (*common, host.label, target.judged() if aspect == "files" else ()): target
                for site in of.sites
                for host in site.hosts
                if not set(roles).isdisjoint(host.roles)
                for target in [questions.target(aspect, site, host)]
            }
        return of.targets[aspect]

    def _facts_of(
        self, known: tuple[Any, ...], target: Target[Any], fault: str | None, gone: Sequence[str]
    ) -> Facts:
        key = (fault, known)
        if key not in self._facts:
            self._facts[key] = dict(self._read(target, known[0], fault, gone))
        return self._facts[key]

    def _read(
        self, target: Target[Any], aspect: str, fault: str | None, gone: Sequence[str]
    ) -> Iterator[tuple[str, Any]]:
        probe, every_role = self.probes[aspect], tuple(target.policy.roles)
        tables = {1: probe.tables, 2: probe.then.tables if probe.then else {}}
        for number, of_look in tables.items():
            look = self.recorded.look((target.site.name, target.host.name, aspect, number), fault, gone)
            if look is not None:
                yield from read_tables(
                    of_look, Answers(look.answers, look.moment), target, every_role
                ).items()

    def _judged(self, check: PlannedCheck, policy: Policy, facts: tuple[SiteFacts, SiteFacts]) -> Judgement:
        aspect = check.source.aspect
        parity = Parity(
            role=check.role,
            section=policy.section(aspect),
            readings=self.probes[aspect].readings(),
            facts=facts,
        )
        try:
            self._function(check)(parity)
        except Exception as error:  # noqa: BLE001  # as in a run, the check is red then
            return judgement_of(error, parity.judgement())
        found = parity.judgement()
        return found if found.outcome is Outcome.SAME else Concluded(found).judgement

    def _function(self, check: PlannedCheck) -> Callable[[Parity], None]:
        path = check.source.path
        if path not in self._modules:
            spec = importlib.util.spec_from_file_location(
                f"leaving_out_{len(self._modules)}", self.root / path
            )
            assert spec
            assert spec.loader
            self._modules[path] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(self._modules[path])
        function: Callable[[Parity], None] = getattr(self._modules[path], check.source.function)
        return function


def _said(section: Any) -> str:
    """A section as text, without what no fact depends on."""
    said = section.model_dump(mode="json", exclude={"owner", "severity", "severity_reason"})
    return json.dumps(said, sort_keys=True)

"""What accepts a finding in a run: a waiver, or an entry of the policy's ``differs``. Pure.

A waiver accepts a fault for a while, an entry says that the sites differ by design. Either accepts a finding
exactly as it is, and is a reason against GO if it is not valid, or if what it accepts is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from siteparity.model import Finding
from siteparity.plan import PlannedCheck
from siteparity.waivers.by_design import Design
from siteparity.waivers.difference import difference_digest, waivable
from siteparity.waivers.reading import Waiver

CEILING = 10
"""How many waivers of a file count, in its order. More than these are no longer exceptions."""

Acceptance: TypeAlias = Waiver | Design


@dataclass(frozen=True, slots=True)
class Waivers:
    """The waivers of one run and its differences by design, judged by the time at which it started."""

    listed: tuple[Waiver, ...]
    """In the order of the file."""
    at: datetime
    """When the run started."""
    primary: str
    standby: str
    never: frozenset[str]
    """The aspects and journeys of which nothing is accepted (`Probe.never_waived`)."""
    designs: tuple[Design, ...] = ()
    """In the order of the policy. They come first: what is by design needs no waiver."""

    @property
    def every(self) -> tuple[Acceptance, ...]:
        """All that may accept a finding."""
        return (*self.designs, *self.listed)

    def refusal(self, one: Acceptance) -> str:
        """The first reason why a waiver or an entry is not in force; empty if it is."""
        return next(self._faults(one), "")

    def _faults(self, one: Acceptance) -> Iterator[str]:
        yield from one.faults(self.at)
        aspects = [word.partition(".")[0] for word in one.words]
        if barred := self.never.intersection(aspects):
            yield f"is about {min(barred)}, of which nothing can be accepted"
        if one in self.listed[CEILING:]:
            yield f"is one too many: {CEILING} are accepted, and the file holds {len(self.listed)}"

    def is_in_force(self, one: Acceptance) -> bool:
        """Whether a waiver or an entry has no fault, and is about these sites."""
        return one.concerns(self.primary, self.standby) and not self.refusal(one)

    def accepting(self, check: PlannedCheck, finding: Finding) -> Acceptance | None:
        """The first in force that accepts a finding exactly as it is."""
        if not (self.every and waivable(finding)):
            return None
        for one in self.every:
            if one.accepts(check, finding, self.primary, self.standby) and self.is_in_force(one):
                return one
        return None

    def applied(self, check: PlannedCheck, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings of a check, each with what accepts it, and with nothing else."""
        return tuple(
            finding.model_copy(
                update={
                    "waiver": one.accepted if isinstance(one, Waiver) else None,
                    "design": one.accepted if isinstance(one, Design) else None,
                }
            )
            for finding in findings
            for one in [self.accepting(check, finding)]
        )

    def values(self, check: PlannedCheck, finding: Finding) -> str | None:
        """The digest that a waiver must name to accept a finding; None if no waiver can."""
        if not waivable(finding) or check.source.aspect in self.never:
            return None
        return difference_digest(finding, self.primary, self.standby)

    def used(self, one: Acceptance, check: PlannedCheck, findings: Sequence[Finding]) -> frozenset[str]:
        """What a waiver or an entry wants, and accepts among the findings of a check."""
        return frozenset(
            wanted
            for finding in findings
            if self.accepting(check, finding) is one
            for wanted in one.accepts(check, finding, self.primary, self.standby)
        )

    def unneeded(
        self, check: PlannedCheck, findings: Sequence[Finding], every: Sequence[PlannedCheck]
    ) -> tuple[Acceptance, ...]:
        """Those in force that are about this check alone and accept something it no longer finds."""
        return tuple(
            one
            for one in self.every
            if one.about(check)
            and self.is_in_force(one)
            and [other.id for other in every if one.about(other)] == [check.id]
            and self.used(one, check, findings) != one.wanted
        )

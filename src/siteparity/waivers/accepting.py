"""Which waivers are in force when a run starts, and which findings they accept. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from siteparity.model import Finding
from siteparity.plan import PlannedCheck
from siteparity.waivers.difference import difference_digest, waivable
from siteparity.waivers.reading import Waiver

CEILING = 10
"""How many waivers of a file count, in its order. More than these are no longer exceptions."""
LONGEST = timedelta(days=90)
"""How far ahead a waiver may expire."""


@dataclass(frozen=True, slots=True)
class Waivers:
    """The waivers of one run, judged by the time at which it started."""

    listed: tuple[Waiver, ...]
    """In the order of the file."""
    at: datetime
    """When the run started."""
    primary: str
    standby: str
    never: frozenset[str]
    """The aspects and journeys for which no waiver is accepted (`Probe.never_waived`)."""

    def refusal(self, waiver: Waiver) -> str:
        """The first reason why a waiver is not in force; empty if it is."""
        return next(self._faults(waiver), "")

    def _faults(self, waiver: Waiver) -> Iterator[str]:
        says, about = waiver.says, waiver.says.check.partition(".")[0]
        if says.expires <= self.at:
            yield f"expired on {says.expires:%Y-%m-%d at %H:%M:%S} UTC"
        if says.expires - self.at > LONGEST:
            yield f"expires more than {LONGEST.days} days ahead"
        if not re.sub(r"[*?\s]", "", says.item):
            yield "is too wide: its item is every item"
        if _person(says.owner) == _person(says.approved_by):
            yield "is approved by its own owner; somebody else must"
        if about in self.never:
            yield f"is about {about}, of which nothing can be accepted"
        if self.listed.index(waiver) >= CEILING:
            yield f"is one too many: {CEILING} are accepted, and the file holds {len(self.listed)}"

    def in_force(self) -> tuple[Waiver, ...]:
        """The waivers without a fault."""
        return tuple(waiver for waiver in self.listed if not self.refusal(waiver))

    def accepting(self, check: PlannedCheck, finding: Finding) -> Waiver | None:
        """The first waiver in force that accepts a finding exactly as it is."""
        if not (self.listed and waivable(finding)):
            return None
        digest = difference_digest(finding, self.primary, self.standby)
        for waiver in self.in_force():
            if is_about(waiver, check) and names(waiver, finding.item) and digest in waiver.says.values:
                return waiver
        return None

    def applied(self, check: PlannedCheck, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings of a check, each with the waiver that accepts it, and with no other."""
        return tuple(
            finding.model_copy(update={"waiver": waiver and waiver.accepted})
            for finding in findings
            for waiver in [self.accepting(check, finding)]
        )

    def values(self, check: PlannedCheck, finding: Finding) -> str | None:
        """The digest that a waiver must name to accept a finding; None if no waiver can."""
        if not waivable(finding) or check.source.aspect in self.never:
            return None
        return difference_digest(finding, self.primary, self.standby)

    def used(self, waiver: Waiver, check: PlannedCheck, findings: Sequence[Finding]) -> frozenset[str]:
        """The digests of the findings of a check that a waiver accepts."""
        return frozenset(
            difference_digest(finding, self.primary, self.standby)
            for finding in findings
            if self.accepting(check, finding) is waiver
        )

    def unneeded(
        self, check: PlannedCheck, findings: Sequence[Finding], every: Sequence[PlannedCheck]
    ) -> tuple[Waiver, ...]:
        """The waivers in force that are about this check alone and accept something it no longer finds."""
        return tuple(
            waiver
            for waiver in self.in_force()
            if [one.id for one in every if is_about(waiver, one)] == [check.id]
            and self.used(waiver, check, findings) != set(waiver.says.values)
        )


def is_about(waiver: Waiver, check: PlannedCheck) -> bool:
    """Whether a waiver is about a check."""
    says = waiver.says
    return says.role == check.role and says.check in (check.source.aspect, check.source.name)


def names(waiver: Waiver, item: str) -> bool:
    """Whether a waiver names an item. ``*`` and ``?`` are plain characters without a pattern_reason."""
    says = waiver.says
    if says.pattern_reason is None:
        return says.item == item
    parts = {"*": ".*", "?": "."}
    pattern = "".join(parts.get(character, re.escape(character)) for character in says.item)
    return re.fullmatch(pattern, item, re.DOTALL) is not None


def _person(name: str) -> str:
    return " ".join(name.split()).casefold()

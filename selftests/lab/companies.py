"""Which faults are set together, so that one run of the gate drills many.

Faults keep company only where each one's checks are its own: no check is to catch two of them, so a check
that is red tells which fault it saw. Two faults of one aspect would work on the same files, and a fault that
is undone by making its hosts anew would undo others; neither is put together. Nor is what many checks see:
setting and mending others wait for services that it takes away. What breaks most is set last, mended first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from lab.faults import Fault

MOST = 10
"""Faults in one company: setting ten takes as long as the run of the gate that they share."""
MOST_CHECKS = 4
"""Of a fault that keeps company."""


@dataclass(slots=True)
class Company:
    """Faults that are drilled by the same run."""

    most: int
    faults: list[Fault] = field(default_factory=list)
    aspects: set[str] = field(default_factory=set)
    checks: set[str] = field(default_factory=set)
    most_checks: int = 0

    def takes(self, aspect: str, fault: Fault, checks: Collection[str]) -> bool:
        """Whether the fault can be told from those that are here."""
        return not (
            len(self.faults) >= self.most
            or max(len(checks), self.most_checks) > MOST_CHECKS
            or aspect in self.aspects
            or self.checks & set(checks)
            or any(one.undone_by_reset for one in [fault, *self.faults[:1]])
        )

    def add(self, aspect: str, fault: Fault, checks: Collection[str]) -> None:
        """Let it in."""
        self.faults.append(fault)
        self.aspects.add(aspect)
        self.checks |= set(checks)
        self.most_checks = max(len(checks), self.most_checks)


def companies(
    faults: Mapping[str, tuple[str, Fault]], checks_of: Mapping[str, Collection[str]], most: int = MOST
) -> list[tuple[Fault, ...]]:
    """Few companies, about equally large; each fault in one of them, those with many checks after the others.

    Args:
        faults: name -> aspect and fault.
        checks_of: name -> the checks that must catch it.
        most: faults in one company.
    """
    found = [Company(most) for _ in range(-(-len(faults) // most))]
    for name in sorted(faults, key=lambda name: (-len(checks_of[name]), name)):
        aspect, fault = faults[name]
        fits = [one for one in found if not one.faults or one.takes(aspect, fault, checks_of[name])]
        if not fits:
            found.append(Company(most))
        chosen = min(fits, key=lambda one: len(one.faults), default=found[-1])
        chosen.add(aspect, fault, checks_of[name])
    return [tuple(reversed(one.faults)) for one in found if one.faults]

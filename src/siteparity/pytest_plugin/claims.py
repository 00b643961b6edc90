"""What a smoke check expects, and what became of it: hosts with the same wrong value share one finding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from siteparity.judging.rules import alike
from siteparity.model import Finding, FindingKind, Group, Host, Value


@dataclass(frozen=True, slots=True)
class Claim:
    """One value that a smoke check found, and the value it expects."""

    item: str
    found: Value
    expected: Value
    fix: str


@dataclass(slots=True)
class _Expectation:
    """The expected value of one item, and the value on each host."""

    expected: Value
    fix: str
    found: list[tuple[Host, Value]] = field(default_factory=list)

    def finding(self, item: str) -> Finding | None:
        """One finding for all hosts with another value; None if there are none."""
        wrong: dict[Value, list[Host]] = {}
        for host, value in dict.fromkeys(self.found):
            if not alike(value, self.expected):
                wrong.setdefault(value, []).append(host)
        if not wrong:
            return None
        said = ", ".join(f"{value} ({', '.join(h.label for h in hosts)})" for value, hosts in wrong.items())
        return Finding(
            item=item,
            kind=FindingKind.EXPECTATION,
            message=f"{item}: found {said}; expected {self.expected}",
            fix=self.fix,
            standby=tuple(
                Group(value=value, hosts=tuple(host.name for host in hosts)) for value, hosts in wrong.items()
            ),
            where=tuple(host.label for hosts in wrong.values() for host in hosts),
        )


class Expectations:
    """Every claim of one check. An item may be tried twice, and expected to have different values."""

    def __init__(self) -> None:
        self._expectations: dict[tuple[str, type[Value], Value], _Expectation] = {}

    def add(self, host: Host, claim: Claim) -> bool:
        """Add a claim about a host; True if it holds."""
        key = (claim.item, type(claim.expected), claim.expected)
        expectation = self._expectations.setdefault(key, _Expectation(claim.expected, claim.fix))
        expectation.found.append((host, claim.found))
        return alike(claim.found, claim.expected)

    def findings(self) -> Iterator[Finding]:
        """What does not hold, in the order of the claims."""
        for (item, _, _), expectation in self._expectations.items():
            if finding := expectation.finding(item):
                yield finding

    def compared(self) -> int:
        """How many claims were added."""
        return sum(len(expectation.found) for expectation in self._expectations.values())

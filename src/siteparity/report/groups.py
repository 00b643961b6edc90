"""The checks of a result, grouped for people: by promise, by aspect, and by what stops a failover."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from siteparity.model import Harm, Outcome, Severity
from siteparity.result import Result, SavedCause, SavedCheck, SavedFinding


class State(StrEnum):
    """The state of a check, a promise or an aspect, from the lightest to the heaviest."""

    OK = "ok"
    DESIGN = "design"
    """It differs as the policy says that the sites are meant to."""
    ACCEPTED = "accepted"
    """It differs, and waivers accept that."""
    WARNING = "warning"
    """A warning differs or could not be measured, which does not stop a failover."""
    UNKNOWN = "unknown"
    """A blocker was not measured, or a check was not made."""
    STOP = "stop"
    """A blocker differs."""


def state_of(check: SavedCheck) -> State:
    """The state of one check."""
    if check.severity is Severity.WARNING and check.outcome in (Outcome.DIFFERENT, Outcome.UNMEASURED):
        return State.WARNING
    if check.outcome is Outcome.DIFFERENT:
        return State.STOP
    light = {Outcome.SAME: State.OK, Outcome.BY_DESIGN: State.DESIGN, Outcome.WAIVED: State.ACCEPTED}
    return light.get(check.outcome, State.UNKNOWN)


def heaviest(states: Iterable[State]) -> State:
    """The heaviest of some states; `State.UNKNOWN` for none."""
    order = list(State)
    return max(states, key=order.index, default=State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Seen:
    """A finding, with the check that found it."""

    check: SavedCheck
    finding: SavedFinding

    @property
    def open(self) -> bool:
        """Whether nothing accepts it."""
        return not self.finding.accepted


@dataclass(frozen=True, slots=True)
class Promise:
    """One test with its checks of all roles: a sentence about the sites that holds or does not."""

    checks: tuple[SavedCheck, ...]

    @property
    def first(self) -> SavedCheck:
        """The check whose sentence, reason, owner and severity are those of all."""
        return self.checks[0]

    @property
    def state(self) -> State:
        """The heaviest state of its checks."""
        return heaviest(state_of(check) for check in self.checks)

    @property
    def harm(self) -> int:
        """What customers would notice if it does not hold; the larger, the worse."""
        return max(list(Harm).index(check.harm) for check in self.checks)

    @property
    def test(self) -> str:
        """The id of the test, without its role."""
        return without_role(self.first)

    @property
    def findings(self) -> tuple[Seen, ...]:
        """The findings of all its checks, in their order."""
        return tuple(Seen(check, finding) for check in self.checks for finding in check.findings)

    @property
    def open(self) -> tuple[Seen, ...]:
        """The findings that nothing accepts."""
        return tuple(seen for seen in self.findings if seen.open)

    @property
    def red(self) -> tuple[SavedCheck, ...]:
        """Its checks that do not hold, or are not known to."""
        return tuple(check for check in self.checks if not check.outcome.holds)

    @property
    def is_unmeasured(self) -> bool:
        """Whether none of its checks found a difference, and some could not be made."""
        return bool(self.red) and not any(check.outcome is Outcome.DIFFERENT for check in self.red)

    @property
    def not_run(self) -> tuple[SavedCheck, ...]:
        """Its checks that were not made."""
        return tuple(check for check in self.checks if check.outcome is Outcome.NOT_RUN)


@dataclass(frozen=True, slots=True)
class Area:
    """All promises about one aspect, or one journey of the smoke tests."""

    kind: str
    """``parity`` or ``smoke``."""
    aspect: str
    promises: tuple[Promise, ...]

    @property
    def state(self) -> State:
        """The heaviest state of its promises."""
        return heaviest(promise.state for promise in self.promises)

    @property
    def open(self) -> int:
        """How many findings nothing accepts."""
        return sum(len(promise.open) for promise in self.promises)


def without_role(check: SavedCheck) -> str:
    """``tests/parity/test_locales.py::test_x[web]`` -> ``tests/parity/test_locales.py::test_x``."""
    return check.id.partition("[")[0]


def promises(checks: Sequence[SavedCheck]) -> tuple[Promise, ...]:
    """The checks by test. Checks of one test with another severity or owner are a promise of their own."""
    of: dict[tuple[str, Severity, str], list[SavedCheck]] = {}
    for check in checks:
        of.setdefault((without_role(check), check.severity, check.owner), []).append(check)
    return tuple(Promise(tuple(group)) for group in of.values())


def areas(result: Result) -> tuple[Area, ...]:
    """The tests of one's own by file, then the aspects by name, then the journeys by name."""
    of: dict[tuple[str, str], list[Promise]] = {}
    for promise in promises(result.checks):
        of.setdefault((promise.first.kind, promise.first.aspect), []).append(promise)
    return tuple(Area(kind, aspect, tuple(group)) for (kind, aspect), group in sorted(of.items()))


def not_holding(result: Result) -> tuple[Promise, ...]:
    """The promises that do not hold, or are not known to, the heaviest and most harmful first."""
    order = list(State)
    found = [
        promise
        for promise in promises(result.checks)
        if promise.state in {State.STOP, State.UNKNOWN, State.WARNING}
    ]
    return tuple(sorted(found, key=lambda promise: (-order.index(promise.state), -promise.harm)))


def causes_first(found: Sequence[Promise], causes: Sequence[SavedCause]) -> tuple[Promise, ...]:
    """The promises in their order, but those first of which others fail."""
    roots = [cause.root for cause in causes if cause.root]
    first = [promise for root in roots for promise in found if root in {check.id for check in promise.checks}]
    return tuple(dict.fromkeys([*first, *found]))


def alike(found: Iterable[Seen]) -> tuple[tuple[Seen, ...], ...]:
    """Findings of a promise by what they have in common: role, kind, effect, and the hosts that differ."""
    of: dict[tuple[object, ...], list[Seen]] = {}
    for seen in found:
        finding = seen.finding
        sides = (finding.primary, finding.standby)
        hosts = tuple(tuple(group.hosts for group in side) for side in sides)
        of.setdefault((seen.check.role, finding.kind, finding.effect, hosts), []).append(seen)
    return tuple(tuple(group) for group in of.values())

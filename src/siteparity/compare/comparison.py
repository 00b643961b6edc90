"""What a comparison of two hosts found: the types that its stages pass on, and that texts and pages show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from siteparity.model import Value


class Outcome(StrEnum):
    """The answer."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNMEASURED = "not known"
    """Nothing differs as far as it was measured, and something was not."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One item that the hosts do not have alike. None stands for a host that lacks it."""

    aspect: str
    table: str
    item: str
    first: Value | None
    second: Value | None


@dataclass(frozen=True, slots=True)
class Group:
    """Differences of one cause, or of one thing. The first one leads."""

    title: str
    differences: tuple[Difference, ...]
    note: str = ""
    """What they have in common beyond the title."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Tables that could not be measured, for one reason."""

    reason: str
    hosts: tuple[str, ...]
    tables: Mapping[str, int]
    """Aspect -> how many of its tables; empty if a host was not reached at all."""
    advice: str = ""
    """What to do."""


@dataclass(frozen=True, slots=True)
class Side:
    """A host of the comparison."""

    name: str
    """As the user called it."""
    system: str = ""
    rights: str = ""
    """With which rights it was asked: ``as root``; empty if it was not reached."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole answer."""

    first: Side
    second: Side
    measured_at: datetime
    groups: tuple[Group, ...] = ()
    unread: tuple[Unread, ...] = ()
    compared: int = 0
    """How many items were compared."""
    aspects: tuple[str, ...] = ()
    """Of which at least one table was compared."""
    notes: tuple[str, ...] = ()
    """What is worth telling and no difference, such as a line that names the other host."""
    not_looked_at: tuple[str, ...] = ()
    """The aspects that need the words of a policy."""

    @property
    def names(self) -> tuple[str, str]:
        """Both hosts, as the user called them."""
        return self.first.name, self.second.name

    @property
    def differences(self) -> int:
        """How many items differ."""
        return sum(len(group.differences) for group in self.groups)

    @property
    def tables_unread(self) -> int:
        """How many tables could not be measured on a host."""
        return sum(sum(one.tables.values()) for one in self.unread)

    @property
    def outcome(self) -> Outcome:
        """A difference is known whatever else is not. Nothing compared is nothing known."""
        if self.groups:
            return Outcome.DIFFERENT
        return Outcome.UNMEASURED if self.unread or not self.compared else Outcome.EQUAL

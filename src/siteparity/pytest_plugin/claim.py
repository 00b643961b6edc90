"""One thing that must hold for what a smoke check saw."""

from __future__ import annotations

from dataclasses import dataclass

from siteparity.model import Value


@dataclass(frozen=True, slots=True)
class Claim:
    """What was found, and what must have been; judged by `Standby.hold`."""

    item: str
    found: Value
    expected: Value
    fix: str

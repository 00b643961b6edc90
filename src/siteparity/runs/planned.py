"""``plan.json``: what a run owes, and the limits under which its GO holds, written before it measures.

A result is compared with it when it is read again: a result that lacks a check was not the answer of the run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field

from siteparity.configuration import Configuration
from siteparity.model import Frozen, Severity
from siteparity.plan.checks import Kind
from siteparity.policy import Limits
from siteparity.result import Digest
from siteparity.whole_files import write_atomically

Seconds = Annotated[float, Field(gt=0)]


class PlannedLine(Frozen):
    """One check, as far as it decides the verdict."""

    id: str
    kind: Kind
    severity: Severity


class SavedPlan(Frozen):
    """``plan.json``."""

    schema_version: Literal[1]
    run: str
    policy_digest: Digest
    inventory_digest: Digest
    hosts: int
    """How many, of both sites together."""
    deadline: Seconds
    """How long it may take."""
    limits: Mapping[str, Seconds]
    """The policy's own."""
    rpo: Seconds | None
    """The most that may be lost by a GO for which a record stands in; null if the policy does not say."""
    rehearsed_within: Seconds | None = None
    """How old the last rehearsal of a failover may be; null if the policy demands none."""
    waiting: tuple[str, ...] = ()
    """The drafted lines of the policy that no person had accepted then, as in the result."""
    checks: tuple[PlannedLine, ...]
    """In the order of the result."""

    @classmethod
    def of(cls, settings: Configuration, run: str, deadline: float) -> Self:
        """What a run under these settings owes within so many seconds."""
        return cls(
            schema_version=1,
            run=run,
            policy_digest=settings.policy.digest,
            inventory_digest=settings.inventory_digest,
            hosts=sum(len(site.hosts) for site in settings.sites),
            deadline=deadline,
            limits={name: length.total_seconds() for name, length in settings.policy.limits},
            rpo=_seconds(settings.policy.rpo),
            rehearsed_within=_seconds(settings.policy.rehearsed_within),
            waiting=tuple(one.path for one in settings.waiting),
            checks=tuple(
                PlannedLine(id=check.id, kind=check.source.kind, severity=check.severity)
                for check in settings.checks
            ),
        )

    def policy_limits(self) -> Limits:
        """The limits as the policy has them."""
        lengths = {name: timedelta(seconds=seconds) for name, seconds in self.limits.items()}
        return Limits().model_copy(update=lengths)

    @property
    def most_lost(self) -> timedelta | None:
        """`rpo` as a length of time."""
        return None if self.rpo is None else timedelta(seconds=self.rpo)

    @property
    def oldest_rehearsal(self) -> timedelta | None:
        """`rehearsed_within` as a length of time."""
        return None if self.rehearsed_within is None else timedelta(seconds=self.rehearsed_within)


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()


def plan_path(folder: Path) -> Path:
    """Where a run keeps its plan."""
    return folder / "plan.json"


def save_plan(plan: SavedPlan, folder: Path) -> None:
    """Write the plan of a run.

    Raises:
        OSError: it cannot be written.
    """
    write_atomically(plan_path(folder), plan_json(plan))


def plan_json(plan: SavedPlan) -> bytes:
    """The plan as it is saved."""
    return (json.dumps(plan.model_dump(mode="json"), indent=2, sort_keys=True) + "\n").encode()

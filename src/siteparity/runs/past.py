"""A run as the history knows it: one line of ``history.jsonl``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from siteparity.model import Verdict
from siteparity.result import Digest, SavedWritten


class PastFinding(BaseModel):
    """A finding, as far as later runs need it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    check: str
    item: str
    first_seen: AwareDatetime


class PastRun(BaseModel):
    """One line of ``history.jsonl``."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    schema_version: Literal[1] = 1
    run: str
    verdict: Verdict
    started_at: AwareDatetime
    finished_at: AwareDatetime
    primary: str
    standby: str
    different: int
    unmeasured: int
    checks: int
    blockers: int | None = None
    """How many blockers differed; null in lines of older versions."""
    loss_seconds: float | None = None
    """What might have been lost with the primary; null if that was not known."""
    findings: tuple[PastFinding, ...] = ()
    """Of lines that an older version wrote; `siteparity.runs.ages` knows them now."""
    not_looked_for: tuple[PastFinding, ...] = ()
    """The same: findings of earlier runs that this one could not look for everywhere."""
    written: Mapping[str, tuple[SavedWritten, ...]] = {}
    """Site -> how far it had written, as this run measured it."""
    digest: Digest | None = None
    """SHA-256 of its ``result.json``."""
    revoked_at: AwareDatetime | None = None
    """When its GO was revoked. A revoked run has two lines; the last one counts."""

"""The answer of a run as it is saved: ``result.json``, the one source of every report.

The JSON Schema of this file is published beside it (``result.schema.json``) and carries `SCHEMA_VERSION`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from siteparity.model import Finding, Frozen, Group, Outcome, Severity, Verdict

SCHEMA_VERSION = 1

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in lower-case hexadecimal digits."""


WaiverDigest = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
"""The exact difference that a waiver accepts (`siteparity.waivers.difference`)."""


class SavedFinding(Finding):
    """One difference, or one broken expectation."""

    # In the file these keys are never left out.
    fix: str
    effect: str
    primary: tuple[Group, ...]
    standby: tuple[Group, ...]
    waiver: str | None
    first_seen: AwareDatetime
    values: WaiverDigest | None = None
    """What a waiver would name as its ``values``; null if nobody can accept this finding."""


class SavedCheck(Frozen):
    """One test under ``tests/`` for one role (or language), and what became of it."""

    id: str
    kind: Literal["parity", "smoke"]
    aspect: str
    """The aspect of a parity check, the journey of a smoke check."""
    role: str
    severity: Severity
    owner: str
    outcome: Outcome
    sentence: str
    why: str
    compared: int
    """How many values it looked at."""
    seconds: float
    findings: tuple[SavedFinding, ...]


class SavedCause(Frozen):
    """What stands behind several red checks."""

    sentence: str
    """The promise that does not hold, or what a host said."""
    root: str | None
    """The id of the check that brings the others down; null where a host gave no answer."""
    checks: tuple[str, ...]
    """The ids of the checks that fail with it, or could not be made for it."""


class SavedWaiver(Frozen):
    """One waiver of the file, and what became of it in this run."""

    place: str
    """File and line."""
    check: str
    role: str
    item: str
    pattern_reason: str | None
    reason: str
    owner: str
    approved_by: str
    ticket: str
    expires: AwareDatetime
    days_left: int
    """Whole days from the start of the run; less than nothing where it has expired."""
    state: Literal["active", "unused", "changed", "refused", "not known"]
    words: str
    """Why it speaks against GO; empty where it does not."""
    about: tuple[str, ...]
    """The ids of the checks that it is about."""
    used_by: tuple[str, ...]
    """The ids of those in which it accepts a finding."""


class SavedSite(Frozen):
    """What is known of one site, and from when."""

    site: str
    source: Literal["live", "record"]
    measured_at: AwareDatetime
    hosts: int
    digest: Digest


class SavedSource(Frozen):
    """From what the checks of one aspect, or of one journey, were judged."""

    kind: Literal["parity", "smoke"]
    aspect: str
    primary: Literal["live", "record", "none"]
    """``none``: a journey that could not be made at a primary for which a record stands in."""
    standby: Literal["live"]
    standby_then: tuple[str, ...]
    """The tables of which the standby's part is from the run of the primary's record: not to be read anew."""


class SavedLoss(Frozen):
    """What may be lost with a primary that is away: a range that never ends at nothing."""

    since: AwareDatetime
    """All that was committed at the primary until then is at the standby."""
    until: AwareDatetime
    """What was committed between these two moments may be lost."""
    missing_bytes: int
    """How much the primary had written, when its record was made, that the standby has not."""


class SavedRevocation(Frozen):
    """That a GO no longer holds: what was measured again is not what it was."""

    at: AwareDatetime
    changes: tuple[str, ...]


class Count(Frozen):
    """Checks, and the hosts they speak of."""

    checks: int
    hosts: int


class Result(Frozen):
    """``result.json``."""

    schema_version: Literal[1]
    run: str
    verdict: Verdict
    reasons: tuple[str, ...]
    """Why it is not GO, the heaviest first; empty for GO."""
    valid_until: AwareDatetime | None
    """Until when a GO may be relied on; null otherwise."""
    started_at: AwareDatetime
    finished_at: AwareDatetime
    tool_version: str
    policy_digest: Digest
    inventory_digest: Digest
    primary: SavedSite
    standby: SavedSite
    sources: tuple[SavedSource, ...] = ()
    """From what each aspect and each journey was judged."""
    data_loss: SavedLoss | None = None
    """Where a record stands in for the primary: what may be lost; null where that is not known."""
    revoked: SavedRevocation | None = None
    """Where `siteparity verify` has revoked a GO; the verdict is no GO any more then."""
    plan: Count
    executed: Count
    causes: tuple[SavedCause, ...]
    waivers: tuple[SavedWaiver, ...] = ()
    checks: tuple[SavedCheck, ...]

    def not_needed(self) -> frozenset[str]:
        """The checks that hold although a waiver of their own expects them to differ."""
        return not_needed(self.checks, self.waivers)


def not_needed(checks: Iterable[SavedCheck], waivers: Iterable[SavedWaiver]) -> frozenset[str]:
    """The checks that hold although a waiver expects otherwise. One about several checks expects nothing."""
    holds = {check.id for check in checks if check.outcome in (Outcome.SAME, Outcome.WAIVED)}
    sole = [waiver.about for waiver in waivers if waiver.state == "unused" and len(waiver.about) == 1]
    return frozenset(check for (check,) in sole if check in holds)

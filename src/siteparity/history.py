"""The history: one line per run, from which a finding's age is told."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from siteparity.model import Outcome, Verdict
from siteparity.result import Result

MAX_RUNS = 1000
"""Older runs do not change what a report says."""


class PastFinding(BaseModel):
    """A finding as later runs need to know it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    check: str
    item: str
    first_seen: AwareDatetime


class PastRun(BaseModel):
    """One line of ``history.jsonl``."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

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
    findings: tuple[PastFinding, ...]
    revoked_at: AwareDatetime | None = None
    """When its GO was revoked; a revoked run has two lines, of which the last one counts."""


def append_run(reports: Path, result: Result) -> None:
    """Add a run, in one write."""
    outcomes = [check.outcome for check in result.checks]
    past = PastRun(
        run=result.run,
        verdict=result.verdict,
        started_at=result.started_at,
        finished_at=result.finished_at,
        primary=result.primary.site,
        standby=result.standby.site,
        different=outcomes.count(Outcome.DIFFERENT),
        unmeasured=outcomes.count(Outcome.UNMEASURED) + outcomes.count(Outcome.NOT_RUN),
        checks=len(outcomes),
        findings=tuple(
            PastFinding(check=check.id, item=finding.item, first_seen=finding.first_seen)
            for check in result.checks
            for finding in check.findings
        ),
        revoked_at=result.revoked.at if result.revoked else None,
    )
    file = os.open(reports / "history.jsonl", os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        size = os.fstat(file).st_size
        cut = (
            size > 0 and os.pread(file, 1, size - 1) != b"\n"
        )  # a run that died here spoils its own line alone
        os.write(file, ("\n" * cut + past.model_dump_json() + "\n").encode())
        os.fsync(file)
    finally:
        os.close(file)


def read_history(reports: Path) -> Sequence[PastRun]:
    """The newest runs, oldest first, each as its last line has it.

    A damaged line is left out: history never decides a verdict.
    """
    try:
        lines = (reports / "history.jsonl").read_bytes().split(b"\n")[-MAX_RUNS - 1 :]
    except FileNotFoundError:
        return ()
    read = [past for line in lines if line and (past := _parsed(line))]
    return tuple({past.run: past for past in read}.values())


def first_seen(history: Iterable[PastRun]) -> Mapping[tuple[str, str], datetime]:
    """(check, item) -> since when the finding is there, for what the last run found."""
    last: Mapping[tuple[str, str], datetime] = {}
    for past in history:
        last = {(finding.check, finding.item): finding.first_seen for finding in past.findings}
    return last


def line_of(past: PastRun) -> str:
    """A run as one line for a person."""
    found = f"{past.checks:,} checks, {past.different:,} different, {past.unmeasured:,} not made"
    revoked = f", a GO until it was revoked at {past.revoked_at:%H:%M} UTC" if past.revoked_at else ""
    when = f"{past.started_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{when}  {past.verdict.value:<7}  {past.primary} -> {past.standby}  {found}{revoked}  {past.run}"


def _parsed(line: bytes) -> PastRun | None:
    try:
        return PastRun.model_validate_json(line)
    except ValidationError:
        return None

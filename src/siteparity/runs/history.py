"""The history: one line per run, from which a finding's age is told.

A finding is the same one as long as the same check finds something about the same item, whatever its values:
a service that is down at one host today and at two tomorrow is one trouble. It ends when its check has looked
everywhere and did not find it. A check that could not look ends nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from siteparity.model import Outcome, Verdict
from siteparity.result import Result, SavedCheck
from siteparity.waivers import was_measured

MAX_RUNS = 1000
"""Older runs do not change what a report says."""


FirstSeen: TypeAlias = Mapping[tuple[str, str], datetime]
"""(check, item) -> since when the finding is there."""


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
    not_looked_for: tuple[PastFinding, ...] = ()
    """What earlier runs found, and this one could not look for everywhere."""
    revoked_at: AwareDatetime | None = None
    """When its GO was revoked; a revoked run has two lines, of which the last one counts."""


def append_run(reports: Path, result: Result, known: FirstSeen) -> None:
    """Add a run, in one write.

    Args:
        reports: the folder of the history.
        result: of the run.
        known: what the runs before had found, as `first_seen` tells it.
    """
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
        not_looked_for=tuple(_not_looked_for(result, known)),
        revoked_at=result.revoked.at if result.revoked else None,
    )
    file = os.open(reports / "history.jsonl", os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        size = os.fstat(file).st_size
        # A run that died here spoils its own line alone.
        cut = size > 0 and os.pread(file, 1, size - 1) != b"\n"
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
    except OSError:  # none yet, or none that can be read: what it says is not needed to judge
        return ()
    read = [past for line in lines if line and (past := _parsed(line))]
    return tuple({past.run: past for past in read}.values())


def first_seen(history: Iterable[PastRun], primary: str, standby: str) -> FirstSeen:
    """Since when each finding is there that the last run over these two sites knew of, whichever served."""
    sites = {primary, standby}
    last: FirstSeen = {}
    for past in history:
        if {past.primary, past.standby} == sites:
            last = _oldest((*past.findings, *past.not_looked_for))
    return last


def _oldest(findings: Iterable[PastFinding]) -> FirstSeen:
    """Each finding once: hosts that are silent are findings about one item, each with an age of its own."""
    oldest: dict[tuple[str, str], datetime] = {}
    for finding in findings:
        key = (finding.check, finding.item)
        oldest[key] = min(finding.first_seen, oldest.get(key, finding.first_seen))
    return oldest


def _not_looked_for(result: Result, known: FirstSeen) -> Iterator[PastFinding]:
    """What was known of checks that did not look everywhere, and is not among what they found."""
    for check in result.checks:
        found = {finding.item for finding in check.findings}
        if not _looked_everywhere(check):
            for (id_, item), moment in known.items():
                if id_ == check.id and item not in found:
                    yield PastFinding(check=id_, item=item, first_seen=moment)


def _looked_everywhere(check: SavedCheck) -> bool:
    made = check.outcome not in (Outcome.NOT_RUN, Outcome.UNMEASURED)
    return made and all(was_measured(finding) for finding in check.findings)


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

"""The history, ``history.jsonl``: one line for each run. It tells the age of findings.

A finding stays the same as long as the same check finds something about the same item, with whatever values:
a service that is down on one host today and on two tomorrow is one fault. A finding ends when its check
looked everywhere and did not find it. A check that could not look everywhere ends nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from siteparity.model import Outcome, Verdict
from siteparity.report.trend import blockers_of, loss_of
from siteparity.report.write import result_json
from siteparity.result import Digest, Result, SavedWritten
from siteparity.waivers import looked_everywhere

MAX_RUNS = 1000
"""How many runs are read; older ones do not change a report."""

FirstSeen: TypeAlias = Mapping[tuple[str, str], datetime]
"""(check, item) -> since when the finding is known."""


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
    findings: tuple[PastFinding, ...]
    not_looked_for: tuple[PastFinding, ...] = ()
    """Findings of earlier runs that this one could not look for everywhere."""
    written: Mapping[str, tuple[SavedWritten, ...]] = {}
    """Site -> how far it had written, as this run measured it."""
    digest: Digest | None = None
    """SHA-256 of its ``result.json``."""
    revoked_at: AwareDatetime | None = None
    """When its GO was revoked. A revoked run has two lines; the last one counts."""


def append_run(
    reports: Path,
    result: Result,
    known: FirstSeen,
    written: Mapping[str, tuple[SavedWritten, ...]] | None = None,
) -> None:
    """Add a run in one write.

    Args:
        reports: the folder of the history.
        result: of the run.
        known: the findings of earlier runs, from `first_seen`.
        written: site -> how far it had written, by the run's own records.
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
        blockers=blockers_of(result),
        loss_seconds=loss_of(result),
        findings=tuple(
            PastFinding(check=check.id, item=finding.item, first_seen=finding.first_seen)
            for check in result.checks
            for finding in check.findings
        ),
        not_looked_for=tuple(_not_looked_for(result, known)),
        written=written or {},
        digest=hashlib.sha256(result_json(result)).hexdigest(),
        revoked_at=result.revoked.at if result.revoked else None,
    )
    file = os.open(reports / "history.jsonl", os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        size = os.fstat(file).st_size
        # A run that died while writing damages only its own line.
        cut = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        os.write(file, ("\n" * cut + past.model_dump_json() + "\n").encode())
        os.fsync(file)
    finally:
        os.close(file)


def read_history(reports: Path) -> Sequence[PastRun]:
    """The newest runs, oldest first, each as in its last line.

    A damaged line is left out: no verdict needs it, and what it showed of a database the record shows too.
    """
    try:
        lines = (reports / "history.jsonl").read_bytes().split(b"\n")[-MAX_RUNS - 1 :]
    except OSError:  # no history yet, or it cannot be read: no verdict needs it
        return ()
    read = [past for line in lines if line and (past := _parsed(line))]
    return tuple({past.run: past for past in read}.values())


def first_seen(history: Iterable[PastRun], primary: str, standby: str) -> FirstSeen:
    """The findings that the last run of these two sites knew, in whichever part, and since when."""
    sites = {primary, standby}
    last: FirstSeen = {}
    for past in history:
        if {past.primary, past.standby} == sites:
            last = _oldest((*past.findings, *past.not_looked_for))
    return last


def _oldest(findings: Iterable[PastFinding]) -> FirstSeen:
    """Each finding once, with its oldest moment: silent hosts make several findings about one item."""
    oldest: dict[tuple[str, str], datetime] = {}
    for finding in findings:
        key = (finding.check, finding.item)
        oldest[key] = min(finding.first_seen, oldest.get(key, finding.first_seen))
    return oldest


def _not_looked_for(result: Result, known: FirstSeen) -> Iterator[PastFinding]:
    """The known findings that a check did not find, but could not look for everywhere."""
    for check in result.checks:
        found = {finding.item for finding in check.findings}
        if not looked_everywhere(check.outcome, check.findings):
            for (id_, item), moment in known.items():
                if id_ == check.id and item not in found:
                    yield PastFinding(check=id_, item=item, first_seen=moment)


def line_of(past: PastRun) -> str:
    """A run as one line of ``siteparity history``."""
    found = f"{past.checks:,} checks, {past.different:,} different, {past.unmeasured:,} not made"
    revoked = f", a GO until it was revoked at {past.revoked_at:%H:%M} UTC" if past.revoked_at else ""
    when = f"{past.started_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{when}  {past.verdict.value:<7}  {past.primary} -> {past.standby}  {found}{revoked}  {past.run}"


def _parsed(line: bytes) -> PastRun | None:
    try:
        return PastRun.model_validate_json(line)
    except ValidationError:
        return None

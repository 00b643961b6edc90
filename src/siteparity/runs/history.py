"""The history, ``history.jsonl``: one line for each run. Beside it, an index tells the age of findings.

A finding stays the same as long as the same check finds something about the same item, with whatever values:
a service that is down on one host today and on two tomorrow is one fault. A finding ends when its check
looked everywhere and did not find it. A check that could not look everywhere ends nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from siteparity.model import Outcome
from siteparity.report.trend import blockers_of, loss_of
from siteparity.report.write import result_json
from siteparity.result import Result, SavedWritten
from siteparity.runs import ages
from siteparity.runs.ages import FirstSeen, first_seen
from siteparity.runs.listing import HISTORY, newest_lines
from siteparity.runs.past import PastFinding, PastRun

__all__ = ["FirstSeen", "PastFinding", "PastRun", "append_run", "first_seen", "read_history"]


def append_run(
    reports: Path,
    result: Result,
    known: FirstSeen,
    written: Mapping[str, tuple[SavedWritten, ...]] | None = None,
    history: Sequence[PastRun] | None = None,
) -> None:
    """Add a run in one write.

    Args:
        reports: the folder of the history.
        result: of the run.
        known: the findings of earlier runs, from `first_seen`.
        written: site -> how far it had written, by the run's own records.
        history: the earlier runs, if they have been read already.
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
        written=written or {},
        digest=hashlib.sha256(result_json(result)).hexdigest(),
        revoked_at=result.revoked.at if result.revoked else None,
    )
    ages.moved(reports, read_history(reports) if history is None else history)
    file = os.open(reports / HISTORY, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        size = os.fstat(file).st_size
        # A run that died while writing damages only its own line.
        cut = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        os.write(file, ("\n" * cut + past.model_dump_json() + "\n").encode())
        os.fsync(file)
    finally:
        os.close(file)
    ages.note(reports, result, known)


def read_history(reports: Path) -> Sequence[PastRun]:
    """The newest runs, oldest first, each as in its last line.

    A damaged line is left out: no verdict needs it, and what it showed of a database the record shows too.
    """
    read = [past for line in newest_lines(reports) if (past := _parsed(line))]
    return tuple({past.run: past for past in read}.values())


def _parsed(line: bytes) -> PastRun | None:
    try:
        return PastRun.model_validate_json(line)
    except ValidationError:
        return None

"""The whole run: measure, save, try the standby out, judge, and write the reports."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from siteparity import records
from siteparity.assemble import Started, assemble
from siteparity.collect import Say
from siteparity.configuration import Configuration
from siteparity.history import append_run, first_seen, read_history
from siteparity.model import Verdict
from siteparity.recording import measure, record_path
from siteparity.records import Record
from siteparity.report import junit, reconcile, write_reports
from siteparity.report.write import write_atomically
from siteparity.result import Result
from siteparity.supervisor import Child, Executed
from siteparity.transport import Transport

WORKERS = 2
"""pytest-xdist's processes; the checks are cheap, only the live ones gain from more."""
RESERVE = 5.0
"""Seconds before the deadline at which the checks are cut, so that the reports are still written in time."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One run of the gate."""

    settings: Configuration
    inventories: Path
    reports: Path
    deadline: float
    """Seconds from the start."""
    say: Say
    workers: int = WORKERS

    def run(self) -> tuple[Result, Path]:
        """Make the run; returns its result and its folder.

        Raises:
            OSError: the reports folder cannot be written.
        """
        began, at = time.monotonic(), datetime.now(UTC)
        folder = new_run_folder(self.reports, at)
        started = Started(folder.name, at)
        history = read_history(self.reports)
        known = first_seen(history, *(site.name for site in self.settings.sites))
        in_progress = assemble(self.settings, started, (), Executed({}, ("run in progress",)), known)
        write_reports(
            in_progress.model_copy(update={"verdict": Verdict.NO_GO, "reasons": ("run in progress",)}), folder
        )
        point_latest(self.reports, folder)
        with Transport() as transport:
            made = self._measure(transport, folder)
            left = self.deadline - RESERVE - (time.monotonic() - began)
            child = Child(
                self.settings, self.inventories, folder, transport.directory, self.workers, left, at
            )
            executed = child.run()
        result = self._reconciled(assemble(self.settings, started, made, executed, known), folder)
        write_reports(result, folder, history)
        append_run(self.reports, result, known)
        return result, folder

    def _measure(self, transport: Transport, folder: Path) -> tuple[Record, ...]:
        made = measure(
            self.settings, self.settings.sites, transport, seconds=self.deadline - RESERVE, say=self.say
        )
        for record in made:
            records.save(record, record_path(folder, record.site))
        return made

    def _reconciled(self, result: Result, folder: Path) -> Result:
        """Reports that disagree are a reason against GO; until they are held together there is no answer."""
        write_atomically(folder / "junit.xml", junit(result))
        disagreements = tuple(reconcile(result, folder / "junit.xml", folder / "checks.html"))
        if not disagreements:
            return result
        worse = Verdict.UNKNOWN if result.verdict is Verdict.GO else result.verdict
        return result.model_copy(
            update={"verdict": worse, "reasons": (*result.reasons, *disagreements), "valid_until": None}
        )


def new_run_folder(reports: Path, started_at: datetime) -> Path:
    """Make the folder of a new run: ``runs/2026-11-23T030000Z-3f9a``."""
    name = f"{started_at:%Y-%m-%dT%H%M%SZ}-{secrets.token_hex(2)}"
    folder = reports / "runs" / name
    folder.mkdir(parents=True)
    return folder


def point_latest(reports: Path, folder: Path) -> None:
    """Let ``latest`` name this run, in one step: never an older run, never nothing."""
    temporary = reports / f".latest-{folder.name}"
    temporary.symlink_to(folder.relative_to(reports))
    temporary.replace(reports / "latest")

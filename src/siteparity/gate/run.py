"""The whole run: measure, save, make the checks, judge, write the reports."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from siteparity.collect import MAX_CONNECTIONS, Say
from siteparity.configuration import Configuration
from siteparity.facts import records
from siteparity.facts.data_loss import written
from siteparity.facts.records import Record
from siteparity.failover.last import last_rehearsal
from siteparity.gate.assemble import Started, assemble
from siteparity.gate.needed_later import needed_later
from siteparity.gate.supervisor import Child, Executed
from siteparity.gate.unfinished import ended_by, in_progress, unfinished
from siteparity.model import Deadline, SiteparityError, Verdict
from siteparity.report import junit, reconcile, staged_reports, write_reports
from siteparity.result import Result, SavedWritten
from siteparity.runs.finished import contradiction
from siteparity.runs.history import FirstSeen, PastRun, append_run, first_seen, read_history
from siteparity.runs.kept_records import StandIn, advice, keep
from siteparity.runs.latest import point_latest, withdraw_latest
from siteparity.runs.planned import SavedPlan, save_plan
from siteparity.runs.recording import measure, record_path
from siteparity.transport import Transport
from siteparity.whole_files import write_atomically

T = TypeVar("T")

RESERVE = 5.0
"""How many seconds before the deadline the checks are cut, so that the reports are written in time."""
MANY_CORES = 4
_WAKE_SECONDS = 0.5


def usual_workers() -> int:
    """How many workers pytest-xdist starts. Checks are cheap, and each worker first costs a second of CPU.

    Measured on two cores: without workers the checks take 2.8 s, with two of them 4.1 s (440 checks).
    """
    return 2 if len(os.sched_getaffinity(0)) >= MANY_CORES else 0


@dataclass(frozen=True, slots=True)
class Gate:
    """One run of the gate."""

    settings: Configuration
    inventories: Path
    reports: Path
    deadline: Deadline
    """When the answer must be there."""
    say: Say
    workers: int = field(default_factory=usual_workers)
    connections: int = MAX_CONNECTIONS
    """How many hosts are asked at the same time."""
    stand_in: StandIn | None = None
    """The record that stands in for the primary, if a person said so; then none of its hosts is contacted."""
    typed: Sequence[str] = ("gate",)
    """The arguments of the command, for the advice of what to type next."""
    _past: list[Sequence[PastRun]] = field(default_factory=list, init=False, repr=False)

    def run(self) -> tuple[Result, Path]:
        """Make the run. Returns its result and its folder.

        Raises:
            OSError: the reports folder cannot be written.
        """
        began, at = time.monotonic(), datetime.now(UTC)
        with Transport() as transport, self._unfinished(at) as folder, self._measuring(transport) as measured:
            started = self._started(folder, at, began)
            with self._checks(transport, folder, started).started() as checks:
                made = self._saved(_awaited(measured), folder)
                checks.go()
                self._keep(made, folder)
                executed = checks.judged(self.deadline.earlier(RESERVE))
            result = self._reconciled(self._result(started, made, executed), folder)
            with staged_reports(result, folder, self._history()):
                written = self._written(made, folder)
                append_run(self.reports, result, self._known(), written, self._history())
            return result, folder

    def _started(self, folder: Path, at: datetime, began: float) -> Started:
        recorded = self.stand_in
        return Started(
            folder.name,
            at,
            began,
            by_record=recorded is not None,
            then=recorded.then if recorded else None,
            written=recorded.written if recorded else (),
            rehearsal=last_rehearsal(self.reports, (self.settings.primary.name, self.settings.standby.name)),
        )

    def _written(self, made: Sequence[Record], folder: Path) -> Mapping[str, tuple[SavedWritten, ...]]:
        """Site -> how far it had written, for later runs in which a record of it stands in."""
        return {one.site: tuple(written(one, self.settings.probes, f"run {folder.name}")) for one in made}

    @contextmanager
    def _unfinished(self, at: datetime) -> Iterator[Path]:
        """The folder of a new run. ``latest`` points to it, and says NO-GO until there is an answer.

        If even that cannot be written, ``latest`` shows no answer: an older one must not pass for this one.
        """
        try:
            folder = new_run_folder(self.reports, at)
            save_plan(SavedPlan.of(self.settings, folder.name, self.deadline.seconds), folder)
            blank = self._result(self._started(folder, at, time.monotonic()), (), Executed({}, ()))
            write_reports(unfinished(blank, in_progress(at, self.deadline.seconds)), folder)
            point_latest(self.reports, folder)
        except OSError as error:
            if shown := withdraw_latest(self.reports):
                raise SiteparityError(
                    f"{error.filename or self.reports}: {error.strerror or error}{shown}; make room, or give "
                    "--reports another folder"
                ) from None
            raise
        try:
            yield folder
        except BaseException as error:
            with suppress(OSError):
                write_reports(unfinished(blank, ended_by(error)), folder)
            raise

    def _checks(self, transport: Transport, folder: Path, started: Started) -> Child:
        return Child(
            self.settings,
            self.inventories,
            folder,
            transport.directory,
            self.workers,
            transport.mark,
            started.at,
        )

    @contextmanager
    def _measuring(self, transport: Transport) -> Iterator[Future[tuple[Record, ...]]]:
        """Measure in a thread of its own, while the run's folder and its checks are made ready.

        A run that ends early does not wait for the hosts: its connections are closed next.
        """
        pool = ThreadPoolExecutor(1)
        try:
            yield pool.submit(self._measure, transport)
        finally:
            pool.shutdown(wait=False)

    def _measure(self, transport: Transport) -> tuple[Record, ...]:
        recorded = self.stand_in.record if self.stand_in else None
        return measure(
            self.settings,
            [site for site in self.settings.sites if recorded is None or site.name != recorded.site],
            transport,
            deadline=self.deadline.earlier(RESERVE),
            say=self.say,
            stand_in=recorded,
            connections=self.connections,
            needed=needed_later(self.settings),
        )

    def _saved(self, made: tuple[Record, ...], folder: Path) -> tuple[Record, ...]:
        """The records of both sites, saved in the run's folder."""
        for record in made:
            records.save(record, record_path(folder, record.site))
        if self.stand_in is None:
            return made
        self.stand_in.put_into(folder)
        return (self.stand_in.record, *made)

    def _keep(self, made: Sequence[Record], folder: Path) -> None:
        """Keep the new records, which can stand in for the primary one day."""
        new = [record for record in made if self.stand_in is None or record is not self.stand_in.record]
        keep(self.settings, self.reports, new, folder.name)

    def _result(self, started: Started, made: Sequence[Record], executed: Executed) -> Result:
        started = replace(started, advice=self._advice(started, made))
        return assemble(self.settings, started, made, executed, self._known())

    def _known(self) -> FirstSeen:
        """The findings of earlier runs, and since when they are known."""
        sites = (site.name for site in self.settings.sites)
        return first_seen(self.reports, self._history(), *sites)

    def _history(self) -> Sequence[PastRun]:
        """The earlier runs, read once: no other run writes meanwhile."""
        if not self._past:
            self._past.append(read_history(self.reports))
        return self._past[0]

    def _advice(self, started: Started, made: Sequence[Record]) -> str:
        """What to type if the primary is silent, or a newer record contradicts the one that stands in."""
        if self.stand_in:
            return self.stand_in.doubt(self.typed)
        primary = self.settings.primary.name
        silent = any(record.silent() for record in made if record.site == primary)
        if not silent:
            return ""
        return advice(self.settings, self.reports, self.typed, started.at)

    def _reconciled(self, result: Result, folder: Path) -> Result:
        """The result after it was compared with itself and with the reports.

        A disagreement is a reason against GO.
        """
        draft = folder / ".junit.xml"  # junit.xml itself appears only with an answer
        write_atomically(draft, junit(result))
        disagreements = tuple(reconcile(result, draft, folder / "checks.html"))
        draft.unlink()
        if problem := contradiction(result, folder):
            disagreements = (f"the answer contradicts itself: {problem}", *disagreements)
        if not disagreements:
            return result
        worse = Verdict.UNKNOWN if result.verdict is Verdict.GO else result.verdict
        return result.model_copy(
            update={
                "verdict": worse,
                "reasons": (*result.reasons, *disagreements),
                "valid_until": None,
                "rehearsable_until": None,
            }
        )


def _awaited(measured: Future[T]) -> T:
    """The records, once they are there. It wakes up now and then: a thread that sleeps can miss a signal."""
    while wait([measured], timeout=_WAKE_SECONDS).not_done:
        pass
    return measured.result()


def new_run_folder(reports: Path, started_at: datetime) -> Path:
    """Make the folder of a new run: ``runs/2026-11-23T030000Z-3f9a``."""
    name = f"{started_at:%Y-%m-%dT%H%M%SZ}-{secrets.token_hex(2)}"
    folder = reports / "runs" / name
    folder.mkdir(parents=True)
    return folder

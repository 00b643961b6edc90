"""The whole run: measure, save, try the standby out, judge, and write the reports."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from siteparity import __version__, causes, records, verdict
from siteparity.collect import Say
from siteparity.configuration import Configuration
from siteparity.history import append_run, first_seen, read_history
from siteparity.model import FindingKind, Outcome, Site, Verdict
from siteparity.plan import PlannedCheck
from siteparity.recording import measure, record_path
from siteparity.records import Record
from siteparity.report import junit, reconcile, write_reports
from siteparity.report.write import write_atomically
from siteparity.result import Count, Result, SavedCheck, SavedFinding, SavedGroup, SavedSite
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
        began, started_at = time.monotonic(), datetime.now(UTC)
        folder = new_run_folder(self.reports, started_at)
        in_progress = self._result(folder.name, started_at, (), Executed({}, ("run in progress",)))
        write_reports(
            in_progress.model_copy(update={"verdict": Verdict.NO_GO, "reasons": ("run in progress",)}), folder
        )
        point_latest(self.reports, folder)
        with Transport() as transport:
            made = self._measure(transport, folder)
            left = self.deadline - RESERVE - (time.monotonic() - began)
            child = Child(self.settings, self.inventories, folder, transport.directory, self.workers, left)
            executed = child.run()
        result = self._reconciled(self._result(folder.name, started_at, made, executed), folder)
        write_reports(result, folder, read_history(self.reports))
        append_run(self.reports, result)
        return result, folder

    def _measure(self, transport: Transport, folder: Path) -> tuple[Record, ...]:
        made = measure(
            self.settings, self.settings.sites, transport, seconds=self.deadline - RESERVE, say=self.say
        )
        for record in made:
            records.save(record, record_path(folder, record.site))
        return made

    def _result(self, run: str, started_at: datetime, made: Sequence[Record], executed: Executed) -> Result:
        finished_at = datetime.now(UTC)
        seen = first_seen(read_history(self.reports))
        checks = tuple(
            _saved_check(check, executed.entries.get(check.id), seen, started_at)
            for check in self.settings.checks
        )
        answer = verdict.judge(
            [verdict.Judged(check.id, check.severity, check.outcome) for check in checks],
            (*executed.broken, *_silent(self.settings.sites, made)),
        )
        found = causes.causes(checks, {check.id: check.source.leads_to for check in self.settings.checks})
        valid_until = (
            finished_at + self.settings.policy.limits.go_valid_for if answer.verdict is Verdict.GO else None
        )
        primary, standby = self.settings.sites
        by_site = {record.site: record for record in made}
        hosts = sum(len(site.hosts) for site in self.settings.sites)
        return Result(
            schema_version=1,
            run=run,
            verdict=answer.verdict,
            reasons=causes.reasons(found, checks, answer.reasons),
            valid_until=valid_until,
            started_at=started_at,
            finished_at=finished_at,
            tool_version=__version__,
            policy_digest=self.settings.policy.digest,
            inventory_digest=self.settings.inventory_digest,
            primary=_saved_site(primary, by_site.get(primary.name), started_at),
            standby=_saved_site(standby, by_site.get(standby.name), started_at),
            plan=Count(checks=len(self.settings.checks), hosts=hosts),
            executed=Count(checks=len(executed.entries), hosts=sum(_answered(record) for record in made)),
            causes=found,
            checks=checks,
        )

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


def _saved_site(site: Site, record: Record | None, started_at: datetime) -> SavedSite:
    return SavedSite(
        site=site.name,
        source="live",
        measured_at=record.measured_at if record else started_at,
        hosts=len(site.hosts),
        digest=record.digest() if record else "0" * 64,
    )


def _silent(sites: Sequence[Site], made: Sequence[Record]) -> Iterator[str]:
    """One reason for each site of which no host at all answered, with the inventory's advice."""
    hints = {site.name: site.hint for site in sites}
    for record in made:
        if not _answered(record):
            said = [
                f"{host}: {entry.unmeasured.partition(': ')[2]}"
                for host, aspects in record.hosts.items()
                for tables in aspects.values()
                for entry in tables.values()
                if not isinstance(entry, str)
            ]
            advice = f"; {hints[record.site]}" if hints[record.site] else ""
            yield f"no host of {record.site} answered ({said[0] if said else 'none was asked'}){advice}"


def _answered(record: Record) -> int:
    """How many hosts gave at least one table."""
    return sum(
        any(isinstance(entry, str) for tables in aspects.values() for entry in tables.values())
        for aspects in record.hosts.values()
    )


def _saved_check(
    check: PlannedCheck,
    entry: Mapping[str, Any] | None,
    seen: Mapping[tuple[str, str], datetime],
    now: datetime,
) -> SavedCheck:
    findings = tuple(
        _saved_finding(found, seen.get((check.id, found["item"]), now))
        for found in (entry or {}).get("findings", ())
    )
    return SavedCheck(
        id=check.id,
        kind=check.source.kind,
        aspect=check.source.aspect,
        role=check.role,
        severity=check.severity,
        owner=check.owner,
        outcome=Outcome(entry["outcome"]) if entry else Outcome.NOT_RUN,
        sentence=check.source.sentence,
        why=check.source.why or check.source.promise,
        compared=entry["compared"] if entry else 0,
        seconds=entry["seconds"] if entry else 0.0,
        findings=findings,
    )


def _saved_finding(found: Mapping[str, Any], first: datetime) -> SavedFinding:
    return SavedFinding(
        item=found["item"],
        kind=FindingKind(found["kind"]),
        primary=_saved_groups(found["primary"]),
        standby=_saved_groups(found["standby"]),
        message=found["message"],
        effect=found["effect"],
        fix=found["fix"],
        first_seen=first,
        waiver=None,
    )


def _saved_groups(groups: Sequence[Mapping[str, Any]]) -> tuple[SavedGroup, ...]:
    return tuple(SavedGroup(value=group["value"], hosts=tuple(group["hosts"])) for group in groups)

"""A finished run of the shipped policy in a folder, made without hosts."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from siteparity.collect import Measured
from siteparity.configuration import Configuration
from siteparity.facts import records
from siteparity.facts.records import Record, record_of
from siteparity.failover.last import LastRehearsal
from siteparity.gate.assemble import Started, assemble
from siteparity.gate.run import new_run_folder
from siteparity.gate.supervisor import Executed
from siteparity.inventory import inventory_digest
from siteparity.model import Facts, Judgement, Site, Table
from siteparity.report import write_reports
from siteparity.result import Result, SavedWritten
from siteparity.runs.history import append_run, read_history
from siteparity.runs.journal import ALL_PASSED, SOME_FAILED, CheckLine, ClosingLine
from siteparity.runs.latest import point_latest
from siteparity.runs.planned import SavedPlan, save_plan
from siteparity.runs.recording import journal_path, record_path

HISTORY = ("7000000000000000001", 1)
"""System identifier and timeline of all databases here."""


def database(
    writable: str, position: str, *, history: tuple[str, int] = HISTORY, replayed: float = 1
) -> Facts:
    """What replication shows of a database server."""
    last: Table = {"seconds since the last replayed commit": replayed} if writable == "no" else {}
    return {
        "mode": {"writable": writable},
        "identity": {"system identifier": history[0], "major version": 15},
        "timeline": {"timeline": history[1]},
        "_position": {"position": position},
        "_replayed": last,
    }


def measured(settings: Configuration, site: Site, at: datetime, of_database: Facts | None = None) -> Record:
    """A record of a site: its clocks, and one database."""
    hosts: dict[str, Any] = {host.name: {"clock": {"state": {"synchronised": "yes"}}} for host in site.hosts}
    if of_database:
        host = next(host.name for host in site.hosts if "db" in host.roles)
        hosts[host] = {**hosts[host], "replication": of_database}
    return record_of(
        Measured(site.name, at, hosts),
        tool_version="1",
        policy_digest=settings.policy.digest,
        inventory_digest=inventory_digest([site]),
    )


def run(  # noqa: PLR0913  # what a test may want to be otherwise
    settings: Configuration,
    reports: Path,
    *,
    at: datetime | None = None,
    primary: Record | None = None,
    standby: Record | None = None,
    written: tuple[SavedWritten, ...] = (),
    found: Mapping[str, Judgement] | None = None,
    sites: tuple[Record, Record] | None = None,
    rehearsal: LastRehearsal | None = None,
) -> tuple[Result, Path]:
    """A run that is over, with all its files.

    Args:
        settings: of the run.
        reports: where it writes.
        at: when it started.
        primary: the record that stands in for the primary; None if it is measured as well.
        standby: what is measured of the standby.
        written: what later records show.
        found: check -> what it finds; the others hold.
        sites: what is measured of both sites.
        rehearsal: the last one of a failover; none without it.
    """
    at = at or datetime.now(UTC)
    folder = new_run_folder(reports, at)
    save_plan(SavedPlan.of(settings, folder.name, 300), folder)
    made = sites or (
        primary or measured(settings, settings.primary, at, database("yes", "0/1000")),
        standby or measured(settings, settings.standby, at, database("no", "0/1000")),
    )
    for record in made:
        records.save(record, record_path(folder, record.site))
    clock = time.monotonic() - (datetime.now(UTC) - at).total_seconds()
    last = rehearsal or LastRehearsal()
    started = Started(folder.name, at, clock, by_record=primary is not None, written=written, rehearsal=last)
    lines = {
        check.id: CheckLine.of(check.id, (found or {}).get(check.id, Judgement((), 3)), 0.1)
        for check in settings.checks
    }
    status = ALL_PASSED if all(line.passes for line in lines.values()) else SOME_FAILED
    text = [line.text() for line in (*lines.values(), ClosingLine(closed=status))]
    journal_path(folder).write_text("".join(f"{line}\n" for line in text))
    (folder / "checks.html").write_text("<p>checks</p>")
    result = assemble(settings, started, made, Executed(lines, ()), {})
    write_reports(result, folder, read_history(reports))
    append_run(reports, result, {})
    point_latest(reports, folder)
    return result, folder


def edit(path: Path, change: Callable[[Any], object]) -> None:
    """Change a JSON file, and nothing else."""
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))

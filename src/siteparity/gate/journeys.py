"""Tries the journeys of customers out at one site, apart from any run: for whoever watches a failover.

They are the smoke checks with the mark ``journey``, made as a run makes them, in a process of their own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from siteparity import __version__
from siteparity.collect import Measured
from siteparity.configuration import Configuration
from siteparity.facts import records
from siteparity.gate.environment import clean_environment
from siteparity.gate.processes import end
from siteparity.gate.supervisor import Executed, check_journal, pytest_arguments
from siteparity.inventory import inventory_digest
from siteparity.model import Deadline, Facts, Host, HostFacts, Site, Unmeasured, UnmeasuredError
from siteparity.plan import PlannedCheck
from siteparity.runs.journal import read_journal
from siteparity.runs.recording import journal_path, record_path
from siteparity.transport import Transport

_CONNECTIONS = 32
_PLACE = "journeys"


def journeys(settings: Configuration) -> tuple[PlannedCheck, ...]:
    """The planned checks of what customers do."""
    return tuple(check for check in settings.checks if check.source.journey)


def try_out(settings: Configuration, inventories: Path, deadline: Deadline) -> Executed:
    """Make the journeys at the standby of a configuration. No host of its primary is contacted.

    Args:
        settings: whose standby is the site to try out, whether or not it serves.
        inventories: from which it was read.
        deadline: when they are cut.
    """
    planned = [check.id for check in journeys(settings)]
    with tempfile.TemporaryDirectory(prefix="siteparity-") as name, Transport() as transport:
        folder, now = Path(name), datetime.now(UTC)
        _save_records(settings, _connected(settings.standby, transport, deadline), folder, now)
        told = pytest_arguments(settings, inventories, folder, transport.directory, now)
        status = _status([*told, "-n", "0", *planned], settings.root, transport.mark, deadline)
        return check_journal(planned, read_journal(journal_path(folder)), status)


def _connected(site: Site, transport: Transport, deadline: Deadline) -> Mapping[str, Facts]:
    """Open the connection of each host, so that the process of the checks can use it; what came of it."""

    def one(host: Host) -> Facts:
        try:
            transport.connect(host, timeout=deadline.left())
        except UnmeasuredError as error:
            return {_PLACE: Unmeasured(f"{_PLACE}: {error}")}
        return {_PLACE: {"connection": "open"}}

    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        return dict(zip((host.name for host in site.hosts), pool.map(one, site.hosts), strict=True))


def _save_records(settings: Configuration, found: Mapping[str, Facts], folder: Path, now: datetime) -> None:
    """What the checks must know: which hosts they can ask. An older record stands in for the primary."""
    primary, standby = settings.sites
    older: dict[str, HostFacts] = {host.name: {} for host in primary.hosts}
    of = (
        (primary, Measured(primary.name, now - timedelta(seconds=1), older)),
        (standby, Measured(standby.name, now, {host: {_PLACE: facts} for host, facts in found.items()})),
    )
    for site, measured in of:
        record = records.record_of(
            measured,
            tool_version=__version__,
            policy_digest=settings.policy.digest,
            inventory_digest=inventory_digest([site]),
        )
        records.save(record, record_path(folder, site.name))


def _status(told: list[str], root: Path, mark: Mapping[str, str], deadline: Deadline) -> int | None:
    """The exit status of the checks; None if they were cut."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", "pytest", *told],
        cwd=root,
        env={**clean_environment(), **mark},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(max(deadline.left(), 0))
    except subprocess.TimeoutExpired:
        return None
    finally:
        end(process)

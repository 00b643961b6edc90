"""The healthy lab is GO every time, and measuring leaves no trace on its hosts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from selftests.lab import trace
from selftests.lab.conftest import Lab, Say
from selftests.lab.runs import Run
from siteparity.configuration import find_root
from siteparity.facts import records
from siteparity.model import Unmeasured, Verdict
from siteparity.probes import discover
from siteparity.runs.recording import record_path

pytestmark = pytest.mark.timeout(300)

MOVING = {
    (aspect, table)
    for aspect, probe in discover().items()
    for table, reading in probe.readings().items()
    if reading.moves or reading.of_one_run
}
"""The tables that hold a time, an amount, or a hash with the run's own key: probes declare that they move."""
PAUSE_SECONDS = 6.0
NOISE_SECONDS = 2.0
"""An age would have grown by more than the pause between two runs; so much is a busy machine's."""
COMMAND_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Watched:
    """The real command, and what it left behind."""

    status: int
    stdout: str
    changes: list[str]
    logins: Mapping[str, int]
    left_here: list[str]


@pytest.fixture(scope="module")
def watched(lab: Lab, say: Say, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """One run of `siteparity gate` between two traces of every host."""
    reports = tmp_path_factory.mktemp("reports")
    hosts = tuple(host for host in lab.plan.hosts if lab.plan.site_of(host))
    trace.wait_for_a_quiet_time()
    before = trace.of(hosts)
    cursors = {host: trace.cursor(host) for host in hosts}
    with tempfile.TemporaryDirectory(prefix="sp-") as folder:
        done = _command("gate", "--reports", str(reports), TMPDIR=folder)
        left = [*map(str, Path(folder).iterdir()), *_processes_about(folder)]
    logins = {host.name: trace.logins(host, place) for host, place in cursors.items()}
    changes = trace.changes(before, trace.of(hosts))
    say(f"siteparity gate: exit {done.returncode}, {sum(logins.values())} logins, {len(changes)} changes")
    return Watched(done.returncode, done.stdout.decode(), changes, logins, left)


def test_the_command_says_go_on_its_last_line(watched: Watched) -> None:
    """A script reads the exit code, a person the last line."""
    assert watched.status == 0, watched.stdout
    assert watched.stdout.splitlines()[-1].startswith("GO "), watched.stdout


def test_a_run_leaves_every_host_as_it_was(watched: Watched) -> None:
    """Files, folders, settings, rows, keys, processes: a run reads, and changes nothing."""
    assert not watched.changes, "\n".join(watched.changes)


def test_a_run_makes_one_connection_to_each_host(watched: Watched) -> None:
    """As sshd itself has counted: parity checks and smoke checks share it."""
    assert watched.logins
    assert set(watched.logins.values()) == {1}, watched.logins


def test_a_run_leaves_nothing_on_this_machine(watched: Watched) -> None:
    """No ssh, no socket, no temporary folder."""
    assert watched.left_here == []


def test_three_runs_say_go_and_saw_the_same(lab: Lab, gate: Callable[[], Run]) -> None:
    """The same state gives the same answer, and the same facts to the last byte."""
    assert lab.plan.hosts
    runs = [gate() for _ in range(3)]
    for run in runs:
        assert run.result.verdict is Verdict.GO, run.told()
    first = _digests(runs[0])
    assert len(first) > len(MOVING)
    for run in runs[1:]:
        seen = _digests(run)
        assert seen.keys() == first.keys()
        moved = {key for key, digest in seen.items() if digest != first[key]}
        assert not {key for key in moved if key[2:] not in MOVING}, moved


def test_an_idle_primary_makes_no_lag(gate: Callable[[], Run]) -> None:
    """Nothing was written, so nothing is behind: the age of the last transaction is no lag."""
    trace.wait_for_a_quiet_time()
    first = _behind(gate())
    time.sleep(PAUSE_SECONDS)
    second = _behind(gate())
    assert len(first) == len(second) == 2, (first, second)
    assert all(second[item] - first[item] < NOISE_SECONDS for item in second), (first, second)


def _command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The installed command, as a person starts it."""
    program = str(Path(sys.executable).with_name("siteparity"))
    return subprocess.run(
        [program, *arguments],
        capture_output=True,
        timeout=COMMAND_SECONDS,
        check=False,
        cwd=find_root(),
        env={**os.environ, **environment},
    )


def _processes_about(words: str) -> list[str]:
    """The command lines of this machine's processes in which the words stand."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            found += [line] * (words in line)
    return found


def _digests(run: Run) -> dict[tuple[str, str, str, str], str]:
    """Site, host, aspect, table -> digest of what was read; "unmeasured" where nothing was."""
    saved = [records.load(record_path(run.folder, site.name)) for site in run.settings.sites]
    return {
        (record.site, host, aspect, table): entry if isinstance(entry, str) else "unmeasured"
        for record in saved
        for host, aspects in record.hosts.items()
        for aspect, tables in aspects.items()
        for table, entry in tables.items()
    }


def _behind(run: Run) -> dict[str, float]:
    """How far behind the standby's database is, in all the ways that the gate measures."""
    standby = run.settings.standby
    record = records.load(record_path(run.folder, standby.name))
    facts = [record.facts(host.name, "replication") for host in standby.in_role("db")]
    tables = [of_host[name] for of_host in facts for name in ("distance", "heartbeat")]
    read = [table for table in tables if not isinstance(table, Unmeasured)]
    return {item: float(value) for table in read for item, value in table.items()}

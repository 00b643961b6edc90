"""What a fleet costs this machine: ``python -m selftests.fleet HOSTS``, without the lab.

Prints CPU seconds to read, judge and write, for a tenth of the hosts and for all of them, and the exponent
between the two: 1 is linear. Answers are recorded ones, so what hosts and ssh cost is not in it.
"""

# ruff: noqa: T201  # it prints a table

from __future__ import annotations

import math
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from selftests.fleet.hosts import LAB, Replayed, write_inventories
from selftests.unit.leaving_out.recording import recorded
from siteparity import configuration
from siteparity.configuration import Configuration, find_root
from siteparity.facts import records
from siteparity.facts.records import Record
from siteparity.gate.assemble import Started, assemble
from siteparity.gate.supervisor import Executed
from siteparity.model import Deadline, Host
from siteparity.pytest_plugin import rejudge
from siteparity.pytest_plugin.session import Options, Session
from siteparity.report import write_reports
from siteparity.runs.journal import CheckLine
from siteparity.runs.recording import measure, record_path
from siteparity.transport import Output, Transport

T = TypeVar("T")

STAGES = ("read", "judge", "write")
DEADLINE_SECONDS = 36_000


class _ForFree(Transport):
    """Hosts whose own time does not count."""

    def __init__(self, replayed: Replayed) -> None:
        self._replayed = replayed
        self.seconds = 0.0

    def run(self, host: Host, script: bytes, **how: Any) -> Output:
        """What the host says."""
        began = time.thread_time()
        said = self._replayed.run(host, script, timeout=how["timeout"], opener=how["opener"])
        self.seconds += time.thread_time() - began
        return said


class Fleet:
    """One run without checks of pytest, stage by stage."""

    def __init__(self, folder: Path, hosts: int) -> None:
        root = find_root()
        self.folder = folder
        self.inventories = folder / "inventories"
        of_fleet = write_inventories(root / "inventories", self.inventories, max(1, hosts // LAB))
        self.hosts = len(of_fleet)
        self.settings: Configuration = configuration.load(root, self.inventories, look_up=False)
        self.costs = dict.fromkeys(STAGES, 0.0)
        self.lines: tuple[CheckLine, ...] = ()
        self._asked = _ForFree(Replayed(recorded(), of_fleet))

    def run(self) -> None:
        """Read, judge, write, and note what each of them costs."""
        made = self._timed("read", self._read)
        self.costs["read"] -= self._asked.seconds
        self.lines = self._timed("judge", self._judge)
        self._timed("write", lambda: self._write(made, self.lines))

    def _timed(self, stage: str, do: Callable[[], T]) -> T:
        began = time.process_time()
        done = do()
        self.costs[stage] = time.process_time() - began
        return done

    def _read(self) -> tuple[Record, ...]:
        made = measure(
            self.settings, self.settings.sites, self._asked, deadline=Deadline(DEADLINE_SECONDS), say=_silent
        )
        for record in made:
            records.save(record, record_path(self.folder, record.site))
        return made

    def _judge(self) -> tuple[CheckLine, ...]:
        options = Options(
            self.settings.root, self.inventories, None, None, self.folder, None, datetime.now(UTC)
        )
        return tuple(rejudge.lines(Session(options), self.settings.root))

    def _write(self, made: tuple[Record, ...], lines: tuple[CheckLine, ...]) -> None:
        executed = Executed({line.id: line for line in lines}, ())
        started = Started(self.folder.name, datetime.now(UTC))
        write_reports(assemble(self.settings, started, made, executed, {}), self.folder)


def main() -> int:
    """Measure and print."""
    hosts = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    fleets = [_measured(count) for count in dict.fromkeys((max(LAB, hosts // 10), hosts))]
    print(f"{'':>8}" + "".join(f"{fleet.hosts:>8} hosts" for fleet in fleets) + "  exponent")
    for stage in STAGES:
        costs = [fleet.costs[stage] for fleet in fleets]
        print(
            f"{stage:>8}" + "".join(f"{cost:12.2f} s" for cost in costs) + f"{_exponent(fleets, costs):>10}"
        )
    sums = [sum(fleet.costs.values()) for fleet in fleets]
    print(f"{'all':>8}" + "".join(f"{cost:12.2f} s" for cost in sums) + f"{_exponent(fleets, sums):>10}")
    return 0


def _measured(hosts: int) -> Fleet:
    with tempfile.TemporaryDirectory(prefix="sp-") as folder:
        fleet = Fleet(Path(folder), hosts)
        fleet.run()
    return fleet


def _exponent(fleets: list[Fleet], costs: list[float]) -> str:
    """By which power of the hosts the costs grow; a dash for one size alone."""
    if len(fleets) == 1 or not min(costs):
        return "-"
    return f"{math.log(costs[-1] / costs[0]) / math.log(fleets[-1].hosts / fleets[0].hosts):.2f}"


def _silent(_host: Host, _words: str) -> None:
    """Nobody waits here."""


if __name__ == "__main__":
    sys.exit(main())

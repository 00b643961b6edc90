"""Runs the checks in a pytest process of their own, and judges from outside what it really did.

pytest can return 0 in many ways although no check has passed. So its exit status, the journal's closing line
and the exact set of planned checks must agree, or the run proves nothing. So must the outcomes of a second
judge (`siteparity.gate.judged_again`), which never saw what runs beside the checks.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import IO

from siteparity.configuration import Configuration
from siteparity.gate.environment import clean_environment
from siteparity.gate.file_digests import Digests, changes, of_checks, of_records
from siteparity.gate.judged_again import DIED, Judging, Said, SecondJudge
from siteparity.gate.log_file import redacting
from siteparity.gate.processes import end
from siteparity.model import Deadline, Outcome
from siteparity.plan import PlannedCheck
from siteparity.report.words import count
from siteparity.runs.journal import ALL_PASSED, SOME_FAILED, CheckLine, ClosingLine, Line, read_journal
from siteparity.runs.recording import journal_path
from siteparity.runs.start_signal import GO_ON

_PLUGINS = (
    "siteparity.garbage",
    "xdist",
    "pytest_timeout",
    "pytest_metadata.plugin",
    "pytest_html.plugin",
    "siteparity.pytest_plugin",
)
_JUDGES = "siteparity.pytest_plugin.both_judges"


@dataclass(frozen=True, slots=True)
class Executed:
    """The checks that a process made, and every reason not to believe the run as a whole."""

    lines: Mapping[str, CheckLine]
    """Id of a check -> its line."""
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Child:
    """The pytest process of one run."""

    settings: Configuration
    inventories: Path
    folder: Path
    """The folder of the run, with the records. The journal and pytest's own reports are written there."""
    control: Path
    workers: int
    mark: Mapping[str, str] = field(default_factory=dict)
    """Added to its environment; see `siteparity.transport.keeper`."""
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When the run started: a waiver that had expired then is not in force."""

    @contextmanager
    def started(self) -> Iterator[Running]:
        """Start it while hosts are still measured: pytest needs time to load and to collect.

        It makes no check before `Running.go`. Its whole process group is killed when the block ends.
        """
        reading, writing = os.pipe()
        # As they were when the plan was made of them.
        checks = self.settings.files or of_checks(self.settings.root)
        second = SecondJudge(self.settings, self.inventories, self.folder, self.started_at)
        with (
            Judging() as judging,
            redacting(self.folder / "log.txt") as log,
            os.fdopen(writing, "wb", 0) as word,
        ):
            try:
                process = subprocess.Popen(
                    [
                        *(sys.executable, "-I", "-m", _JUDGES, json.dumps(second.words(judging))),
                        *self._arguments(reading),
                    ],
                    cwd=self.settings.root,
                    env={**clean_environment(), **self.mark},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=[reading, *judging.theirs],
                )
            finally:
                os.close(reading)
            try:
                judging.begin()
                yield Running(self, process, word, checks, judging)
            finally:
                end(process)

    def _arguments(self, wait: int) -> list[str]:
        own = ["--parity-own"] if any(check.source.kind == "own" for check in self.settings.checks) else []
        page = [f"--html={self.folder.resolve() / 'checks.html'}", "--self-contained-html"]
        base = pytest_arguments(self.settings, self.inventories, self.folder, self.control, self.started_at)
        word = ["-n", str(self.workers), "--parity-wait", str(wait)]
        return [*base, *own, *word, *page, "tests/parity", "tests/smoke"]


def pytest_arguments(
    settings: Configuration, inventories: Path, folder: Path, control: Path, started_at: datetime
) -> list[str]:
    """What pytest is told to make checks from a folder with records; the tests are added to it.

    Args:
        settings: of the run.
        inventories: from which they were read.
        folder: where the records are, and the journal is written.
        control: of the transport whose connections are used.
        started_at: when the run started.
    """
    primary, standby = settings.sites
    with resources.as_file(resources.files(__package__) / "gate.ini") as ini:
        base = [
            "-c",
            str(ini),
            "--rootdir",
            str(settings.root),
            "--confcutdir",  # else pytest reads a conftest.py above the checkout as well
            str(settings.root),
        ]
    for plugin in _PLUGINS:
        base += ["-p", plugin]
    base += ["-p", "no:rerunfailures", "-p", "no:randomly", "-p", "no:cacheprovider"]
    # That plugin collects garbage five times at the end, which takes a tenth of a second.
    base += ["-p", "no:unraisableexception"]
    base += ["--import-mode=importlib", "--tb=short", "--no-header", "--color=no"]
    base += ["--timeout", f"{settings.policy.limits.check_deadline.total_seconds():g}"]
    base += ["--inventories", str(inventories.resolve())]
    base += ["--primary", primary.name, "--standby", standby.name]
    # Whole paths: pytest is started elsewhere.
    base += ["--parity-run", str(folder.resolve()), "--parity-control", str(control)]
    base += ["--parity-started", started_at.isoformat()]
    # The temporary files of pytest-xdist's workers are removed together with the connections.
    return [*base, "--basetemp", str(control / "pytest")]


@dataclass(slots=True)
class Running:
    """A child that waits for the records, or makes the checks."""

    child: Child
    process: subprocess.Popen[bytes]
    word: IO[bytes]
    before: Digests
    """Digests of the files that must not change until the checks are made."""
    second: Judging

    def go(self) -> None:
        """Let it judge the records of the run, which are complete now."""
        self.before = {**self.before, **of_records(self.child.folder)}
        with suppress(BrokenPipeError):  # it has ended; its status says why
            self.word.write(GO_ON)
        self.second.go()

    def judged(self, deadline: Deadline) -> Executed:
        """The lines of all checks that were made by the deadline; what still runs then is killed."""
        try:
            executed = self._executed(deadline)
        finally:
            end(self.process)
        after = {**of_checks(self.child.settings.root), **of_records(self.child.folder)}
        return replace(executed, broken=(*executed.broken, *changes(self.before, after)))

    def _executed(self, deadline: Deadline) -> Executed:
        """What pytest did, compared with the plan and with the second judge."""
        status = self._status(deadline)
        checks = self.child.settings.checks
        planned = [check.id for check in checks]
        executed = check_journal(planned, read_journal(journal_path(self.child.folder)), status)
        if executed.broken:  # nobody believes it anyway
            return executed
        said = self.second.said(deadline.left())
        return replace(executed, broken=tuple(disagreements(checks, executed, said)))

    def _status(self, deadline: Deadline) -> int | None:
        """The exit status of pytest; None if it was cut at the deadline."""
        try:
            return self.process.wait(deadline.left())
        except subprocess.TimeoutExpired:
            end(self.process)
            return None


def check_journal(planned: Sequence[str], lines: Sequence[Line | None], status: int | None) -> Executed:
    """Compare the journal with the plan and with the exit status of the process that wrote it.

    Args:
        planned: the ids of all planned checks.
        lines: the journal; None stands for a line that proves nothing.
        status: None if the process was cut at the deadline.
    """
    checks = [line for line in lines if isinstance(line, CheckLine)]
    closings = [line.closed for line in lines if isinstance(line, ClosingLine)]
    times = Counter(line.id for line in checks)
    broken: list[str] = []
    if status is None:
        broken.append("the checks were cut at the deadline")
    elif status < 0:
        broken.append(f"the checks died of signal {signal.Signals(-status).name}")
    elif status not in (ALL_PASSED, SOME_FAILED):
        broken.append(f"pytest ended with status {status}; see log.txt")
    if status is not None and closings != [status]:
        broken.append("the checks did not end by themselves: their closing line is missing or does not agree")
    if None in lines:
        broken.append("the journal of the checks is damaged")
    if stray := sorted(set(times) - set(planned)):
        broken.append(f"{count(len(stray), 'check')} ran without being planned (first: {stray[0]})")
    if repeated := sorted(check for check, number in times.items() if number > 1):
        broken.append(f"{count(len(repeated), 'check')} ran more than once (first: {repeated[0]})")
    if lost := [check for check in planned if check not in times]:
        broken.append(f"{count(len(lost), 'planned check')} did not run (first: {lost[0]})")
    passed = all(line.passes for line in checks)
    if status in (ALL_PASSED, SOME_FAILED) and passed != (status == ALL_PASSED):
        broken.append(f"pytest's status {status} contradicts the outcomes in the journal")
    return Executed(_heaviest(checks), tuple(broken))


def disagreements(checks: Sequence[PlannedCheck], first: Executed, said: Said) -> Iterator[str]:
    """A reason if the second judge came to other outcomes, or to none.

    Only what pytest measured is compared: whatever else the second judge says, it is no reason for GO.

    Args:
        checks: the plan. The second judge makes its parity checks. One that asks for more than `parity` is
            judged by pytest alone, and not compared.
        first: what pytest did.
        said: by the second judge.
    """
    parity = [check for check in checks if check.source.kind == "parity"]
    second = check_journal([check.id for check in parity], said.lines, said.status)
    if second.broken:
        early = {None: "it took too long", DIED: "the second judge ended before it was done"}
        reason = early.get(said.status) or second.broken[0]
        yield f"the records could not be judged a second time: {reason}"
        return
    pairs = [
        (first.lines[check.id], second.lines[check.id])
        for check in parity
        if check.source.arguments == ("parity",) and first.lines[check.id].outcome.measured
    ]
    other = [(one, again) for one, again in pairs if _decides(one) != _decides(again)]
    if other:
        one, again = other[0]
        yield (
            f"{count(len(other), 'check')} came out otherwise when the records were judged a second time "
            f"(first: {one.id.rpartition('/')[2]}: {one.outcome}, then {again.outcome})"
        )


def _decides(line: CheckLine) -> tuple[Outcome, bool]:
    """What of a line decides the answer."""
    return line.outcome, line.passes


def _heaviest(checks: Iterable[CheckLine]) -> Mapping[str, CheckLine]:
    """Id -> the line of a check; of several, the one with the heaviest outcome."""
    lines: dict[str, CheckLine] = {}
    for line in checks:
        known = lines.setdefault(line.id, line)
        if Outcome.heaviest(known.outcome, line.outcome) is not known.outcome:
            lines[line.id] = line
    return lines

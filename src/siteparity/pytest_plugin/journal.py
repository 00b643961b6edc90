"""Writes the journal: one line for each check, on disk before the next check starts, and a closing line.

The process that judges the run reads the journal from outside. So nothing that pytest prints or returns at
its end can turn a check that was not made into one that passed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from siteparity.pytest_plugin.outcome import line_of
from siteparity.runs.journal import CheckLine, ClosingLine, Line


class Journal:
    """An append-only file of JSON lines, written by the one pytest process that receives every report."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._begun: dict[str, CheckLine] = {}
        """The checks whose tear-down has not ended, which can still make their outcome worse."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Append the check's line once its tear-down has ended.

        A check that failed without a line, for example because its worker died, is unmeasured. A check that
        is made twice gets two lines.
        """
        line = line_of(report)
        if line is None and report.failed:
            reason = report.longreprtext.strip().split("\n")[-1] or "it crashed"
            line = CheckLine.unmeasured(report.nodeid, reason)
        before = self._begun.pop(report.nodeid, None)
        if report.when == "teardown":
            if before and line:
                self._append(before.merged(line))
            elif whole := before or line:
                self._append(whole)
        else:
            if before:
                self._append(before)
            if line:
                self._begun[report.nodeid] = line

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write the lines that are still open and the closing line, flush them to the disk, and close."""
        for check, line in self._begun.items():
            self._append(line.merged(CheckLine.unmeasured(check, "its tear-down did not end")))
        self._append(ClosingLine(closed=int(exitstatus)))
        os.fsync(self._file)
        os.close(self._file)

    def _append(self, line: Line) -> None:
        os.write(self._file, (line.text() + "\n").encode())

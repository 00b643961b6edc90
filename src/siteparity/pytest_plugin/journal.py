"""The journal: one line per check, on disk before the next check starts, and a closing line.

The process that judges the run reads it from outside, so that whatever pytest says or fails to say at its end
cannot turn a check that was not made into one that passed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from siteparity.pytest_plugin import outcome


class Journal:
    """An append-only file of JSON lines, written by the one pytest process that hears of every report."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._begun: dict[str, Mapping[str, Any]] = {}
        """Checks whose tear-down has not ended: theirs may still get worse."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Append the check's line once its tear-down has ended.

        A check without a line, such as one whose worker died, is unmeasured; one that is made again gets a
        line for each time.
        """
        entry = outcome.property_of(report)
        if entry is None and report.failed:
            entry = outcome.unmeasured(
                report.nodeid, report.longreprtext.strip().split("\n")[-1] or "it crashed"
            )
        before = self._begun.pop(report.nodeid, None)
        if report.when == "teardown":
            lines = [one for one in (before, entry) if one is not None]
            if lines:
                self._append(reduce(outcome.merged, lines))
        else:
            if before is not None:
                self._append(before)
            if entry is not None:
                self._begun[report.nodeid] = entry

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write what is open and the closing line, make all of it durable, and end."""
        for check, entry in self._begun.items():
            self._append(outcome.merged(entry, outcome.unmeasured(check, "its tear-down did not end")))
        self._append({"closed": int(exitstatus)})
        os.fsync(self._file)
        os.close(self._file)

    def _append(self, entry: Mapping[str, Any]) -> None:
        os.write(self._file, (json.dumps(entry) + "\n").encode())

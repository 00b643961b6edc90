"""The journal: one line per check, on disk before the next check starts, and a closing line.

The process that judges the run reads it from outside, so that whatever pytest says or fails to say at its end
cannot turn a check that was not made into one that passed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from siteparity.pytest_plugin import outcome


class Journal:
    """An append-only file of JSON lines, written by the one pytest process that hears of every report."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Append the check's line; a check without one, such as one whose worker died, is unmeasured."""
        entry = outcome.property_of(report)
        if entry is None and report.failed:
            entry = outcome.unmeasured(
                report.nodeid, report.longreprtext.strip().split("\n")[-1] or "it crashed"
            )
        if entry is not None and (report.when != "teardown" or report.failed):
            self._append(entry)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write the closing line, make all of it durable, and end."""
        self._append({"closed": int(exitstatus)})
        os.fsync(self._file)
        os.close(self._file)

    def _append(self, entry: Mapping[str, Any]) -> None:
        os.write(self._file, (json.dumps(entry) + "\n").encode())

"""Hooks of pytest-html: what ``checks.html`` shows of each check, and that it loses none.

`register` does nothing on workers, or without ``--html``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_html.basereport import BaseReport
from pytest_html.report_data import ReportData
from pytest_metadata.plugin import metadata_key  # type: ignore[import-untyped]  # it ships no types

from siteparity import __version__
from siteparity.model import ConfigurationError
from siteparity.pytest_plugin.outcome import line_of
from siteparity.pytest_plugin.session import session_of
from siteparity.report.checks_html import (
    HEADERS,
    Described,
    PageError,
    Row,
    cells,
    environment,
    findings_html,
    harden,
)
from siteparity.report.words import count

Describe = Callable[[str], Described | None]
"""The plan's description of a check, by its node id."""


@dataclass(frozen=True, slots=True)
class About:
    """What the page says about the run."""

    describe: Describe
    primary: str
    standby: str
    facts: Mapping[str, str]
    """The rows of the page's environment table."""


def about_run(config: pytest.Config) -> About:
    """The run, as the session's configuration describes it."""
    try:
        settings = session_of(config).configuration
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None

    def describe(node_id: str) -> Described | None:
        check = session_of(config).check(node_id)
        if check is None:
            return None
        return Described(check.source.sentence, check.role, check.source.aspect, check.source.broken)

    facts = {
        "Primary": f"{settings.primary.name}, {count(len(settings.primary.hosts), 'host')}",
        "Standby": f"{settings.standby.name}, {count(len(settings.standby.hosts), 'host')}",
        "Made by": f"siteparity {__version__}, pytest {pytest.__version__}",
    }
    return About(describe, settings.primary.name, settings.standby.name, facts)


def register(config: pytest.Config, about: Callable[[pytest.Config], About] = about_run) -> None:
    """Register the hooks of this module with pytest, if it was called with ``--html``.

    Args:
        config: of the session.
        about: describes the run; called when the session starts.

    Raises:
        pytest.UsageError: the page would need other files, which its policy does not allow.
    """
    if hasattr(config, "workerinput") or not config.getoption("htmlpath", default=None):
        return
    if not config.getoption("self_contained_html"):
        raise pytest.UsageError("--html: the page must be one file; add --self-contained-html")
    config.pluginmanager.register(ChecksPage(config, about), "siteparity-checks-html")


class ChecksPage:
    """The hooks, and the state that they share."""

    def __init__(self, config: pytest.Config, about: Callable[[pytest.Config], About]) -> None:
        self._config = config
        self._ask = about
        self._about = About(lambda _: None, "primary", "standby", {})
        self._path = Path(os.path.expandvars(config.getoption("htmlpath"))).expanduser().absolute()
        self._open: dict[str, pytest.TestReport] = {}
        """Checks without a report of their tear-down: pytest-html does not show them yet."""

    def pytest_sessionstart(self) -> None:
        """Fill the environment table, in place of whatever other plugins have put there."""
        self._about = self._ask(self._config)
        self._config.stash[metadata_key] = environment(self._about.facts)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Keep the metadata of workers out of the table, which pytest-html has read by now."""
        self._config.stash[metadata_key] = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, None, None]:
        """Close the checks that a dead worker left open, let pytest-html write, then harden the file."""
        for report in list(self._open.values()):
            self._close(report)
        result = yield
        try:
            harden(self._path)
        except PageError:
            self._path.unlink()
            raise
        return result

    def pytest_html_report_title(self, report: ReportData) -> None:
        """Name the page."""
        report.title = f"Checks: {self._about.standby} against {self._about.primary}"

    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Add the columns that describe a check."""
        cells[:] = HEADERS

    def pytest_html_results_table_row(self, report: pytest.TestReport, cells: list[str]) -> None:
        """Replace the row: pytest-html escapes neither the test id nor anything else in it."""
        words = [_inner(cell) for cell in cells]
        cells[:] = self._cells(report, result=words[0], duration=words[2])

    def pytest_html_results_table_html(self, report: pytest.TestReport, data: list[str]) -> None:
        """Show the findings in place of pytest's text about them."""
        if line := line_of(report):
            data[:] = [findings_html(line.judgement, self._about.primary, self._about.standby)]

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, report: pytest.TestReport) -> None:
        """Report a check whose worker died as an error, in terms that pytest-html understands."""
        report.when = "setup"
        report.duration = 0.0

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note which checks are open, and remove extras: nothing of ours is an extra."""
        vars(report)["extras"] = []
        if report.when == "teardown":
            self._open.pop(report.nodeid, None)
        else:
            self._open[report.nodeid] = report

    def _cells(self, report: pytest.TestReport, *, result: str, duration: str) -> list[str]:
        line = line_of(report)
        row = Row(
            test=report.nodeid,
            result=result,
            duration=duration,
            described=self._about.describe(report.nodeid),
            judgement=line.judgement if line else None,
            sites=(self._about.primary, self._about.standby),
        )
        return cells(row)

    def _close(self, report: pytest.TestReport) -> None:
        """Report a tear-down that never came, to pytest-html alone."""
        closing = pytest.TestReport(
            report.nodeid, report.location, {}, "passed", None, "teardown", duration=0.0, start=0.0, stop=0.0
        )
        for plugin in self._config.pluginmanager.get_plugins():
            if isinstance(plugin, BaseReport):
                plugin.pytest_runtest_logreport(closing)


def _inner(cell: str) -> str:
    """``<td class="col-result">Failed</td>`` -> ``Failed``."""
    return cell.partition(">")[2].rpartition("</td>")[0]

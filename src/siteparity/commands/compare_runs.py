"""``siteparity compare``: what appeared, went and changed between two runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from siteparity.gate.believed import believed
from siteparity.model import ConfigurationError
from siteparity.report.between import between
from siteparity.report.between_text import text
from siteparity.result import Result
from siteparity.runs.finished import find_run
from siteparity.runs.history import read_history
from siteparity.runs.latest import LATEST

_EQUAL, _DIFFERENT = 0, 2


def compare_runs(options: argparse.Namespace) -> tuple[str, int]:
    """Compare two runs, the earlier one first, in whichever order they were named.

    Returns the text and the exit code.

    Raises:
        ConfigurationError: a run is not there or was edited, both are one, or they are of other sites.
        RecordError: a record of a run is missing or damaged.
    """
    folders = [_folder(options.reports, named) for named in options.run]
    if folders[0] == folders[1]:
        raise ConfigurationError(f"compare: expected two runs, found {folders[0].name} twice")
    history = read_history(options.reports)
    one, other = sorted((believed(folder, history, pages=False) for folder in folders), key=_when)
    if _sites(one) != _sites(other):
        raise ConfigurationError(
            f"compare: expected two runs of the same sites, found {one.run} of {_named(one)} "
            f"and {other.run} of {_named(other)}"
        )
    found = between(one, other)
    return text(found), _EQUAL if found.equal else _DIFFERENT


def _folder(reports: Path, named: str) -> Path:
    return find_run(reports, None if named == LATEST else named)


def _when(result: Result) -> tuple[object, str]:
    return result.started_at, result.run


def _sites(result: Result) -> frozenset[str]:
    return frozenset((result.primary.site, result.standby.site))


def _named(result: Result) -> str:
    return f"{result.primary.site} and {result.standby.site}"

"""Judges records again without pytest: the same check functions and rules, within a second.

It is a process of its own (``python -m siteparity.pytest_plugin.rejudge``), since it runs the checks' code.
It writes the same journal as pytest, with the same closing line. The process that starts it demands that
exactly the planned checks are in the journal.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from siteparity.model import Judgement, Outcome, UnmeasuredError
from siteparity.plan import PlannedCheck
from siteparity.pytest_plugin import outcome
from siteparity.pytest_plugin.check_findings import CheckFindings
from siteparity.pytest_plugin.fixtures import parity_of
from siteparity.pytest_plugin.session import Options, Session
from siteparity.runs.journal import ALL_PASSED, SOME_FAILED, CheckLine, ClosingLine
from siteparity.runs.recording import journal_path


def main() -> int:
    """Judge every planned parity check from the records of a folder. Returns the exit status."""
    parser = argparse.ArgumentParser()
    for name in ("root", "inventories", "primary", "standby", "folder"):
        parser.add_argument(name)
    given = parser.parse_args()
    options = Options(
        Path(given.root), Path(given.inventories), given.primary, given.standby, Path(given.folder), None
    )
    session, functions = Session(options), _Functions(Path(given.root))
    all_pass = True
    with journal_path(Path(given.folder)).open("a", encoding="utf-8") as journal:
        for check in session.configuration.checks:
            if check.source.kind == "parity":
                line = _line(session, functions, check)
                all_pass = all_pass and line.passes
                journal.write(line.text() + "\n")
        status = ALL_PASSED if all_pass else SOME_FAILED
        journal.write(ClosingLine(closed=status).text() + "\n")
    return status


class _Functions:
    """The test functions of the checks' files, each file loaded once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._modules: dict[str, ModuleType] = {}

    def of(self, check: PlannedCheck) -> Callable[..., None]:
        """The function of a check.

        Raises:
            UnmeasuredError: it uses other fixtures than `parity`, which only pytest can provide.
        """
        source = check.source
        if source.arguments != ("parity",):
            raise UnmeasuredError(f"it asks for {', '.join(source.arguments)}, which pytest alone can give")
        if source.path not in self._modules:
            name = f"siteparity_checks_{len(self._modules)}"
            spec = importlib.util.spec_from_file_location(name, self._root / source.path)
            if spec is None or spec.loader is None:
                raise UnmeasuredError(f"{source.path} is no Python file")
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            self._modules[source.path] = module
        function: Callable[..., None] = getattr(self._modules[source.path], source.function)
        return function


def _line(session: Session, functions: _Functions, check: PlannedCheck) -> CheckLine:
    began = time.monotonic()
    try:
        function, judged = functions.of(check), parity_of(session, check)
    except Exception as error:  # noqa: BLE001  # whatever it was, the check could not be made
        return CheckLine.unmeasured(check.id, f"{type(error).__name__}: {error}")
    judgement = _judgement(function, judged)
    return session.line(check, judgement, time.monotonic() - began)


def _judgement(function: Callable[..., None], judged: CheckFindings) -> Judgement:
    try:
        function(judged)
    except BaseException as error:  # noqa: BLE001  # pytest's own outcomes are no `Exception`
        return outcome.judgement_of(error, judged.judgement())
    judgement = judged.judgement()
    return judgement if judgement.outcome is Outcome.SAME else outcome.Concluded(judgement).judgement


if __name__ == "__main__":
    sys.exit(main())

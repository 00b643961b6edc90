"""Judges records again without pytest: the same check functions and rules, within a second.

It is a process of its own, since it runs the checks' code: started alone, or beside pytest by
`siteparity.pytest_plugin.both_judges`. No conftest.py has a part in it. It writes the journal that pytest
would write, with the same closing line, to a pipe. The process that starts it demands that exactly the
planned checks are in the journal.

The shipped checks come first, and without the user's own checks that stand in their files. So the code of
those runs when the lines of the shipped checks have been written.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import siteparity.garbage  # noqa: F401  # before what makes many objects
from siteparity.model import Judgement, Outcome, UnmeasuredError
from siteparity.plan import PlannedCheck
from siteparity.plan.shipped import compared, not_as_shipped, without_own_checks
from siteparity.pytest_plugin import outcome
from siteparity.pytest_plugin.check_findings import CheckFindings
from siteparity.pytest_plugin.fixtures import parity_of
from siteparity.pytest_plugin.judge_integrity import JudgeIntegrity, replaced_words
from siteparity.pytest_plugin.session import Options, Session
from siteparity.runs.journal import ALL_PASSED, SOME_FAILED, CheckLine, ClosingLine
from siteparity.runs.start_signal import wait_for_word

_ORPHANED = 2
"""The exit status if the run is gone that this process belongs to."""


def main() -> int:
    """Judge every planned parity check from the records of a folder. Returns the exit status."""
    parser = argparse.ArgumentParser()
    for name in ("root", "inventories", "primary", "standby", "folder"):
        parser.add_argument(name)
    parser.add_argument("--journal", type=int, required=True, help="the pipe to which the journal is written")
    parser.add_argument("--started", type=datetime.fromisoformat, default=datetime.now(UTC))
    parser.add_argument("--wait", type=int, help="a pipe that says when the records are complete")
    given = parser.parse_args()
    _say_nothing()
    root = Path(given.root)
    options = Options(
        root, Path(given.inventories), given.primary, given.standby, Path(given.folder), None, given.started
    )
    session, integrity = Session(options), JudgeIntegrity.of_now()
    if given.wait is not None and not wait_for_word(given.wait):
        return _ORPHANED
    status = ALL_PASSED
    for line in lines(session, root, integrity):
        status = status if line.passes else SOME_FAILED
        os.write(given.journal, (line.text() + "\n").encode())
    os.write(given.journal, (ClosingLine(closed=status).text() + "\n").encode())
    return status


def lines(session: Session, root: Path, integrity: JudgeIntegrity | None = None) -> Iterator[CheckLine]:
    """The line of each planned parity check, each judged when it is asked for."""
    unchanged = integrity or JudgeIntegrity.of_now()
    other = not_as_shipped(root)
    for checks, functions in _stages(session, root):
        for check in checks:
            # What is shipped replaces nothing: that takes a look at its end.
            looks = check.source.name in other or check is checks[-1]
            yield _line(session, functions, check, unchanged if looks else None)


def _say_nothing() -> None:
    """What checks print is no line of the journal, and pytest has it in its reports."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nowhere, number)


def _stages(session: Session, root: Path) -> list[tuple[list[PlannedCheck], _Functions]]:
    """The shipped parity checks, then the user's own, each with its functions."""
    own = frozenset(compared(root).own)
    parity = [check for check in session.configuration.checks if check.source.kind == "parity"]
    return [
        ([one for one in parity if one.source.name not in own], _Functions(root, with_own=False)),
        ([one for one in parity if one.source.name in own], _Functions(root, with_own=True)),
    ]


class _Functions:
    """The test functions of the checks' files, each file run once."""

    def __init__(self, root: Path, *, with_own: bool) -> None:
        self._root = root
        self._with_own = with_own
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
            self._modules[source.path] = self._module(source.path)
        function: Callable[..., None] = getattr(self._modules[source.path], source.function)
        return function

    def _module(self, path: str) -> ModuleType:
        """A file of checks, run from its text: compiled code beside it may be of another text."""
        file = self._root / path
        text = file.read_text(encoding="utf-8")
        module = ModuleType(f"siteparity_checks_{len(self._modules)}")
        module.__file__ = str(file)
        checks = text if self._with_own else without_own_checks(path, text)
        code = compile(checks, file, "exec", dont_inherit=True)
        exec(code, vars(module))  # noqa: S102  # the checks are code
        return module


def _line(
    session: Session, functions: _Functions, check: PlannedCheck, integrity: JudgeIntegrity | None
) -> CheckLine:
    began = time.monotonic()
    try:
        function, judged = functions.of(check), parity_of(session, check)
    except Exception as error:  # noqa: BLE001  # whatever it was, the check could not be made
        return CheckLine.unmeasured(check.id, f"{type(error).__name__}: {error}")
    limit = session.configuration.policy.limits.check_deadline.total_seconds()
    judgement = _judgement(function, judged, limit)
    if integrity and (replaced := integrity.broken()):
        return CheckLine.unmeasured(check.id, replaced_words(replaced))
    return session.line(check, judgement, time.monotonic() - began)


def _judgement(function: Callable[..., None], judged: CheckFindings, seconds: float) -> Judgement:
    try:
        with _cut_after(_own_limit(function) or seconds):
            function(judged)
    except BaseException as error:  # noqa: BLE001  # pytest's own outcomes are no `Exception`
        return outcome.judgement_of(error, judged.judgement())
    judgement = judged.judgement()
    return judgement if judgement.outcome is Outcome.SAME else outcome.Concluded(judgement).judgement


def _own_limit(function: Callable[..., None]) -> float | None:
    """The seconds of a check's own ``pytest.mark.timeout``."""
    marks = [mark for mark in getattr(function, "pytestmark", ()) if mark.name == "timeout" and mark.args]
    return float(marks[0].args[0]) if marks else None


@contextmanager
def _cut_after(seconds: float) -> Iterator[None]:
    """End a check that hangs, as pytest-timeout does."""

    def cut(*_: object) -> None:
        raise UnmeasuredError(f"timed out after {seconds:g} s")

    signal.signal(signal.SIGALRM, cut)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    sys.exit(main())

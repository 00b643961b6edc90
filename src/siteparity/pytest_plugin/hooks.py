"""Hooks of pytest: options, the plan's parameters, one outcome for each check, the journal."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from siteparity.model import ConfigurationError, Outcome, UnmeasuredError
from siteparity.pytest_plugin import html, outcome
from siteparity.pytest_plugin.journal import Journal
from siteparity.pytest_plugin.judge_integrity import JudgeIntegrity, replaced_words
from siteparity.pytest_plugin.own_tests import OwnTest, planned_own, start
from siteparity.pytest_plugin.session import CHECK, JUDGED, OwnRun, end_session, forget_session, session_of
from siteparity.redaction import remember_environment
from siteparity.runs.journal import CheckLine
from siteparity.runs.recording import journal_path
from siteparity.runs.start_signal import wait_for_word

_OWN_RUN = pytest.StashKey[OwnRun]()
_JUDGE_INTEGRITY = pytest.StashKey[JudgeIntegrity]()
_AT_AN_END = pytest.StashKey[bool]()
"""On an item: whether it is the first or the last one of its file."""
_FILE = pytest.StashKey[Path]()
"""On the configuration: the file of the item that was run last."""
_HANDED_ON = "siteparity"
_RUNS_NOTHING = ("collectonly", "help", "setupplan", "showfixtures", "show_fixtures_per_test")
MARKS = (
    "drill(*faults): faults of the lab that turn this check red",
    "broken(sentence, harm): what it says if it differs; loss, outage, part or later",
    "leads_to(*checks, of=PATTERN): checks or aspects that fail with this one, or with such an item of it",
    "judges(*keys): keys of the journey that name what this smoke check judges",
    "journey: customers do it, so it is tried wherever they are led while a failover is watched",
    "blocker: a difference is a reason against GO",
    "warning: a difference is shown, and never changes the verdict",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run. The process that owns the run sets the last four."""
    group = parser.getgroup("siteparity", "two sites, compared")
    group.addoption("--primary", metavar="SITE", help="the site that serves now")
    group.addoption("--standby", metavar="SITE", help="the site that must be able to take over")
    group.addoption("--inventories", metavar="DIR", help="where policy.yml and the sites' folders are")
    group.addoption("--parity-run", metavar="DIR", help="judge the records of this run instead of measuring")
    group.addoption("--parity-control", metavar="DIR", help="use the SSH connections of this directory")
    group.addoption("--parity-started", metavar="UTC", help="judge waivers at this moment")
    group.addoption("--parity-own", action="store_true", help="run tests of your own as well")
    group.addoption("--parity-wait", metavar="FD", type=int, help="make no check before this pipe says so")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Note the code that judges before any conftest.py can replace it.

    pytest does not call this where a conftest.py registers the plugin: then `pytest_configure` notes it.
    """
    early_config.stash[_JUDGE_INTEGRITY] = JudgeIntegrity.of_now()


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks, and open the journal if this process writes it."""
    remember_environment(os.environ)
    for mark in MARKS:
        config.addinivalue_line("markers", mark)
    if _JUDGE_INTEGRITY not in config.stash:
        config.stash[_JUDGE_INTEGRITY] = JudgeIntegrity.of_now()
    for name, value in getattr(config, "workerinput", {}).get(_HANDED_ON, {}).items():
        setattr(config.option, name, value)
    run = config.getoption("parity_run")
    if run and (control := config.getoption("parity_control")):
        # Compiled code beside a file of checks may be of another text, with the same size and time.
        sys.pycache_prefix = str(Path(control) / "compiled")
    if run and not _is_worker(config):
        config.pluginmanager.register(Journal(journal_path(Path(run))), "siteparity-journal")
    html.register(config)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Measure once, before any worker starts, unless records were given or no check was selected."""
    config = session.config
    if _is_worker(config) or config.getoption("parity_run") or not _asks_for_checks(config):
        return
    try:
        settings = session_of(config).configuration
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None
    if any(config.getoption(name, default=False) for name in _RUNS_NOTHING):
        return
    own = OwnRun()
    config.stash[_OWN_RUN] = own
    config.option.parity_started = datetime.now(UTC).isoformat()
    own.measure(settings)
    config.option.parity_run = str(own.path)
    config.option.parity_control = str(own.transport.directory)
    forget_session(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401  # xdist's WorkerController; pytest may be without it
    """Hand the run's options on to a worker, which knows only the command line."""
    names = ("parity_run", "parity_control", "parity_started", "parity_own")
    node.workerinput[_HANDED_ON] = {name: node.config.getoption(name) for name in names}


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str) -> list[pytest.Item] | None:
    """Leave out a check for which the policy names nothing; others without parameters are errors."""
    if not name.startswith("test_") or not _is_check(collector.config, collector.path):
        return None
    path = collector.path.relative_to(collector.config.rootpath).as_posix()
    try:
        return [] if session_of(collector.config).is_left_out(path, name) else None
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the planned tests of one's own, which another process runs meanwhile, after all others."""
    if config.getoption("parity_own"):
        items += [OwnTest.of(session, check) for check in planned_own(session_of(config))]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a check the parameters that the plan has for it."""
    if not _is_check(metafunc.config, metafunc.definition.path):
        return
    try:
        path = metafunc.definition.path.relative_to(metafunc.config.rootpath).as_posix()
        planned = session_of(metafunc.config).planned(path, metafunc.function.__name__)
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None
    parameters = [check.parameter for check in planned if check.parameter is not None]
    if "language" in metafunc.fixturenames:
        metafunc.parametrize("language", parameters, ids=parameters)
    elif "parity" in metafunc.fixturenames:
        metafunc.parametrize("parity", parameters, ids=parameters, indirect=True)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Wait for the records, if another process measures while this one starts."""
    pipe = session.config.getoption("parity_wait")
    if pipe is not None and not _is_worker(session.config) and not wait_for_word(pipe):
        pytest.exit("the run that these checks belong to is gone", returncode=pytest.ExitCode.INTERRUPTED)
    if session.config.getoption("parity_own") and not _is_worker(session.config):
        start(session_of(session.config))
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tell the fixtures which planned check they serve."""
    if _is_planned(item):
        check = session_of(item.config).check(item.nodeid)
        if check is None:
            raise UnmeasuredError(f"{item.nodeid} is not in the plan")
        item.stash[CHECK] = check


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Note the first and the last item of each file."""
    before, after = item.config.stash.get(_FILE, None), nextitem.path if nextitem else None
    item.stash[_AT_AN_END] = not before == item.path == after
    item.config.stash[_FILE] = item.path


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """After all its rules, end a check that found anything."""
    result = yield
    judged = pyfuncitem.stash.get(JUDGED, None)
    if judged is not None and judged.judgement().outcome is not Outcome.SAME:
        raise outcome.Concluded(judged.judgement())
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the check's line. An unmeasured check is an error of pytest, not a failure."""
    report = yield
    outcome.hide_secrets(report)
    if not _is_planned(item) or (call.when == "setup" and report.passed):
        return report
    if call.when == "teardown":
        if report.failed:
            reason = f"tear-down failed: {report.longreprtext[:200]}"
            outcome.attach(report, CheckLine.unmeasured(item.nodeid, reason))
        return report
    outcome.conclude(report, _line(item, call, report))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Hide secrets in the report of a file that cannot be imported."""
    report = yield
    outcome.hide_secrets(report)
    return report


def pytest_unconfigure(config: pytest.Config) -> None:
    """Release the connections, and a run that this process owns."""
    end_session(config)
    if (own := config.stash.get(_OWN_RUN, None)) is not None:
        own.close()


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _is_check(config: pytest.Config, path: Path) -> bool:
    """Whether a test file holds checks of the product, and no self-tests."""
    return _is_below(path, config.rootpath)


@lru_cache(maxsize=4096)
def _is_below(path: Path, root: Path) -> bool:
    """Cached: pytest asks for each test several times."""
    return any(path.is_relative_to(root / "tests" / kind) for kind in ("parity", "smoke"))


def _is_planned(item: pytest.Item) -> bool:
    """Whether an item is a check of the product, or stands for a test of one's own."""
    return isinstance(item, OwnTest) or _is_check(item.config, item.path)


def _asks_for_checks(config: pytest.Config) -> bool:
    """Whether the arguments name checks, or a folder that contains them."""
    checks = config.rootpath / "tests"
    places = [Path(config.invocation_params.dir, str(arg).split("::")[0]).resolve() for arg in config.args]
    return any(place.is_relative_to(checks) or checks.is_relative_to(place) for place in places)


def _reason(report: pytest.TestReport) -> str:
    """Why a check has no judgement of its own: the last line of pytest's text."""
    if isinstance(report.longrepr, tuple):  # a skip: file, line, words
        return report.longrepr[2]
    return report.longreprtext.strip().split("\n")[-1] or "the check asked for nothing to judge"


def _replaced(item: pytest.Item) -> list[str]:
    """What has been replaced in the code that judges.

    What is shipped replaces nothing. So the first and the last check of a file are looked at, and each one
    that is not as shipped.
    """
    check = item.stash.get(CHECK, None)
    is_shipped = check is not None and session_of(item.config).is_shipped(check)
    if is_shipped and not item.stash.get(_AT_AN_END, True):
        return []
    return item.config.stash[_JUDGE_INTEGRITY].broken()


def _line(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> CheckLine:
    judged = item.stash.get(JUDGED, None)
    if replaced := _replaced(item):
        return CheckLine.unmeasured(item.nodeid, replaced_words(replaced))
    if call.when == "setup" or judged is None:
        return CheckLine.unmeasured(item.nodeid, _reason(report), call.duration)
    judgement = judged.judgement()
    if call.excinfo is not None:
        judgement = outcome.judgement_of(call.excinfo.value, judgement)
    return session_of(item.config).line(item.stash[CHECK], judgement, call.duration)

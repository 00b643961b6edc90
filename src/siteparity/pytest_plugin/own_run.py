"""The plugin of the process that runs tests of one's own: ``host`` over the run's connections, and results.

It is a process of its own, so nothing in these tests, or in their conftest.py, touches the checks and what
judges them. It takes the place of testinfra's plugin, so suites that were written for that run as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import testinfra.host

from siteparity.model import UnmeasuredError, Value
from siteparity.pytest_plugin.own_results import (
    Case,
    CaseResult,
    Collected,
    How,
    Orders,
    add_result,
    write_collected,
)
from siteparity.redaction import pseudonyms, redacted
from siteparity.transport import Transport

_ORDERS = pytest.StashKey[Orders]()
_TRANSPORT = pytest.StashKey[Transport]()
_FAILED = pytest.StashKey[dict[str, str]]()
_CASE, _VALUE, _HOW = "siteparity-case", "siteparity-value", "siteparity-how"
_MARKS = (
    "role(*names): the roles, or hosts, on which a test runs",
    "blocker: a failure is a reason against GO",
    "warning: a failure is shown, and never changes the verdict",
)
MOST_CHARACTERS = 2000
"""Of the reason for which a test failed."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of the run, and those of testinfra that suites look at."""
    group = parser.getgroup("siteparity")
    group.addoption("--own", metavar="DIR", help="the private folder with what is to be run")
    for name in ("connection", "hosts", "ssh_config", "ssh_identity_file", "sudo_user", "ansible_inventory"):
        group.addoption(f"--{name.replace('_', '-')}", dest=name, help="not used: hosts are the run's own")
    for name in ("sudo", "force_ansible", "nagios"):
        group.addoption(f"--{name.replace('_', '-')}", dest=name, action="store_true", help="not used")


def pytest_configure(config: pytest.Config) -> None:
    """Read what is to be run."""
    for mark in _MARKS:
        config.addinivalue_line("markers", mark)
    config.stash[_ORDERS] = orders = Orders.read(Path(config.getoption("own")))
    config.stash[_TRANSPORT] = Transport(directory=orders.control)
    config.stash[_FAILED] = {}
    config.pluginmanager.register(_Collecting(config), "siteparity-own-collecting")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Results(Path(config.getoption("own"))), "siteparity-own-results")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Release the connections, which another process owns."""
    config.stash[_TRANSPORT].close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test on each of its hosts, whether it asks for ``host`` itself or through a fixture."""
    orders = metafunc.config.stash[_ORDERS]
    labels = orders.planned.get(_test(metafunc.definition, orders), ())
    if not labels:
        return
    if "_testinfra_host" not in metafunc.fixturenames:
        metafunc.fixturenames.append("_testinfra_host")
    metafunc.parametrize("_testinfra_host", labels, ids=labels, scope="module", indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Note which case each item is, before others leave some out; those that nobody planned are not run."""
    orders = config.stash[_ORDERS]
    cases: list[Case] = []
    strangers: list[str] = []
    planned: list[pytest.Item] = []
    for item in items:
        case = _case(item, orders)
        if case is None:
            strangers.append(item.nodeid)
            continue
        item.user_properties.append((_CASE, json.dumps([*case.test, case.host, case.name])))
        cases.append(case)
        planned.append(item)
    items[:] = planned
    worker = getattr(config, "workerinput", {}).get("workerid", "gw0")
    if worker == "gw0":  # all workers collect the same
        failed = config.stash[_FAILED]
        write_collected(Path(config.getoption("own")), Collected(tuple(cases), tuple(strangers), failed))


def _test(item: pytest.Item, orders: Orders) -> tuple[str, str]:
    """Path and function of an item, as the plan names them."""
    place = item.path.resolve()
    path = place.relative_to(orders.base).as_posix() if place.is_relative_to(orders.base) else str(place)
    inside = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
    return path, "::".join((*inside, getattr(item, "originalname", None) or item.name))


def _case(item: pytest.Item, orders: Orders) -> Case | None:
    called = getattr(item, "callspec", None)
    host = called.params.get("_testinfra_host") if called else None
    if host is None:
        return None
    ids = list(getattr(called, "_idlist", ()))
    if host in ids:
        ids.remove(host)
    return Case(_test(item, orders), host, "-".join(map(str, ids)))


@pytest.fixture(scope="module")
def _testinfra_host(request: pytest.FixtureRequest) -> testinfra.host.Host:
    """The host of a test. Every command raises `UnmeasuredError` if it does not answer."""
    orders = request.config.stash[_ORDERS]
    if reason := orders.away.get(request.param):
        raise UnmeasuredError(f"{request.param}: {reason}")
    return request.config.stash[_TRANSPORT].testinfra(orders.hosts[request.param])


@pytest.fixture(scope="module")
def host(_testinfra_host: testinfra.host.Host) -> testinfra.host.Host:
    """The host, for testinfra's modules: ``host.service("nginx").is_running``."""
    return _testinfra_host


class Values:
    """The ``parity`` of a test: values that must be the same on all hosts of its role at both sites."""

    def __init__(self, item: pytest.Item, key: str) -> None:
        self._item = item
        self._key = key

    def value(self, name: str, value: Value) -> None:
        """Have a value compared, under a name that is the same on every host.

        Raises:
            TypeError: the value is no text, number or truth value.
            ValueError: the test has told another value of this name.
        """
        if not isinstance(value, bool | int | float | str) or not isinstance(name, str):
            raise TypeError(
                f"parity.value({name!r}, ...): expected text, a number, True or False, found "
                f"{type(value).__name__}; tell several values, or make it text"
            )
        told = [json.loads(str(text))[0] for kind, text in self._item.user_properties if kind == _VALUE]
        if name in told:
            raise ValueError(f"parity.value({name!r}, ...): expected one value of each name; tell it once")
        hidden = pseudonyms(value, self._key) if isinstance(value, str) else value
        self._item.user_properties.append((_VALUE, json.dumps([pseudonyms(name, self._key), hidden])))


@pytest.fixture
def parity(request: pytest.FixtureRequest) -> Values:
    """Has values compared between hosts and sites: ``parity.value("php", host.check_output("php -v"))``."""
    return Values(request.node, request.config.stash[_ORDERS].key)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say how a case ended, before the report travels to another process."""
    report = yield
    how = _how(report, call)
    if how is not None:
        report.user_properties = [
            *(pair for pair in report.user_properties if pair[0] != _HOW),
            (_HOW, json.dumps([how, _words(report, call)])),
        ]
    return report


def _how(report: pytest.TestReport, call: pytest.CallInfo[None]) -> How | None:
    """How a phase decides about the case; None if it does not."""
    if hasattr(report, "wasxfail"):
        return "expected to fail" if report.skipped else "passed"
    if report.skipped:
        return "skipped"
    if report.passed:
        return "passed" if call.when == "call" else None
    error = call.excinfo.value if call.excinfo else None
    explicit = isinstance(error, pytest.fail.Exception) and not str(error).startswith("Timeout ")
    if call.when == "call" and (isinstance(error, AssertionError) or explicit):
        return "failed"
    return "broken"


def _words(report: pytest.TestReport, call: pytest.CallInfo[None]) -> str:
    """Why a case did not pass, in a line that is the same in each run."""
    if isinstance(report.longrepr, tuple):
        words = report.longrepr[2].removeprefix("Skipped: ")
    elif hasattr(report, "wasxfail"):
        words = str(report.wasxfail).removeprefix("reason: ") or "no reason"
    elif call.excinfo is None:
        words = report.longreprtext.strip().split("\n")[-1]
    else:
        words = _of_error(call.excinfo.value)
    return redacted(_plain(words))[:MOST_CHARACTERS]


def _of_error(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).strip().split("\n") if line.strip()]
    if isinstance(error, AssertionError):
        # What the assertion itself compares; deeper lines say where that comes from.
        where = [line[1:].strip() for line in lines[1:] if re.match(r"\+  \S", line)]
        return "; ".join((*lines[:1], *where)) or "an assertion without words"
    if isinstance(error, pytest.fail.Exception | UnmeasuredError):
        return lines[0] if lines else "no words"
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _plain(words: str) -> str:
    """Without what only this process means: its objects, and where they are in memory."""
    return re.sub(r" at 0x[0-9a-f]+", "", re.sub(r"backend=<[^>]*>, ", "", words))


class _Collecting:
    """Notes the files that cannot be collected."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep the error of a file."""
        if report.failed and report.nodeid:
            lines = [line[1:].strip() for line in report.longreprtext.split("\n") if line.startswith("E ")]
            words = lines[-1] if lines else report.longreprtext.strip().split("\n")[-1]
            path = report.nodeid.partition("::")[0]
            self._config.stash[_FAILED][path] = redacted(_plain(words))[:MOST_CHARACTERS]


class _Results:
    """Writes the result of each case, when its tear-down has ended."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, tuple[How, str, float]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the heaviest outcome of the phases; write it after the last one."""
        properties = dict(report.user_properties)
        how, words, seconds = self._open.get(report.nodeid, ("broken", "it did not come to its end", 0.0))
        if _HOW in properties and (report.when != "teardown" or report.failed):
            told, why = json.loads(str(properties[_HOW]))
            how, words = (
                (told, why) if report.when != "teardown" else ("broken", f"its tear-down failed: {why}")
            )
        elif report.failed:
            how, words = "broken", report.longreprtext.strip().split("\n")[-1][:MOST_CHARACTERS]
        self._open[report.nodeid] = how, words, seconds + report.duration
        if report.when == "teardown" or (report.failed and _CASE not in properties):
            self._write(report, properties)

    def _write(self, report: pytest.TestReport, properties: dict[str, Any]) -> None:
        how, words, seconds = self._open.pop(report.nodeid)
        if _CASE not in properties:
            return
        path, function, label, name = json.loads(str(properties[_CASE]))
        values = dict(json.loads(str(text)) for kind, text in report.user_properties if kind == _VALUE)
        case = Case((path, function), label, name)
        add_result(self._folder, CaseResult(case, how, words, seconds, values))

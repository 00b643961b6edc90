"""pytest says 0 in many ways without a check having passed, and dies in many more; none of them is a GO.

Each way is gone by a whole gate: it begins with an old GO at ``latest``, and ends with reports that agree.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from selftests.contract.sshd import running_with
from selftests.plugin.project import CHECKS, HOSTS, MORE, SAME, SITES, VALUES, Project, record_under
from siteparity.collect import Measured as Facts
from siteparity.facts.records import Record
from siteparity.gate.run import Gate
from siteparity.model import Deadline, Outcome, Verdict
from siteparity.report import junit, reconcile, result_json
from siteparity.result import Result
from siteparity.runs.latest import point_latest
from siteparity.transport import Transport

pytestmark = pytest.mark.timeout(180)  # of a machine that is busy

NOT_MADE = (Outcome.NOT_RUN, Outcome.NOT_RUN)
ONE_MADE = (Outcome.SAME, Outcome.NOT_RUN)
BOTH_MADE = (Outcome.SAME, Outcome.SAME)
NEITHER = (Outcome.UNMEASURED, Outcome.UNMEASURED)
ONE_LOST = (Outcome.SAME, Outcome.UNMEASURED)

LOST = "1 planned check did not run"
ALL_LOST = "2 planned checks did not run"
NOT_MEASURED = "1 check could not be made"
NONE_MEASURED = "2 checks could not be made"
CLOSING = "closing line"
CHANGED = "changed while the checks ran"

RUN = """\
def run_folder(pytest=os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()):
    with open(f"/proc/{pytest}/cmdline") as file:
        words = file.read().split(chr(0))
    return words[words.index("--parity-run") + 1]


"""
"""For a check that looks for what the run has written."""


@dataclass(frozen=True)
class Way:
    """One way of proving nothing, and what the gate must say about it."""

    reason: str
    outcomes: tuple[Outcome, Outcome]
    """Of `VALUES` and `MORE`."""
    checks: str = CHECKS
    files: Mapping[str, str] = field(default_factory=dict)
    workers: int = 0
    deadline: float = 60
    verdict: Verdict = Verdict.UNKNOWN


def ending(statement: str, *, before: str = "") -> str:
    """`MORE` ends like this, after its rule."""
    return f"{before}{CHECKS}    {statement}\n"


def top(statement: str) -> str:
    """The file of the checks begins like this."""
    return f"{statement}\n{CHECKS}"


def marked(decorator: str) -> str:
    """`MORE` bears a mark."""
    return CHECKS.replace("def test_more(", f"{decorator}\ndef test_more(")


def fixed(fixture: str) -> str:
    """`MORE` uses a fixture of this name."""
    return CHECKS.replace("def test_more(", f"def test_more({fixture}, ")


def conftest(text: str) -> Mapping[str, str]:
    """A conftest.py beside the checks."""
    return {"tests/conftest.py": f"import os, sys\nimport pytest\n{text}\n"}


def option(name: str, value: object) -> Mapping[str, str]:
    """A conftest.py that sets an option of pytest."""
    return conftest(f"def pytest_configure(config): config.option.{name} = {value!r}")


DIFFERS = CHECKS.replace('same("values"', 'everywhere("values", equals="1"')
MADE_AGAIN = """
from _pytest.runner import runtestprotocol
def pytest_runtest_protocol(item, nextitem):
    if item.name == 'test_values[web]':
        runtestprotocol(item, nextitem=nextitem)
        os.environ['TRY'] = 'xx'
        item.stash.__init__()
        item._initrequest()
"""
GREEN = """
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    report.outcome, report.longrepr, report.when = 'passed', None, call.when
    return report
"""
FORGED = """\
    import json
    line = {"id": "tests/parity/test_things.py::test_more[web]", "outcome": "same", "compared": 1}
    with open(run_folder() + "/journal.jsonl", "a") as journal:
        journal.write(json.dumps(line | {"seconds": 0.1, "findings": []}) + "\\n")
        journal.write(json.dumps({"closed": 0}) + "\\n")
    os._exit(0)
"""
FORGED_BY_A_WORKER = FORGED.replace("    os._exit(0)\n", "")
RECORD_CHANGED = """\
    import shutil
    records = run_folder() + "/records/"
    if "rejudge" not in sys.argv[0]:
        shutil.copy(records + "dallas.json.gz", records + "arizona.json.gz")
"""
"""By pytest's process, once it has read them: the second judge may be quicker."""

# What becomes of a run in which pytest is told, by its options or by a conftest.py, to do something else.
TOLD_OTHERWISE = {
    "only-collected": Way(ALL_LOST, NOT_MADE, files=option("collectonly", True)),  # noqa: FBT003
    "only-set-up-planned": Way(
        NONE_MEASURED,
        NOT_MADE,
        files=conftest(
            "def pytest_configure(config):\n    config.option.setupplan = config.option.setuponly = True"
        ),
    ),
    "one-deselected-by-a-word": Way(LOST, ONE_MADE, files=option("keyword", "values")),
    "one-deselected-by-a-mark": Way(
        LOST, ONE_MADE, checks=marked("@pytest.mark.warning"), files=option("markexpr", "not warning")
    ),
    "one-taken-out-of-the-list": Way(
        LOST, ONE_MADE, files=conftest("def pytest_collection_modifyitems(items): del items[1:]")
    ),
    "all-taken-out-of-the-list": Way(
        ALL_LOST, NOT_MADE, files=conftest("def pytest_collection_modifyitems(items): items.clear()")
    ),
    "a-file-is-ignored": Way(
        ALL_LOST, NOT_MADE, files=conftest("collect_ignore = ['parity/test_things.py']")
    ),
    "stopped-after-the-first-failure": Way(
        "1 blocker differs",
        (Outcome.DIFFERENT, Outcome.NOT_RUN),
        checks=DIFFERS,
        files=option("maxfail", 1),
        verdict=Verdict.NO_GO,
    ),
    "ended-before-it-began": Way(
        ALL_LOST, NOT_MADE, files=conftest("def pytest_cmdline_main(config): return 0")
    ),
    "no-check-is-run": Way(
        ALL_LOST, NOT_MADE, files=conftest("def pytest_runtest_protocol(item): return True")
    ),
    "no-function-is-called": Way(
        NONE_MEASURED,
        NEITHER,
        files=conftest("@pytest.hookimpl(tryfirst=True)\ndef pytest_pyfunc_call(pyfuncitem): return True"),
    ),
    "the-judge-is-replaced-by-a-fixture": Way(
        NONE_MEASURED,
        NEITHER,
        files=conftest(
            "class Judge:\n    def same(self, *_, **__): pass\n@pytest.fixture\ndef parity(): return Judge()"
        ),
    ),
    "made-again-until-it-is-green": Way(
        "1 check ran more than once",
        (Outcome.DIFFERENT, Outcome.SAME),
        checks=CHECKS.replace(
            "    parity.same", "    assert os.environ.setdefault('TRY', 'x') == 'xx'\n    parity.same", 1
        ),
        files=conftest(MADE_AGAIN),
        verdict=Verdict.NO_GO,
    ),
    "every-report-is-made-green": Way(
        "1 blocker differs",
        (Outcome.DIFFERENT, Outcome.SAME),
        checks=DIFFERS,
        files=conftest(GREEN),
        verdict=Verdict.NO_GO,
    ),
    "the-status-is-made-0": Way(
        "1 blocker differs",
        (Outcome.DIFFERENT, Outcome.SAME),
        checks=DIFFERS,
        files=conftest("def pytest_sessionfinish(session): session.exitstatus = 0"),
        verdict=Verdict.NO_GO,
    ),
    "all-children-of-a-node-are-lost": Way(
        "status",
        NOT_MADE,
        files=conftest("def pytest_collection_modifyitems(items): raise RuntimeError('lost')"),
    ),
    "it-stops-by-itself": Way(
        LOST,
        ONE_MADE,
        files=conftest("def pytest_runtest_teardown(item): item.session.shouldstop = 'enough'"),
    ),
}

# What the checks themselves say or do, without ending the process.
SAID_OTHERWISE = {
    "all-skipped": Way(NONE_MEASURED, NEITHER, checks=top("pytestmark = pytest.mark.skip(reason='later')")),
    "skipped-on-a-condition": Way(
        NOT_MEASURED, ONE_LOST, checks=marked("@pytest.mark.skipif('True', reason='not here')")
    ),
    "skipped-after-its-rule": Way(NOT_MEASURED, ONE_LOST, checks=ending("pytest.skip('not here')")),
    "skipped-as-unittest-does": Way(
        NOT_MEASURED, ONE_LOST, checks=ending("import unittest; raise unittest.SkipTest('not here')")
    ),
    "skipped-as-a-file": Way(ALL_LOST, NOT_MADE, checks=top("pytest.skip('later', allow_module_level=True)")),
    "a-library-is-missing": Way(ALL_LOST, NOT_MADE, checks=top("pytest.importorskip('no_such_module')")),
    "expects-to-fail-and-does-not": Way("contradicts", BOTH_MADE, checks=marked("@pytest.mark.xfail")),
    "expects-to-fail-and-is-not-run": Way(
        NOT_MEASURED, ONE_LOST, checks=marked("@pytest.mark.xfail(run=False)")
    ),
    "expects-to-fail-and-does": Way(
        "1 blocker differs",
        (Outcome.DIFFERENT, Outcome.SAME),
        checks=DIFFERS.replace("def test_values", "@pytest.mark.xfail\ndef test_values"),
        verdict=Verdict.NO_GO,
    ),
    "says-by-itself-that-it-fails": Way(NOT_MEASURED, ONE_LOST, checks=ending("pytest.xfail('known')")),
    "no-parameter": Way(
        "status 2",
        NOT_MADE,
        checks=CHECKS.replace(
            "def test_more(parity", "@pytest.mark.parametrize('one', [])\ndef test_more(one, parity"
        ),
    ),
    "parameters-that-are-not-planned": Way(
        LOST,
        ONE_MADE,
        checks=CHECKS.replace(
            "def test_more(parity", "@pytest.mark.parametrize('one', 'x')\ndef test_more(one, parity"
        ),
    ),
    "checks-that-are-not-planned": Way(
        "2 checks ran without being planned",
        BOTH_MADE,
        checks=f"{CHECKS}\n\nglobals()['test_third'] = lambda: None\n",
        files={"tests/parity/things_test.py": "def test_third(): pass\n"},
    ),
    "taken-away-at-the-end-of-its-file": Way(LOST, ONE_MADE, checks=f"{CHECKS}\n\ndel test_more\n"),
    "said-to-be-no-check": Way(LOST, ONE_MADE, checks=f"{CHECKS}\n\ntest_more.__test__ = False\n"),
    "no-rule-is-applied": Way(
        NOT_MEASURED,
        ONE_LOST,
        checks=CHECKS.replace('    parity.same("more"', '    return\n    parity.same("more"'),
    ),
    "it-returns-false": Way(NOT_MEASURED, ONE_LOST, checks=ending("return False")),
    "it-yields": Way("did not run", NOT_MADE, checks=ending("yield")),
    "it-warns": Way(NOT_MEASURED, ONE_LOST, checks=ending("import warnings; warnings.warn('odd')")),
    "its-file-warns": Way("status 2", NOT_MADE, checks=top("import warnings; warnings.warn('odd')")),
    "it-cannot-be-imported": Way("status 2", NOT_MADE, checks=top("import no_such_module")),
    "it-asks-for-too-much-memory": Way(NOT_MEASURED, ONE_LOST, checks=ending("bytearray(1 << 60)")),
    "its-fixture-fails": Way(
        NOT_MEASURED,
        ONE_LOST,
        checks=fixed("broken"),
        files=conftest("@pytest.fixture\ndef broken(): raise OSError('no way')"),
    ),
    "its-tear-down-fails": Way(
        NOT_MEASURED,
        ONE_LOST,
        checks=fixed("broken"),
        files=conftest("@pytest.fixture\ndef broken():\n    yield\n    raise OSError('no way')"),
    ),
    "a-rule-is-replaced": Way(
        NOT_MEASURED,
        ONE_LOST,
        checks=ending(
            "pass", before="from siteparity.judging import rules\nfrom siteparity.model import Judgement\n\n"
        ).replace(
            '    parity.same("more"',
            '    rules.same = lambda *_, **__: Judgement((), 1)\n    parity.same("more"',
        ),
    ),
    "the-judge-is-replaced": Way(
        NOT_MEASURED,
        ONE_LOST,
        checks=ending(
            "type(parity).judgement = lambda self: Judgement((), 9)",
            before="from siteparity.model import Judgement\n\n",
        ),
    ),
    "the-plugin-is-replaced-for-those-that-follow": Way(
        NONE_MEASURED,
        NEITHER,
        checks=CHECKS.replace(
            "    parity.same",
            "    Parity.same = lambda self, *_, **__: self._judgements.append(0)\n    parity.same",
            1,
        ),
    ),
    "the-journals-line-is-replaced": Way(
        NOT_MEASURED,
        ONE_LOST,
        checks=ending(
            "CheckLine.merged = lambda self, _: self",
            before="from siteparity.runs.journal import CheckLine\n\n",
        ),
    ),
    "the-facts-are-replaced": Way(
        NOT_MEASURED,
        ONE_LOST,
        checks=ending(
            "Evidence.facts = lambda self, site, aspect: {}",
            before="from siteparity.facts.evidence import Evidence\n\n",
        ),
    ),
    "the-record-is-changed": Way(CHANGED, BOTH_MADE, checks=f"{RUN}{CHECKS}{RECORD_CHANGED}"),
    "the-checks-are-changed": Way(
        CHANGED,
        BOTH_MADE,
        # By pytest's process: the second judge may make its checks before pytest has read the file.
        checks=ending("'rejudge' in sys.argv[0] or __import__('pathlib').Path(__file__).write_text('')"),
    ),
}

# How the process ends before its time.
ENDED = {
    "pytest.exit": Way(LOST, ONE_MADE, checks=ending("pytest.exit('enough', 0)")),
    "pytest.exit-at-import": Way(ALL_LOST, NOT_MADE, checks=top("pytest.exit('enough', 0)")),
    "pytest.exit-in-tear-down": Way(
        NOT_MEASURED,
        ONE_LOST,
        checks=fixed("leaving"),
        files=conftest("@pytest.fixture\ndef leaving():\n    yield\n    pytest.exit('enough', 0)"),
    ),
    "sys.exit": Way(NOT_MEASURED, ONE_LOST, checks=ending("sys.exit(0)")),
    "sys.exit-at-import": Way("status", NOT_MADE, checks=top("sys.exit(0)")),
    "os._exit": Way(CLOSING, ONE_MADE, checks=ending("os._exit(0)")),
    "os._exit-at-import": Way(CLOSING, NOT_MADE, checks=top("os._exit(0)")),
    "os._exit-in-a-fixture": Way(
        CLOSING,
        ONE_MADE,
        checks=fixed("leaving"),
        files=conftest("@pytest.fixture\ndef leaving(): os._exit(0)"),
    ),
    "os._exit-after-every-check": Way(
        CLOSING, BOTH_MADE, files=conftest("def pytest_sessionfinish(): os._exit(0)")
    ),
    "os._exit-when-all-is-written": Way(
        "checks.html",
        BOTH_MADE,
        files=conftest("@pytest.hookimpl(trylast=True)\ndef pytest_sessionfinish(session): os._exit(0)"),
    ),
    "os._exit-after-a-difference": Way(
        "1 blocker differs",
        (Outcome.DIFFERENT, Outcome.NOT_RUN),
        checks=ending("os._exit(0)").replace('same("values"', 'everywhere("values", equals="1"'),
        verdict=Verdict.NO_GO,
    ),
    "another-program-takes-its-place": Way(
        CLOSING, ONE_MADE, checks=ending("os.execv('/bin/true', ['true'])")
    ),
    "interrupted": Way(LOST, ONE_MADE, checks=ending("raise KeyboardInterrupt")),
    "SIGINT": Way(
        "signal SIGINT",
        ONE_MADE,
        checks=ending("signal.signal(signal.SIGINT, signal.SIG_DFL); os.kill(os.getpid(), signal.SIGINT)"),
    ),
    "SIGTERM": Way("signal SIGTERM", ONE_MADE, checks=ending("os.kill(os.getpid(), signal.SIGTERM)")),
    "SIGHUP": Way(
        "signal SIGHUP",
        ONE_MADE,
        checks=ending("signal.signal(signal.SIGHUP, signal.SIG_DFL); os.kill(os.getpid(), signal.SIGHUP)"),
    ),
    "SIGKILL": Way("signal SIGKILL", ONE_MADE, checks=ending("os.kill(os.getpid(), signal.SIGKILL)")),
    "SIGSEGV": Way("signal SIGSEGV", ONE_MADE, checks=ending("import ctypes; ctypes.string_at(0)")),
    "SIGSTOP": Way(
        "cut at the deadline", ONE_MADE, checks=ending("os.kill(os.getpid(), signal.SIGSTOP)"), deadline=30
    ),
    "it-never-ends": Way("cut at the deadline", NOT_MADE, checks=top("signal.pause()"), deadline=8),
    "twice-from-one-check-on": Way("1 check ran more than once", BOTH_MADE, checks=ending("os.fork()")),
    "its-files-are-closed": Way("did not run", ONE_MADE, checks=ending("os.closerange(3, 1000)")),
}

# What becomes of what the run writes.
WRITTEN = {
    "the-journal-is-forged": Way("checks.html", BOTH_MADE, checks=f"{RUN}{CHECKS}{FORGED}"),
    "the-journal-is-removed": Way(
        CLOSING, NOT_MADE, checks=ending("os.remove(run_folder() + '/journal.jsonl')", before=RUN)
    ),
    "the-journal-is-emptied": Way(
        LOST, ONE_MADE[::-1], checks=ending("os.truncate(run_folder() + '/journal.jsonl', 0)", before=RUN)
    ),
    "no-file-may-grow": Way(
        LOST, ONE_MADE, checks=ending("import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))")
    ),
    "the-page-of-the-checks-is-removed": Way(
        "checks.html",
        BOTH_MADE,
        files=conftest(
            "def pytest_unconfigure(config):\n"
            "    if config.option.htmlpath: os.remove(config.option.htmlpath)"
        ),
    ),
}

# With workers, as the gate has them.
WORKERS = {
    "a-worker-leaves-and-one-is-killed": Way(
        NONE_MEASURED,
        NEITHER,
        checks=ending("os.kill(os.getpid(), signal.SIGKILL)").replace(
            "    parity", "    os._exit(0); parity", 1
        ),
        workers=2,
    ),
    "a-worker-is-killed-in-a-group": Way(
        NOT_MEASURED,
        ONE_LOST,
        checks=ending("os.kill(os.getpid(), signal.SIGKILL)"),
        files=option("dist", "loadgroup"),
        workers=2,
    ),
    "a-worker-kills-pytest": Way(
        "signal SIGKILL",
        NOT_MADE,
        checks=top("if 'PYTEST_XDIST_WORKER' in os.environ: os.kill(os.getppid(), signal.SIGKILL)"),
        workers=1,
    ),
    "a-worker-forges-the-journal": Way(
        "1 check ran more than once",
        BOTH_MADE,
        checks=f"{RUN}{CHECKS}{FORGED_BY_A_WORKER}",
        workers=1,
    ),
    "a-worker-hears-of-fewer-checks": Way(
        LOST,
        ONE_MADE,
        files=conftest(
            "def pytest_collection_modifyitems(items):\n"
            "    if 'PYTEST_XDIST_WORKER' in os.environ: del items[1:]"
        ),
        workers=1,
    ),
}

WAYS = TOLD_OTHERWISE | SAID_OTHERWISE | ENDED | WRITTEN | WORKERS


class Measured(Gate):
    """A gate that has measured two sites that are the same; how it measures is tested elsewhere."""

    def _measure(self, transport: Transport) -> tuple[Record, ...]:
        assert transport.directory.is_dir()
        now = datetime.now(UTC)
        return tuple(
            record_under(self.settings, Facts(site, now, {host: {"things": SAME} for host in HOSTS}))
            for site in SITES
        )


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One scratch checkout for all ways."""
    return Project(tmp_path_factory.mktemp("ways") / "checkout")


@pytest.fixture
def checkout(shared: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The checkout without what the last way has put there."""
    monkeypatch.setattr("sys.executable", str(shared.python))  # the supervisor starts it
    shutil.rmtree(shared.root / "tests")
    shared.let_no_journey_be_missed()
    return shared


def gate(project: Project, *, workers: int = 0, deadline: float = 60) -> tuple[Result, Path]:
    """The whole run, as the command line makes it."""
    return Measured(
        project.settings(),
        project.root / "inventories",
        project.reports,
        Deadline(deadline),
        lambda *_: None,
        workers,
    ).run()


def old_go(project: Project) -> Path:
    """Let ``latest`` point to an older run that was a GO; its folder."""
    marker = project.root / "go"
    if not marker.exists():
        project.checks(CHECKS)
        result, folder = gate(project)
        assert result.verdict is Verdict.GO, result.reasons
        marker.symlink_to(folder)
    point_latest(project.reports, marker.readlink())
    return marker.readlink()


def assert_reports_agree(project: Project, result: Result) -> None:
    """All reports at ``latest`` are of this run and say the same."""
    folder = project.reports / "latest"
    assert (folder / "result.json").read_bytes() == result_json(result)
    assert (folder / "junit.xml").read_bytes() == junit(result)
    assert f'<span class="word">{result.verdict}</span>' in (folder / "report.html").read_text()
    disagreements = reconcile(result, folder / "junit.xml", folder / "checks.html")
    assert set(disagreements) <= set(result.reasons), disagreements


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_no_way_of_proving_nothing_is_a_go(checkout: Project, way: Way) -> None:
    """Each is said for what it is, the checks that were made keep their outcomes, and nothing goes on."""
    before = old_go(checkout)
    checkout.checks(way.checks)
    for path, text in way.files.items():
        checkout.write(path, text)
    result, folder = gate(checkout, workers=way.workers, deadline=way.deadline)
    assert folder != before
    assert result.verdict is way.verdict, result.reasons
    assert any(way.reason in reason for reason in result.reasons), result.reasons
    assert result.valid_until is None
    by_id = {check.id: check.outcome for check in result.checks}
    assert tuple(by_id[check] for check in (VALUES, MORE)) == way.outcomes
    assert_reports_agree(checkout, result)
    assert running_with(str(checkout.root)) == []


TRACE = "import pathlib\npathlib.Path(__file__).with_suffix('.trace').touch()\n"
PLUGIN = f"{TRACE}def pytest_collection_modifyitems(items): items.clear()\n"
PACKAGES = f"venv/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"


@dataclass(frozen=True)
class Stray:
    """What lies around where a run is started: files by their path from the checkout, and variables."""

    files: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    workers: int = 0


STRAYS = {
    "options-to-collect-only": Stray(environment={"PYTEST_ADDOPTS": "--co"}),
    "options-to-plan-only": Stray(environment={"PYTEST_ADDOPTS": "--setup-plan"}),
    "options-to-show-fixtures": Stray(environment={"PYTEST_ADDOPTS": "--fixtures"}),
    "options-to-deselect": Stray(environment={"PYTEST_ADDOPTS": "-k nothing --maxfail=1"}),
    "a-plugin-by-name": Stray({"stray.py": PLUGIN}, {"PYTEST_PLUGINS": "stray", "PYTHONPATH": "."}),
    "a-plugin-that-is-installed": Stray(
        {
            f"{PACKAGES}/stray.py": PLUGIN,
            f"{PACKAGES}/stray-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: stray\nVersion: 1\n",
            f"{PACKAGES}/stray-1.dist-info/entry_points.txt": "[pytest11]\nstray = stray\n",
        }
    ),
    "a-folder-of-code": Stray({"other/sitecustomize.py": TRACE}, {"PYTHONPATH": "other"}),
    "modules-that-shadow-others": Stray({"struct.py": TRACE, "json.py": TRACE, "xdist.py": TRACE}, workers=1),
    "no-assertions": Stray(environment={"PYTHONOPTIMIZE": "2"}),
    "pytest.ini": Stray({"pytest.ini": "[pytest]\naddopts = --co\n"}),
    "tox.ini": Stray({"tox.ini": "[pytest]\naddopts = --setup-plan\n"}),
    "setup.cfg": Stray({"setup.cfg": "[tool:pytest]\naddopts = --fixtures\n"}),
    "pytest.ini-of-the-checks": Stray({"tests/pytest.ini": "[pytest]\naddopts = -k nothing\n"}),
    "conftest-above-the-checkout": Stray({"../conftest.py": PLUGIN}),
}


@pytest.mark.parametrize("stray", STRAYS.values(), ids=STRAYS)
def test_what_lies_around_has_no_part_in_a_run(
    checkout: Project, monkeypatch: pytest.MonkeyPatch, stray: Stray
) -> None:
    """Neither does it take a check away, nor is its code run."""
    monkeypatch.chdir(checkout.root)
    for name, value in stray.environment.items():
        monkeypatch.setenv(name, value)
    checkout.checks(f"{CHECKS}    assert sys.flags.optimize == 0\n")
    try:
        for path, text in stray.files.items():
            checkout.write(path, text)
        result, _ = gate(checkout, workers=stray.workers)
    finally:
        for path in stray.files:
            (checkout.root / path).unlink()
    assert result.verdict is Verdict.GO, result.reasons
    assert result.executed.checks == 2
    assert not list(checkout.root.parent.rglob("*.trace"))

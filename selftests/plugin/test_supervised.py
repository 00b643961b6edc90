"""pytest says 0 in many ways without a check having passed; none of them is a GO."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from selftests.plugin.project import CHECKS, MORE, VALUES, Project
from siteparity.model import Outcome, Verdict
from siteparity.recording import record_path

NOT_MADE = (Outcome.NOT_RUN, Outcome.NOT_RUN)
ONE_MADE = (Outcome.SAME, Outcome.NOT_RUN)
BOTH_MADE = (Outcome.SAME, Outcome.SAME)


@dataclass(frozen=True)
class Way:
    """One way of proving nothing, and what the supervisor must say about it."""

    reason: str
    outcomes: tuple[Outcome, Outcome]
    """Of `VALUES` and `MORE`."""
    checks: str = CHECKS
    files: Mapping[str, str] = field(default_factory=dict)
    workers: int = 0
    seconds: float = 40
    verdict: Verdict = Verdict.UNKNOWN


def ending(statement: str) -> str:
    """`MORE` ends like this, after its rule."""
    return f"{CHECKS}    {statement}\n"


def conftest(text: str) -> Mapping[str, str]:
    """A conftest.py beside the checks."""
    return {"tests/conftest.py": f"import pytest\n{text}"}


WAYS = {
    "only-collected": Way(
        "2 planned checks did not run",
        NOT_MADE,
        files=conftest("def pytest_configure(config): config.option.collectonly = True"),
    ),
    "one-deselected": Way(
        "1 planned checks did not run",
        ONE_MADE,
        files=conftest("def pytest_configure(config): config.option.keyword = 'values'"),
    ),
    "one-expects-to-fail-and-does-not": Way(
        "contradicts", BOTH_MADE, checks=CHECKS.replace("def test_more", "@pytest.mark.xfail\ndef test_more")
    ),
    "pytest.exit": Way("1 planned checks did not run", ONE_MADE, checks=ending("pytest.exit('enough', 0)")),
    "pytest.exit-in-tear-down": Way(
        "1 check could not be made",
        (Outcome.SAME, Outcome.UNMEASURED),
        checks=CHECKS.replace("def test_more(", "def test_more(leaving, "),
        files=conftest("@pytest.fixture\ndef leaving():\n    yield\n    pytest.exit('enough', 0)"),
    ),
    "os._exit": Way("closing line", ONE_MADE, checks=ending("os._exit(0)")),
    "os._exit-after-every-check": Way(
        "closing line",
        BOTH_MADE,
        files=conftest("import os\ndef pytest_sessionfinish(): os._exit(0)"),
    ),
    "os._exit-after-a-difference": Way(
        "1 blocker differs",
        (Outcome.DIFFERENT, Outcome.NOT_RUN),
        checks=ending("os._exit(0)").replace('same("values"', 'everywhere("values", equals="1"'),
        verdict=Verdict.NO_GO,
    ),
    "killed": Way("signal SIGKILL", ONE_MADE, checks=ending("os.kill(os.getpid(), signal.SIGKILL)")),
    "a-worker-leaves-and-one-is-killed": Way(
        "2 checks could not be made",
        (Outcome.UNMEASURED, Outcome.UNMEASURED),
        checks=ending("os.kill(os.getpid(), signal.SIGKILL)").replace(
            "    parity", "    os._exit(0); parity", 1
        ),
        workers=2,
    ),
    "cut-at-the-deadline": Way(
        "cut at the deadline", NOT_MADE, checks=f"signal.pause()\n{CHECKS}", seconds=0.1
    ),
    "a-library-is-missing": Way(
        "2 planned checks did not run", NOT_MADE, checks=f"pytest.importorskip('no_such_module')\n{CHECKS}"
    ),
    "it-cannot-be-imported": Way("status 2", NOT_MADE, checks=f"import no_such_module\n{CHECKS}"),
    "checks-that-are-not-planned": Way(
        "2 checks ran that were not planned",
        BOTH_MADE,
        checks=f"{CHECKS}\n\nglobals()['test_third'] = lambda: None\n",
        files={"tests/parity/things_test.py": "def test_third(): pass\n"},
    ),
    "parameters-that-are-not-planned": Way(
        "1 planned checks did not run",
        ONE_MADE,
        checks=CHECKS.replace(
            "def test_more(parity", "@pytest.mark.parametrize('one', 'x')\ndef test_more(one, parity"
        ),
    ),
    "a-check-is-made-again": Way(
        "1 checks ran more than once",
        (Outcome.DIFFERENT, Outcome.SAME),
        checks=CHECKS.replace(
            "    parity.same", "    assert os.environ.setdefault('TRY', 'x') == 'xx'\n    parity.same", 1
        ),
        files=conftest(
            "import os\n"
            "from _pytest.runner import runtestprotocol\n"
            "def pytest_runtest_protocol(item, nextitem):\n"
            "    if item.name == 'test_values[web]':\n"
            "        runtestprotocol(item, nextitem=nextitem)\n"
            "        os.environ['TRY'] = 'xx'\n"
            "        item.stash.__init__()\n"
            "        item._initrequest()\n"
        ),
        verdict=Verdict.NO_GO,
    ),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_no_way_of_proving_nothing_is_a_go(project: Project, way: Way) -> None:
    """Each is said for what it is, and the checks that were made keep their outcomes."""
    project.checks(way.checks)
    for path, text in way.files.items():
        project.write(path, text)
    run = project.supervised(workers=way.workers, seconds=way.seconds)
    assert run.answer.verdict is way.verdict
    assert any(way.reason in reason for reason in run.answer.reasons), run.answer.reasons
    assert tuple(run.outcomes[check] for check in (VALUES, MORE)) == way.outcomes
    strays = [line for check, line in run.executed.entries.items() if check not in run.outcomes]
    assert all("is not in the plan" in line["findings"][0]["message"] for line in strays)


def test_a_whole_run_is_a_go(project: Project) -> None:
    """Each planned check once, and the closing line: only then the checks are believed."""
    run = project.supervised()
    assert run.answer.verdict is Verdict.GO, run.answer.reasons
    assert run.executed.broken == ()
    assert run.outcomes == {VALUES: Outcome.SAME, MORE: Outcome.SAME}
    assert [line.get("id") for line in project.journal()] == [VALUES, MORE, None]
    assert project.journal()[-1] == {"closed": 0}


def test_the_environment_does_not_change_what_is_run(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Options, plugins, other code and switched-off assertions are kept out of the child."""
    project.write("other/sitecustomize.py", "import os; os._exit(0)\n")
    project.checks(ending("assert sys.flags.optimize, 'assertions work'"))
    for name, value in {
        "PYTEST_ADDOPTS": "--co",
        "PYTEST_PLUGINS": "no_such_plugin",
        "PYTHONPATH": str(project.root / "other"),
        "PYTHONOPTIMIZE": "2",
        "PYTHONHOME": "/nowhere",
    }.items():
        monkeypatch.setenv(name, value)
    run = project.supervised()
    assert run.outcomes == {VALUES: Outcome.SAME, MORE: Outcome.DIFFERENT}
    assert run.executed.broken == ()


def test_a_record_of_other_files_or_of_the_other_site_is_not_judged(project: Project) -> None:
    """What was measured and what it is held against belong together; a change in between is noticed."""
    before = project.settings()
    policy = project.aspect("things")["things"] | {"most": 99}
    project.policy(aspects={"things": policy})
    for record_of, words in ((before, "not made under the policy"), (project.settings(), "not of the site")):
        shutil.rmtree(project.folder, ignore_errors=True)
        project.record("dallas", record_of)
        shutil.copy(record_path(project.folder, "dallas"), record_path(project.folder, "arizona"))
        ran = project.pytest("tests", "--parity-run", str(project.folder))
        assert ran.returncode == 1
        assert "2 errors" in ran.stdout
        assert words in ran.stdout

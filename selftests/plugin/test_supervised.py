"""pytest says 0 in many ways without a check having passed; none of them is a GO."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from selftests.plugin.project import CHECKS, FILE, MORE, SAME, VALUES, Project
from siteparity.model import Outcome, Unmeasured, Verdict


@dataclass(frozen=True)
class Way:
    """One way of proving nothing, and what the supervisor must say about it."""

    reason: str
    outcomes: tuple[Outcome, Outcome]
    """Of `VALUES` and `MORE`."""
    checks: str = CHECKS
    files: dict[str, str] = field(default_factory=dict)
    workers: int = 0
    seconds: float = 40
    standby: dict[str, Any] = field(default_factory=dict)
    verdict: Verdict = Verdict.UNKNOWN


def ending(statement: str) -> str:
    """`test_more` ends like this, after its rule."""
    return f"{CHECKS}    {statement}\n"


def conftest(text: str) -> dict[str, str]:
    """A conftest.py beside the checks."""
    return {"tests/conftest.py": f"import os, pytest\n{text}"}


LOST, ONE_LOST = (Outcome.NOT_RUN, Outcome.NOT_RUN), (Outcome.SAME, Outcome.NOT_RUN)
ONE_UNMEASURED = (Outcome.SAME, Outcome.UNMEASURED)
BOTH_SAME = (Outcome.SAME, Outcome.SAME)
MADE = "could not be made"
DIFFERENT = {"web1": {**SAME, "more": {"c": "4"}}}

WAYS = {
    "only collected": Way(
        "2 planned checks did not run",
        LOST,
        files=conftest("def pytest_configure(config): config.option.collectonly = True"),
    ),
    "one deselected": Way(
        "1 planned checks did not run",
        ONE_LOST,
        files=conftest("def pytest_configure(config): config.option.keyword = 'values'"),
    ),
    "all skipped": Way(
        MADE, (Outcome.UNMEASURED,) * 2, checks=f"pytestmark = pytest.mark.skip(reason='no')\n{CHECKS}"
    ),
    "one skips itself": Way(MADE, ONE_UNMEASURED, checks=ending("pytest.skip('no host')")),
    "one expects to fail": Way(
        "1 blocker differs",
        (Outcome.SAME, Outcome.DIFFERENT),
        checks=CHECKS.replace("def test_more", "@pytest.mark.xfail(strict=False)\ndef test_more"),
        standby=DIFFERENT,
        verdict=Verdict.NO_GO,
    ),
    "one expects to fail and does not": Way(
        "contradicts", BOTH_SAME, checks=CHECKS.replace("def test_more", "@pytest.mark.xfail\ndef test_more")
    ),
    "pytest.exit(0)": Way("did not end", ONE_LOST, checks=ending("pytest.exit('enough', 0)")),
    "os._exit(0)": Way("closing line", ONE_LOST, checks=ending("os._exit(0)")),
    "killed": Way(
        "died of signal SIGKILL", ONE_LOST, checks=ending("os.kill(os.getpid(), signal.SIGKILL)")
    ),
    "a worker ends": Way(MADE, ONE_UNMEASURED, checks=ending("os._exit(0)"), workers=2),
    "a worker is killed": Way(
        MADE, ONE_UNMEASURED, checks=ending("os.kill(os.getpid(), signal.SIGKILL)"), workers=2
    ),
    "it returns False": Way(MADE, ONE_UNMEASURED, checks=ending("return False")),
    "it ends Python": Way(MADE, ONE_UNMEASURED, checks=ending("sys.exit(0)")),
    "it hangs": Way("cut at the deadline", ONE_LOST, checks=ending("signal.pause()"), seconds=0.3),
    "a library is missing": Way(
        "2 planned checks did not run", LOST, checks=f"pytest.importorskip('no_such_module')\n{CHECKS}"
    ),
    "it cannot be imported": Way("status 2", LOST, checks=f"import no_such_module\n{CHECKS}"),
    "it ends Python while it is imported": Way("closing line", LOST, checks=f"os._exit(0)\n{CHECKS}"),
    "a check is made at run time": Way(
        "not planned", BOTH_SAME, checks=f"{CHECKS}\n\nfor name in ['test_third']:\n    globals()[name] = test_more\n"
    ),
    "checks in a loop": Way(
        "not planned", BOTH_SAME, checks=f"{CHECKS}\n\nif True:\n    def test_third(parity): pass\n"
    ),
    "a file that is not planned": Way(
        "not planned", BOTH_SAME, files={"tests/parity/things_test.py": "def test_third(): pass\n"}
    ),
    "each check is made twice": Way(
        "more than once",
        BOTH_SAME,
        files=conftest("def pytest_collection_modifyitems(items): items += list(items)"),
    ),
    "a check has parameters of its own": Way(
        "1 planned checks did not run",
        ONE_LOST,
        checks=CHECKS.replace(
            "def test_more(parity", "@pytest.mark.parametrize('one', 'x')\ndef test_more(one, parity"
        ),
    ),
    "it applies no rule": Way(MADE, ONE_UNMEASURED, checks=CHECKS.replace("    parity.same(\"more\"", "    if os.sep == '\\\\': parity.same(\"more\"")),
    "its rule looks at nothing": Way(
        MADE,
        ONE_UNMEASURED,
        checks=CHECKS.replace('parity.same("more"', 'parity.everywhere("more", equals="3"'),
        standby={"web1": {**SAME, "more": {}}},
    ),
    "one host of four is unmeasured": Way(
        MADE, ONE_UNMEASURED, standby={"web2": {**SAME, "more": Unmeasured("permission denied")}}
    ),
    "a host is not in the record": Way(MADE, ONE_UNMEASURED, standby={"web2": {"values": SAME["values"]}}),
    "set-up fails": Way(
        MADE,
        ONE_UNMEASURED,
        checks=CHECKS.replace("def test_more(", "def test_more(broken, "),
        files=conftest("@pytest.fixture\ndef broken(): raise ValueError('no')"),
    ),
    "tear-down fails": Way(
        MADE,
        ONE_UNMEASURED,
        checks=CHECKS.replace("def test_more(", "def test_more(broken, "),
        files=conftest("@pytest.fixture\ndef broken():\n    yield\n    raise ValueError('no')"),
    ),
    "tear-down ends pytest": Way(
        MADE,
        ONE_UNMEASURED,
        checks=CHECKS.replace("def test_more(", "def test_more(broken, "),
        files=conftest("@pytest.fixture\ndef broken():\n    yield\n    pytest.exit('enough', 0)"),
    ),
    "a difference, then the end": Way(
        "1 blocker differs",
        (Outcome.DIFFERENT, Outcome.NOT_RUN),
        checks=ending("os._exit(0)").replace('same("values"', 'everywhere("values", equals="1"'),
        verdict=Verdict.NO_GO,
    ),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=[name.replace(" ", "-") for name in WAYS])
def test_no_way_of_proving_nothing_is_a_go(project: Project, way: Way) -> None:
    """Each is said for what it is, and the checks that were made keep their outcomes."""
    project.checks(way.checks)
    for path, text in way.files.items():
        project.write(path, text)
    run = project.supervised(workers=way.workers, seconds=way.seconds, standby=way.standby)
    assert run.answer.verdict is way.verdict
    assert any(way.reason in reason for reason in run.answer.reasons), run.answer.reasons
    assert tuple(run.outcomes[check] for check in (VALUES, MORE)) == way.outcomes


@pytest.mark.parametrize("workers", [0, 2, 8])
def test_a_whole_run_is_a_go_however_many_workers_make_it(project: Project, workers: int) -> None:
    """The journal is complete: each planned check once, and the closing line."""
    run = project.supervised(workers=workers)
    assert run.answer.verdict is Verdict.GO, run.answer.reasons
    assert run.outcomes == {VALUES: Outcome.SAME, MORE: Outcome.SAME}
    lines = project.journal()
    assert sorted(line["id"] for line in lines[:-1]) == sorted([VALUES, MORE])
    assert lines[-1] == {"closed": 0}


@pytest.mark.parametrize("workers", [0, 2, 8])
def test_outcomes_do_not_depend_on_the_number_of_workers(project: Project, workers: int) -> None:
    """A difference is one with many workers as well."""
    run = project.supervised(workers=workers, standby=DIFFERENT)
    assert run.answer.verdict is Verdict.NO_GO
    assert run.outcomes == {VALUES: Outcome.SAME, MORE: Outcome.DIFFERENT}
    assert run.executed.broken == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PYTEST_ADDOPTS", "--co"),
        ("PYTEST_PLUGINS", "no_such_plugin"),
        ("PYTHONPATH", "{root}/other"),
        ("PYTHONOPTIMIZE", "2"),
        ("PYTHONWARNINGS", "ignore"),
    ],
)
def test_the_environment_does_not_change_what_is_run(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Options, plugins, other code and switched-off assertions are kept out of the child."""
    project.write("other/sitecustomize.py", "import os; os._exit(0)\n")
    project.checks(ending("assert sys.flags.optimize, 'assertions work'"))
    monkeypatch.setenv(name, value.format(root=project.root))
    run = project.supervised()
    assert run.outcomes == {VALUES: Outcome.SAME, MORE: Outcome.DIFFERENT}
    assert run.executed.broken == ()


def test_a_record_made_under_another_policy_is_not_judged(project: Project) -> None:
    """What was measured and what is asked for belong together; a policy that changed in between is noticed."""
    settings = project.settings()
    project.supervised()
    assert FILE
    assert settings

"""What the supervisor says of a run; the ways to a false GO are in `test_ways_to_a_false_go`."""

from __future__ import annotations

import shutil

import pytest

from selftests.plugin.project import CHECKS, MORE, PROBE, VALUES, Project
from siteparity.model import Outcome, Verdict
from siteparity.runs.recording import record_path


def ending(statement: str) -> str:
    """`MORE` ends like this, after its rule."""
    return f"{CHECKS}    {statement}\n"


def test_a_whole_run_is_a_go(project: Project) -> None:
    """Each planned check once, and the closing line: only then the checks are believed."""
    run = project.supervised()
    assert run.answer.verdict is Verdict.GO, run.answer.reasons
    assert run.executed.broken == ()
    assert run.outcomes == {VALUES: Outcome.SAME, MORE: Outcome.SAME}
    assert [line.get("id") for line in project.journal()] == [VALUES, MORE, None]
    assert project.journal()[-1] == {"closed": 0}


def test_a_check_of_what_the_policy_does_not_name_is_left_out(project: Project) -> None:
    """A shop without Python environments needs none of their checks, and gets its GO."""
    own = "    return Reading(read)\n"
    optional = '    return Reading(read, roles=lambda _: ()) if name == "more" else Reading(read)\n'
    assert own in PROBE
    project.write("src/siteparity/probes/things.py", PROBE.replace(own, optional))
    run = project.supervised()
    assert run.outcomes == {VALUES: Outcome.SAME}
    assert run.answer.verdict is Verdict.GO, run.answer.reasons


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

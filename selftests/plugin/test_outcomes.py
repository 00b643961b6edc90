"""One honest outcome for each check: same passed, different failed, unmeasured error."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass

import pytest

from selftests.plugin.project import FILE, NOT_TRIED_OUT, PROBE, SAME, Project
from siteparity.model import Outcome, Unmeasured
from siteparity.policy.journeys import JOURNEYS

pytestmark = pytest.mark.timeout(280)  # of a machine that is busy

HOLDS = 'parity.same("values", fix="")'
BREAKS = 'parity.everywhere("values", equals="1", fix="")'
HALF_SEEN = {"web2": {**SAME, "more": Unmeasured("permission denied")}}
FIXTURES = """
import pytest

@pytest.fixture
def broken():
    raise ValueError("no")

@pytest.fixture
def breaking():
    yield
    raise ValueError("no")
"""


@dataclass(frozen=True)
class Check:
    """A check, and what must become of it."""

    name: str
    outcome: Outcome
    body: str
    mark: str = ""
    words: str = ""
    """Among its findings."""

    @property
    def source(self) -> str:
        """The check as its file holds it."""
        return f"{self.mark}\ndef test_{self.name}(parity):\n    {self.body}\n\n"

    @property
    def id(self) -> str:
        """The check as the plan names it."""
        return f"{FILE}::test_{self.name}[web]"


CASES = (
    Check("same", Outcome.SAME, HOLDS),
    Check("different", Outcome.DIFFERENT, BREAKS, words="b: dallas 2 (web1, web2)"),
    Check("one_host_unmeasured", Outcome.UNMEASURED, 'parity.same("more", fix="")', words="permission"),
    Check(
        "different_and_unmeasured",
        Outcome.DIFFERENT,
        'parity.everywhere("more", equals="4", fix="")',
        words="permission denied",
    ),
    Check("the_second_rule_differs", Outcome.DIFFERENT, f"{HOLDS}; {BREAKS}"),
    Check("the_first_rule_differs", Outcome.DIFFERENT, f"{BREAKS}; {HOLDS}"),
    Check("no_rule", Outcome.UNMEASURED, f"if os is None: {HOLDS}", words="applied no rule"),
    Check("nothing_compared", Outcome.UNMEASURED, 'parity.same("few", fix="")', words="nothing to compare"),
    Check(
        "nothing_compared_beside_something",
        Outcome.UNMEASURED,
        f'{HOLDS}; parity.same("few", fix="")',
        words="nothing to compare",
    ),
    Check(
        "broken_assertion", Outcome.DIFFERENT, f"{HOLDS}; assert os is None, 'words of it'", words="words of"
    ),
    Check("fault_of_its_own", Outcome.UNMEASURED, f"{HOLDS}; raise KeyError('k')", words="KeyError: 'k'"),
    Check("fault_after_a_difference", Outcome.DIFFERENT, f"{BREAKS}; raise KeyError('k')", words="KeyError"),
    Check("no_such_limit", Outcome.UNMEASURED, f'{HOLDS}; parity.within("values", "least", fix="")'),
    Check("skips_itself", Outcome.UNMEASURED, f"{HOLDS}; pytest.skip('no host')", words="no host"),
    Check("ends_python", Outcome.UNMEASURED, f"{HOLDS}; sys.exit(0)", words="SystemExit"),
    Check("returns_false", Outcome.UNMEASURED, f"{HOLDS}; return False"),
    Check("skipped", Outcome.UNMEASURED, HOLDS, "@pytest.mark.skip('not today')", "not today"),
    Check("expects_to_fail", Outcome.DIFFERENT, BREAKS, "@pytest.mark.xfail"),
    Check("expects_to_fail_unseen", Outcome.UNMEASURED, HOLDS, "@pytest.mark.xfail(run=False)"),
    Check(
        "takes_too_long",
        Outcome.UNMEASURED,
        f"{HOLDS}; signal.pause()",
        "@pytest.mark.timeout(0.2)",
        "Timeout",
    ),
    Check("set_up_fails", Outcome.UNMEASURED, HOLDS, "@pytest.mark.usefixtures('broken')", "ValueError: no"),
    Check("tear_down_fails", Outcome.UNMEASURED, HOLDS, "@pytest.mark.usefixtures('breaking')", "tear-down"),
    Check(
        "differs_and_tear_down_fails", Outcome.DIFFERENT, BREAKS, "@pytest.mark.usefixtures('breaking')", "no"
    ),
)


def words_of(line: dict[str, object]) -> str:
    """All messages of a line of the journal."""
    findings = line["findings"]
    assert isinstance(findings, list)
    return "\n".join(finding["message"] for finding in findings)


@pytest.mark.parametrize("workers", [0, 2, 8])
def test_every_check_has_its_outcome_and_its_reason(project: Project, workers: int) -> None:
    """With however many workers: one line for each check, whole, in which nothing is lost."""
    project.checks("".join(case.source for case in CASES))
    project.write("tests/conftest.py", FIXTURES)
    run = project.supervised(workers=workers, standby=HALF_SEEN)
    assert run.outcomes == {case.id: case.outcome for case in CASES}
    assert run.executed.broken == ()
    lines = {line["id"]: line for line in project.journal() if "id" in line}
    assert {case.name: case.words in words_of(lines[case.id]) for case in CASES} == dict.fromkeys(
        (case.name for case in CASES), True
    )
    assert words_of(lines[f"{FILE}::test_skipped[web]"]) == "Skipped: not today"
    unmeasured = [line for line in lines.values() if line["outcome"] == Outcome.UNMEASURED]
    assert all(line["findings"] for line in unmeasured)


def test_pytest_itself_says_passed_failed_and_error(project: Project) -> None:
    """An engineer who runs pytest sees the same three outcomes, and the exit status of a failed run."""
    project.checks("".join(case.source for case in CASES[:4]))
    settings = project.settings()
    project.record("dallas", settings)
    project.record("arizona", settings, **HALF_SEEN)
    ran = project.pytest("tests/parity", "--parity-run", str(project.folder), "--junitxml=own.xml")
    assert ran.returncode == 1
    cases = ET.parse(project.root / "own.xml").getroot().findall("./testsuite/testcase")  # noqa: S314  # our own
    said = {case.get("name"): [child.tag for child in case if child.tag != "properties"] for case in cases}
    assert said == {
        "test_same[web]": [],
        "test_different[web]": ["failure"],
        "test_one_host_unmeasured[web]": ["error"],
        "test_different_and_unmeasured[web]": ["failure"],
    }


def test_a_check_that_two_would_judge_is_not_judged(project: Project) -> None:
    """What the first one has found would be lost: a check of an aspect that is the name of a journey too."""
    name = "subscriptions"
    project.write(f"src/siteparity/probes/{name}.py", PROBE)
    project.policy(
        aspects=project.aspect("things") | project.aspect(name),
        smoke={name: {"roles": ["web"], "command": ["charge", "--dry-run"], "expect": {"charged": "0"}}},
        absent={f"smoke.{one}": NOT_TRIED_OUT for one in JOURNEYS if one != name},
    )
    mark = "@pytest.mark.usefixtures('standby')"
    project.checks(Check("both", Outcome.UNMEASURED, BREAKS, mark).source, f"tests/parity/test_{name}.py")
    run = project.supervised()
    check = f"tests/parity/test_{name}.py::test_both[web]"
    assert run.outcomes[check] is Outcome.UNMEASURED
    assert "by `parity` or by `standby`, not by both" in run.executed.lines[check].findings[0].message

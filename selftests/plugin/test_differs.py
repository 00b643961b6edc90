"""Differences by design from policy to exit code: verified in each run, void when they no longer fit."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from selftests.plugin.project import FILE, MORE, VALUES, Project
from siteparity.model import Outcome, Verdict
from siteparity.report.checks_html import rows_of

HOSTS = ("web1", "web2")
REVIEW = f"{datetime.now(UTC) + timedelta(days=99, hours=1):%Y-%m-%d}"
ENTRY = {
    "aspect": "things.more",
    "role": "web",
    "item": "c",
    "values": {"dallas": 3, "arizona": 2},
    "reason": "the machines of Arizona are smaller",
    "approved_by": "Ada Lovelace",
    "review": REVIEW,
}
OTHER: Any = {"web1": {"values": {"a": "1", "b": "2"}, "more": {"c": "2"}, "few": {}}}
OTHER = {**OTHER, "web2": OTHER["web1"]}


def say(live: Project, value: str, *hosts: str) -> None:
    """Let hosts of the standby say another value than those of the primary."""
    for host in hosts or HOSTS:
        live.things("arizona", host, more={"c": value})


def elements(live: Project) -> dict[str, list[str]]:
    """Check -> what junit.xml says of it."""
    suite = ET.parse(live.reports / "latest" / "junit.xml").getroot()  # noqa: S314  # our own
    return {
        f"{FILE}::{case.get('name')}": [child.tag for child in case]
        for case in suite.findall("./testsuite/testcase")
    }


def test_a_difference_by_design_is_a_go_that_names_it_everywhere(live: Project) -> None:
    """Terminal, pages, junit.xml, result.json and history agree; without the entry it is NO-GO."""
    say(live, "2")
    assert live.siteparity("gate").returncode == 2
    live.policy(differs=[ENTRY])
    ran = live.siteparity("gate")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    lines = ran.stdout.splitlines()
    proven = "2 of 2 checks made on 4 of 4 hosts: 1 same, 1 by design; 9 absent by the policy: "
    assert proven in lines[-1]
    assert any(line.startswith("by design: 1 as meant, next review in ") for line in lines)
    assert (
        "  things.more, web, c: dallas 3 | arizona 2: the machines of Arizona are smaller "
        f"(approved by Ada Lovelace, review {REVIEW})"
    ) in lines
    result = live.latest()
    assert [check.outcome for check in result.checks] == [Outcome.SAME, Outcome.BY_DESIGN]
    (finding,) = result.checks[1].findings
    assert finding.waiver is None
    assert str(finding.design).startswith("the machines of Arizona are smaller (approved by Ada Lovelace")
    (design,) = result.differs
    assert (design.state, design.used_by, result.waivers) == ("active", (MORE,), ())
    assert elements(live) == {VALUES: [], MORE: ["system-out"]}
    assert rows_of(live.reports / "latest" / "checks.html") == {VALUES: ["Passed"], MORE: ["Passed"]}
    page = (live.reports / "latest" / "report.html").read_text()
    assert "Differences by design" in page
    assert "the machines of Arizona are smaller" in page
    past = json.loads((live.reports / "history.jsonl").read_text().splitlines()[-1])
    assert (past["verdict"], past["different"]) == ("GO", 0)


@pytest.mark.parametrize(
    ("value", "hosts"), [("1", HOSTS), ("2", ("web1",))], ids=["another value", "one host only"]
)
def test_a_difference_that_is_another_than_meant_counts_as_ever(
    live: Project, value: str, hosts: tuple[str, ...]
) -> None:
    """The entry accepts nothing, and says what was expected and found."""
    live.policy(differs=[ENTRY])
    say(live, value, *hosts)
    ran = live.siteparity("gate")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert (
        "does not fit: things.more: expected dallas 3 | arizona 2, found c: dallas 3 (web1, web2)"
        in ran.stdout
    )
    result = live.latest()
    assert [check.outcome for check in result.checks] == [Outcome.SAME, Outcome.DIFFERENT]
    assert result.differs[0].state == "changed"


@pytest.mark.parametrize("aspect", ["things.more", "things"])
def test_an_entry_for_what_no_longer_differs_is_no_go_by_itself(live: Project, aspect: str) -> None:
    """Every report says so alike; a check that the entry names alone is red."""
    live.policy(differs=[ENTRY | {"aspect": aspect}])
    ran = live.siteparity("gate")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    result = live.latest()
    assert result.verdict is Verdict.UNKNOWN
    (reason,) = result.reasons
    assert reason.startswith("the entry inventories/policy.yml:")
    assert reason.endswith(
        "is no longer needed: expected dallas 3 | arizona 2, and the sites do not differ; remove it"
    )
    assert [check.outcome for check in result.checks] == [Outcome.SAME, Outcome.SAME]
    alone = aspect == "things.more"
    assert elements(live) == {VALUES: [], MORE: ["failure"] if alone else []}
    assert rows_of(live.reports / "latest" / "checks.html")[MORE] == ["Failed" if alone else "Passed"]


def test_an_entry_that_was_not_reviewed_in_time_is_void(live: Project) -> None:
    """The difference counts, and the entry says why."""
    live.policy(differs=[ENTRY | {"review": "2020-01-31"}])
    say(live, "2")
    ran = live.siteparity("gate")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "should have been reviewed by 2020-01-31; set a new date if it is still meant" in ran.stdout


@pytest.mark.parametrize("workers", [0, 2])
def test_pytest_itself_says_passed_and_failed_when_it_is_gone(project: Project, workers: int) -> None:
    """By design is no expected failure: the sites are as the policy says."""
    project.policy(differs=[ENTRY])
    settings = project.settings()
    project.record("dallas", settings)
    with_workers = ("-n", str(workers)) if workers else ()
    arguments = ("tests/parity", "-rxXf", "--parity-run", str(project.folder), *with_workers)
    project.record("arizona", settings, **OTHER)
    ran = project.pytest(*arguments)
    assert ran.returncode == 0, ran.stdout
    assert "2 passed" in ran.stdout
    project.record("arizona", settings)
    ran = project.pytest(*arguments)
    assert ran.returncode == 1, ran.stdout
    assert "1 failed, 1 passed" in ran.stdout
    assert "[XPASS(strict)] the entry inventories/policy.yml:" in ran.stdout


def test_a_go_that_stands_on_an_entry_is_verified_with_it(live: Project) -> None:
    """It stands while the entry is there, says so, and is revoked without it."""
    live.policy(differs=[ENTRY])
    say(live, "2")
    assert live.siteparity("gate").returncode == 0
    ran = live.siteparity("verify")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    line = ran.stdout.splitlines()[-1]
    assert ": it stands; 9 absent by the policy: " in line
    assert line.endswith("; 1 difference by design")
    live.policy()
    ran = live.siteparity("verify")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "things.more (web): c: dallas 3 (web1, web2) | arizona 2 (web1, web2)" in ran.stdout
    assert live.latest().verdict is Verdict.NO_GO


def test_a_check_that_says_of_itself_that_it_differs_by_design_is_not_believed(live: Project) -> None:
    """Only the policy can say so."""
    live.checks(
        """\
from siteparity.model import Finding, FindingKind, Judgement


def test_values(parity: Parity) -> None:
    \"\"\"Customers see other values.\"\"\"
    parity.same("values", fix="")
    found = Finding(item="c", kind=FindingKind.MISSING, message="c is missing", design="it is meant so")
    parity.add(Judgement((found,), 1))
"""
    )
    ran = live.siteparity("gate")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    (check,) = live.latest().checks
    assert check.outcome is Outcome.DIFFERENT
    assert [finding.design for finding in check.findings] == [None]

"""Waivers from the file to the exit code: accepted as it is, and no longer than it is so."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET

import pytest
import yaml

from selftests.plugin.project import FILE, MORE, PERSON, SAME, VALUES, Project, is_refused
from siteparity.model import Finding, FindingKind, Group, Outcome, Verdict
from siteparity.report.checks_html import rows_of
from siteparity.waivers import difference_digest

OTHER = {"web1": {**SAME, "more": {"c": "4"}}, "web2": {**SAME, "more": {"c": "4"}}}


HOSTS = ("web1", "web2")
DIFFERENCE = Finding(
    item="c",
    kind=FindingKind.DIFFERENT,
    message="",
    primary=(Group(value="3", hosts=HOSTS),),
    standby=(Group(value="4", hosts=HOSTS),),
)
ACCEPTED = {
    "check": "things.more",
    "role": "web",
    "item": "c",
    "values": difference_digest(DIFFERENCE, "dallas", "arizona"),
}


def differ(live: Project, value: str) -> None:
    """Let both hosts of the standby say something else than those of the primary."""
    for host in HOSTS:
        live.things("arizona", host, more={"c": value})


def offered(ran: subprocess.CompletedProcess[str]) -> list[dict[str, str | None]]:
    """The stanzas that the gate prints when it is asked for them."""
    found = re.findall(r"^  (- \{.*\})$", ran.stdout, re.MULTILINE)
    return [stanza for text in found for stanza in yaml.safe_load(text)]


def elements(live: Project) -> dict[str, list[str]]:
    """Check -> what junit.xml says of it."""
    suite = ET.parse(live.reports / "latest" / "junit.xml").getroot()  # noqa: S314  # our own
    return {
        f"{FILE}::{case.get('name')}": [child.tag for child in case]
        for case in suite.findall("./testsuite/testcase")
    }


def rows(live: Project) -> dict[str, list[str]]:
    """Check -> what checks.html says of it."""
    return rows_of(live.reports / "latest" / "checks.html")


def test_the_printed_stanza_accepts_the_difference(live: Project) -> None:
    """From NO-GO, through what a person writes, to GO; a stanza without the person's part is no waiver."""
    differ(live, "4")
    ran = live.siteparity("gate", "--waivers")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    (stanza,) = offered(ran)
    assert stanza == ACCEPTED | dict.fromkeys(PERSON)
    live.write("inventories/waivers.yml", yaml.safe_dump([stanza]))
    ran = live.siteparity("gate")
    assert is_refused(ran)
    assert all(re.search(rf"waivers\.yml:\d+: waivers\[0\]\.{name}: expected", ran.stderr) for name in PERSON)
    live.waivers(ACCEPTED)
    ran = live.siteparity("gate")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "waivers: 1 active, next expires in 9 days\n" in ran.stdout
    proven = "2 of 2 checks made on 4 of 4 hosts: 1 same, 1 waived; 9 absent by the policy: "
    assert proven in ran.stdout.splitlines()[-1]
    result = live.latest()
    assert [check.outcome for check in result.checks] == [Outcome.SAME, Outcome.WAIVED]
    (finding,) = result.checks[1].findings
    assert str(finding.waiver).startswith("the new release comes first at the standby (owner Platform, appr")
    (waiver,) = result.waivers
    assert (waiver.state, waiver.days_left, waiver.used_by) == ("active", 9, (MORE,))
    assert elements(live) == {VALUES: [], MORE: ["skipped"]}
    assert rows(live) == {VALUES: ["Passed"], MORE: ["XFailed"]}
    assert "1 active, next expires in 9 days" in (live.reports / "latest" / "report.html").read_text()


def test_a_difference_that_changes_is_no_longer_accepted(live: Project) -> None:
    """Somebody accepted 4, and it is 5: NO-GO, with the stanza that would accept that."""
    live.waivers(ACCEPTED)
    differ(live, "5")
    ran = live.siteparity("gate", "--waivers")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "which has changed; accept it again, or fix it" in ran.stdout
    assert live.latest().waivers[0].state == "changed"
    assert offered(ran)[0]["values"] not in (ACCEPTED["values"], None)


def test_a_waiver_that_is_no_longer_needed_is_no_go_by_itself(live: Project) -> None:
    """Every report says so alike, and nothing else is said to be wrong."""
    live.waivers(ACCEPTED)
    ran = live.siteparity("gate")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    result = live.latest()
    assert result.verdict is Verdict.UNKNOWN
    assert [reason.partition(") ")[2] for reason in result.reasons] == [
        "is no longer needed: what it accepts is not there; remove it"
    ]
    assert [check.outcome for check in result.checks] == [Outcome.SAME, Outcome.SAME]
    assert elements(live) == {VALUES: [], MORE: ["failure"]}
    assert rows(live) == {VALUES: ["Passed"], MORE: ["Failed"]}


@pytest.mark.parametrize("workers", [0, 2])
def test_pytest_itself_says_expected_failure_and_unexpected_pass(project: Project, workers: int) -> None:
    """An engineer who runs pytest sees an expected failure, and a failure once nothing fails any more."""
    project.waivers(ACCEPTED)
    settings = project.settings()
    project.record("dallas", settings)
    with_workers = ("-n", str(workers)) if workers else ()
    arguments = ("tests/parity", "-rxX", "--parity-run", str(project.folder), *with_workers)
    project.record("arizona", settings, **OTHER)
    ran = project.pytest(*arguments)
    assert ran.returncode == 0, ran.stdout
    assert "1 passed, 1 xfailed" in ran.stdout
    assert f"XFAIL {MORE} - the new release comes first" in ran.stdout
    project.record("arizona", settings)
    ran = project.pytest(*arguments)
    assert ran.returncode == 1, ran.stdout
    assert "1 failed, 1 passed" in ran.stdout
    assert "[XPASS(strict)] the waiver inventories/waivers.yml:1 (things.more, web, c)" in ran.stdout


def test_a_go_that_stands_on_a_waiver_is_verified_with_it(live: Project) -> None:
    """It stands while the waiver is there, and is revoked without it: the difference is as it was."""
    live.waivers(ACCEPTED)
    differ(live, "4")
    assert live.siteparity("gate").returncode == 0
    ran = live.siteparity("verify")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    live.waivers()
    ran = live.siteparity("verify")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "things.more (web): c: dallas 3 (web1, web2) | arizona 4 (web1, web2)" in ran.stdout

"""Waivers in the reports: how many hold and how long, and the stanza that would accept a finding."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from selftests.browser import examples
from siteparity.model import FindingKind, Outcome, Verdict
from siteparity.report import junit, render, summary
from siteparity.report.accepted import stanza, waivers_line
from siteparity.result import Result, SavedCheck, SavedFinding, SavedWaiver
from siteparity.waivers import load_waivers

DIGEST = "7f3a" * 8


@pytest.mark.parametrize(
    ("waivers", "line"),
    [
        ([], "none"),
        ([("active", 9)], "1 active, next expires in 9 days"),
        ([("active", 30), ("active", 1)], "2 active, next expires in 1 day"),
        ([("active", 0)], "1 active, next expires within a day"),
        ([("active", 9), ("unused", 3)], "1 active, next expires in 9 days; 1 unused"),
        ([("refused", -4), ("refused", 2), ("not known", 1)], "0 active; 2 refused; 1 not known"),
    ],
)
def test_the_first_screen_tells_how_many_hold_and_until_when(
    waivers: list[tuple[Literal["active", "unused", "refused", "not known"], int]], line: str
) -> None:
    """Those that do not hold are counted apart."""
    assert waivers_line([examples.waiver(state=state, days=days) for state, days in waivers]) == line


def with_waivers(*waivers: SavedWaiver) -> Result:
    """A run with these waivers."""
    return examples.go().model_copy(update={"waivers": waivers})


def test_the_page_shows_each_waiver_with_its_people_and_its_days() -> None:
    """And what speaks against it."""
    html = render(
        with_waivers(
            examples.waiver(state="active", days=9),
            examples.waiver(
                state="refused", days=-1, words="is approved by its own owner; somebody else must"
            ),
        )
    )
    assert "1 active, next expires in 9 days; 1 refused" in html
    table = html[html.index('<section id="waivers"') :].partition("</section>")[0]
    for words in (
        "libxml2:amd64",
        "packages.packages_holds_at_both_sites, web",
        "owner Platform, approved by J. Doe, OPS-4412",
        "in 9 days",
        "has expired",
        "is approved by its own owner; somebody else must",
        "used by test_packages_holds_at_both_sites[web]",
    ):
        assert words in table
    assert 'id="waivers"' not in render(with_waivers())


def test_the_terminal_tells_of_waivers_where_there_are_any() -> None:
    """One line, above the verdict."""
    lines = summary(with_waivers(examples.waiver(state="active", days=9))).split("\n")
    assert lines[-2] == "waivers: 1 active, next expires in 9 days"
    assert "waivers" not in summary(with_waivers())


def test_markup_in_a_waiver_is_shown_and_does_nothing() -> None:
    """A file of the user may hold anything."""
    html = render(with_waivers(examples.waiver(state="active", days=9, words="<script>alert(1)</script>")))
    assert "<script" not in html


FINDING = examples.finding("libxml2:amd64").model_copy(update={"values": DIGEST})
CHECK = examples.check("packages", "web", Outcome.DIFFERENT, [FINDING])
BLANKS = dict.fromkeys(("reason", "owner", "approved_by", "ticket", "expires"))


def test_whoever_asks_for_them_gets_the_stanzas_that_would_accept_findings() -> None:
    """Together above the verdict, to copy into the file, without what a person must write."""
    text = summary(examples.result([CHECK], Verdict.NO_GO), waivers=True)
    _, found, told = text.partition("to accept findings, complete these lines in waivers.yml\n")
    assert found
    assert yaml.safe_load(told.rpartition("\n")[0]) == [
        {
            "check": "packages.packages_holds_at_both_sites",
            "role": "web",
            "item": "libxml2:amd64",
            "values": DIGEST,
            **BLANKS,
        }
    ]


def test_nobody_else_gets_a_stanza() -> None:
    """Whoever is to mend a fault is told how to mend it."""
    lines = summary(examples.result([CHECK], Verdict.NO_GO)).split("\n")
    assert lines[-2] == "1 finding can be accepted: siteparity report --waivers prints what to write"
    assert not any("check: " in line for line in lines)
    assert "accepted" not in summary(examples.go())


@pytest.mark.parametrize("item", ["a\x1bb", "a\x00", "\x7f", "\ud800"])
def test_what_the_file_could_not_hold_is_not_offered(item: str) -> None:
    """A stanza that is refused when it is pasted helps nobody."""
    assert stanza(CHECK, FINDING.model_copy(update={"item": item})) == ""


def test_what_nobody_can_accept_is_not_offered() -> None:
    """The result says so."""
    assert stanza(CHECK, FINDING.model_copy(update={"values": None})) == ""


PERSON = {
    "reason": "r",
    "owner": "o",
    "approved_by": "a",
    "ticket": "t",
    "expires": "2026-12-31T00:00:00Z",
}
NAME = "packages.packages_holds_at_both_sites"


def pasted(folder: Path, check: SavedCheck, finding: SavedFinding) -> Any:
    """What is read from the stanza, once a person has filled it in."""
    text = stanza(check, finding)
    for key, value in PERSON.items():
        text = text.replace(f", {key}: ", f', {key}: "{value}"')
    path = folder / "waivers.yml"
    path.write_text(text + "\n", encoding="utf-8")
    (waiver,) = load_waivers(path, (NAME,), ("web",))
    return waiver.says


@given(
    item=st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, (*range(32), 127)))),
        min_size=1,
    ).filter(str.strip)
)
@pytest.mark.parametrize("digits", [DIGEST, "1" * 32, "0" * 31 + "e"])
def test_a_stanza_that_is_filled_in_is_the_waiver_of_that_finding(
    tmp_path_factory: pytest.TempPathFactory, item: str, digits: str
) -> None:
    """Whatever a host wrote: quotes, comments, backslashes, marks that cannot be seen."""
    finding = FINDING.model_copy(update={"item": item, "values": digits})
    assert stanza(CHECK, finding).isprintable()
    says = pasted(tmp_path_factory.mktemp("pasted"), CHECK, finding)
    assert (says.check, says.role, says.item, says.values) == (NAME, "web", item, (digits,))


def test_a_waiver_that_is_not_needed_is_a_failure_for_junit() -> None:
    """As pytest's strict expected failure is."""
    checks = [examples.check("packages", "web"), examples.check("boot", "web")]
    result = examples.result(checks, Verdict.UNKNOWN)
    unused = examples.waiver(state="unused", days=3).model_copy(
        update={"about": (checks[0].id,), "used_by": ()}
    )
    suite = ET.fromstring(junit(result.model_copy(update={"waivers": (unused,)}))).find("testsuite")  # noqa: S314
    assert suite is not None
    assert (suite.attrib["failures"], suite.attrib["skipped"]) == ("1", "0")
    (failure,) = suite.findall("testcase/failure")
    assert failure.attrib["type"] == "waiver-not-needed"


@pytest.mark.parametrize(
    ("about", "outcome", "red"),
    [
        ([0], Outcome.SAME, True),
        ([0], Outcome.WAIVED, True),
        ([0], Outcome.DIFFERENT, False),
        ([0], Outcome.UNMEASURED, False),
        ([0], Outcome.NOT_RUN, False),
        ([0, 1], Outcome.SAME, False),
        ([], Outcome.SAME, False),
    ],
)
def test_a_check_turns_red_for_an_unused_waiver_that_is_about_it_alone(
    about: list[int], outcome: Outcome, red: bool
) -> None:
    """Of several checks nobody can tell which should have failed, and what differs is red already."""
    finding = examples.finding("a", FindingKind.DIFFERENT, waiver="accepted")
    found = [finding] if outcome is Outcome.WAIVED else []
    checks = [examples.check("packages", "web", outcome, found), examples.check("boot", "web")]
    unused = examples.waiver(state="unused", days=3)
    unused = unused.model_copy(update={"about": tuple(checks[number].id for number in about)})
    result = examples.result(checks, Verdict.UNKNOWN).model_copy(update={"waivers": (unused,)})
    assert result.not_needed() == ({checks[0].id} if red else set())

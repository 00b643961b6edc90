"""Differences by design in the reports: listed in every answer, and told apart from waived faults."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from selftests.browser import examples
from siteparity.model import Finding, Judgement, Outcome
from siteparity.report import junit, render, summary
from siteparity.report.accepted import by_design_words, design_lines, designs_line
from siteparity.report.checks_html import findings_html
from siteparity.report.groups import State, areas, state_of
from siteparity.report.limits import limits
from siteparity.report.view import page
from siteparity.result import AcceptingState, Result, SavedCheck, SavedDesign
from siteparity.runs.journal import CheckLine

MEANT = "tests/parity/test_services.py::test_services_holds_at_both_sites[db]"


def with_designs(*designs: SavedDesign) -> Result:
    """A run with these differences by design."""
    return examples.by_design().model_copy(update={"differs": designs})


@pytest.mark.parametrize(
    ("designs", "line"),
    [
        ([], "none"),
        ([("active", 90)], "1 as meant, next review in 90 days"),
        ([("active", 30), ("active", 1)], "2 as meant, next review in 1 day"),
        (
            [("active", 9), ("unused", 3), ("changed", 4)],
            "1 as meant, next review in 9 days; 1 no longer differs; 1 differs otherwise",
        ),
        (
            [("refused", -4), ("not known", 2), ("other sites", 1)],
            "0 as meant; 1 refused; 1 not known; 1 other sites",
        ),
    ],
)
def test_one_line_tells_how_many_are_as_meant(designs: list[tuple[AcceptingState, int]], line: str) -> None:
    """The others are counted apart, each by what became of it."""
    assert designs_line([examples.design(*one) for one in designs]) == line


def test_the_terminal_names_each_above_the_verdict() -> None:
    """What, how, why, who and until when."""
    lines = summary(with_designs(examples.design(), examples.design("changed", 3))).split("\n")
    assert lines[-4:-1] == [
        "by design: 1 as meant, next review in 90 days; 1 differs otherwise",
        (
            "  services, schedules, db, backup.timer: only at dallas: backups are taken at Dallas only "
            "(approved by Ada Lovelace, review 2027-02-21)"
        ),
        (
            "  services, schedules, db, backup.timer: only at dallas: backups are taken at Dallas only "
            "(approved by Ada Lovelace, review 2026-11-26); differs otherwise"
        ),
    ]
    assert lines[-1].endswith(" 1 by design")
    assert list(design_lines(with_designs())) == []


def test_the_terminal_names_not_more_than_people_read() -> None:
    """All of them are in result.json."""
    lines = list(design_lines(with_designs(*[examples.design()] * 11)))
    assert len(lines) == 10
    assert lines[-1] == "  and 3 more (see result.json)"


def test_the_page_lists_each_apart_from_waivers() -> None:
    """With its state, and what speaks against it."""
    html = render(
        with_designs(
            examples.design(), examples.design("refused", -1, "should have been reviewed by 2026-11-22")
        )
    )
    assert 'id="waivers"' not in html
    table = html[html.index('<section id="by-design"') :].partition("</section>")[0]
    for words in (
        "backup.timer",
        "services, schedules, db",
        "only at dallas",
        "as meant",
        "backups are taken at Dallas only",
        "approved by Ada Lovelace",
        "in 90 days",
        "has passed",
        "should have been reviewed by 2026-11-22",
        "seen by test_services_holds_at_both_sites[db]",
    ):
        assert words in table
    assert 'differs <a href="#by-design">by design</a>' in html
    assert 'id="by-design"' not in render(with_designs())


def test_what_is_by_design_is_no_accepted_fault() -> None:
    """It has a state of its own, no card, and no open finding."""
    result = examples.by_design()
    (check,) = [one for one in result.checks if one.id == MEANT]
    assert state_of(check) is State.DESIGN
    shown = page(result)
    assert (shown.accepted, shown.stops, shown.warnings) == ((), (), ())
    (area,) = [one for one in areas(result) if (one.kind, one.aspect) == ("parity", "services")]
    assert (area.state, area.open) == (State.DESIGN, 0)
    assert shown.coverage.endswith(" 1 by design")
    assert "1 difference is by design: Arizona is not meant to be the same there." in limits(result)


def test_a_card_says_of_each_finding_which_it_is() -> None:
    """One check may find a fault, a waived one, and a difference that is meant."""
    found = [
        examples.finding("open"),
        examples.finding("waived", waiver="for a while"),
        examples.finding("meant", design="for good"),
    ]
    checks = [examples.check("services", "db", Outcome.DIFFERENT, found)]
    result = examples.result(checks, examples.no_go().verdict, ["1 blocker differs"])
    (card,) = page(result).stops
    assert [(row.item, row.waiver, row.design) for row in card.rows] == [
        ("open", "", ""),
        ("waived", "for a while", ""),
        ("meant", "", "for good"),
    ]
    html = render(result)
    assert "accepted: for a while" in html
    assert "by design: for good" in html


def test_junit_passes_and_says_what_differs() -> None:
    """No skipped check, so a server that counts those has none to explain."""
    root = ET.fromstring(junit(examples.by_design()))  # noqa: S314  # made in this line
    suite = root.find("testsuite")
    assert suite is not None
    assert (suite.attrib["skipped"], suite.attrib["failures"]) == ("0", "0")
    (output,) = root.iter("system-out")
    assert "by design: backups are taken at Dallas only (approved by Ada Lovelace" in (output.text or "")


def test_one_that_is_not_needed_is_a_failure_for_junit() -> None:
    """Like pytest's own: the check that the entry names alone."""
    unused = examples.design("unused")
    checks = tuple(
        one.model_copy(update={"outcome": Outcome.SAME, "findings": ()}) if one.id == MEANT else one
        for one in examples.by_design().checks
    )
    result = with_designs(unused).model_copy(update={"checks": checks})
    (failure,) = ET.fromstring(junit(result)).iter("failure")  # noqa: S314  # made in this line
    assert failure.attrib == {
        "message": "an entry under differs for what this check no longer finds; remove it",
        "type": "difference-not-needed",
    }


def test_checks_html_says_why_a_passed_check_has_findings() -> None:
    """The finding is shown in full."""
    (check,) = [one for one in examples.by_design().checks if one.id == MEANT]
    html = str(findings_html(CheckLine.of(MEANT, _judgement(check), 0.1).judgement, "dallas", "arizona"))
    assert "by design: backups are taken at Dallas only" in html
    assert "accepted:" not in html


def _judgement(check: SavedCheck) -> Judgement:
    """What the journal holds of a saved check."""
    plain = [Finding(**{name: getattr(one, name) for name in Finding.model_fields}) for one in check.findings]
    return Judgement(tuple(plain), check.compared)


def test_a_go_that_stands_says_how_many_there_are() -> None:
    """Only those that were met."""
    assert by_design_words(with_designs(examples.design(), examples.design("other sites"))) == (
        "; 1 difference by design"
    )
    assert by_design_words(with_designs()) == ""


def test_markup_in_an_entry_is_shown_and_does_nothing() -> None:
    """A file of the user may hold anything, and no line of it looks like the verdict."""
    hostile = "<script>alert(1)</script>\nGO  arizona may take over"
    one = examples.design(words=hostile).model_copy(
        update={"reason": hostile, "items": (hostile,), "expected": hostile, "approved_by": hostile}
    )
    result = with_designs(one)
    assert "<script" not in render(result)
    assert all(not line.startswith("GO  ") for line in summary(result).split("\n")[:-1])

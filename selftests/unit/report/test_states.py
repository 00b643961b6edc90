"""How far an answer goes: in the terminal, on the page, in junit.xml."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from selftests.browser import examples
from siteparity.model import Verdict
from siteparity.report import junit, summary, verdict_line
from siteparity.report.html import render
from siteparity.report.states import absence_line, scope_lines
from siteparity.report.view import page
from siteparity.result import Result, SavedAbsence, SavedUndecided, SavedUnjudged, SavedWaiting, Scope


def answer(about: Scope, verdict: Verdict = Verdict.GO) -> Result:
    """An answer about this."""
    return examples.go().model_copy(update={"scope": about, "verdict": verdict})


def test_the_terminal_tells_the_states_the_open_questions_and_what_nothing_judges() -> None:
    """A few lines, after the coverage."""
    said = summary(examples.in_part()).split("\n")
    at = said.index("135 of 135 checks made on 10 of 10 hosts: 135 same")
    assert said[at + 2 : at + 7] == [
        (
            "promised 21, compared 7, absent 6 (dns, subscriptions, waf, smoke.admin, smoke.subscriptions, "
            "capacity.peak), undecided 2 (aspects.sessions, smoke.session)"
        ),
        (
            "  undecided: inventories/policy.yml: aspects.sessions: "
            "Where does the application keep the sessions of customers?"
        ),
        (
            "  undecided: inventories/policy.yml:312: smoke.session: "
            "How does a customer start and end a session, and where is it kept?"
        ),
        "open ports: 34 promised, 2 compared, 0 judged by nothing",
        (
            "units and containers: 38 promised, 374 compared, 5 judged by nothing: "
            "containers of Docker, 2 up (dallas/web1, dallas/web2, arizona/web1, arizona/web2); "
            "backup-db.service, left out by the policy (backup-*.service) (dallas/web1); "
            "not known on 1 host (arizona/db1: no answer within 20 s)"
        ),
    ]


def test_many_questions_are_counted() -> None:
    """The terminal shows the first; another command lists all."""
    questions = tuple(SavedUndecided(key=f"a{number}", question="?", place="p") for number in range(5))
    lines = list(scope_lines(Scope(undecided=questions)))
    assert lines[-1] == "  and 2 open questions more (see siteparity check)"
    assert len(lines) == 4


def test_the_last_line_of_an_unknown_asks_the_first_question() -> None:
    """A person can act on it."""
    assert verdict_line(examples.in_part()).endswith(
        ": 2 questions are open, the first: Where does the application keep the sessions of customers? "
        "Answer it as aspects.sessions in inventories/policy.yml; siteparity check lists all of them"
    )


def test_the_last_line_of_a_go_names_what_is_absent() -> None:
    """Many people read nothing else. Of other verdicts it has the reason."""
    about = examples.scope(waf="absent", smoke_admin="absent").model_copy(
        update={"absent": (SavedAbsence(name="capacity.peak", reason="r", approved_by="Ada"),)}
    )
    assert verdict_line(answer(about)).endswith("; 3 absent by the policy: waf, smoke.admin, capacity.peak")
    assert "absent" not in verdict_line(answer(about, Verdict.NO_GO))
    assert "absent" not in verdict_line(examples.go())


@pytest.mark.parametrize(
    ("about", "reach", "nothing"),
    [
        (
            examples.scope(),
            "This answer is about all 35 areas.",
            "Nothing. Every promise that must hold holds, in all 35 areas that siteparity knows.",
        ),
        (
            examples.scope(waf="absent"),
            "This answer is about 34 of 35 areas; 1 declared absent: Attack filter (WAF).",
            (
                "Nothing. Every promise that must hold holds, in 34 of the 35 areas that siteparity knows; "
                "the other one is declared absent."
            ),
        ),
        (
            examples.scope(boot="compared", waf="absent", smoke_admin="absent", smoke_session="undecided"),
            (
                "This answer is about 32 of 35 areas, 1 of them only compared between the sites; "
                "1 undecided: Session (tried out); 2 declared absent: Attack filter (WAF), Admin (tried out)."
            ),
            "",
        ),
        (
            examples.scope().model_copy(
                update={"undecided": (SavedUndecided(key="roles.web.owner", question="?", place="p"),)}
            ),
            "This answer is about all 35 areas; 1 question about the others is open.",
            "",
        ),
        (
            Scope(),
            "",
            (
                "Nothing. Every promise that must hold holds at both sites. "
                "How far the answer goes is not in this result."
            ),
        ),
    ],
)
def test_the_page_says_how_far_the_answer_goes(about: Scope, reach: str, nothing: str) -> None:
    """In the banner, and in place of a list where nothing stops us."""
    shown = page(answer(about))
    assert shown.reach == reach
    assert not nothing or shown.nothing == nothing
    assert reach in re.sub(r"\s+", " ", render(answer(about)))


def test_the_lists_of_the_page_begin_with_what_keeps_it_from_go() -> None:
    """Each short, each with its number."""
    lists = page(examples.in_part()).about
    assert [one.heading for one in lists] == [
        "Undecided: 2",
        "Declared absent: 5",
        "Warnings only: 3",
        "Only compared: 7",
        "Hosts not looked at: 2",
        "Judged by nothing on the hosts: 2",
    ]
    undecided, absent, *_, on_hosts = lists
    assert (undecided.items[0].name, undecided.items[1].name) == ("Sessions", "Session (tried out)")
    assert [one.name for one in absent.items][-2:] == ["Admin (tried out)", "capacity.peak"]
    assert [(one.name, one.text, one.note) for one in on_hosts.items[1:]] == [
        ("backup-db.service", "left out by the policy (backup-*.service)", "dallas/web1"),
        ("Not known on 1 host", "units and containers", "arizona/db1: no answer within 20 s"),
        ("", "Open ports on all hosts: 34 promised, 2 only compared.", ""),
        ("", "Units and containers on all hosts: 38 promised, 374 only compared.", ""),
    ]


def test_the_page_lists_what_waits_with_its_question_or_its_evidence() -> None:
    """Each with its place in the policy, beside what nobody decided."""
    result = examples.drafted()
    waiting, _ = page(result).about
    assert waiting.heading == "Drafted, and not yet accepted: 5"
    assert [(one.name, one.text, one.note) for one in waiting.items[2:4]] == [
        (
            "applications.shop.leads_to.db",
            "38 connections from web1 and web2 to db1",
            "inventories/policy.yml:22",
        ),
        (
            "Certificates (TLS)",
            "Do customers reach the shop under this name?",
            'aspects.tls.names."shop.example", inventories/policy.yml:64',
        ),
    ]
    assert page(result).reach.endswith("all 35 areas; 5 drafted lines wait for a person.")
    about = result.scope.model_copy(update={"undecided": examples.in_part().scope.undecided})
    first, second, _ = page(answer(about, Verdict.UNKNOWN)).about
    assert (first.heading, second.heading) == ("Undecided: 2", "Drafted, and not yet accepted: 5")


def test_the_terminal_counts_what_waits_and_shows_the_first_lines() -> None:
    """Another command shows all."""
    lines = list(scope_lines(examples.drafted().scope))
    assert lines[0].endswith("absent 0, undecided 0, drafted and not accepted 5")
    assert lines[1:5] == [
        "  drafted: inventories/policy.yml:9: roles.web.owner: the group web of the inventory of dallas",
        (
            "  drafted: inventories/policy.yml:17: applications.shop.units: "
            "shop.service and shop-jobs.service run on web1 and web2"
        ),
        (
            "  drafted: inventories/policy.yml:22: applications.shop.leads_to.db: "
            "38 connections from web1 and web2 to db1"
        ),
        "  and 2 drafted lines more (see siteparity confirm)",
    ]
    assert "drafted" not in "".join(scope_lines(examples.in_part().scope))


def test_where_everything_is_promised_one_list_remains() -> None:
    """It counts what is on the hosts."""
    (only,) = page(examples.go()).about
    assert (only.heading, len(only.items)) == ("Judged by nothing on the hosts: 0", 2)
    assert page(answer(Scope())).about == ()


def test_a_list_of_many_is_cut_and_says_so() -> None:
    """It stays one to be read."""
    (listed,) = examples.scope().listed[:1]
    many = tuple(SavedUnjudged(item=f"unit{number}", why="w", hosts=("a/b",)) for number in range(40))
    about = Scope(listed=(listed.model_copy(update={"unjudged": many}),))
    (only,) = page(answer(about)).about
    assert (len(only.items), only.more) == (12, 29)
    assert "and 29 more (see result.json)" in render(answer(about))


@pytest.mark.parametrize("verification", ["", "looked for on every host"])
def test_an_absence_says_who_answers_for_it_and_how_far_a_run_can_tell(verification: str) -> None:
    """What nothing can show is only said."""
    one = SavedAbsence(name="waf", reason="none here", approved_by="Ada", verification=verification)
    words = f"approved by Ada; {verification}".removesuffix("; ")
    assert absence_line(one) == f"waf: none here ({words})"
    (listed,) = page(answer(Scope(absent=(one,)))).about
    assert listed.items[0].note == words


def test_junit_holds_the_states_as_properties() -> None:
    """Servers show them beside the run."""
    root = ET.fromstring(junit(examples.in_part()))  # noqa: S314  # our own
    found = {one.get("name"): one.get("value") for one in root.iter("property")}
    assert str(found["promised"]).startswith("capacity, catalogues, ")
    assert str(found["compared"]) == "accounts, boot, clock, firewall, kernel, packages, runtime"
    assert found["undecided"] == "aspects.sessions, smoke.session"
    assert found["absent"] == "dns, subscriptions, waf, smoke.admin, smoke.subscriptions, capacity.peak"
    assert "drafted" not in found
    root = ET.fromstring(junit(examples.drafted()))  # noqa: S314  # our own
    found = {one.get("name"): one.get("value") for one in root.iter("property")}
    assert str(found["drafted"]).startswith("roles.web.owner, applications.shop.units, ")


def test_no_text_of_a_host_or_of_the_policy_drives_the_terminal() -> None:
    """One line each, without control sequences, and the last line stays the verdict."""
    for text in examples.HOSTILE:
        about = examples.hostile().scope.model_copy(
            update={
                "undecided": (SavedUndecided(key=text, question=text, place=text),),
                "waiting": (SavedWaiting(path=text, place=text, seen=text, question=""),),
            }
        )
        lines = list(scope_lines(about))
        assert all(line.isprintable() for line in lines)
    assert summary(examples.hostile()).split("\n")[-1] == verdict_line(examples.hostile())

"""Titles of failures: what is wrong, and where; and what stops us, the worst first."""

from __future__ import annotations

import pytest

from selftests.browser import examples
from siteparity.model import FindingKind, Harm, Outcome
from siteparity.report import render, summary
from siteparity.report.failures import failure, places
from siteparity.report.groups import State
from siteparity.report.view import page
from siteparity.result import SavedCheck

SITES = ("dallas", "arizona")


def check(broken: str, *where: str, waiver: str | None = None) -> SavedCheck:
    """A check that found one thing, on some hosts."""
    found = examples.finding("x", FindingKind.EXPECTATION, where=where, waiver=waiver)
    return examples.check("x", "web", Outcome.DIFFERENT, [found], sentence="It holds", broken=broken)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ((), ""),
        (("arizona/web1",), "Arizona web1"),
        (("arizona/web1", "arizona/web2", "arizona/web1"), "Arizona web1 and web2"),
        (("arizona/a", "arizona/b", "arizona/c"), "Arizona a, b and c"),
        (("arizona/a", "arizona/b", "arizona/c", "arizona/d"), "4 hosts of Arizona"),
        (("arizona/web1", "dallas/web1"), "Dallas web1 and Arizona web1"),
    ],
)
def test_hosts_are_named_by_site_and_counted_if_they_are_many(labels: tuple[str, ...], words: str) -> None:
    """The primary's first."""
    assert places(labels, *SITES) == words


def test_a_failure_names_the_hosts_that_break_the_promise() -> None:
    """Of all roles; and the standby where no host alone does."""
    one, two = check("Wrong on {where}", "arizona/web1"), check("Wrong on {where}", "arizona/db1")
    assert failure([one, two], *SITES) == "Wrong on Arizona web1 and db1"
    assert failure([check("Wrong on {where}")], *SITES) == "Wrong on Arizona"
    assert failure([check("{standby} is not {primary}")], *SITES) == "Arizona is not Dallas"


def test_a_test_of_ones_own_has_its_promise_alone() -> None:
    """Nobody wrote the other sentence."""
    assert failure([check("")], *SITES) == "Does not hold: It holds"


def test_what_is_accepted_names_no_host_and_a_host_is_no_field() -> None:
    """Names come from an inventory."""
    assert failure([check("On {where}", "arizona/web1", waiver="known")], *SITES) == "On Arizona"
    assert failure([check("On {where}", "arizona/{primary}")], *SITES) == "On Arizona {primary}"


def test_what_was_measured_leads_and_unknowns_share_the_last_row() -> None:
    """The worst for customers first, with what follows from it; no row shows what a program printed."""
    shown = page(examples.redis_stopped()).rows
    assert [row.state for row in shown] == [State.STOP, State.STOP, State.UNKNOWN]
    assert [row.what for row in shown] == [
        "A required service on Arizona sessions1 does not run, or not after the next start",
        "The systems of Arizona are tuned otherwise than those of Dallas (kernel settings)",
        "The standby has as much room on disk",
    ]
    assert shown[0].about == "Services, sessions: redis-server.service. 2 more with it: Session, Redis"
    first = render(examples.redis_stopped()).partition('id="details"')[0]
    assert "Could not connect" not in first
    assert "timed out" not in first


def test_several_unknowns_are_one_row() -> None:
    """Its areas are named."""
    result = examples.no_go()
    *stopping, last = page(result).rows
    assert {row.state for row in stopping} == {State.STOP}
    assert (last.state, last.what, last.about) == (
        State.UNKNOWN, "2 promises could not be looked at", "Capacity, DNS",
    )  # fmt: skip


def test_a_site_that_is_down_is_one_row_and_one_short_answer() -> None:
    """Not a list of everything that nobody could ask."""
    result = examples.site_down()
    (row,) = page(result).rows
    assert row.what == "0 of 5 Arizona hosts answer"
    assert page(result).coverage == "0 of 146 checks made on 5 of 10 hosts: 146 unmeasured"
    text = summary(result)
    assert len(text.split("\n")) < 30
    assert "  - arizona/web1: connection refused (198.18.1.1:22)" in text
    assert text.split("\n")[-1].startswith(
        "UNKNOWN  not known whether arizona can take over from dallas: 0 of 5 Arizona hosts answer; "
    )


def test_harm_decides_the_order_of_what_stops_us() -> None:
    """Lost orders before logins before a language."""
    cards = [card for card in page(examples.no_go()).stops if card.state is State.STOP]
    assert [card.aspect for card in cards][:2] == ["Replication", "Sessions"]
    order = list(Harm)
    assert [order[card.harm] for card in cards] == [Harm.LOSS, Harm.OUTAGE, Harm.PART, Harm.PART, Harm.PART]

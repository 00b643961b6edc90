"""What was waited for in vain is not waited for again, whichever worker waited."""

from __future__ import annotations

from pathlib import Path

from siteparity.pytest_plugin.wait_budget import (
    BUDGET_SECONDS,
    FIRST_SECONDS,
    LEAST_SECONDS,
    TOTAL_SECONDS,
    WaitBudget,
)


def test_a_server_that_answers_has_its_whole_time(tmp_path: Path) -> None:
    """However often it is asked, and whatever became of another server."""
    budget = WaitBudget(tmp_path, {})
    budget.turn("edge1 80").in_vain(10)
    assert budget.turn("edge2 80").seconds(2) == 2


def test_all_servers_together_have_a_budget(tmp_path: Path) -> None:
    """Where a database hangs, whatever needs it hangs as well, each by another name."""
    budget = WaitBudget(tmp_path, {})
    waited = 0.0
    for number in range(10):
        turn = budget.turn(f"web{number} 8000")
        seconds = turn.seconds(10)
        turn.in_vain(seconds)
        waited += seconds
    assert waited <= TOTAL_SECONDS + 10 * FIRST_SECONDS
    assert budget.turn("edge1 80").seconds(10) == FIRST_SECONDS


def test_a_silent_server_uses_a_budget_up_that_all_workers_share(tmp_path: Path) -> None:
    """Twenty requests of ten seconds each cost the budget, and then a moment each."""
    one, other = (WaitBudget(tmp_path, {}).turn("edge1 80") for _ in range(2))
    waited = 0.0
    for number in range(20):
        turn = (one, other)[number % 2]
        seconds = turn.seconds(10)
        turn.in_vain(seconds)
        waited += seconds
    assert waited <= BUDGET_SECONDS + 20 * LEAST_SECONDS
    assert one.seconds(10) == LEAST_SECONDS
    assert one.seconds(0.1) == 0.1


def test_a_host_is_given_up_with_the_first_reason(tmp_path: Path) -> None:
    """The reason is told for each check that would have asked it."""
    budget = WaitBudget(tmp_path, {"arizona/web2": "connection refused"})
    assert budget.given_up("arizona/web1") is None
    budget.give_up("arizona/web1", "timed out after 5 s")
    budget.give_up("arizona/web1", "the connection broke")
    for seen in (budget, WaitBudget(tmp_path, {})):
        assert seen.given_up("arizona/web1") == "timed out after 5 s"
    assert budget.given_up("arizona/web2") == "connection refused"

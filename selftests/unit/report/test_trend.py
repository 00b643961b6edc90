"""The first screen tells where the answer comes from, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from selftests.browser import examples
from siteparity.model import Verdict
from siteparity.report import render
from siteparity.report.data_age import possible_loss
from siteparity.report.limits import not_looked_at
from siteparity.report.trend import RUNS, since, trend
from siteparity.report.view import page
from siteparity.report.visible import whole_parts
from siteparity.result import SavedLoss


@dataclass(frozen=True)
class Past:
    """An earlier run of the same pair."""

    run: str
    finished_at: datetime
    verdict: Verdict
    primary: str = "dallas"
    standby: str = "arizona"
    blockers: int | None = None
    loss_seconds: float | None = None


def past(days: float, verdict: Verdict = Verdict.GO, **more: object) -> Past:
    """A run that ended so many days before the example."""
    values: dict[str, object] = {
        "run": f"run{days}", "finished_at": examples.FINISHED - timedelta(days=days), "verdict": verdict,
    }  # fmt: skip
    return Past(**{**values, **more})  # type: ignore[arg-type]  # the fields of a run, each by name


def test_the_last_runs_of_this_pair_are_shown_and_told_in_words() -> None:
    """Neither later ones, nor those of other sites, nor this one twice; thirty are enough."""
    history = [past(days, blockers=0, loss_seconds=2.0) for days in range(40, 0, -1)]
    strangers = [
        past(-1), past(1.5, primary="arizona", standby="dallas"), past(0, run="2026-11-23T010340Z-3f9a"),
    ]  # fmt: skip
    shown = trend(examples.no_go(), [*history, *strangers])
    assert len(shown.bars) == RUNS
    assert shown.words == (
        "The last 30 runs: 29 GO, 1 NO-GO; blockers 0 to 5, now 5; possible loss 2 s, now not known"
    )
    assert [bar.verdict for bar in shown.bars[-2:]] == ["go", "no-go"]
    assert shown.bars[-1].height > shown.bars[-2].height
    assert len(shown.blockers.split()) == RUNS
    assert f'<title id="trend-title">{shown.words}</title>' in render(examples.no_go(), history)


def test_runs_of_older_versions_know_no_numbers() -> None:
    """Then there is no line."""
    shown = trend(examples.go(), [past(1), past(2)])
    assert (shown.blockers, shown.loss) == ("", "")
    assert shown.words == "The last 3 runs: 3 GO; blockers 0"


@pytest.mark.parametrize(
    ("history", "words"),
    [
        ([], "this run"),
        ([past(1)], "this run"),
        ([past(3, Verdict.NO_GO), past(2), past(1, Verdict.NO_GO)], "2 runs, 2026-11-22 01:05 UTC"),
        ([past(2, Verdict.NO_GO), past(1, Verdict.NO_GO)], "3 runs, 2026-11-21 01:05 UTC"),
    ],
)
def test_since_when_the_answer_is_what_it_is(history: list[Past], words: str) -> None:
    """The runs with the same answer without a break."""
    assert since(examples.no_go(), history) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("go", "Run siteparity verify just before the switch"),
        ("no_go", "Mend what stands first in the list below"),
        ("site_down", "Find out why these hosts do not answer"),
        ("in_part", "Answer the open questions that siteparity check lists"),
        ("drafted", "Accept the drafted lines with siteparity confirm"),
        ("unknown", "Mend what keeps this answer open"),
    ],
)
def test_each_answer_says_what_to_do_next(name: str, words: str) -> None:
    """A page that only accuses helps nobody."""
    assert page(getattr(examples, name)()).next_action.startswith(words)


def test_a_lost_primary_has_a_command() -> None:
    """At 3 a.m. nobody looks for it."""
    down = examples.site_down()
    (cause,) = down.causes
    said = tuple(one.replace("arizona/", "dallas/") for one in cause.said)
    lost = down.model_copy(update={"causes": (cause.model_copy(update={"said": said}),)})
    assert "If Dallas is lost: siteparity gate --primary-record latest." in page(lost).next_action
    assert "--primary-record" not in page(down).next_action


def test_what_was_not_looked_at_is_told_in_a_line() -> None:
    """Also beside a GO."""
    always = "no load as customers make it, no restart"
    assert not_looked_at(examples.go()) == always
    assert not_looked_at(examples.in_part()) == (
        f"{always}; 2 hosts in no role; 5 areas declared absent; 2 areas undecided; "
        "2 things on hosts that nothing judges"
    )
    assert not_looked_at(examples.site_down()).endswith("146 checks that could not be made")


def test_a_live_run_tells_what_may_be_lost_too() -> None:
    """Rounded up; nothing if it is not known."""
    go = examples.go()
    now = go.standby.measured_at
    loss = SavedLoss(since=now - timedelta(seconds=3, microseconds=1), until=now, missing_bytes=0)
    assert possible_loss(go.model_copy(update={"data_loss": loss})) == "up to 4 s, if it fails now"
    assert possible_loss(go) == ""
    assert "Orders that may be lost" not in render(go)
    assert "never rehearsed" in render(go)


def test_a_command_is_whole_or_not_there() -> None:
    """Half a command is a trap."""
    command = "type siteparity gate --primary-record latest"
    assert whole_parts(f"one; {command}", 80) == f"one; {command}"
    assert whole_parts(f"one; {command}", 30) == "one; …"
    assert len(whole_parts("x" * 90, 30)) == 30

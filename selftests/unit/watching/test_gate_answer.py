"""What the newest run of the gate says of a switch."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from selftests.browser import examples
from selftests.unit.failover.plans import START, begun
from siteparity.failover.answers import Seen
from siteparity.failover.order import Part
from siteparity.gate.unfinished import in_progress, unfinished
from siteparity.model import Verdict
from siteparity.result import Result, SavedLoss
from siteparity.watching.gate_answer import GateAnswer, judged


def result(verdict: Verdict = Verdict.GO) -> Result:
    """A run of an hour ago, as far as it is looked at."""
    whole = examples.result(examples.all_same(), verdict)
    return whole.model_copy(
        update={
            "verdict": verdict,
            "reasons": ("the standby has no database",),
            "started_at": START - timedelta(hours=1),
            "finished_at": START - timedelta(hours=1),
            "valid_until": START + timedelta(hours=3) if verdict is Verdict.GO else None,
            "primary": whole.primary.model_copy(update={"site": "dallas"}),
            "standby": whole.standby.model_copy(update={"site": "arizona"}),
        }
    )


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [(Verdict.GO, Seen.YES), (Verdict.NO_GO, Seen.NO), (Verdict.UNKNOWN, Seen.UNKNOWN)],
)
def test_a_go_that_holds_is_a_yes(verdict: Verdict, expected: Seen) -> None:
    """Unknown is not a no: the gate may still say GO."""
    assert judged(result(verdict), "dallas", "arizona", START).seen is expected


def test_a_run_in_progress_is_no_answer_yet() -> None:
    """It counts as NO-GO for whoever reads its page; a watch waits for it."""
    waits = unfinished(result(), in_progress(START, 300.0))
    found = judged(waits, "dallas", "arizona", START)
    assert (waits.verdict, found.seen) == (Verdict.NO_GO, Seen.UNKNOWN)
    assert "run in progress" in found.words


def test_a_go_ends() -> None:
    """After that it proves nothing."""
    assert judged(result(), "dallas", "arizona", START + timedelta(hours=4)).seen is Seen.NO


def test_a_drill_is_the_rehearsal_that_is_missing() -> None:
    """Else the drill that mends it could neither begin nor end."""
    missing = result(Verdict.NO_GO).model_copy(update={"rehearsable_until": START + timedelta(hours=3)})
    found = judged(missing, "dallas", "arizona", START)
    assert (found.seen, "but for a rehearsal, which this is" in found.words) == (Seen.YES, True)
    assert judged(missing, "dallas", "arizona", START + timedelta(hours=4)).seen is Seen.NO


def test_a_go_of_the_other_direction_is_none() -> None:
    """It is about another switch."""
    assert judged(result(), "arizona", "dallas", START).seen is Seen.UNKNOWN


def test_the_go_of_the_way_back_is_newer_than_the_drill() -> None:
    """One of an earlier round trip says nothing of now."""
    assert judged(result(), "dallas", "arizona", START, since=START).seen is Seen.UNKNOWN
    assert judged(result(), "dallas", "arizona", START, since=START - timedelta(hours=2)).seen is Seen.YES


def test_without_a_run_nothing_is_known(tmp_path: Path) -> None:
    """The answer says why."""
    answers = GateAnswer(tmp_path).answers(START, begun())
    assert {part: answer.seen for part, answer in answers.items()} == dict.fromkeys(Part, Seen.UNKNOWN)
    assert "expected the newest run" in answers[Part.THERE].words


@pytest.mark.parametrize(
    ("source", "standby", "expected"),
    [("record", "arizona", START), ("live", "arizona", None), ("record", "berlin", None)],
)
def test_a_record_that_stands_in_tells_what_the_new_site_has(
    source: str, standby: str, expected: datetime | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a live primary the same figure is about a failure that did not happen."""
    whole = result()
    loss = SavedLoss(since=START, until=START + timedelta(seconds=40), missing_bytes=0)
    sites = {
        "primary": whole.primary.model_copy(update={"source": source}),
        "standby": whole.standby.model_copy(update={"site": standby}),
    }
    found = whole.model_copy(update={"data_loss": loss, **sites})
    monkeypatch.setattr(GateAnswer, "_newest", lambda _: found)
    assert GateAnswer(Path()).held_until(begun()) == expected


def test_without_a_run_nobody_tells_what_the_new_site_has(tmp_path: Path) -> None:
    """That is no error of the watch."""
    assert GateAnswer(tmp_path).held_until(begun()) is None

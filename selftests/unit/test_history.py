"""One line for each run; what is damaged in it costs nothing but itself."""

from __future__ import annotations

from pathlib import Path

from selftests.browser import examples
from siteparity import history
from siteparity.history import append_run, first_seen, read_history
from siteparity.model import Outcome, Verdict
from siteparity.result import Result


def run(days: float, *items: str) -> Result:
    """A run that found these items, each first seen so many days before."""
    findings = [examples.finding(item, days=days) for item in items]
    outcome = Outcome.DIFFERENT if items else Outcome.SAME
    return examples.result([examples.check("packages", "web", outcome, findings)], Verdict.NO_GO)


CHECK = run(0).checks[0].id


def test_no_history_is_an_empty_one(tmp_path: Path) -> None:
    """The first run ever."""
    assert read_history(tmp_path) == ()
    assert first_seen(()) == {}


def test_a_run_is_read_again_as_it_was_written(tmp_path: Path) -> None:
    """With what the report's trend and a finding's age need."""
    checks = [
        examples.check("packages", "web", Outcome.DIFFERENT, [examples.finding("nginx", days=3)]),
        examples.check("locales", "web", Outcome.UNMEASURED),
        examples.check("redis", "web", Outcome.NOT_RUN),
        examples.check("boot", "web"),
    ]
    result = examples.result(checks, Verdict.NO_GO)
    append_run(tmp_path, result)
    (past,) = read_history(tmp_path)
    assert (past.run, past.verdict, past.primary, past.standby) == (
        *(result.run, Verdict.NO_GO),
        *("dallas", "arizona"),
    )
    assert (past.started_at, past.finished_at) == (result.started_at, result.finished_at)
    assert (past.different, past.unmeasured, past.checks) == (1, 2, 4)
    assert first_seen([past]) == {(checks[0].id, "nginx"): checks[0].findings[0].first_seen}


def test_the_age_of_a_finding_is_that_of_an_unbroken_row_of_runs(tmp_path: Path) -> None:
    """What was gone in between has come again, and is new."""
    append_run(tmp_path, run(5, "a", "b"))
    append_run(tmp_path, run(4, "a"))
    seen = first_seen(read_history(tmp_path))
    assert list(seen) == [(CHECK, "a")]


def test_a_damaged_line_is_left_out(tmp_path: Path) -> None:
    """History never decides a verdict, so it must not stop one."""
    append_run(tmp_path, run(1, "a"))
    file = tmp_path / "history.jsonl"
    whole = file.read_bytes()
    file.write_bytes(b"\xff{\n" + whole.replace(b'"run"', b'"ran"') + b"[]\n\n" + whole)
    assert len(read_history(tmp_path)) == 1


def test_a_run_that_died_while_it_wrote_spoils_no_other(tmp_path: Path) -> None:
    """The line after half a line is whole, wherever it was cut."""
    append_run(tmp_path, run(1, "a"))
    file = tmp_path / "history.jsonl"
    whole = file.read_bytes()
    for length in range(0, len(whole), 50):
        file.write_bytes(whole[:length])
        append_run(tmp_path, run(2, "b"))
        assert [past.findings[0].item for past in read_history(tmp_path)] == ["b"]


def test_only_the_newest_runs_are_read(tmp_path: Path) -> None:
    """Years of nightly runs must not make a report slow."""
    append_run(tmp_path, run(0))
    line, count = (tmp_path / "history.jsonl").read_text(), history.MAX_RUNS + 5
    lines = [line.replace(run(0).run, f"run{number}") for number in range(count)]
    (tmp_path / "history.jsonl").write_text("".join(lines))
    found = read_history(tmp_path)
    assert len(found) == history.MAX_RUNS
    assert found[-1].run == f"run{count - 1}"

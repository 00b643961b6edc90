"""The runs so far: as lines, as one page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from selftests.unit.report.past import past
from siteparity.commands.cli import main
from siteparity.model import Verdict
from siteparity.runs.history import PastRun


def reports(folder: Path, *runs: PastRun) -> Path:
    """A reports folder with the history of these runs."""
    made = folder / "reports"
    made.mkdir()
    (made / "history.jsonl").write_text("".join(f"{run.model_dump_json()}\n" for run in runs))
    return made


def history(folder: Path, *words: str) -> int:
    """The command on a reports folder."""
    return main(["history", "--reports", str(folder), *words])


def test_the_page_leads_to_the_pages_of_runs_that_are_still_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From wherever it stands; a run whose folder was removed has no link."""
    runs = past(1), past(0)
    folder = reports(tmp_path, *runs)
    kept = folder / "runs" / runs[1].run
    kept.mkdir(parents=True)
    (kept / "report.html").touch()
    page = tmp_path / "all runs.html"
    assert history(folder, "--html", str(page)) == 0
    assert capsys.readouterr().out == f"2 runs: {page}\n"
    text = page.read_text()
    assert f'<a href="reports/runs/{runs[1].run}/report.html">' in text
    assert runs[0].run in text
    assert f"{runs[0].run}/report.html" not in text


def test_a_page_that_cannot_be_written_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the name of the option."""
    assert history(reports(tmp_path), "--html", str(tmp_path / "nowhere" / "page.html")) == 4
    assert "--html: expected a file in a folder that can be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("hours", "status", "words"),
    [
        (1, 0, r"the last run ended 1 h ago, at .* UTC: NO-GO\n"),
        (27, 3, r"the last run ended 27 h ago, at .* UTC: NO-GO; expected one in the last 26 h\n"),
        (-1, 3, r"the last run ended at .* UTC, which is in the future; correct the clock of this machine\n"),
    ],
    ids=["young", "old", "from-the-future"],
)
def test_a_last_run_that_is_too_old_is_told_with_another_exit_code(
    hours: float, status: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever its answer was: a NO-GO of this night is no missing run."""
    ended = datetime.now(UTC) - timedelta(hours=hours)
    last = past(0, Verdict.NO_GO).model_copy(update={"started_at": ended, "finished_at": ended})
    assert history(reports(tmp_path, past(1), last), "--max-age", "26h") == status
    assert re.fullmatch(words, capsys.readouterr().out)


def test_no_run_at_all_is_too_old(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is not there has none either."""
    assert history(tmp_path / "nowhere", "--max-age", "26h") == 3
    assert "no run has ended in" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["26", "soon", "-1h", ""])
def test_an_age_has_a_unit(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A bare number could mean hours or seconds."""
    with pytest.raises(SystemExit) as ended:
        main(["history", f"--max-age={text}"])
    assert ended.value.code == 4
    assert "is no time with a unit, such as 26h or 2d" in capsys.readouterr().err

"""The runs so far: as lines, as one page."""

from __future__ import annotations

from pathlib import Path

import pytest

from selftests.unit.report.past import past
from siteparity.commands.cli import main
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

"""Help and version come at once: they load nothing that a run needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from selftests.unit.report.past import past
from siteparity.commands import arguments, at_once, cli

PARTS = ("pydantic", "yaml", "jinja2", "testinfra", "siteparity.configuration")


@pytest.mark.parametrize("typed", [["--help"], ["--version"], ["help"], ["gate", "--help"], ["help", "gate"]])
def test_help_and_version_load_no_library(typed: list[str]) -> None:
    """Each of them takes longer to load than the answer to print."""
    program = (
        "import sys\nfrom siteparity.commands import arguments\n"
        f"try:\n    arguments.help_or_version({typed!r})\n"
        "except SystemExit as ended:\n"
        f"    print(ended.code, [name for name in {PARTS!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.endswith("\n0 []\n")
    assert len(done.stdout.splitlines()) > 1


def test_the_runs_are_listed_without_what_runs_need(tmp_path: Path) -> None:
    """Years of them come at once. A damaged line is left out, and the last line of a run counts."""
    line = past(0, run="one").model_dump_json()
    lines = (line, line.replace('"one"', '"two"'), line[:50], line.replace('"GO"', '"NO-GO"'))
    (tmp_path / "history.jsonl").write_text("\n".join(lines))
    program = (
        "import sys\nfrom siteparity.commands import at_once\n"
        f"try:\n    at_once.history(['history', '--reports', {str(tmp_path)!r}])\n"
        "except SystemExit as ended:\n"
        f"    print(ended.code, [name for name in {PARTS!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    *runs, last = done.stdout.splitlines()
    assert last == "0 []"
    assert [run.split()[3::20] + run.split()[-1:] for run in runs] == [["NO-GO", "one"], ["GO", "two"]]


@pytest.mark.parametrize(
    "words", [["--max-age", "1h"], ["--html", "page"], ["--forget"], ["unwanted"]], ids=lambda words: words[0]
)
def test_whatever_else_is_asked_of_the_history_is_left_to_the_program(words: list[str]) -> None:
    """It has no answer of its own to that."""
    at_once.history(["history", *words])


def test_each_verb_that_is_understood_can_be_done() -> None:
    """The words of the command line stand in one module, and what they do in another."""
    assert set(arguments.VERBS) == set(cli._RUNS)  # noqa: SLF001


@pytest.mark.parametrize(
    "typed", [["gate"], ["history", "--reports", "--help"], [], ["gate", "--only", "-h"]]
)
def test_everything_else_is_left_to_the_program(typed: list[str]) -> None:
    """What is not plainly a question for help is judged by the command line as a whole."""
    arguments.help_or_version(typed)

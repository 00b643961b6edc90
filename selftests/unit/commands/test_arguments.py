"""Help and version come at once: they load nothing that a run needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from siteparity.commands import arguments, cli

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


def test_each_verb_that_is_understood_can_be_done() -> None:
    """The words of the command line stand in one module, and what they do in another."""
    assert set(arguments.VERBS) == set(cli._RUNS)  # noqa: SLF001


@pytest.mark.parametrize(
    "typed", [["gate"], ["history", "--reports", "--help"], [], ["gate", "--only", "-h"]]
)
def test_everything_else_is_left_to_the_program(typed: list[str]) -> None:
    """What is not plainly a question for help is judged by the command line as a whole."""
    arguments.help_or_version(typed)

"""Two runs are compared by name; a name that is none is an error that says what to do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from selftests.unit.gate import finished
from siteparity import configuration
from siteparity.commands.cli import main
from siteparity.configuration import Configuration, find_root
from siteparity.model import Finding, FindingKind, Judgement

WRONG = Judgement((Finding(item="a", kind=FindingKind.DIFFERENT, message="a: differs"),), 3)


@pytest.fixture(scope="module")
def settings() -> Configuration:
    """The project's own sites and policy."""
    return configuration.load(find_root(), find_root() / "inventories", look_up=False)


@pytest.fixture(scope="module")
def runs(settings: Configuration, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two runs in one folder; the later one found something."""
    reports = tmp_path_factory.mktemp("reports")
    before = datetime.now(UTC) - timedelta(minutes=2)
    _, one = finished.run(settings, reports, at=before)
    _, other = finished.run(settings, reports, found={settings.checks[0].id: WRONG})
    return one, other


def compare(runs: tuple[Path, Path], *names: str) -> int:
    """The command."""
    return main(["compare", *names, "--reports", str(runs[0].parents[1])])


def test_the_later_run_is_compared_with_the_earlier_one(
    runs: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """However they are named: by id, by folder, or as latest; in whichever order."""
    one, other = runs
    said = set()
    for names in ((one.name, other.name), (str(other), str(one)), (one.name, "latest")):
        assert compare(runs, *names) == 2
        said.add(capsys.readouterr().out)
    (text,) = said
    assert "appeared: 1 finding" in text
    assert text.splitlines()[-1].startswith("different  1 finding appeared, 0 went, 0 changed; the verdict ")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (
            ("nowhere", "latest"),
            "expected the run nowhere with its result.json, found none; ",
        ),
        (("latest", "latest"), r"compare: expected two runs, found \S+ twice"),
    ],
    ids=["none", "one-twice"],
)
def test_a_name_that_is_none_is_exit_code_4(
    runs: tuple[Path, Path], names: tuple[str, str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the way to the names that there are."""
    assert compare(runs, *names) == 4
    assert re.search(words, capsys.readouterr().err)


def test_an_edited_run_is_refused(
    settings: Configuration, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it says is not what was found."""
    _, one = finished.run(settings, tmp_path, at=datetime.now(UTC) - timedelta(minutes=2))
    _, other = finished.run(settings, tmp_path)
    finished.edit(one / "result.json", lambda result: result.update(tool_version="9"))
    assert compare((one, other), one.name, other.name) == 4
    assert one.name in capsys.readouterr().err

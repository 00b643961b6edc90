"""A run that is over is read only if its answer is whole and does not contradict itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from selftests.browser import examples
from siteparity.model import ConfigurationError, Verdict
from siteparity.report.write import result_json
from siteparity.result import Result, SavedRevocation
from siteparity.runs.finished import find_run, read_run
from siteparity.runs.history import append_run, read_history
from siteparity.runs.listing import listed


def saved(
    tmp_path: Path, result: Result, change: Callable[[dict[str, Any]], object] = lambda _: None
) -> Path:
    """The folder of a run."""
    folder = tmp_path / "runs" / result.run
    folder.mkdir(parents=True)
    content = json.loads(result_json(result))
    change(content)
    (folder / "result.json").write_text(json.dumps(content))
    return folder


def test_a_run_is_found_by_its_id_its_folder_or_as_the_newest(tmp_path: Path) -> None:
    """Whichever way it is named, it is the same one."""
    folder = saved(tmp_path, examples.go())
    (tmp_path / "latest").symlink_to(folder.relative_to(tmp_path))
    for named in (None, folder.name, str(folder)):
        assert find_run(tmp_path, named) == folder
    assert read_run(folder) == examples.go()


@pytest.mark.parametrize("named", [None, "2026-01-01T000000Z-0000", "/nonexistent"])
def test_a_run_that_is_not_there_is_said_so(tmp_path: Path, named: str | None) -> None:
    """With what to do."""
    with pytest.raises(ConfigurationError, match=r"found none; siteparity history lists the runs"):
        find_run(tmp_path, named)


def _without_a_check(content: dict[str, Any]) -> None:
    content["checks"].pop()


def _red(content: dict[str, Any]) -> None:
    blocker = next(check for check in content["checks"] if check["severity"] == "blocker")
    blocker["outcome"] = "different"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda content: content.update(run="another"), "it is of the run another"),
        (lambda content: content.update(valid_until=None), "the verdict and its validity do not agree"),
        (lambda content: content.update(verdict="UNKNOWN"), "verdict and its validity do not agree"),
        (lambda content: content.update(verdict="NO-GO", valid_until=None, reasons=[]), "there is no reason"),
        (lambda content: content.update(reasons=["run in progress"]), "it says GO, and run in progress"),
        (_red, "it says GO, and 1 blocker differs"),
        (_without_a_check, "not as many as were planned"),
        (lambda content: content.update(verdict="MAYBE"), "verdict: "),
        (lambda content: content.update(extra=1), "extra: "),
        (lambda content: content.pop("checks"), "checks: "),
    ],
)
def test_a_result_that_contradicts_itself_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    """No report is made of it, and no GO is believed."""
    folder = saved(tmp_path, examples.go(), change)
    with pytest.raises(ConfigurationError) as error:
        read_run(folder)
    assert problem in str(error.value)
    assert str(folder / "result.json") in str(error.value)
    assert "run siteparity gate again" in str(error.value)


@pytest.mark.parametrize("cut", [0, 1, 1000])
def test_a_result_that_was_cut_is_refused(tmp_path: Path, cut: int) -> None:
    """Half a file is no answer."""
    path = saved(tmp_path, examples.go()) / "result.json"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ConfigurationError, match="found it damaged"):
        read_run(path.parent)


def test_a_revoked_run_has_one_line_in_the_history_and_keeps_its_place(tmp_path: Path) -> None:
    """The last line of a run counts, wherever it stands in the file."""
    at = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
    go, later = examples.go(), examples.no_go().model_copy(update={"run": "later"})
    revoked = go.model_copy(
        update={
            "verdict": Verdict.NO_GO,
            "valid_until": None,
            "reasons": ("revoked",),
            "revoked": SavedRevocation(at=at, changes=("web1 has changed",)),
        }
    )
    for result in (go, later, revoked):
        append_run(tmp_path, result, {})
    first, second = read_history(tmp_path)
    assert (first.run, first.verdict, first.revoked_at, second.run) == (go.run, Verdict.NO_GO, at, "later")
    assert listed(tmp_path).splitlines()[0] == (
        f"2026-11-23 01:03 UTC  NO-GO    dallas -> arizona  {len(go.checks)} checks, 1 different, "
        f"0 not made, a GO until it was revoked at 02:30 UTC  {go.run}"
    )


def _without_what_accepts(content: dict[str, Any]) -> None:
    content["waivers"] = content["differs"] = []


def _with_a_question(content: dict[str, Any]) -> None:
    content["scope"]["undecided"] = [{"key": "aspects.waf", "question": "Which?", "place": "policy.yml"}]


def _with_a_drafted_line(content: dict[str, Any]) -> None:
    line = {"path": "applications.shop.units", "place": "policy.yml:9", "seen": "it runs", "question": ""}
    content["scope"]["waiting"] = [line]


def _with_a_bad_waiver(content: dict[str, Any]) -> None:
    content["waivers"][0]["words"] = "has expired"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_without_what_accepts, "nothing accepts what "),
        (_with_a_question, "a question is open: aspects.waf"),
        (_with_a_drafted_line, "a drafted line waits for a person: applications.shop.units"),
        (_with_a_bad_waiver, " is a reason against it"),
    ],
)
def test_a_go_that_says_a_reason_against_itself_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    """What accepts findings must still be there, and be valid; nothing may be open."""
    with pytest.raises(ConfigurationError) as error:
        read_run(saved(tmp_path, examples.go(), change))
    assert "it says GO, and " in str(error.value)
    assert problem in str(error.value)

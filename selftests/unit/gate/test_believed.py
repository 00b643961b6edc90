"""What a run left is believed only together, and only if it follows from its own parts."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from selftests.unit.gate import finished
from siteparity import configuration
from siteparity.configuration import Configuration, find_root
from siteparity.draft import waiting
from siteparity.facts import records
from siteparity.gate.believed import believed
from siteparity.gate.unfinished import unfinished
from siteparity.model import Finding, FindingKind, Judgement, Outcome, SiteparityError, Verdict
from siteparity.report import bind, write_reports
from siteparity.report.sums import SUMS
from siteparity.result import Count, Result
from siteparity.runs.history import read_history
from siteparity.runs.recording import journal_path, record_path


@pytest.fixture(scope="module")
def settings() -> Configuration:
    """The project's own sites and policy."""
    return configuration.load(find_root(), find_root() / "inventories", look_up=False)


@pytest.fixture(scope="module")
def go(settings: Configuration, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """A run that is GO, in a reports folder that is only copied."""
    return finished.run(settings, tmp_path_factory.mktemp("go"))


@pytest.fixture
def folder(go: tuple[Result, Path], tmp_path: Path) -> Path:
    """A copy of that run, to be edited."""
    reports = Path(shutil.copytree(go[1].parents[1], tmp_path / "reports", symlinks=True))
    return reports / "runs" / go[1].name


def again(folder: Path, *, pages: bool = True) -> Result:
    """What is believed of a run."""
    return believed(folder, read_history(folder.parents[1]), pages=pages)


def refused(folder: Path, *, pages: bool = True) -> str:
    """Why it is not."""
    with pytest.raises(SiteparityError) as error:
        again(folder, pages=pages)
    return str(error.value)


def test_what_a_run_left_is_believed(go: tuple[Result, Path], folder: Path) -> None:
    """And the log, which nobody reads but people, may grow."""
    assert go[0].verdict is Verdict.GO, go[0].reasons
    (folder / "log.txt").write_text("a program that ended late")
    assert again(folder) == go[0]


@pytest.mark.parametrize(
    "name",
    [
        *("result.json", "plan.json", "journal.jsonl", "report.html", "junit.xml", "checks.html"),
        *("records/dallas.json.gz", "records/arizona.json.gz", SUMS),
    ],
)
@pytest.mark.parametrize("how", ["removed", "changed", "cut", "exchanged"])
def test_a_file_that_is_not_as_the_run_left_it_is_named(folder: Path, name: str, how: str) -> None:
    """Each of them, whatever was done to it."""
    path = folder / name
    content = path.read_bytes()
    if how == "removed":
        path.unlink()
    else:
        other = (folder / ("plan.json" if name != "plan.json" else "junit.xml")).read_bytes()
        changed = {"changed": content + b" ", "cut": content[: len(content) // 2], "exchanged": other}
        path.write_bytes(changed[how])
    assert name in refused(folder)
    if name in ("report.html", "junit.xml"):  # siteparity report makes them again
        assert again(folder, pages=False).verdict is Verdict.GO


def test_a_file_that_was_added_is_named(folder: Path) -> None:
    """The standby's record of another day would be read."""
    path = folder / "records" / "then" / "arizona.json.gz"
    path.parent.mkdir()
    path.write_bytes((folder / "records" / "arizona.json.gz").read_bytes())
    assert "records/then/arizona.json.gz was added" in refused(folder)


NEW_YEAR = "2031-01-01T00:00:00Z"


def _cut_to_five(content: dict[str, Any]) -> None:
    content["checks"] = content["checks"][:5]
    content["plan"]["checks"] = content["executed"]["checks"] = 5


def _one_warning(content: dict[str, Any]) -> None:
    content["checks"][0]["severity"] = "warning"


def _later(content: dict[str, Any]) -> None:
    content["finished_at"] = NEW_YEAR
    content["valid_until"] = "2031-01-01T04:00:00Z"


def _by_record(content: dict[str, Any]) -> None:
    content["primary"]["source"] = "record"


EDITS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "valid-longer": (
        lambda one: one.update(valid_until="2031-01-01T00:00:00Z"),
        "it says that it holds until",
    ),
    "finished-later": (_later, "to 2031-01-01T000000Z; its time was 300 s"),
    "five-checks": (_cut_to_five, "it holds 5 checks, and plan.json"),
    "started-earlier": (
        lambda one: one.update(started_at="2020-01-01T00:00:00Z"),
        "it started at 2020-01-01",
    ),
    "another-policy": (lambda one: one.update(policy_digest="0" * 64), "plan.json is of another run"),
    "a-blocker-as-warning": (_one_warning, "or others"),
    "more-hosts": (lambda one: one["plan"].update(hosts=99), "count of what was planned"),
    "more-made": (
        lambda one: one["checks"][3].update(compared=99),
        "its counts are not those of journal.jsonl",
    ),
    "a-record": (_by_record, "whether a record stands in"),
    "another-record": (lambda one: one["standby"].update(digest="1" * 64), "not the record of which"),
    "no-record": (lambda one: one["standby"].update(digest="0" * 64), "a site was not measured"),
}


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("bound", [False, True], ids=["digests-as-they-were", "digests-made-anew"])
def test_an_edited_result_is_refused_even_where_the_digests_were_made_anew(
    folder: Path, name: str, bound: bool
) -> None:
    """It no longer follows from the plan, the journal and the records; without the history nor with it."""
    change, problem = EDITS[name]
    finished.edit(folder / "result.json", change)
    if bound:
        bind(folder)
        (folder.parents[1] / "history.jsonl").unlink()
        assert re.search(problem, refused(folder))
    else:
        assert refused(folder)


def _red(settings: Configuration) -> dict[str, Judgement]:
    finding = Finding(item="x", kind=FindingKind.EXPECTATION, message="arizona: x is not there")
    blocker = next(check.id for check in settings.checks if check.severity.value == "blocker")
    return {blocker: Judgement((finding,), 3)}


def _made_go(content: dict[str, Any], until: str) -> None:
    content.update(verdict="GO", valid_until=until, reasons=[], causes=[])
    for check in content["checks"]:
        check.update(outcome="same", findings=[])


def test_a_no_go_that_was_made_a_go_is_refused(settings: Configuration, tmp_path: Path) -> None:
    """The journal still says what was found."""
    result, folder = finished.run(settings, tmp_path, found=_red(settings))
    assert result.verdict is Verdict.NO_GO
    assert again(folder) == result
    until = (result.finished_at + settings.policy.limits.go_valid_for).isoformat()
    finished.edit(folder / "result.json", lambda content: _made_go(content, until))
    assert "result.json was changed" in refused(folder)
    bind(folder)
    assert "history.jsonl holds NO-GO and another digest" in refused(folder)
    (tmp_path / "history.jsonl").unlink()
    assert "its findings are not those of journal.jsonl" in refused(folder)


def test_a_run_on_a_draft_cannot_be_made_a_go(settings: Configuration, tmp_path: Path) -> None:
    """Its plan names what waited when it started, whatever became of draft.yml."""
    written = settings.policy.written
    assert written
    line = waiting.drafted(written, ("owner",), "the inventory says so")
    draft = replace(settings, waiting=waiting.waiting([line], written))
    result, folder = finished.run(draft, tmp_path)
    assert result.verdict is Verdict.UNKNOWN
    assert result.reasons[0].startswith("1 drafted line waits for a person: owner in ")
    assert again(folder) == result
    until = (result.finished_at + settings.policy.limits.go_valid_for).isoformat()
    finished.edit(folder / "result.json", lambda content: _made_go(content, until))
    bind(folder)
    (tmp_path / "history.jsonl").unlink()
    assert "a drafted line waits for a person: owner" in refused(folder)
    finished.edit(folder / "result.json", lambda content: content["scope"].update(waiting=[]))
    bind(folder)
    assert "it names 0 drafted lines that wait, and plan.json 1, or others" in refused(folder)


@pytest.mark.parametrize("way", ["cut", "no closing line", "another status", "a line twice", "nonsense"])
def test_a_journal_that_proves_nothing_makes_no_go(folder: Path, way: str) -> None:
    """Even if its digest was made anew."""
    path = journal_path(folder)
    lines = path.read_text().splitlines()
    changed = {
        "cut": lines[:-2],
        "no closing line": lines[:-1],
        "another status": [*lines[:-1], '{"closed": 1}'],
        "a line twice": [lines[0], *lines],
        "nonsense": [*lines, "{}"],
    }
    path.write_text("".join(f"{line}\n" for line in changed[way]))
    bind(folder)
    assert refused(folder)


def test_a_revoked_go_cannot_be_put_back(folder: Path, go: tuple[Result, Path]) -> None:
    """The history knows that it was revoked, also where the whole folder was saved before."""
    line = json.loads((folder.parents[1] / "history.jsonl").read_text())
    line.update(verdict="NO-GO", digest=None, revoked_at=(go[0].finished_at + timedelta(hours=1)).isoformat())
    with (folder.parents[1] / "history.jsonl").open("a") as history:
        history.write(json.dumps(line) + "\n")
    assert "history.jsonl holds NO-GO" in refused(folder)


def test_the_loss_of_a_go_by_record_follows_from_the_records(settings: Configuration, tmp_path: Path) -> None:
    """A smaller one is not believed, nor one whose GO would last longer."""
    at = settings.policy.limits
    result, folder = _by_a_record(settings, tmp_path)
    assert result.verdict is Verdict.GO, result.reasons
    assert result.data_loss
    assert settings.policy.rpo
    assert result.valid_until == min(
        result.finished_at + at.go_valid_for, result.data_loss.since + settings.policy.rpo
    )
    assert again(folder) == result
    later = (result.data_loss.since + timedelta(minutes=5)).isoformat()
    finished.edit(folder / "result.json", lambda content: content["data_loss"].update(since=later))
    bind(folder)
    (tmp_path / "history.jsonl").unlink()
    assert "what may be lost does not follow from the records" in refused(folder)


def _by_a_record(settings: Configuration, reports: Path) -> tuple[Result, Path]:
    now = datetime.now(UTC)
    old = finished.measured(
        settings, settings.primary, now - timedelta(minutes=20), finished.database("yes", "0/1000")
    )
    standby = finished.measured(
        settings, settings.standby, now, finished.database("no", "0/1000", replayed=900)
    )
    return finished.run(settings, reports, at=now, primary=old, standby=standby)


def test_a_record_that_was_rewritten_whole_is_another_one(folder: Path, settings: Configuration) -> None:
    """Its own digests fit; the result speaks of the one before."""
    path = record_path(folder, "arizona")
    record = records.load(path)
    records.save(finished.measured(settings, settings.standby, record.measured_at), path)
    bind(folder)
    assert "not the record of which result.json speaks" in refused(folder)


def test_a_run_that_was_killed_is_read_as_what_it_is(settings: Configuration, folder: Path) -> None:
    """It said so from its first moment on; what it measured meanwhile was bound by nothing."""
    result = again(folder)
    blank = result.model_copy(
        update={
            "checks": tuple(
                one.model_copy(update={"outcome": Outcome.NOT_RUN, "findings": (), "compared": 0})
                for one in result.checks
            ),
            "executed": Count(checks=0, hosts=0),
            "primary": result.primary.model_copy(update={"digest": "0" * 64}),
            "standby": result.standby.model_copy(update={"digest": "0" * 64}),
        }
    )
    journal = journal_path(folder).read_bytes()
    journal_path(folder).unlink()
    write_reports(unfinished(blank, "run in progress"), folder)
    journal_path(folder).write_bytes(journal)
    assert again(folder).reasons == ("run in progress",)
    (folder / "plan.json").write_text("{}")
    assert "plan.json was changed" in refused(folder)
    assert settings.checks


@pytest.mark.parametrize("missing", ["plan.json", "journal.jsonl", "records/arizona.json.gz"])
def test_a_go_without_its_proof_is_none(folder: Path, missing: str) -> None:
    """Even where the digests do not know that it was there."""
    (folder / missing).unlink()
    bind(folder)
    (folder.parents[1] / "history.jsonl").unlink()
    assert refused(folder)


def test_files_of_another_run_do_not_fit(
    settings: Configuration, go: tuple[Result, Path], folder: Path
) -> None:
    """Nor does a run under another name, or a whole older run in place of a newer one."""
    result, other = finished.run(settings, folder.parents[1], found=_red(settings))
    for name in ("result.json", SUMS):
        content = (folder / name).read_bytes()
        kept = (other / name).read_bytes()
        (other / name).write_bytes(content)
        assert refused(other)
        (other / name).write_bytes(kept)
    assert again(other) == result
    shutil.rmtree(other)
    shutil.copytree(folder, other)
    assert f"it is of the run {go[0].run}" in refused(other)


def test_a_go_that_ends_with_a_waiver_ends_with_it(folder: Path) -> None:
    """A waiver that was edited to last longer is not believed; here it has none."""

    def later(content: dict[str, Any]) -> None:
        waiver: dict[str, Any] = {
            "place": "waivers.yml:1", "check": "packages", "role": "web", "item": "x", "pattern_reason": None,
            "reason": "r", "owner": "o", "approved_by": "a", "ticket": "T", "expires": NEW_YEAR,
            "days_left": 9, "state": "active", "words": "", "about": [], "used_by": [],
        }  # fmt: skip
        content.update(waivers=[{**waiver, "expires": content["finished_at"]}])

    finished.edit(folder / "result.json", later)
    bind(folder)
    (folder.parents[1] / "history.jsonl").unlink()
    assert "it says that it holds until" in refused(folder)

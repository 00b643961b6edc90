"""A value that leaked is removed from everything that is kept; nothing else is lost, and runs stay whole."""

from __future__ import annotations

import bz2
import gzip
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from selftests.unit.gate import finished
from siteparity import configuration
from siteparity.commands.cli import main
from siteparity.configuration import Configuration, find_root
from siteparity.facts import records
from siteparity.gate.believed import believed
from siteparity.model import ConfigurationError, Finding, FindingKind, Group, Judgement, Severity, Verdict
from siteparity.report import sums
from siteparity.runs import forgetting
from siteparity.runs.finished import read_run
from siteparity.runs.forgetting import forget
from siteparity.runs.history import read_history
from siteparity.runs.kept_records import keep, stand_in
from siteparity.runs.recording import record_path

VALUE = "hunter2<&>\"'%ö-and-more"
NOW = datetime(2026, 12, 1, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def settings() -> Configuration:
    """The project's own sites and policy."""
    return configuration.load(find_root(), find_root() / "inventories", look_up=False)


def leaked(settings: Configuration, reports: Path, value: str = VALUE) -> Path:
    """A reports folder in which a value stands in everything; the folder of its newest run."""
    at = datetime.now(UTC)
    made = []
    for site in settings.sites:
        record = finished.measured(settings, site, at, finished.database("yes", "0/1000"))
        host = site.hosts[0].name
        table = {"MODE": value, value: "item", "other": "stays", "number": 12}
        digest = records._digest(table)  # noqa: SLF001
        hosts = {**record.hosts, host: {**record.hosts[host], "runtime": {"environment": digest}}}
        made.append(record.model_copy(update={"tables": {**record.tables, digest: table}, "hosts": hosts}))
    groups = (Group(value=value, hosts=("web1",)),)
    finding = Finding(
        item=f"MODE {value}", kind=FindingKind.DIFFERENT, message=f"it is {value}", primary=groups,
        standby=(Group(value="other", hosts=("web1",)),), fix=f"set it to {value}",
    )  # fmt: skip
    warning = next(check.id for check in settings.checks if check.severity is Severity.BLOCKER)
    found = {warning: Judgement((finding,), 3, (f"a note about {value}",))}
    _, folder = finished.run(settings, reports, at=at, found=found, sites=(made[0], made[1]))
    keep(settings, reports, made, folder.name)
    (folder / "log.txt").write_text(f"E   assert '{value}' == 'other'\n")
    page = html.escape(json.dumps({"log": html.escape(value)}))
    (folder / "checks.html").write_text(f'<div data-jsonblob="{page}"></div>')
    (folder / ".report.html-left").write_text(f"left over {value}")
    (reports / "notes.txt.gz").write_bytes(gzip.compress(f"note {value}".encode()))
    (reports / "notes.bz2").write_bytes(bz2.compress(value.encode()))
    (reports / "blob").write_bytes(b"\0\1" + value.encode() + b"\0" + value.encode("utf-16-le") + b"\2")
    (reports / "token").write_text(b64encode(f"user:{value}".encode()).decode())
    sums_text = sums.sums(folder, {})
    (folder / sums.SUMS).write_bytes(sums_text)
    return folder


def everything(reports: Path) -> dict[str, str]:
    """Every file, unpacked and decoded in each way."""
    found = {}
    for path in sorted(reports.rglob("*")):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
            data = bz2.decompress(data) if data[:3] == b"BZh" else data
            text = data.decode(errors="replace")
            text += html.unescape(html.unescape(text))
            found[str(path.relative_to(reports))] = text + data.decode("utf-16-le", "replace")
    return found


def test_nothing_of_it_is_left_and_the_run_is_whole(settings: Configuration, tmp_path: Path) -> None:
    """In results, records, journal, history, pages, logs, packed and binary files."""
    folder = leaked(settings, tmp_path)
    assert believed(folder, read_history(tmp_path)).verdict is Verdict.NO_GO
    before = read_run(folder)
    size = (tmp_path / "blob").stat().st_size
    found = forget(tmp_path, f"{VALUE}\n", NOW)
    assert {
        path for path, text in everything(tmp_path).items() if VALUE in text or "hunter2" in text
    } == set()
    names = {str(path.relative_to(tmp_path)).replace(folder.name, "RUN") for path in found.places}
    assert names == {
        *(f"runs/RUN/{name}" for name in ("result.json", "journal.jsonl", "report.html", "junit.xml")),
        *(f"runs/RUN/{name}" for name in ("checks.html", "log.txt", ".report.html-left")),
        *(f"runs/RUN/records/{site.name}.json.gz" for site in settings.sites),
        *("records/dallas/primary/RUN.json.gz", "records/arizona/standby/RUN.json.gz"),
        *("first_seen.json", "notes.txt.gz", "notes.bz2", "blob", "token"),
    }
    assert found.unread == {}
    assert (tmp_path / "blob").stat().st_size == size
    after = believed(folder, read_history(tmp_path))
    assert after.forgotten == (NOW,)
    assert (after.verdict, len(after.checks), after.run) == (before.verdict, len(before.checks), before.run)
    (check,) = [one for one in after.checks if one.findings]
    assert check.findings[0].message.startswith("it is ***#")
    assert check.findings[0].standby[0].value == "other"
    assert list(tmp_path.rglob(".forgetting*")) == []


def test_records_keep_all_their_other_values_and_can_stand_in(
    settings: Configuration, tmp_path: Path
) -> None:
    """A table has another digest; the kept record and that of the run are still the same."""
    folder = leaked(settings, tmp_path)
    forget(tmp_path, VALUE, NOW)
    record = records.load(record_path(folder, "dallas"))
    table = record.facts(settings.primary.hosts[0].name, "runtime")["environment"]
    assert isinstance(table, dict)
    assert (table["other"], table["number"], len(table)) == ("stays", 12, 4)
    assert table["MODE"] in table
    found = stand_in(settings, tmp_path, "latest", datetime.now(UTC))
    assert found.record == record
    assert found.then


def test_what_does_not_hold_it_is_untouched(settings: Configuration, tmp_path: Path) -> None:
    """Not one byte, nor its time."""
    _, other = finished.run(settings, tmp_path, at=datetime.now(UTC) - timedelta(minutes=5))
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in other.rglob("*.*")}
    leaked(settings, tmp_path)
    assert forget(tmp_path, VALUE, NOW).places
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in other.rglob("*.*")} == before
    assert believed(other, read_history(tmp_path)).forgotten == ()
    assert forget(tmp_path, VALUE, NOW).places == {}


@pytest.mark.parametrize(
    "value", ["dallas", "verdict", "different", "2026-1", "web1.d", "tests/parity", "blocker"]
)
def test_a_name_that_is_needed_is_refused_and_nothing_is_changed(
    settings: Configuration, tmp_path: Path, value: str
) -> None:
    """Without it no file could be read."""
    leaked(settings, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    if value == "web1.d":
        assert forget(tmp_path, value, NOW).places == {}
    else:
        with pytest.raises(ConfigurationError, match="found a part of a name"):
            forget(tmp_path, value, NOW)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("value", ["", "\n", "ab", "12345", "  abc  "])
def test_a_short_value_is_refused(tmp_path: Path, value: str) -> None:
    """It would be found in every word."""
    with pytest.raises(ConfigurationError, match="expected a value of at least 6 characters on stdin"):
        forget(tmp_path, value, NOW)


@pytest.mark.parametrize("at", [0, 2, 8, 14])
def test_a_process_that_is_killed_leaves_old_files_or_is_finished_by_the_next(
    settings: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Wherever it was."""
    folder = leaked(settings, tmp_path)
    real, done = os.replace, 0

    def dies(*arguments: object) -> None:
        nonlocal done
        done += 1
        if done > at:
            raise KeyboardInterrupt
        real(*arguments)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(os, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        forget(tmp_path, VALUE, NOW)
    monkeypatch.undo()
    forget(tmp_path, VALUE, NOW)
    assert {path for path, text in everything(tmp_path).items() if "hunter2" in text} == set()
    assert believed(folder, read_history(tmp_path)).forgotten == (NOW,)
    assert list(tmp_path.rglob(".forgetting*")) == []


def test_an_edited_run_gets_no_new_digests_by_forgetting(settings: Configuration, tmp_path: Path) -> None:
    """It was not believed before, and is not afterwards."""
    folder = leaked(settings, tmp_path)
    finished.edit(folder / "result.json", lambda content: content.update(tool_version="9"))
    forget(tmp_path, VALUE, NOW)
    with pytest.raises(ConfigurationError, match=r"result\.json was changed"):
        believed(folder, read_history(tmp_path))


def _zip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "kept.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", VALUE)


def _cut_gzip(folder: Path) -> None:
    (folder / "dallas.json.gz").write_bytes(gzip.compress(VALUE.encode() * 99)[:-9])


def _name(folder: Path) -> None:
    (folder / "hunter2-file").write_text("")


def _link(folder: Path) -> None:
    (folder / "elsewhere").symlink_to("/usr")


@pytest.mark.parametrize("make", [_zip, _cut_gzip, _name, _link])
def test_where_it_could_not_be_looked_for_is_said(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """With exit code 3."""
    make(tmp_path)
    (path,) = forget(tmp_path, "hunter2", NOW).unread
    assert path.parent == tmp_path


def test_runs_on_another_disk_are_looked_at(settings: Configuration, tmp_path: Path) -> None:
    """Behind a link."""
    folder = leaked(settings, tmp_path / "reports")
    shutil.move(tmp_path / "reports" / "runs", tmp_path / "disk")
    (tmp_path / "reports" / "runs").symlink_to(tmp_path / "disk")
    assert forget(tmp_path / "reports", VALUE, NOW).unread == {}
    assert "hunter2" not in (tmp_path / "disk" / folder.name / "result.json").read_text()


def test_the_command_reads_stdin_and_never_shows_the_value(
    settings: Configuration,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each file is named with the number of places."""
    leaked(settings, tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{VALUE}\n".encode())))
    assert main(["history", "--forget", "--reports", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "hunter2" not in said.out + said.err
    assert re.fullmatch(r"removed from \d+ places in 16 files below .*", said.out.splitlines()[-1])


@pytest.mark.parametrize(
    "words", [["--forget", "hunter2"], ["--forget=hunter2"], ["hunter2", "--forget"], ["hunter2"]]
)
def test_a_value_among_the_arguments_is_refused_and_not_shown(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """It was seen by everybody already."""
    try:
        status = main(["history", *words])
    except SystemExit as ended:
        status = int(str(ended.code))
    assert status == 4
    said = capsys.readouterr()
    assert "hunter2" not in said.out + said.err
    assert "reads the value from stdin" in said.err


def test_a_signature_of_what_was_forgotten_goes(settings: Configuration, tmp_path: Path) -> None:
    """It would say that the files were forged."""
    folder = leaked(settings, tmp_path)
    (folder / sums.SIGNATURE).write_text("signature")
    assert forget(tmp_path, VALUE, NOW).unsigned == [folder]
    assert not (folder / sums.SIGNATURE).exists()


def test_the_module_needs_no_more_than_a_folder(tmp_path: Path) -> None:
    """An empty one holds nothing."""
    assert forget(tmp_path, "hunter2", NOW) == forgetting.Forgotten()
    assert subprocess.run(["ls", "-A", str(tmp_path)], capture_output=True, check=True).stdout == b""

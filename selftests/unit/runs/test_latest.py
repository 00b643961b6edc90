"""``latest`` leads to the newest run, whatever stood there before, and shows no older answer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from siteparity.model import ConfigurationError, SiteparityError
from siteparity.runs.finished import find_run
from siteparity.runs.latest import point_latest, withdraw_latest

OLD, NEW = "2026-11-23T030000Z-0001", "2026-11-23T040000Z-0002"


def made(reports: Path, name: str, says: str = "GO") -> Path:
    """The folder of a run."""
    folder = reports / "runs" / name
    folder.mkdir(parents=True)
    for file in ("result.json", "report.html"):
        (folder / file).write_text(says)
    return folder


def _a_folder(reports: Path) -> None:
    (reports / "latest").mkdir()
    for file in ("result.json", "report.html"):
        (reports / "latest" / file).write_text("GO")


def _a_link_elsewhere(reports: Path) -> None:
    (reports / "latest").symlink_to(made(reports / "elsewhere", OLD))


PLACES: dict[str, Callable[[Path], object]] = {
    "nothing": lambda _: None,
    "a link": lambda reports: (reports / "latest").symlink_to(f"runs/{OLD}"),
    "a folder": _a_folder,
    "an empty folder": lambda reports: (reports / "latest").mkdir(),
    "a file": lambda reports: (reports / "latest").write_text(f"runs/{OLD}"),
    "a dangling link": lambda reports: (reports / "latest").symlink_to("runs/gone"),
    "a link to itself": lambda reports: (reports / "latest").symlink_to("latest"),
    "a link elsewhere": _a_link_elsewhere,
}


@pytest.mark.parametrize("place", PLACES)
def test_whatever_stands_there_gives_way(tmp_path: Path, place: str) -> None:
    """And no file is lost: a folder gets another name."""
    made(tmp_path, OLD)
    PLACES[place](tmp_path)
    new = made(tmp_path, NEW, "NO-GO")
    point_latest(tmp_path, new)
    assert (tmp_path / "latest").readlink() == Path("runs") / NEW
    assert (tmp_path / "latest" / "report.html").read_text() == "NO-GO"
    assert find_run(tmp_path, None) == new
    kept = tmp_path / f"latest-before-{NEW}" / "report.html"
    assert kept.exists() == (place == "a folder")
    assert list(tmp_path.glob(".latest-*")) == []


MOUNTED = """
mount -t tmpfs tmpfs "$1/latest" || exit 99
echo GO >"$1/latest/report.html"; echo GO >"$1/latest/result.json"
[ "$2" = rw ] || mount -o remount,ro "$1/latest"
"$3" -c '
import sys
from pathlib import Path
from siteparity.runs.latest import point_latest
reports = Path(sys.argv[1])
try:
    point_latest(reports, reports / "runs" / sys.argv[2])
except Exception as error:
    print(type(error).__name__, error)
' "$1" "$4"
ls "$1/latest"
"""


@pytest.mark.parametrize("mode", ["rw", "ro"])
def test_a_folder_that_cannot_be_moved_shows_no_older_answer_or_the_message_says_so(
    tmp_path: Path, mode: str
) -> None:
    """Another file system is mounted there."""
    made(tmp_path, NEW, "NO-GO")
    (tmp_path / "latest").mkdir()
    alone = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"])]
    words = [str(tmp_path), mode, sys.executable, NEW]
    ran = subprocess.run(
        [*alone, "sh", "-c", MOUNTED, "sh", *words], capture_output=True, text=True, check=False
    )
    said, *left = ran.stdout.splitlines()
    assert said.startswith("SiteparityError "), ran.stdout + ran.stderr
    assert "found a folder that cannot be moved (Device or resource busy)" in said
    assert "remove it, or give --reports another folder" in said
    if mode == "rw":
        assert left == ["report.html.old", "result.json.old"]
    else:
        assert "report.html in it still shows an older answer" in said


def test_a_link_that_cannot_be_made_is_the_error_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The older link goes, so that nothing passes for the answer."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    point_latest(tmp_path, made(tmp_path, OLD))
    monkeypatch.setattr(Path, "symlink_to", full)
    with pytest.raises(OSError, match="No space left"):
        point_latest(tmp_path, made(tmp_path, NEW))
    assert withdraw_latest(tmp_path) == ""
    assert not (tmp_path / "latest").is_symlink()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("a folder", "found a folder: a copy of some run; name the run that you mean"),
        ("a link elsewhere", "outside "),
        ("a link", f"found one to {OLD}, and {NEW} is newer"),
        ("a file", "expected the newest run with its result.json, found none"),
        ("a dangling link", "found none; siteparity history lists the runs"),
        ("a link to itself", "found none; siteparity history lists the runs"),
        ("nothing", "found none; siteparity history lists the runs"),
    ],
)
def test_what_does_not_lead_to_the_newest_run_is_not_read_as_such(
    tmp_path: Path, place: str, words: str
) -> None:
    """The message says what stands there and what to do."""
    made(tmp_path, OLD)
    made(tmp_path, NEW)
    PLACES[place](tmp_path)
    with pytest.raises((ConfigurationError, SiteparityError)) as error:
        find_run(tmp_path, None)
    assert words in str(error.value)
    assert find_run(tmp_path, OLD).name == OLD


def test_a_copy_of_a_run_is_no_newer_run(tmp_path: Path) -> None:
    """Nor is a folder that holds no answer."""
    point_latest(tmp_path, made(tmp_path, OLD))
    made(tmp_path, f"{NEW}.bak")
    made(tmp_path, "zzz")
    (tmp_path / "runs" / NEW).mkdir()
    assert find_run(tmp_path, None).name == OLD


def test_runs_may_stand_on_another_disk(tmp_path: Path) -> None:
    """Behind a link of their own."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "runs").symlink_to(tmp_path / "disk")
    point_latest(tmp_path / "reports", made(tmp_path / "reports", NEW))
    assert find_run(tmp_path / "reports", None).name == NEW

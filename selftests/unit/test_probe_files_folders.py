"""Unit: modes and owners of the folders that every program takes for granted."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from selftests.unit.targets import answered, web_host
from siteparity.model import UnmeasuredError
from siteparity.probes import files
from siteparity.tools.configuration import folders

TARGET = web_host(files.Policy(owner="Platform", folders=("/tmp", "/srv/none")))  # noqa: S108  # only named


def test_a_folder_has_mode_and_owner_or_is_not_there() -> None:
    """Each folder that was asked for is spoken of."""
    answer = b"1777 root:root /tmp\nend\n"
    assert files.read_folders(answered(folders=answer), TARGET) == {
        "/tmp": "1777 root:root",  # noqa: S108
        "/srv/none": "nothing there",
    }


@pytest.mark.parametrize("answer", ["", "end", "1777 root:root /tmp\n", "1777 root /tmp\nend\n", "x\nend\n"])
def test_an_answer_that_is_cut_or_not_understood_is_unmeasured(answer: str) -> None:
    """Nothing follows from half of it."""
    with pytest.raises(UnmeasuredError):
        folders.read(answer, ["/tmp"])  # noqa: S108


def test_of_a_pattern_each_right_that_occurs_is_told_once() -> None:
    """Files come and go on one host and not on the other: what has which right says nothing about a site."""
    answer = "640 db:adm /logs/a.log\n600 db:db /logs/b.log\n640 db:adm /logs/c.log\n750 db:db /logs\nend\n"
    assert folders.read(answer, ["/logs", "/logs/*.log", "/none/*"]) == {
        "/logs": "750 db:db",
        "/logs/*.log": "600 db:db, 640 db:adm",
        "/none/*": "nothing there",
    }


def test_real_folders_are_looked_at(tmp_path: Path) -> None:
    """Odd names, links that lead to folders, what a pattern names, and folders that are not there."""
    odd = tmp_path / "it's odd"
    odd.mkdir(mode=0o750)
    (tmp_path / "link").symlink_to(odd)
    (odd / "a log").touch(mode=0o640)
    names = [str(odd), str(tmp_path / "link"), str(odd / "*g"), str(tmp_path / "none"), str(tmp_path / "n*e")]
    done = subprocess.run(["sh", "-c", folders.question(names)], capture_output=True, check=True, text=True)
    found = folders.read(done.stdout, names)
    assert [found[name].split()[0] for name in names] == ["750", "750", "640", "nothing", "nothing"]

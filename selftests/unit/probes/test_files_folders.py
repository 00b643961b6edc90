"""Unit: modes and owners of the folders that every program takes for granted."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from selftests.unit.targets import answered, web_host
from siteparity.model import UnmeasuredError
from siteparity.probes import files
from siteparity.tools.configuration import folders
from siteparity.tools.given import assigned

TARGET = web_host(files.Policy(owner="Platform", folders=("/tmp", "/srv/none")))  # noqa: S108  # only named


def test_a_folder_has_mode_and_owner_or_is_not_there() -> None:
    """Each folder that was asked for is spoken of."""
    answer = b"1777 root:root /tmp\nend\n"
    assert files.read_folders(answered(folders=answer), TARGET) == {
        "/tmp": "1777 root:root",  # noqa: S108
        "/srv/none": "no such folder",
    }


@pytest.mark.parametrize("line", ["1777 root /tmp", "x"])
def test_a_line_that_is_not_understood_is_unmeasured(line: str) -> None:
    """Nothing follows from half of an answer."""
    with pytest.raises(UnmeasuredError):
        folders.read([line])


def test_real_folders_are_looked_at(tmp_path: Path) -> None:
    """Odd names, links that lead to folders, and folders that are not there."""
    odd = tmp_path / "it's odd"
    odd.mkdir(mode=0o750)
    (tmp_path / "link").symlink_to(odd)
    names = [str(odd), str(tmp_path / "link"), str(tmp_path / "none")]
    done = subprocess.run(
        ["sh", "-c", assigned(PLACES=names) + folders.QUESTION], capture_output=True, check=True
    )
    found = folders.read(answered(folders=done.stdout).rows("folders"))
    assert found.keys() == set(names[:2])
    assert {said.split()[0] for said in found.values()} == {"750"}

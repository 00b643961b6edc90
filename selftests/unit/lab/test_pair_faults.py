"""Faults of foreign pairs, as shell scripts on files of this machine."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lab.pairs.tickets.hosts import edited


def test_two_faults_of_one_file_are_both_mended_the_other_way_round(tmp_path: Path) -> None:
    """Neither takes the other's change for the file as it was."""
    file = tmp_path / "app.cfg"
    file.write_text("a=1\nb=1\n", encoding="utf-8")
    first = edited("a", str(file), "s/^a=1/a=2/", ":")
    second = edited("b", str(file), "s/^b=1/b=2/", ":")
    steps = (first[0], second[0], second[1], first[1])
    seen = []
    for step in steps:
        text = step.replace("/root/", f"{tmp_path}/")
        subprocess.run(["sh", "-euc", text], check=True)
        seen.append(file.read_text(encoding="utf-8"))
    assert seen == ["a=2\nb=1\n", "a=2\nb=2\n", "a=2\nb=1\n", "a=1\nb=1\n"]


def test_a_change_that_changes_nothing_is_no_fault(tmp_path: Path) -> None:
    """A line that is written in another way now must be noticed where the fault is set."""
    file = tmp_path / "app.cfg"
    file.write_text("a=1\n", encoding="utf-8")
    text = edited("a", str(file), "s/^c=1/c=2/", ":")[0].replace("/root/", f"{tmp_path}/")
    assert subprocess.run(["sh", "-euc", text], check=False).returncode

"""Ansible reaches the hosts in place of this machine, and what they say is as good."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from lab import keys
from selftests.lab.conftest import Lab
from selftests.peer import account
from siteparity.commands.cli import main

pytestmark = pytest.mark.timeout(900)

SITES = ("dallas", "arizona")
ROUNDS = 2
_ANSIBLE = {
    "ANSIBLE_SSH_ARGS": f"-F {keys.folder()}/config -o ControlMaster=no",
    "ANSIBLE_NOCOLOR": "1",
    "ANSIBLE_TIMEOUT": "60",
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
}


def test_ansible_asks_the_hosts(lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The commands are typed as they are printed. What differs is the account by which Ansible came."""
    record = ["record", *SITES, "--reports", str(tmp_path), "--answers", str(tmp_path / "by-hand")]
    names = [host.name for host in lab.plan.hosts if host.site in SITES]
    with account.lent(names, lab.plan.pair):
        for number in range(1, ROUNDS + 1):
            assert main(record) == 3
            told = capsys.readouterr().out
            assert f"10 scripts of round {number} must be run" in told
            for command in re.findall(r"(?m)^  (ansible .*)$", told):
                ran = subprocess.run(
                    [*shlex.split(command), "--extra-vars", f"ansible_user={account.NAME}"],
                    env={**os.environ, **_ANSIBLE},
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert ran.returncode == 0, ran.stderr[-2000:]
    assert main(record) == 3  # clocks alone are unmeasured
    capsys.readouterr()
    (run,) = (tmp_path / "runs").glob("2*")
    assert main(["judge", str(run)]) == 2
    told = capsys.readouterr().out
    found = dict.fromkeys(re.findall(r"(?m)^([a-z]+): (.*)$", told))
    unknown = {aspect for aspect, title in found if title.endswith(": not known")}
    differ = {aspect for aspect, title in found if not title.endswith(": not known")} - {*SITES}
    assert (differ, unknown) == ({"accounts"}, {"clock"}), told
    assert set(re.findall(r"(?m)^  - ([a-z]+)\b", told.split("clock:")[0])) == {account.NAME}, told

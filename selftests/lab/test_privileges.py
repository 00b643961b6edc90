"""The lab grants only what `siteparity privileges` prints, and answers of any other collector are refused."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from lab import grants, keys, state
from lab.sites import Host
from selftests.lab.conftest import Lab
from selftests.lab.runs import Run, containers_of
from siteparity.commands.privileges import PATH
from siteparity.model import Outcome, Verdict

pytestmark = pytest.mark.timeout(240)

VICTIM = "arizona-web2"


def _granting(lab: Lab) -> list[Host]:
    return [host for host in lab.plan.hosts if grants.of(host)]


def test_every_host_has_what_is_printed_for_it(lab: Lab) -> None:
    """To the byte, root's own, and the one way to root: `sudo -l` lists it."""
    assert len(_granting(lab)) == 10
    for host in _granting(lab):
        granted = grants.of(host)
        assert granted is not None
        for path, (content, mode) in grants.files(host, granted).items():
            assert lab.root(host.name, f"cat /{path}") == content.decode(), (host.name, path)
            assert lab.root(host.name, f"stat -c '%a %u %g' /{path}") == f"{mode:o} 0 0\n", (host.name, path)
        rights = lab.root(host.name, "sudo -l -U parity").splitlines()
        assert [line.split() for line in rights if line.startswith("    (")] == [
            ["(root)", "NOPASSWD:", PATH, '""']
        ]


@pytest.mark.parametrize(
    "command", ["id", "sudo -n id", "sudo -n sh -s", f"sudo -n {PATH} x", "-s sftp", "-t bash"]
)
def test_the_key_starts_nothing_but_the_collector(lab: Lab, command: str) -> None:
    """Whatever is asked for, and whatever is said to it."""
    assert lab.plan.hosts
    for key in ("id_ed25519", "on-call"):
        argv = [
            "ssh",
            "-F",
            str(keys.folder() / "config"),
            "-i",
            str(keys.folder() / key),
            VICTIM,
            *command.split(),
        ]
        done = subprocess.run(argv, input=b"id\nid\n", capture_output=True, check=False, timeout=20)
        assert done.returncode
        assert b"uid=" not in done.stdout + done.stderr


def test_a_collector_that_was_changed_leaves_its_host_unmeasured(lab: Lab, gate: Callable[[], Run]) -> None:
    """One more line in it, and nothing that it says counts; the other hosts are measured."""
    with state.only_one(lab.say):
        lab.root(VICTIM, f"cp -p {PATH} /root/kept && echo '# x' >>{PATH}")
        try:
            run = gate()
        finally:
            lab.root(VICTIM, f"cp -p /root/kept {PATH} && rm /root/kept")
    assert run.result.verdict is Verdict.UNKNOWN, run.told()
    assert {check.outcome for check in run.red()} == {Outcome.UNMEASURED}, run.told()
    assert {host for check in run.red() for host in containers_of(run.result, check)} == {VICTIM}
    messages = {finding.message for check in run.red() for finding in check.findings}
    assert all("was changed after it was made" in one for one in messages), messages
    assert all("siteparity privileges arizona/web2" in one for one in messages), messages

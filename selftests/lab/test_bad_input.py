"""Errors of a person name file, line and key; refusals of a host name the reason."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab import keys, state
from selftests.lab.conftest import Lab
from selftests.lab.runs import INVENTORIES, containers_of
from siteparity.commands.cli import main
from siteparity.model import Outcome
from siteparity.result import Result

pytestmark = pytest.mark.timeout(120)

SSH_CONFIG = keys.folder() / "config"
HOST_SECONDS = 200.0
"""How long a run may wait for each host where no port is open. A busy machine takes a small part of it."""
VICTIM = ("arizona", "web2", "22222")
"""Site, host and SSH port of the host that refuses."""


@dataclass(frozen=True, slots=True)
class Inventories:
    """A copy of the lab's inventories to get wrong."""

    folder: Path

    def path(self, site: str) -> Path:
        """The site's own file."""
        return self.folder / site / "hosts.yml"

    def change(self, site: str, old: str, new: str) -> None:
        """Replace what stands exactly once in a site's file."""
        _replace(self.path(site), old, new)

    def give_victim(self, setting: str) -> None:
        """Give the one host a setting of its own."""
        site, host, _ = VICTIM
        self.change(site, f"{host}:\n", f"{host}:\n          {setting}\n")


@dataclass(frozen=True, slots=True)
class Said:
    """What the command answered."""

    status: int
    stdout: str
    stderr: str
    seconds: float
    reports: Path

    def result(self) -> Result:
        """The run's own record."""
        return Result.model_validate_json((self.reports / "latest" / "result.json").read_bytes())


@pytest.fixture
def inventories(tmp_path: Path) -> Inventories:
    """The lab's inventories, copied."""
    folder = shutil.copytree(INVENTORIES, tmp_path / "inventories")
    for path in folder.glob("*/hosts.yml"):
        _replace(path, "../../.lab/ssh/config", str(SSH_CONFIG))
    return Inventories(folder)


@pytest.fixture
def siteparity(
    inventories: Inventories, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """The command `siteparity gate` on the copied inventories."""

    def gate(*arguments: str) -> Said:
        began, reports = time.monotonic(), tmp_path / "reports"
        status = main(
            ["gate", "--inventories", str(inventories.folder), "--reports", str(reports), *arguments]
        )
        said = capsys.readouterr()
        return Said(status, said.out, said.err, time.monotonic() - began, reports)

    return gate


def _no_inventory(inventories: Inventories) -> None:
    shutil.rmtree(inventories.folder / "arizona")


def _empty_inventory(inventories: Inventories) -> None:
    inventories.path("arizona").write_text("")


def _unknown_key(inventories: Inventories) -> None:
    _replace(inventories.folder / "policy.yml", "  deadline: 300s", "  deadlines: 300s")


def _no_unit(inventories: Inventories) -> None:
    _replace(inventories.folder / "policy.yml", "  deadline: 300s", "  deadline: 300")


def _role_without_hosts(inventories: Inventories) -> None:
    text = inventories.path("arizona").read_text()
    inventories.path("arizona").write_text(
        text.partition("    sessions:\n")[0] + "    sessions:\n      hosts: {}\n"
    )


def _one_machine_twice(inventories: Inventories) -> None:
    inventories.change("arizona", "ansible_port: 22211", "ansible_port: 22111")


WRONG = {
    "no inventory": (_no_inventory, (), r"arizona"),
    "empty inventory": (_empty_inventory, (), r"arizona/hosts\.yml(:\d+)?: "),
    "unknown key": (_unknown_key, (), r"policy\.yml:\d+: .*deadlines"),
    "a number without its unit": (_no_unit, (), r"policy\.yml:\d+: .*deadline.*300s"),
    "a role without hosts": (_role_without_hosts, (), r"arizona/hosts\.yml:?\d*.*sessions"),
    "one machine twice": (_one_machine_twice, (), r"arizona/hosts\.yml:\d+: .*22111"),
    "a site compared with itself": (lambda _: None, ("--standby", "dallas"), r"dallas"),
    "a site that is not there": (lambda _: None, ("--standby", "arizna"), r"arizna.*arizona"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_configuration_is_refused_with_its_place(
    case: str, inventories: Inventories, siteparity: Callable[..., Said]
) -> None:
    """Exit code 4, and the words name where it is wrong; no host is asked."""
    make_wrong, arguments, words = WRONG[case]
    make_wrong(inventories)
    said = siteparity(*arguments)
    assert said.status == 4, said.stderr
    assert said.stdout.startswith("UNKNOWN  no answer: ")
    assert said.stdout.count("\n") == 1
    assert re.search(words, said.stderr, re.DOTALL), said.stderr
    assert "Traceback" not in said.stderr
    assert not said.reports.exists()


def _closed_port(inventories: Inventories, _folder: Path) -> None:
    inventories.change("arizona", f"ansible_port: {VICTIM[2]}", f"ansible_port: {_free_port()}")


def _other_key(inventories: Inventories, folder: Path) -> None:
    _make_key(folder / "key")
    inventories.give_victim(f"parity_ssh_config: {_ssh_config(folder, 'IdentityFile', folder / 'key')}")


def _no_host_key(inventories: Inventories, folder: Path) -> None:
    (folder / "hosts").touch()
    inventories.give_victim(
        f"parity_ssh_config: {_ssh_config(folder, 'UserKnownHostsFile', folder / 'hosts')}"
    )


def _other_host_key(inventories: Inventories, folder: Path) -> None:
    _make_key(folder / "key")
    public = (folder / "key.pub").read_text()
    (folder / "hosts").write_text(f"[127.0.0.1]:{VICTIM[2]} {public}")
    inventories.give_victim(
        f"parity_ssh_config: {_ssh_config(folder, 'UserKnownHostsFile', folder / 'hosts')}"
    )


REFUSING = {
    "closed port": (_closed_port, r"connection refused \(127\.0\.0\.1:\d+\)"),
    "refused key": (_other_key, r"login refused \(publickey\)"),
    "unknown host key": (_no_host_key, r"unknown host key"),
    "changed host key": (_other_host_key, r"host key changed"),
}


@pytest.mark.parametrize("case", REFUSING)
def test_a_host_that_cannot_be_reached_is_unknown_with_the_reason(
    case: str, lab: Lab, inventories: Inventories, siteparity: Callable[..., Said], tmp_path: Path
) -> None:
    """Exit code 3; the host and the reason are named, and nothing is blamed that was measured."""
    assert lab.plan.hosts
    make_refuse, words = REFUSING[case]
    make_refuse(inventories, tmp_path)
    said = siteparity()
    red = [check for check in said.result().checks if check.outcome is not Outcome.SAME]
    assert said.status == 3, said.stdout
    assert {check.outcome for check in red} == {Outcome.UNMEASURED}, said.stdout
    assert {host for check in red for host in containers_of(said.result(), check)} == {"-".join(VICTIM[:2])}
    for check in red:
        assert all(re.search(words, finding.message) for finding in check.findings), check
    assert re.search(words, said.stderr)


def test_a_host_without_a_tool_is_unknown_with_the_tools_name(
    lab: Lab, siteparity: Callable[..., Said]
) -> None:
    """A missing tool is no empty answer."""
    with state.only_one(lab.say):
        lab.root("arizona-web1", "mv /usr/bin/ss /usr/bin/ss.away")
        try:
            said = siteparity()
        finally:
            lab.root("arizona-web1", "mv /usr/bin/ss.away /usr/bin/ss")
    sessions = [check for check in said.result().checks if check.aspect == "sessions" and check.role == "web"]
    unmeasured = [check for check in sessions if check.outcome is Outcome.UNMEASURED]
    reasons = [finding.message for check in unmeasured for finding in check.findings]
    assert said.status in (2, 3), said.stdout  # 2 where the packages tell of the missing file as well
    assert any(re.search(r"\bss\b.*not found", reason) for reason in reasons), reasons


def test_a_lab_that_is_down_is_said_at_once_with_how_to_start_it(
    inventories: Inventories, siteparity: Callable[..., Said]
) -> None:
    """Who clones the project and forgets to start the lab reads one line that helps."""
    for site in ("dallas", "arizona"):
        text = inventories.path(site).read_text()
        inventories.path(site).write_text(
            re.sub(r"ansible_port: \d+", lambda _: f"ansible_port: {_free_port()}", text)
        )
    _replace(inventories.folder / "policy.yml", "host_deadline: 60s", f"host_deadline: {HOST_SECONDS:g}s")
    said = siteparity()
    assert said.status == 3
    assert "python -m lab up" in said.stdout.splitlines()[-1], said.stdout
    assert "connection refused" in said.stdout
    assert said.seconds < HOST_SECONDS / 2


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, f"{path}: {old!r} stands there {text.count(old)} times"
    path.write_text(text.replace(old, new))


def _ssh_config(folder: Path, option: str, value: Path) -> Path:
    """The lab's ssh_config with another value for one option."""
    changed, count = re.subn(rf"(?m)^(\s*{option}\s).*$", rf"\g<1>{value}", SSH_CONFIG.read_text())
    assert count, f"{SSH_CONFIG} has no {option}"
    (folder / "ssh_config").write_text(changed)
    return folder / "ssh_config"


def _make_key(path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number

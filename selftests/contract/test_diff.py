"""``siteparity diff`` over real connections: two machines made of this one, each in namespaces of its own.

Files are bound over those of this machine, so two sshd's lead to two machines with other packages, accounts
and files. What namespaces do not tell apart, such as settings of the kernel, is the same.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from selftests.contract.sshd import ADDRESSES, Server, sshd
from siteparity.commands.cli import main
from siteparity.compare import Run, as_json, places
from siteparity.configuration import find_root
from siteparity.probes import discover
from siteparity.transport import Transport

pytestmark = [
    pytest.mark.skipif(os.getuid() != 0, reason="only root makes machines of mount namespaces"),
    pytest.mark.timeout(240),
]
MACHINE = Path(__file__).with_name("machine.sh")
DIFFERENCES = r"""
sed -i '/^Package: openssh-server$/,/^$/s/^Version: .*/Version: 1:0.1/' dpkg/status
awk -v RS= -v ORS='\n\n' '!/^Package: xz-utils\n/' dpkg/status >status && mv status dpkg/status
sed -i 's/^Restart=.*/Restart=always/' ssh.service
echo 'Banner none # somewhere else' >>sshd_config.host
chmod 600 pam.d/sshd
echo 'extra:x:5000:5000::/home/extra:/bin/bash' >>passwd
echo 'extra:x:5000:' >>group
echo 'extra:*:19000:0:99999:7:::' >>shadow
"""
SOME = ("accounts", "files", "firewall", "kernel", "packages", "services")
PATIENCE = 20
"""Seconds within which a host must accept a connection."""
Compare = Callable[..., tuple[int, str]]


@contextmanager
def machines(differences: str) -> Iterator[Path]:
    """Two machines, and the configuration of ssh in which they are ``alpha`` and ``beta``."""
    with ExitStack() as stack:
        # Not pytest's own folder, which it closes to the users who log in.
        folder = Path(stack.enter_context(TemporaryDirectory()))
        folder.chmod(0o755)
        hosts = []
        for name in ("alpha", "beta"):
            own = folder / name
            own.mkdir(parents=True)
            if name == "beta":
                (own / "differences").write_text(differences)
            through = ["unshare", "--mount", "--uts", "--propagation", "private", "sh", str(MACHINE)]
            server = stack.enter_context(sshd(own, through=[*through, str(own), name]))
            hosts.append(_host(name, server))
        config = folder / "config"
        config.write_text(
            "".join(hosts) + _host("nobody-listens", server).replace("  Port", "  Port 1\n  Port")
        )
        yield config


def _host(name: str, server: Server) -> str:
    lines = [
        f"HostName {ADDRESSES[0]}",
        f"Port {server.port}",
        f"IdentityFile {server.folder}/client_key",
        f"UserKnownHostsFile {server.folder}/known_hosts",
        "GlobalKnownHostsFile /dev/null",
    ]
    return f"Host {name}\n" + "".join(f"  {line}\n" for line in lines)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """As much as a busy machine needs."""
    monkeypatch.setattr("siteparity.commands.diff.Transport", partial(Transport, connect_timeout=PATIENCE))


@pytest.fixture(scope="module")
def config() -> Iterator[Path]:
    """Two machines that differ."""
    with machines(DIFFERENCES) as made:
        yield made


@pytest.fixture
def compare(config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Compare:
    """Run the command for some aspects; its exit code and stdout."""
    some = {aspect: probe for aspect, probe in discover().items() if aspect in SOME}
    monkeypatch.setattr("siteparity.commands.diff.Run", partial(Run, probes=some))

    def run(*arguments: str) -> tuple[int, str]:
        status = main(["diff", "--ssh-config", str(config), *arguments])
        return status, capsys.readouterr().out

    return run


def rows(told: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Title of each group -> table and item of its differences."""
    return {
        group["title"]: [(f"{one['aspect']}.{one['table']}", one["item"]) for one in group["differences"]]
        for group in told["groups"]
    }


@pytest.fixture(scope="module")
def told(config: Path) -> dict[str, Any]:
    """What programs are told of both, as root."""
    with Transport(connect_timeout=PATIENCE) as transport:
        made = Run(find_root(), places(["alpha", "beta"], config), transport, lambda *_: None).make()
    return dict(json.loads(as_json(made)))


def test_every_real_difference_is_found(told: dict[str, Any]) -> None:
    """Packages, a unit's file, configuration, rights, accounts."""
    found = {one for group in rows(told).values() for one in group}
    for expected in (
        ("packages.builds", "openssh-server:amd64"),
        ("packages.builds", "xz-utils:amd64"),
        ("services.definitions", "/usr/lib/systemd/system/ssh.service"),
        ("files.lines", "/etc/ssh/sshd_config: Banner none # somewhere else"),
        ("files.rights", "/etc/pam.d/sshd"),
        ("accounts.users", "user extra"),
        ("accounts.groups", "group extra"),
    ):
        assert expected in found


def test_what_two_hosts_always_have_apart_is_no_difference(told: dict[str, Any]) -> None:
    """Names, full names and addresses stand in a compared file of each."""
    items = [item for group in rows(told).values() for _, item in group]
    assert not [item for item in items if "/etc/pam.d/login" in item or "machine-id" in item]


def test_a_package_leads_before_its_files(told: dict[str, Any]) -> None:
    """Its unit and the rights of its file follow from it."""
    first = rows(told)["package openssh-server:amd64"]
    assert first[0] == ("packages.builds", "openssh-server:amd64")
    assert ("services.definitions", "/usr/lib/systemd/system/ssh.service") in first
    assert ("files.rights", "/etc/pam.d/sshd") in first
    assert next(iter(rows(told))) == "package openssh-server:amd64"


def test_what_a_machine_cannot_tell_is_not_measured_and_not_equal(told: dict[str, Any]) -> None:
    """This machine may have no systemd: then its state is a gap, with its reason, on both."""
    assert told["compared"] > 500
    assert {"accounts", "files", "kernel", "packages"} <= set(told["aspects"])
    assert {"redis", "waf", "sessions"} <= set(told["not_looked_at"])


def test_the_answer_is_told_with_its_heading_first(compare: Compare, tmp_path: Path) -> None:
    """On the terminal, and as a page."""
    status, text = compare("able@alpha", "beta", "--html", str(tmp_path / "page.html"))
    assert status == 2
    first, second, *_, last = text.strip().split("\n")
    assert first.startswith("able@alpha  ")
    assert first.endswith("as root through sudo")
    assert second.endswith("as root")
    assert last.startswith("different  able@alpha and beta: ")
    assert "package openssh-server:amd64" in (tmp_path / "page.html").read_text()


def test_without_root_what_it_alone_may_read_is_one_row(compare: Compare) -> None:
    """And both hosts are asked with the same rights, so that rights are no difference."""
    status, text = compare("able@alpha", "plain@beta", "--json")
    assert status == 2
    told = json.loads(text)
    assert told["first"]["rights"] == told["second"]["rights"] == "without root's rights"
    (row,) = [one for one in told["unread"] if one["reason"].startswith("only root may read it")]
    assert "sudo needs a password" in row["reason"]
    assert row["hosts"] == ["able@alpha", "plain@beta"]
    assert {"accounts", "files", "firewall", "kernel"} <= set(row["tables"])
    assert "NOPASSWD" in row["advice"]
    assert rows(told)["package openssh-server:amd64"]


def test_a_shell_that_greets_is_no_answer(compare: Compare) -> None:
    """What it prints belongs to no question."""
    status, text = compare("noisy@alpha", "noisy@beta")
    assert status == 2
    assert "Welcome" not in text


def test_one_machine_by_two_names_is_refused(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It would be equal to itself in everything."""
    with config.open("a") as file:
        file.write(config.read_text().partition("Host beta")[0].replace("Host alpha", "Host again"))
    assert main(["diff", "--ssh-config", str(config), "alpha", "again"]) == 4
    assert "alpha and again are the same machine; name another one" in capsys.readouterr().err


def test_a_jump_host_is_that_of_the_users_configuration(compare: Compare, config: Path) -> None:
    """As for ssh itself."""
    with config.open("a") as file:
        beta = "Host beta\n" + config.read_text().partition("Host beta\n")[2].partition("Host ")[0]
        file.write(beta.replace("Host beta\n", "Host jumped\n  ProxyJump alpha\n"))
    status, text = compare("alpha", "jumped", "--json")
    assert status == 2
    assert rows(json.loads(text))["package openssh-server:amd64"]


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("nobody-listens", "connection refused"),
        ("stranger@beta", "login refused"),
        ("name.invalid", "no address for the name name.invalid"),
    ],
)
def test_a_host_that_does_not_answer_is_named_with_the_reason(
    compare: Compare, host: str, reason: str
) -> None:
    """Nothing is compared, and that is told at once."""
    status, text = compare("alpha", host)
    assert status == 3
    assert f"- {host}: {reason}" in text
    assert text.strip().split("\n")[-1] == f"not known  alpha and {host}: {host} could not be asked"


def test_machines_that_are_alike_have_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    """Two of one make: other names, machine-ids and keys, and nothing else."""
    with machines("") as config:
        status = main(["diff", "--ssh-config", str(config), "--json", "alpha", "beta"])
    told = json.loads(capsys.readouterr().out)
    assert told["groups"] == []
    assert status == (3 if told["unread"] else 0)

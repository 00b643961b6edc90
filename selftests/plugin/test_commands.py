"""Commands of the policy's own in a whole run: planned, made on hosts that answer, in every report."""

from __future__ import annotations

import getpass
import json
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from selftests.contract.sshd import Server
from selftests.plugin.project import CHECKOUT, PACKAGE, Project
from selftests.plugin.test_gate import last_line
from siteparity.model import Outcome, Verdict
from siteparity.result import SavedCheck

pytestmark = pytest.mark.timeout(180)  # of a machine that is busy

FILE = "tests/parity/test_commands.py"
WHERE = """\
#!/bin/sh
p=$$
while [ "$p" -gt 1 ]; do
    at=$(tr '\\0' '\\n' <"/proc/$p/environ" | sed -n 's/^SSH_CONNECTION=[^ ]* [^ ]* \\([^ ]*\\) .*/\\1/p')
    [ -z "$at" ] || break
    p=$(sed 's/.*) . //; s/ .*//' "/proc/$p/stat")
done
. "${0%/*}/$at"
"""
"""All hosts are addresses of one machine: says what the address says at which the connection arrived."""


class OwnCommands:
    """A checkout whose policy has a command; its hosts say what they are told to."""

    def __init__(self, live: Project) -> None:
        self.live = live
        live.patience = 150
        for path in ("probes/commands.py",):
            live.write(f"src/siteparity/{path}", (PACKAGE / path).read_text())
        live.write(FILE, (CHECKOUT / FILE).read_text())
        live.write("commands/where", WHERE)
        self.program = live.root / "commands" / "where"
        self.program.chmod(self.program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        for address in live.addresses:
            self.says(address, "echo same")

    def says(self, address: str, script: str) -> None:
        """What the command does on one host."""
        self.live.write(f"commands/{address}", f"{script}\n")

    def policy(self, *, argv: Any = None, **keys: Any) -> None:
        """The policy with one command, beside another one that says nothing."""
        mine = {"argv": argv or [str(self.program)], "user": getpass.getuser(), "roles": ["web"], **keys}
        nothing = {"argv": ["true"], "user": getpass.getuser(), "roles": ["db"], "compare": "nothing"}
        aspects = {**self.live.aspect("things"), "commands": {"run": {"my command": mine, "other": nothing}}}
        self.live.policy(aspects=aspects)

    def gate(self) -> subprocess.CompletedProcess[str]:
        """A run."""
        return self.live.siteparity("gate", "--deadline", "120")

    def checks(self) -> dict[str, SavedCheck]:
        """Those about commands, by what stands after the file's name."""
        every = self.live.latest().checks
        return {check.id.partition("::")[2]: check for check in every if check.aspect == "commands"}


ENDS = "test_each_command_ends_as_it_must[web: my command]"
DEMANDS = "test_each_command_says_what_the_policy_demands[web: my command]"
SAME = "test_each_command_says_the_same_at_both_sites[web: my command]"
NEAR = "test_each_number_is_close_enough_at_both_sites[web: my command]"
OTHER = "test_each_command_ends_as_it_must[db: other]"


@pytest.fixture
def own(live: Project) -> OwnCommands:
    """Hosts that answer."""
    return OwnCommands(live)


def test_a_policy_without_commands_owes_no_answer(own: OwnCommands) -> None:
    """It is a GO that says nothing of commands."""
    ran = own.gate()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    result = own.live.latest()
    assert not result.not_applicable
    assert [area.name for area in result.scope.areas if area.kind == "parity"] == ["things"]
    assert not result.scope.undecided


def test_commands_that_say_the_same_are_a_go_and_are_counted(own: OwnCommands) -> None:
    """Each with checks of its own, in every report, and `verify` asks again."""
    own.policy(matches="^same$", owner="Mail", effect="Mails are not sent.")
    ran = own.gate()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert {name: check.outcome for name, check in own.checks().items()} == dict.fromkeys(
        (ENDS, DEMANDS, SAME, OTHER), Outcome.SAME
    )
    assert own.checks()[SAME].owner == "Mail"
    result = own.live.latest()
    assert result.plan == result.executed
    folder = own.live.reports / "latest"
    for report in ("junit.xml", "checks.html", "journal.jsonl"):
        assert "web: my command" in (folder / report).read_text(), report
    assert {area.name: area.state for area in result.scope.areas}["commands"] == "promised"
    verified = own.live.siteparity("verify")
    assert verified.returncode == 0, verified.stdout
    own.says("127.0.0.5", "echo other")
    revoked = own.live.siteparity("verify")
    assert revoked.returncode == 2, revoked.stdout
    assert "commands.output/my command" in revoked.stdout


def test_a_command_that_says_something_else_is_a_finding_in_the_policys_words(own: OwnCommands) -> None:
    """With its name, effect and fix, at the site and host where it is."""
    own.says("127.0.0.5", "echo same; echo more")
    own.policy(effect="Mails are not sent.", fix="postconf -e {item}", leads_to=["things"])
    own.live.things("arizona", "web2", values={"a": "2", "b": "2"})
    ran = own.gate()
    assert ran.returncode == 2, ran.stdout + ran.stderr
    (finding,) = own.checks()[SAME].findings
    assert (finding.item, finding.effect) == ("my command: more", "Mails are not sent.")
    assert finding.fix == "postconf -e 'my command: more'"
    assert (
        finding.message == "my command: more: dallas none (web1, web2) | arizona none (web1), listed (web2)"
    )
    (cause,) = own.live.latest().causes
    assert cause.root == f"{FILE}::{SAME}"
    assert cause.checks == ("tests/parity/test_things.py::test_values[web]",)
    assert own.checks()[OTHER].outcome is Outcome.SAME


def test_a_command_that_hangs_leaves_the_others_measured(own: OwnCommands) -> None:
    """Its own checks could not be made, on one host, and no other is late for it."""
    own.says("127.0.0.2", "sleep 100")
    own.policy(timeout="1s")
    ran = own.gate()
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert own.checks()[SAME].outcome is Outcome.UNMEASURED
    assert own.checks()[SAME].findings[0].message == "dallas/web1: my command: timed out after 1 s"
    assert {check.outcome for name, check in own.checks().items() if "my command" not in name} == {
        Outcome.SAME
    }


def test_a_command_that_fails_at_both_sites_is_a_no_go(own: OwnCommands) -> None:
    """Equal is not healthy."""
    own.policy(argv=["no-such-program"])
    ran = own.gate()
    assert ran.returncode == 2, ran.stdout + ran.stderr
    (finding,) = own.checks()[ENDS].findings
    assert "no program no-such-program" in finding.message


def test_numbers_may_be_as_far_apart_as_the_policy_says(own: OwnCommands) -> None:
    """And no further."""
    own.policy(compare="number", within="10%", at_least=90)
    for number, address in enumerate(own.live.addresses):
        own.says(address, f"echo {97 + number}")
    ran = own.gate()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    own.says("127.0.0.5", "echo 89")
    ran = own.gate()
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert {name: check.outcome for name, check in own.checks().items()} == {
        ENDS: Outcome.SAME, DEMANDS: Outcome.DIFFERENT, NEAR: Outcome.DIFFERENT, OTHER: Outcome.SAME,
    }  # fmt: skip


def test_a_secret_that_a_command_prints_is_nowhere(own: OwnCommands) -> None:
    """Not in a record, a report, the journal, the log, the history; and a difference is found."""
    own.policy(compare="json")
    for number, address in enumerate(own.live.addresses):
        own.says(address, f"""echo '{{"smtp": {{"password": "canary{number // 3}xyzzy"}}}}'""")
    ran = own.gate()
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert own.checks()[SAME].findings[0].item == "my command: smtp.password"
    kept = [path for path in own.live.reports.rglob("*") if path.is_file()]
    assert len(kept) > 5
    for path in kept:
        text = subprocess.run(
            ["gzip", "-dcf"], input=path.read_bytes(), capture_output=True, check=True
        ).stdout
        assert b"xyzzy" not in text, path
    assert "xyzzy" not in ran.stdout + ran.stderr


def test_a_waiver_and_a_difference_by_design_name_one_command(own: OwnCommands) -> None:
    """The finding's item begins with its name."""
    for address in own.live.addresses[2:]:
        own.says(address, "echo other")
    own.policy()
    assert own.gate().returncode == 2
    offered = {finding.item: finding.values for finding in own.checks()[SAME].findings}
    check = "commands.each_command_says_the_same_at_both_sites"
    own.live.waivers(
        *(
            {"check": check, "role": "web", "item": item, "values": str(digest)}
            for item, digest in offered.items()
        )
    )
    ran = own.gate()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert own.checks()[SAME].outcome is Outcome.WAIVED


def test_on_a_host_with_a_collector_root_decides_what_is_run(own: OwnCommands, tmp_path: Path) -> None:
    """An edited command is refused there, alone, until root has installed the new collector."""
    own.policy()
    granted = tmp_path / "granted"
    key = tmp_path / "key.pub"
    key.write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZvbw suite\n")
    written = own.live.siteparity("privileges", "--key", str(key), "--write", str(granted))
    assert written.returncode == 0, written.stdout + written.stderr
    collector = next(granted.rglob("*collect*"))
    collector.chmod(0o755)
    own.live.connection = {**own.live.connection, "parity_collector": str(collector)}
    for site, addresses in (("dallas", own.live.addresses[:2]), ("arizona", own.live.addresses[2:])):
        own.live.inventory(site, addresses)
    # Every host here is told to use the collector of one of them; the questions of "things" name the host.
    own.gate()
    assert own.checks()[ENDS].outcome is Outcome.SAME, own.checks()[ENDS].findings
    own.policy(argv=[str(own.program), "--more"])
    own.gate()
    (finding, *_) = own.checks()[ENDS].findings
    assert "the host's collector does not hold this question" in finding.message
    assert own.checks()[OTHER].outcome is Outcome.SAME
    own.policy(matches="^other$")  # a word: no new collector is needed
    own.gate()
    assert own.checks()[ENDS].outcome is Outcome.SAME
    assert own.checks()[DEMANDS].outcome is Outcome.DIFFERENT


@pytest.mark.usefixtures("server")
def test_a_mistake_in_a_command_is_told_with_its_line(own: OwnCommands, server: Server) -> None:
    """Before any host is asked."""
    own.policy(argv="php -m", leads_to=["no.such_check"], role="web")
    ran = own.gate()
    assert ran.returncode == 4
    for words in (
        "write [php, -m]: no shell reads it",
        'found "no.such_check"',
        "aspects.commands.run.my command.role: ",
    ):
        assert words in ran.stderr, ran.stderr
    assert "policy.yml:" in ran.stderr
    assert not server.logins()
    absent = json.loads(json.dumps({"commands": {"reason": "we have none", "approved_by": "J. Doe"}}))
    own.live.policy(absent=absent)
    ran = own.gate()
    assert "about nothing but what the policy names" in ran.stderr


def test_a_wrong_go_is_not_to_be_had_by_an_empty_section(own: OwnCommands) -> None:
    """A section that names nothing plans nothing; a TODO in it is an open question."""
    own.live.policy(aspects={**own.live.aspect("things"), "commands": {"run": {"mail": "TODO"}}})
    ran = own.gate()
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert own.live.latest().verdict is Verdict.UNKNOWN
    assert last_line(ran).startswith("UNKNOWN")

"""``siteparity check`` says what a run would do, and everything that is wrong, without contacting anybody."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from selftests.unit.policy.edited import edited, scoped
from siteparity.commands.cli import main
from siteparity.configuration import find_root, load
from siteparity.draft import waiting
from siteparity.model import ConfigurationError
from siteparity.yamlfile import load as read_yaml

INVENTORIES = find_root() / "inventories"
CONTACTS = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.spawn",
)
"""Events of Python's audit hooks that may reach another machine."""

_seen: list[str] = []
_watching = False


def _hook(event: str, _: tuple[object, ...]) -> None:
    if _watching and event.startswith(CONTACTS):
        _seen.append(event)


sys.addaudithook(_hook)


@pytest.fixture
def contacts() -> Iterator[list[str]]:
    """What was opened or started meanwhile."""
    global _watching  # noqa: PLW0603  # a hook cannot be taken away again
    _seen.clear()
    _watching = True
    yield _seen
    _watching = False


@pytest.fixture
def inventories(tmp_path: Path) -> Path:
    """A copy of the product's own inventories and policy."""
    return Path(shutil.copytree(INVENTORIES, tmp_path / "inventories"))


def edit(path: Path, pattern: str, text: str) -> int:
    """Replace what matches; returns the number of its line."""
    before = path.read_text()
    found = re.search(pattern, before, re.MULTILINE)
    assert found, pattern
    path.write_text(before[: found.start()] + text + before[found.end() :])
    return before.count("\n", 0, found.start()) + 1


def check(inventories: Path, *arguments: str) -> int:
    """The command on these inventories."""
    return main(["check", "--inventories", str(inventories), *arguments])


def test_nobody_is_contacted(inventories: Path, contacts: list[str]) -> None:
    """No socket, no name server, no ssh; the hook itself sees a socket."""
    for site in ("dallas", "arizona"):
        edit(inventories / site / "hosts.yml", "ansible_host: 127.0.0.1", f"ansible_host: {site}.example")
    assert check(inventories) == 0
    assert contacts == []
    import socket  # noqa: PLC0415

    socket.socket().close()
    assert contacts


def test_the_shipped_files_are_well(inventories: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sites, their hosts and roles, the questions, and the plan."""
    assert check(inventories) == 0
    said = capsys.readouterr().out
    assert "dallas, the primary: 5 hosts: edge1 (edge), web1 (web), web2 (web), db1 (db)" in said
    assert re.search(r"dallas/db1, arizona/db1: \d+ questions each\n  accounts 3, boot 4, ", said)
    assert "562 checks planned\n  545 compare the sites: accounts 32, " in said
    assert "  17 try out arizona: " in said
    assert said.endswith("every check applies\n")


def test_the_other_direction_can_be_asked_about(
    inventories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As every command takes it."""
    assert check(inventories, "--primary", "arizona", "--standby", "dallas") == 0
    assert capsys.readouterr().out.startswith("arizona, the primary: ")


def test_what_is_not_looked_at_is_said(inventories: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Checks without an object by the key that they lack, hosts outside all roles, and odd groups."""
    edit(inventories / "policy.yml", r"^    uploads: .*\n", "")
    edit(
        inventories / "arizona" / "hosts.yml",
        r"^  children:\n",
        "  children:\n    jump:\n      hosts:\n        jump1: {ansible_host: 198.18.9.9}\n    unused:\n",
    )
    assert check(inventories) == 0
    said = capsys.readouterr().out
    assert "in no role of the policy, not looked at: arizona/jump1\n" in said
    assert (
        "5 checks do not apply: the policy names nothing of the kind\n  without aspects.boot.required: boot."
    ) in said
    assert "\n  without aspects.uploads.folders: uploads." in said
    assert said.endswith("warning: arizona: the group unused holds no host\n")
    assert check(inventories, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["hosts_in_no_role"] == ["arizona/jump1"]
    assert [(one["kind"], one["keys"]) for one in told["not_applicable"]] == [
        ("parity", ["aspects.boot.required"]),
        *[("parity", ["aspects.uploads.folders"])] * 4,
    ]
    assert told["warnings"] == ["arizona: the group unused holds no host"]
    assert told["errors"] == []
    assert sum(told["checks"]["parity"].values()) + sum(told["checks"]["smoke"].values()) == 557
    assert told["hosts"][0]["host"] == "dallas/edge1"
    assert told["hosts"][0]["questions"]["boot"] == 4


def test_differences_by_design_are_listed_and_told_if_they_are_not_in_force(
    inventories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a night run finds that nobody reviewed one."""
    edit(
        inventories / "policy.yml",
        r"^limits:\n",
        """differs:
  - aspect: services
    role: db
    item: backup.timer
    only_at: dallas
    reason: backups are taken at Dallas only
    approved_by: Ada Lovelace
    review: 2020-05-31

limits:
""",
    )
    assert check(inventories) == 0
    said = capsys.readouterr().out
    told = " ".join(said.split())
    meant = "services, db, backup.timer: only at dallas: backups are taken at Dallas only"
    assert f"1 difference by design {meant} (approved by Ada Lovelace, to be reviewed by 2020-05-31)" in told
    assert re.search(
        r"warning: the entry \S+policy\.yml:\d under differs \(services, db, backup\.timer\) should have "
        r"been reviewed by 2020-05-31;",
        said,
    )
    assert check(inventories, "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    (one,) = listed["differs"]
    assert re.search(r"policy\.yml:\d$", one["place"])
    assert {key: one[key] for key in one if key != "place"} == {
        "aspects": ["services"],
        "role": "db",
        "items": ["backup.timer"],
        "expected": "only at dallas",
        "reason": "backups are taken at Dallas only",
        "approved_by": "Ada Lovelace",
        "review": "2020-05-31",
    }
    assert len(listed["warnings"]) == 1


def test_a_host_that_could_not_be_asked_is_a_warning(
    inventories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would be unmeasured in the run; now is the better time to hear of it."""
    edit(inventories / "dallas" / "hosts.yml", r"^ +parity_address: .*\n", "")
    assert check(inventories) == 0
    assert re.search(r"warning: dallas/\w+: path could not be measured: the inv", capsys.readouterr().out)


def broken(inventories: Path) -> list[str]:
    """Put a mistake into each file; returns the place of each."""
    policy = inventories / "policy.yml"
    places = [
        f"policy.yml:{edit(policy, '^  deadline: 300s', '  deadline: 300')}",
        f"policy.yml:{edit(policy, '^  firewall: {drop:', '  firewall: {dorp:')}",
    ]
    for site in ("arizona", "dallas"):
        hosts = inventories / site / "hosts.yml"
        places.append(f"{site}/hosts.yml:{edit(hosts, 'ansible_host: ', 'ansible_prot: 1, ansible_host: ')}")
    (inventories / "waivers.yml").write_text("- check: packges\n  rle: web\n")
    return [*places, "waivers.yml:1", "waivers.yml:2"]


def test_all_mistakes_of_all_files_come_at_once(
    inventories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with file and line, and the exit code of a wrong configuration; the gate says the same."""
    places = broken(inventories)
    assert check(inventories) == 4
    said = capsys.readouterr()
    assert said.out == ""
    found = {line.replace(f"{inventories}/", "").split(": ")[0] for line in said.err.splitlines()}
    assert found == set(places)
    assert main(["gate", "--inventories", str(inventories), "--reports", str(inventories / "reports")]) == 4
    assert capsys.readouterr().err == said.err
    assert check(inventories, "--json") == 4
    told = capsys.readouterr()
    assert json.loads(told.out)["errors"] == said.err.splitlines()
    assert told.err == ""


def test_a_policy_that_cannot_be_read_at_all_is_one_error(
    inventories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is guessed about the roles of hosts."""
    (inventories / "policy.yml").write_text("version: 2\n\troles:\n")
    assert check(inventories) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert "policy.yml:2: expected YAML" in line


def test_a_waiver_for_a_check_that_does_not_apply_is_no_mistake_of_the_file(inventories: Path) -> None:
    """The run says that it is about no check; the file is understood."""
    edit(inventories / "policy.yml", r"^    uploads: .*\n", "")
    name = "boot.every_required_file_system_is_mounted_also_after_a_boot"
    (inventories / "waivers.yml").write_text(
        f"- {{check: {name}, role: web, item: a, values: {'0' * 32!r}, reason: r,\n"
        "   owner: o, approved_by: p, ticket: t, expires: 2026-12-31T00:00:00Z}\n"
    )
    assert check(inventories) == 0


def test_a_checkout_that_lacks_checks_is_refused(tmp_path: Path) -> None:
    """Without the file, its checks would be missed by nobody."""
    shutil.copytree(INVENTORIES.parent / "tests", tmp_path / "tests")
    (tmp_path / "tests" / "parity" / "test_boot.py").unlink()
    with pytest.raises(ConfigurationError, match=r"test_boot\.py: expected checks, found none"):
        load(tmp_path, INVENTORIES, look_up=False)


def test_states_absences_and_open_questions_are_listed_and_are_no_error(
    inventories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With question, file and line; the exit code stays 0."""
    scoped(inventories, without=["aspects.boot", "smoke.attack", "smoke.admin"], absent=["smoke.admin"])
    asked = '"TODO", # how late may a customer be charged?'
    line = edit(inventories / "policy.yml", r'(?<="max_late": )"15m",', asked)
    assert check(inventories) == 0
    said = capsys.readouterr().out
    assert (
        "\npromised 34, compared 5, absent 1 (smoke.admin), undecided 3 "
        "(aspects.subscriptions.max_late, smoke.attack, aspects.boot.required)\n" in said
    )
    assert "\n  compared: boot, connections, containers, products, routing\n" in said
    assert "\ndeclared absent\n  smoke.admin: no smoke.admin here (approved by Ada Lovelace; " in said
    assert "\n3 questions are open, and keep every answer from GO: " in said
    flowing = " ".join(said.split())
    assert (
        f"policy.yml:{line}: aspects.subscriptions.max_late: how late may a customer be charged?" in flowing
    )
    assert "policy.yml: smoke.attack: Under which name can a harmless attack" in flowing
    assert check(inventories, "--json") == 0
    told = json.loads(capsys.readouterr().out)["scope"]
    assert [one["name"] for one in told["absent"]] == ["smoke.admin"]
    assert [one["key"] for one in told["undecided"]] == [
        "aspects.subscriptions.max_late",
        "smoke.attack",
        "aspects.boot.required",
    ]
    assert {one["state"] for one in told["areas"] if one["name"] == "boot"} == {"compared"}


def test_drafted_lines_that_wait_are_listed_and_are_no_error(
    inventories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the question or the evidence, and their places."""
    document = read_yaml(inventories / "policy.yml")
    lines = [
        waiting.drafted(document, ("roles", "web", "owner"), "a group of the inventory"),
        waiting.drafted(document, ("owner",), "a comment", "Who gets the findings?"),
    ]
    waiting.write(inventories, lines)
    assert check(inventories) == 0
    said = capsys.readouterr().out
    assert "undecided 0, drafted and not accepted 2\n" in said
    flowing = " ".join(said.split())
    assert "2 drafted lines wait for a person, and keep every answer from GO: siteparity confirm " in flowing
    web, owner = (document.line(line.at) for line in lines)
    assert f"policy.yml:{web}: roles.web.owner: a group of the inventory" in flowing
    assert f"policy.yml:{owner}: owner: Who gets the findings?" in flowing
    assert check(inventories, "--json") == 0
    told = json.loads(capsys.readouterr().out)["scope"]["waiting"]
    assert [(one["path"], one["question"]) for one in told] == [
        ("roles.web.owner", ""),
        ("owner", "Who gets the findings?"),
    ]
    waiting.write(inventories, lines[:1])
    assert check(inventories) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "1 drafted line waits for a person, and keeps every answer from GO: siteparity confirm" in said


def test_what_the_policy_makes_a_warning_is_listed(
    inventories: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a run, as in its answer."""
    reasoned = {"severity": "warning", "severity_reason": "a new provider"}
    edited(inventories, {f"aspects.dns.{key}": value for key, value in reasoned.items()})
    assert check(inventories) == 0
    assert re.search(
        r"\ndns: \d+ checks are warnings by the policy: a new provider\n", capsys.readouterr().out
    )
    assert check(inventories, "--json") == 0
    (told,) = json.loads(capsys.readouterr().out)["downgraded"]
    assert (told["kind"], told["aspect"], told["reason"]) == ("parity", "dns", "a new provider")

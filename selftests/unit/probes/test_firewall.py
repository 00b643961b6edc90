"""Who reaches a host, now and after a boot."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from selftests.unit.targets import answered, web_host
from selftests.unit.tools.test_firewall_rules import listing
from siteparity.model import Table, UnmeasuredError
from siteparity.probes import Target
from siteparity.probes.firewall import PROBE, Policy, ask
from siteparity.tools.firewall import question

SECTION = Policy(owner="Platform", drop={"web": ("inet filter input", "iptables filter INPUT")})
TARGET: Target[Policy] = web_host(SECTION)
RULES = """\
table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		tcp dport 80 accept
		tcp dport 443 accept
	}
}
"""
SWAPPED = RULES.replace("80", "x").replace("443", "80").replace("x", "443")
NOTHING = b"[outcome]\nloaded\n" + listing()
LOADED, SAVED = (b"[outcome]\nloaded\n" + listing(nft=rules) for rules in (RULES, SWAPPED))
SAVE = "*filter\n:INPUT {} [0:0]\n-A INPUT -j LOG\nCOMMIT\n"


def table(name: str, loaded: bytes = listing(nft=RULES), saved: bytes | str = LOADED) -> Table:
    """A table of a host with these answers."""
    return PROBE.tables[name].read(answered(loaded=loaded, saved=saved), TARGET)


def test_rules_that_a_boot_loads_are_the_same_after_a_boot() -> None:
    """And a host without any rule says so."""
    assert table("persisted") == {"all rules": "the same after a boot"}
    assert table("persisted", listing(), NOTHING) == {"all rules": "the same after a boot"}
    assert table("rules", listing()) == {"rules": "none"}


def test_what_a_boot_would_change_is_told_rule_by_rule() -> None:
    """Taken away, brought, or moved."""
    assert table("persisted", saved=SAVED) == {
        "inet filter input: tcp dport 80 accept": "another place after a boot: after tcp dport 443 accept",
        "inet filter input: tcp dport 443 accept": "another place after a boot: the first rule",
    }
    gone = table("persisted", saved=NOTHING)
    assert set(gone.values()) == {"loaded now, gone after a boot"}
    comes = table("persisted", listing(), LOADED)
    assert set(comes.values()) == {"not loaded, comes with a boot"}


def test_a_file_that_is_no_ruleset_is_a_finding_and_a_network_that_lacks_something_is_not() -> None:
    """A mistake in the file leaves the host open at the next boot; an interface is there on the host."""

    def problem(said: str) -> bytes:
        return f"[outcome]\nproblem\n{said}\n".encode() + listing()

    broken = table("persisted", saved=problem("/etc/nftables.conf:30:3-7: Error: syntax error"))
    assert broken == {"all rules": "cannot be loaded: /etc/nftables.conf:30:3-7: Error: syntax error"}
    for reason in ("Error: Interface does not exist", "Error: Could not process rule: No such file", ""):
        with pytest.raises(UnmeasuredError):
            table("persisted", saved=problem(reason))


@pytest.mark.parametrize(
    "saved",
    ["exit 1", b"end\n", b"[outcome]\nloaded\nend\n", b"[outcome]\n" + listing(), LOADED[:-6] + b"end\n"],
)
def test_what_a_boot_would_load_and_cannot_be_listed_is_unmeasured(saved: bytes | str) -> None:
    """Unknown is not the same."""
    with pytest.raises(UnmeasuredError):
        table("persisted", saved=saved)


def test_a_policy_that_does_not_judge_what_a_boot_loads_is_told_so() -> None:
    """Other programs make the rules there; nothing is asked, and the fact says why."""
    target = web_host(SECTION.model_copy(update={"persisted": False}))
    assert list(ask(target)) == ["loaded"]
    read = PROBE.tables["persisted"].read
    assert read(answered(loaded=listing()), target) == {"all rules": "not judged (policy)"}


@pytest.mark.parametrize(
    ("loaded", "state"),
    [
        (listing(nft=RULES), "drop"),
        (listing(nft=RULES.replace("drop", "accept")), "accept"),
        (listing(nft=RULES.replace(" policy drop;", "")), "no policy"),
        (listing(nft=RULES.replace("tcp dport 80 ", "")), "a rule accepts everything"),
        (listing(nft=RULES.replace("\tchain", "\tflags dormant\n\tchain", 1)), "its table is dormant"),
        (listing(nft=RULES.replace("input {", "output {")), "no such chain"),
        (listing(), "no such chain"),
    ],
)
def test_a_chain_that_must_drop_says_what_it_does(loaded: bytes, state: str) -> None:
    """Also where a policy of drop is undone by a rule, or by a table that sleeps."""
    assert table("policies", loaded)["inet filter input"] == state


def test_policies_of_iptables_are_read_alike() -> None:
    """The same word for both tools."""
    for policy in ("DROP", "ACCEPT"):
        found = table("policies", listing(iptables=SAVE.format(policy)))
        assert found["iptables filter INPUT"] == policy.lower()


def test_the_shell_texts_are_whole() -> None:
    """A text within a text: each is parsed by a shell here."""
    for text in (question.LOADED, question.saved("/etc/nftables.conf")):
        subprocess.run(["sh", "-n", "-c", text], check=True)


def test_a_host_without_any_tool_is_unmeasured(tmp_path: Path) -> None:
    """No tool is not "no rules"."""
    shell = shutil.which("sh")
    assert shell is not None
    done = subprocess.run(
        [shell, "-c", question.LOADED], capture_output=True, env={"PATH": str(tmp_path)}, check=False
    )
    assert done.returncode == 1
    assert b"no tool" in done.stderr


def test_the_saved_rules_are_asked_for_only_where_a_boot_loads_some(tmp_path: Path) -> None:
    """A host whose services are not enabled has no rules after a boot."""
    text = question.saved("/etc/nftables.conf").replace("/etc/systemd/system", str(tmp_path))
    done = subprocess.run(["sh", "-c", text], capture_output=True, check=True)
    assert table("persisted", listing(), done.stdout) == {"all rules": "the same after a boot"}


def saved_by_a_host(folder: Path, nft: str) -> subprocess.CompletedProcess[bytes]:
    """What a host whose nftables.service is enabled answers; `nft` stands in for its tool."""
    wants, tools = folder / "multi-user.target.wants", folder / "bin"
    for one in (wants, tools):
        one.mkdir()
    (wants / "nftables.service").symlink_to("/dev/null")
    legacy = dict.fromkeys(("iptables-legacy-save", "ip6tables-legacy-save"), ":")
    for name, text in {"nft": nft, "unshare": 'shift; exec "$@"', **legacy}.items():
        (tools / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    text = question.saved("/etc/nftables.conf").replace("/etc/systemd/system", str(folder))
    path = {"PATH": f"{tools}:{os.environ['PATH']}"}
    return subprocess.run(["sh", "-c", text], capture_output=True, check=False, env=path)


def test_the_saved_rules_are_loaded_and_listed(tmp_path: Path) -> None:
    """Both by the host's own tool, which prints nothing while it loads."""
    done = saved_by_a_host(tmp_path, f"[ \"$1\" = -f ] || cat <<'RULES'\n{RULES}RULES")
    assert table("persisted", listing(nft=RULES), done.stdout) == {"all rules": "the same after a boot"}


def test_saved_rules_that_cannot_be_loaded_say_why(tmp_path: Path) -> None:
    """In the words of the tool, quotes included."""
    done = saved_by_a_host(tmp_path, '[ "$1" != -f ] || { echo "file:1: Error: \'x\'"; exit 1; }')
    assert table("persisted", saved=done.stdout) == {"all rules": "cannot be loaded: file:1: Error: 'x'"}


def test_saved_rules_that_cannot_be_listed_are_unmeasured(tmp_path: Path) -> None:
    """They were loaded, and half a listing is none."""
    done = saved_by_a_host(tmp_path, '[ "$1" = -f ]')
    assert (done.returncode, done.stdout) == (1, b"")


def test_the_policy_takes_a_plain_path_only() -> None:
    """It stands inside two shell texts."""
    with pytest.raises(ValueError, match="plain absolute path"):
        Policy(owner="x", drop={"web": ()}, saved="/etc/a'; reboot")

"""The example of a small site gives the same answers as the lab's own policy, as far as it goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab import podman
from selftests.lab.conftest import Lab
from selftests.lab.runs import INVENTORIES, Run, run_gate
from siteparity import configuration
from siteparity.commands.privileges import PATH, privileges
from siteparity.configuration import find_root
from siteparity.model import Verdict

pytestmark = pytest.mark.timeout(400)

SMALL = INVENTORIES / "small"
MOST_LINES = 60
FAULTS = ("locale_not_compiled", "catalogue_missing", "sysctl_changed_live", "disk_full")


@contextmanager
def granted(lab: Lab, inventories: Path) -> Iterator[None]:
    """Its hosts have the collectors of these inventories inside, and their own again afterwards."""
    settings = configuration.load(find_root(), inventories, look_up=False)
    hosts = {
        f"{site.name}-{host.name}": privileges(settings, site, host).collector.text.decode()
        for site in settings.sites
        for host in site.hosts
    }
    for name in hosts:
        lab.root(name, f"cp -p {PATH} /root/kept")
    try:
        for name, text in hosts.items():
            podman.run_in(name, f"cat >{PATH}", text)
        yield
    finally:
        for name in hosts:
            lab.root(name, f"cp -p /root/kept {PATH} && rm /root/kept")


def outcomes(run: Run) -> dict[str, str]:
    """What became of each check."""
    return {check.id: str(check.outcome) for check in run.result.checks}


def test_the_example_is_short() -> None:
    """Whoever begins can read all of it."""
    assert len((SMALL / "policy.yml").read_text(encoding="utf-8").splitlines()) < MOST_LINES


def test_the_healthy_lab_is_go_and_what_is_absent_was_looked_for(lab: Lab, tmp_path: Path) -> None:
    """The edge hosts, which have a firewall for attacks, are no part of the example."""
    with granted(lab, SMALL):
        run = run_gate(tmp_path, SMALL)
    assert run.result.verdict is Verdict.GO, run.told()
    states = {one.state for one in run.result.scope.areas}
    assert states == {"promised", "compared", "absent"}
    assert any(check.aspect == "absences" for check in run.result.checks)


@pytest.mark.cases("fault", FAULTS, 1)
def test_a_fault_is_told_as_under_the_lab_s_own_policy(lab: Lab, tmp_path: Path, fault: str) -> None:
    """Each check that both make has the same outcome."""
    with lab.broken(fault):
        whole = run_gate(tmp_path / "whole")
        with granted(lab, SMALL):
            small = run_gate(tmp_path / "small", SMALL)
    assert small.result.verdict is whole.result.verdict, small.told()
    known, found = outcomes(whole), outcomes(small)
    shared = known.keys() & found.keys()
    assert {name: found[name] for name in shared} == {name: known[name] for name in shared}, small.told()
    assert any(found[name] == "different" for name in shared)


def test_what_is_there_although_it_is_declared_absent_is_no_go(lab: Lab, tmp_path: Path) -> None:
    """The agents are found on their hosts."""
    folder = tmp_path / "inventories"
    folder.mkdir()
    for site in ("dallas", "arizona"):
        (folder / site).symlink_to(SMALL / site)
    text = (SMALL / "policy.yml").read_text(encoding="utf-8")
    text = text.replace("  monitoring: {agents", "  # {agents").replace(
        "{waf: ", "{monitoring: *same, waf: ", 1
    )
    anchor = "&same {reason: what the primary has is enough, approved_by: Ada Lovelace}"
    text = text.replace(anchor, "*same").replace("{monitoring: *same", f"{{monitoring: {anchor}")
    (folder / "policy.yml").write_text(text, encoding="utf-8")
    with granted(lab, folder):
        run = run_gate(tmp_path / "reports", folder)
    assert run.result.verdict is Verdict.NO_GO, run.told()
    red = [check for check in run.result.checks if check.outcome == "different"]
    assert {check.aspect for check in red} == {"absences"}, run.told()
    assert all("monitoring" in finding.item for check in red for finding in check.findings)

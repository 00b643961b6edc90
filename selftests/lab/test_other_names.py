"""The hosts of the other site may have other names: they pair by role."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from selftests.lab.conftest import Lab
from selftests.lab.runs import INVENTORIES, Run, run_gate
from siteparity.model import Verdict

pytestmark = pytest.mark.timeout(300)

RENAMED = {"edge1": "front", "web1": "shop-b", "web2": "shop-a", "db1": "pg", "sessions1": "cache"}


def renamed(folder: Path) -> Path:
    """The lab's inventories, with other names for the hosts of the standby."""
    (folder / "arizona").mkdir(parents=True)
    (folder / "dallas").symlink_to(INVENTORIES / "dallas")
    (folder / "policy.yml").symlink_to(INVENTORIES / "policy.yml")
    (folder / "arizona" / "group_vars").symlink_to(INVENTORIES / "arizona" / "group_vars")
    text = (INVENTORIES / "arizona" / "hosts.yml").read_text(encoding="utf-8")
    for old, new in RENAMED.items():
        text = re.sub(rf"(?m)^( +){old}:", rf"\1{new}:", text)
    config = INVENTORIES.parent / ".lab" / "ssh" / "config"
    text = text.replace("../../.lab/ssh/config", str(config))
    (folder / "arizona" / "hosts.yml").write_text(text, encoding="utf-8")
    return folder


def red(run: Run) -> set[str]:
    """The checks that are anything but the same."""
    return {check.id for check in run.red()}


def test_the_healthy_lab_is_go_whatever_its_hosts_are_called(lab: Lab, tmp_path: Path) -> None:
    """Neither the names nor their order count."""
    assert lab.plan.hosts
    run = run_gate(tmp_path / "reports", renamed(tmp_path / "inventories"))
    assert {host.name for host in run.settings.standby.hosts} == set(RENAMED.values())
    assert run.result.verdict is Verdict.GO, run.told()


@pytest.mark.cases("fault", ("configuration_names_the_other_site", "balancer_names_one_host_twice"), 1)
def test_a_fault_of_names_is_found_as_ever(lab: Lab, tmp_path: Path, fault: str) -> None:
    """A host that is named twice, or one of the other site."""
    with lab.broken(fault):
        usual = run_gate(tmp_path / "usual")
        other = run_gate(tmp_path / "reports", renamed(tmp_path / "inventories"))
    assert red(other) == red(usual), other.told()
    assert red(other)

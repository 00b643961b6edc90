"""Sites need not have the same number of hosts: roles are compared, not pairs of hosts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import grants, sites, state, verbs
from selftests.lab.conftest import Lab, Say
from selftests.lab.runs import INVENTORIES, run_gate
from siteparity.model import Verdict

pytestmark = pytest.mark.timeout(240)

SECOND = "        web2:\n"
THIRD = """        web3:
          ansible_port: 22223
          parity_address: 198.18.2.23
          parity_names: [web3.arizona.shop.example, arizona-web3]
"""


@pytest.fixture
def three_web_hosts(lab: Lab, say: Say, tmp_path: Path) -> Iterator[Path]:
    """The lab with a third web host in Arizona, and inventories that say so; afterwards as it was."""
    plan = sites.load("three-web")
    with state.only_one(say):
        verbs.down(lab.plan, say)
        verbs.up(plan, say)
    inventories = tmp_path / "inventories"
    shutil.copytree(INVENTORIES, inventories)
    hosts = inventories / "arizona" / "hosts.yml"
    text = hosts.read_text().replace("../../.lab", str(state.STATE))
    hosts.write_text(text.replace(SECOND, THIRD + SECOND))
    other = inventories / "dallas" / "hosts.yml"
    other.write_text(other.read_text().replace("../../.lab", str(state.STATE)))
    grants.renew(plan.hosts, inventories)
    yield inventories
    with state.only_one(say):
        verbs.down(plan, say)
        verbs.up(lab.plan, say)


def test_a_larger_standby_differs_in_nothing_and_a_smaller_one_is_weaker(
    three_web_hosts: Path, tmp_path: Path
) -> None:
    """Three web hosts may take over from two: each edge's list of its own hosts is whole."""
    more = run_gate(tmp_path / "reports", three_web_hosts)
    assert more.result.verdict is Verdict.GO, more.told()
    assert not more.red(), more.told()
    assert (more.result.primary.hosts, more.result.standby.hosts) == (5, 6)
    fewer = run_gate(tmp_path / "reports", three_web_hosts, primary="arizona", standby="dallas")
    assert {(check.aspect, check.role) for check in fewer.red() if check.kind == "parity"} >= {
        ("capacity", "web")
    }
    weaker = {check.role for check in fewer.red() if check.aspect == "capacity"}
    assert weaker == {"web"}, fewer.told()

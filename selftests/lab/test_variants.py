"""Sites need not have the same number of hosts: roles are compared, not pairs of hosts."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab import grants, machines, sites, state, verbs
from lab.__main__ import main
from lab.errors import LabError
from selftests.lab.conftest import Lab, Say
from selftests.lab.runs import copy_inventories, run_gate
from siteparity.model import Verdict

pytestmark = pytest.mark.timeout(240)

SECOND = "        web2:\n"
THIRD = """        web3:
          ansible_port: 22223
          parity_address: 198.18.2.23
          parity_names: [web3.arizona.shop.example, arizona-web3]
"""


@contextmanager
def as_variant(lab: Lab, variant: str, say: Say) -> Iterator[sites.Plan]:
    """The lab as one of its variants; afterwards as it was, even if the variant did not come up."""
    plan = sites.load(variant)
    try:
        with state.only_one(say):
            verbs.down(lab.plan, say)
            verbs.up(plan, say)
        yield plan
    finally:
        with state.only_one(say):
            verbs.down(plan, say)
            verbs.up(lab.plan, say)


@pytest.fixture
def three_web_hosts(lab: Lab, say: Say, tmp_path: Path) -> Iterator[Path]:
    """Inventories that name the third web host of Arizona, while the lab has it."""
    inventories = tmp_path / "inventories"
    copy_inventories(inventories)
    hosts = inventories / "arizona" / "hosts.yml"
    hosts.write_text(hosts.read_text().replace(SECOND, THIRD + SECOND))
    with as_variant(lab, "three-web", say) as plan:
        grants.renew(plan.hosts, inventories)
        yield inventories


def test_the_lab_is_as_it_was_after_a_variant_that_does_not_come_up(lab: Lab, say: Say) -> None:
    """Whatever a fixture fails at, the next test meets the usual hosts."""
    (third,) = set(sites.load("three-web").hosts) - set(lab.plan.hosts)
    taken = socket.create_server(("127.0.0.1", third.ssh_port))
    with taken, pytest.raises(LabError, match=str(third.ssh_port)), as_variant(lab, "three-web", say):
        pytest.fail("its port is taken, so the third web host cannot have come up")
    assert set(machines.ours()) == {host.name for host in lab.plan.hosts}
    assert machines.variant() is None


def test_another_variant_than_the_one_that_is_up_is_refused(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    """`lab up` changes nothing then, and says what to type."""
    before = machines.ours()
    assert main(["up", "--variant", "three-web"]) == 1
    assert "the lab is up as the usual ten hosts" in (said := capsys.readouterr().err)
    assert "make lab-down" in said
    assert (machines.ours(), machines.variant()) == (before, lab.plan.variant)


def test_a_larger_standby_differs_in_nothing_and_a_smaller_one_is_weaker(
    three_web_hosts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three web hosts may take over from two: each edge's list of its own hosts is whole."""
    more = run_gate(tmp_path / "reports", three_web_hosts)
    assert more.result.verdict is Verdict.GO, more.told()
    assert not more.red(), more.told()
    assert (more.result.primary.hosts, more.result.standby.hosts) == (5, 6)
    assert main(["up"]) == 1  # neither silently the variant, nor a mixture of both
    assert "the lab is up as variant three-web" in capsys.readouterr().err
    fewer = run_gate(tmp_path / "reports", three_web_hosts, sites=("arizona", "dallas"))
    assert {(check.aspect, check.role) for check in fewer.red() if check.kind == "parity"} >= {
        ("capacity", "web")
    }
    weaker = {check.role for check in fewer.red() if check.aspect == "capacity"}
    assert weaker == {"web"}, fewer.told()

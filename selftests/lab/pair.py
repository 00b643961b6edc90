"""What every foreign pair of sites must show: a GO from a short policy, and each of its faults."""

from __future__ import annotations

from pathlib import Path

from lab.faults import Fault
from lab.sites import Plan
from selftests.lab.conftest import Lab
from selftests.lab.runs import Run, containers_of, function_of, run_gate
from siteparity.model import Verdict

MOST_LINES = 60
"""Of the policy of a pair: what a person writes who knows the sites."""


def gate(lab: Lab, folder: Path) -> Run:
    """The gate on the sites of a pair."""
    return run_gate(folder / "reports", lab.plan.pair.inventories)


def is_go_from_a_short_policy(lab: Lab, folder: Path) -> None:
    """Nothing is waived, and no check is anything but the same."""
    inventories = lab.plan.pair.inventories
    assert len((inventories / "policy.yml").read_text(encoding="utf-8").splitlines()) < MOST_LINES
    assert not (inventories / "waivers.yml").exists()
    run = gate(lab, folder)
    assert run.result.verdict is Verdict.GO, run.told()
    assert not run.red(), run.told()


def is_found(run: Run, fault: Fault, plan: Plan) -> None:
    """The checks that the fault names are red, and name one of its hosts."""
    assert run.result.verdict is Verdict.NO_GO, run.told()
    assert set(fault.checks) <= run.red_functions(), f"{fault.name}: {run.told()}"
    red = [check for check in run.red() if function_of(check) in fault.checks]
    containers = {host.ssh_port: host.name for host in plan.hosts}
    known = {
        f"{site.name}-{host.name}": containers.get(host.connection.port or 0)
        for site in run.settings.sites
        for host in site.hosts
    }
    named = {known[host] for check in red for host in containers_of(run.result, check)}
    assert named & set(fault.seen_on or fault.hosts), f"{fault.name}: {run.told()}"

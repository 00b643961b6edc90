"""A fleet of recorded hosts is measured as the lab is: what the bench says is about the product."""

from __future__ import annotations

from pathlib import Path

import pytest

from selftests.fleet.__main__ import STAGES, Fleet
from siteparity.facts.records import load
from siteparity.model import Outcome
from siteparity.runs.recording import record_path

HOSTS = 20


@pytest.fixture(scope="module", name="fleet")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """Twice the lab's hosts, measured and judged."""
    fleet = Fleet(tmp_path_factory.mktemp("fleet") / "run", HOSTS)
    fleet.run()
    return fleet


def test_each_host_answers_under_its_own_name(fleet: Fleet) -> None:
    """No host is silent, and none passes for another."""
    assert fleet.hosts == HOSTS
    for site in fleet.settings.sites:
        record = load(record_path(fleet.folder, site.name))
        assert set(record.hosts) == {host.name for host in site.hosts}
        assert not record.silent()


def test_most_checks_hold_and_the_reports_are_there(fleet: Fleet) -> None:
    """The lab is well, and a copy of a host is as well as the host."""
    outcomes = [line.outcome for line in fleet.lines]
    assert outcomes.count(Outcome.SAME) > len(outcomes) * 0.9
    assert Path(fleet.folder, "result.json").exists()
    assert all(fleet.costs[stage] > 0 for stage in STAGES)

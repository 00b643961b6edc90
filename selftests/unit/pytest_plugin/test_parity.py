"""The rules of a check, bound to its role and to the policy's keys."""

from __future__ import annotations

from typing import Any

import pytest

from selftests.unit.sites import ARIZONA, DALLAS
from siteparity.model import Outcome, Site, Table
from siteparity.policy import Section
from siteparity.probes import capacity, services
from siteparity.pytest_plugin.parity import Parity, SiteFacts


def bound(section: Section, readings: Any, table: str, primary: Table, standby: Table) -> Parity:
    """The ``parity`` of a check for web hosts that all have these tables."""

    def facts(site: Site, of_host: Table) -> SiteFacts:
        return SiteFacts(site, {host.name: {table: of_host} for host in site.in_role("web")})

    both = (facts(DALLAS, primary), facts(ARIZONA, standby))
    return Parity(role="web", section=section, readings=readings, facts=both)


@pytest.mark.parametrize(
    ("peak", "outcome", "notes"),
    [
        ({"web": {"cores": 2}}, Outcome.SAME, 1),
        ({"web": {"cores": 99}}, Outcome.DIFFERENT, 0),
        ({"web": {"memory": 1}}, Outcome.DIFFERENT, 0),
        ({"db": {"cores": 1}}, Outcome.DIFFERENT, 0),
        ({}, Outcome.DIFFERENT, 0),
    ],
)
def test_a_peak_suffices_for_its_own_role_and_item(
    peak: dict[str, dict[str, int]], outcome: Outcome, notes: int
) -> None:
    """A role without a peak is held to what the primary has."""
    section = capacity.Policy(owner="Platform", peak=peak)
    parity = bound(section, capacity.PROBE.readings(), "cores", {"cores": 4.0}, {"cores": 2.0})
    parity.at_least("cores", over="role", suffices="peak", fix="")
    judged = parity.judgement()
    assert (judged.outcome, len(judged.notes)) == (outcome, notes)


@pytest.mark.parametrize(("standby", "outcome"), [("off", Outcome.SAME), ("masked", Outcome.DIFFERENT)])
def test_what_is_right_elsewhere_reaches_the_rule(standby: str, outcome: Outcome) -> None:
    """Not only that it differs from the primary's."""
    section = services.Policy(owner="Platform", only_at_primary={"web": ("a.service",)})
    tables = ({"a.service": "on"}, {"a.service": standby})
    parity = bound(section, services.PROBE.readings(), "only_at_primary", *tables)
    parity.only_at_primary("only_at_primary", equals="on", elsewhere="off", fix="")
    assert parity.judgement().outcome is outcome

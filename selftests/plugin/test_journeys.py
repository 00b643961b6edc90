"""Journeys of customers are tried out at one site, apart from any run."""

from __future__ import annotations

from selftests.plugin.project import NOT_TRIED_OUT, Project
from siteparity.gate.journeys import try_out
from siteparity.model import Deadline, Outcome
from siteparity.policy.journeys import JOURNEYS

NAME = "subscriptions"
CHECKS = '''\
"""Something is tried out.

Customers would miss it.
"""

import pytest


@pytest.mark.journey
def test_it_works(standby):
    """Customers are refused."""
    (host, *_) = standby.site.hosts
    standby.expect("primary that may be asked", not standby.by_record, equals=False, host=host, fix="none")


@pytest.mark.journey
def test_it_fails(standby):
    """Customers are refused."""
    (host, *_) = standby.site.hosts
    standby.expect("site", standby.site.name, equals="elsewhere", host=host, fix="none")


def test_it_is_no_journey(standby):
    """It would end the process."""
    raise SystemExit
'''


def test_the_journeys_alone_are_made_and_no_primary_is_asked(project: Project) -> None:
    """As a run makes them: each has an outcome of its own, and the process must end by itself."""
    project.policy(
        smoke={NAME: {"roles": ["web"], "command": ["charge", "--dry-run"], "expect": {"charged": "0"}}},
        absent={f"smoke.{one}": NOT_TRIED_OUT for one in JOURNEYS if one != NAME},
    )
    file = f"tests/smoke/test_{NAME}.py"
    project.write(file, CHECKS)
    executed = try_out(project.settings(), project.root / "inventories", Deadline(40))
    assert executed.broken == ()
    assert {check: line.outcome for check, line in executed.lines.items()} == {
        f"{file}::test_it_works": Outcome.SAME,
        f"{file}::test_it_fails": Outcome.DIFFERENT,
    }

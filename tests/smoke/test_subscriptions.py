"""The subscriptions job would run at the standby.

In October 2012 subscriptions were charged about eight hours late after the failover. A dry run shows that the
job starts, reads what is due and charges nobody, with the settings and the account that it would have.
"""

from __future__ import annotations

import pytest

from siteparity.policy.journeys import Subscriptions
from siteparity.pytest_plugin import Standby
from siteparity.pytest_plugin.dry_run import dry_run_claims, dry_runs

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "subscriptions_job_missing",
    "subscriptions_job_not_executable",
    "subscriptions_held_at_standby",
    "subscriptions_not_granted",
    "subscriptions_wrong_password",
    "subscriptions_settings_unreadable",
    "standby_of_another_database",
    "database_access_missing",
)
@pytest.mark.broken("A trial run of the subscriptions job fails, or charges customers, on {where}", "loss")
def test_a_dry_run_succeeds_and_charges_nobody(standby: Standby) -> None:
    """From the failover on, subscribers would be charged late, twice, or not at all."""
    policy: Subscriptions = standby.policy
    said, wrote = dry_runs(standby)
    for host, words in said.items():
        standby.hold(host, dry_run_claims(words, policy))
        standby.expect(
            "charges and runs in the database",
            "changed" if wrote else "as before",
            equals="as before",
            host=host,
            fix="look at the job before it runs again: a dry run wrote to the database",
        )

"""Subscriptions are charged once, on time, by the active site.

In October 2012 they ran eight hours late after a failover: customers were charged on the wrong day.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill("subscriptions_job_missing", "subscriptions_job_not_executable")
@pytest.mark.broken("The job that charges subscriptions cannot be run on {where}", "loss")
def test_the_job_is_there_and_can_be_run(parity: Parity) -> None:
    """After the failover nobody would be charged, and nobody would be told."""
    parity.healthy("present", fix="deploy the release again: {item}")


@pytest.mark.drill(
    "subscriptions_job_of_another_revision",
    "subscriptions_job_differs_at_primary",
    "subscriptions_job_differs_behind_a_link",
    "subscriptions_job_not_executable",
    "subscriptions_job_missing",
)
@pytest.mark.broken("The job that charges subscriptions is another at {standby} than at {primary}", "loss")
def test_the_job_is_the_same_at_both_sites(parity: Parity) -> None:
    """After the failover subscriptions would be charged by other rules."""
    parity.same("job", fix="deploy the primary's release of {item}")


@pytest.mark.drill(
    "subscriptions_armed_at_no_site",
    "subscriptions_guard_broken",
    "subscriptions_held_on_one_host",
    "shop_redirected_to_the_primarys_database",
    "shop_of_the_primary_on_the_standbys_database",
    "subscriptions_not_granted",
    "subscriptions_wrong_password",
    "subscriptions_settings_unreadable",
    "subscriptions_job_missing",
    "subscriptions_job_not_executable",
    "standby_promoted",
    "standby_of_another_database",
    "database_access_missing",
    "standby_of_another_database",
)
@pytest.mark.broken("It is not at {primary} alone that subscriptions are charged", "loss")
def test_the_job_is_armed_at_the_primary_and_nowhere_else(parity: Parity) -> None:
    """Armed at both sites, it charges customers twice; armed at neither, it charges nobody."""
    parity.only_at_primary(
        "armed", equals="yes", fix="look at the job's guard: which site's database takes writes?"
    )


@pytest.mark.drill(
    "subscriptions_settings_of_the_other_site",
    "subscriptions_not_granted",
    "subscriptions_wrong_password",
    "subscriptions_settings_unreadable",
    "subscriptions_job_missing",
    "subscriptions_job_not_executable",
    "standby_of_another_database",
    "database_access_missing",
    "standby_of_another_database",
)
@pytest.mark.broken("The job that charges subscriptions on {where} works for the other site", "part")
def test_the_job_works_for_its_own_site(parity: Parity) -> None:
    """Receipts and reports would name the site that has just failed."""
    parity.same(
        "site", fix="name the own site in the application's settings; then: systemctl restart {units}"
    )


@pytest.mark.drill("subscriptions_late", "subscriptions_not_granted")
@pytest.mark.broken("Subscriptions are being charged late at {primary}", "loss")
def test_no_subscription_is_late_at_the_primary(parity: Parity) -> None:
    """Customers are already being charged late."""
    parity.within("late", "max_late", at="primary", fix="run the job by hand and read what it says")


@pytest.mark.drill("subscriptions_last_success_stale", "subscriptions_not_granted")
@pytest.mark.broken("The job that charges subscriptions has not succeeded lately at {primary}", "loss")
def test_the_last_success_is_fresh_at_the_primary(parity: Parity) -> None:
    """If the job no longer succeeds, no later subscription is charged."""
    parity.within("age", "max_age", at="primary", fix="run the job by hand and read what it says")

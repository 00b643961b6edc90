"""The standby shows its pages, in every served language, without an error.

In October 2012 customers saw random errors from the failover on, and some stores showed error pages because
their locale had not been compiled. Here the pages are requested before the failover.
"""

from __future__ import annotations

import pytest

from siteparity.policy.journeys import Storefront
from siteparity.pytest_plugin import Standby
from siteparity.pytest_plugin.storefront import (
    compare_waits,
    page_of,
    storefront_claims,
    tried,
    waits,
)

pytestmark = pytest.mark.blocker

EDGE = "journalctl --lines=20 {logs}  # and the error log of the front door; then ask each web host by itself"
SWITCH = "on that host: ping -s 1400 -c 50 to each web host; look at the switch between them"


@pytest.mark.drill(
    "catalogue_missing",
    "catalogue_truncated",
    "catalogue_damaged_at_both_sites",
    "catalogue_unreadable",
    "catalogue_of_another_language",
    "catalogue_wrong_charset",
    "catalogue_plural_rule_wrong",
    "catalogue_plural_rule_wrong_at_both_sites",
    "locale_not_compiled",
    "locale_not_compiled_at_the_standby",
    "locale_not_compiled_at_both_sites",
    "standby_of_another_database",
    "storefront_pages_in_another_charset",
    "storefront_prices_as_in_english",
    "storefront_says_it_speaks_english",
    "database_access_missing",
)
@pytest.mark.broken("Pages in a language are wrong or fail on {where}", "part")
@pytest.mark.journey
def test_every_web_host_speaks_the_language(standby: Standby, language: str) -> None:
    """Customers get an error page, another language, or prices and dates that mean something else."""
    policy: Storefront = standby.policy
    door = policy.each_host
    for host in standby.hosts(door.role):
        with standby.trying(host):
            page = page_of(standby.visitor(host, door), language, policy)
            standby.hold(host, storefront_claims(page, language, policy, standby.languages))


@pytest.mark.drill(
    "catalogue_missing",
    "catalogue_truncated",
    "catalogue_damaged_at_both_sites",
    "catalogue_unreadable",
    "catalogue_of_another_language",
    "catalogue_wrong_charset",
    "locale_not_compiled",
    "locale_not_compiled_at_the_standby",
    "locale_not_compiled_at_both_sites",
    "standby_of_another_database",
    "storefront_pages_in_another_charset",
    "storefront_backend_lost_by_the_edge",
    "storefront_packets_lost_behind_the_edge",
    "database_access_missing",
)
@pytest.mark.broken("Requests through the front door of {standby} fail or hang", "outage")
@pytest.mark.journey
def test_every_request_through_the_edge_is_answered_in_time(standby: Standby) -> None:
    """From the failover on, customers see errors at random, or wait."""
    policy: Storefront = standby.policy
    for host in standby.hosts():
        with standby.trying(host):
            visitors = [standby.visitor(host, policy.front) for _ in range(policy.at_once)]
            found = tried(visitors, policy, standby.languages)
            standby.expect("requests that failed", found.failed, equals="none", host=host, fix=EDGE)
            standby.expect("requests that took too long", found.slow, equals="none", host=host, fix=SWITCH)


@pytest.mark.drill("storefront_slow_web_host")
@pytest.mark.broken("Pages take longer at {standby} than at {primary}", "part")
def test_customers_wait_no_longer_than_at_the_primary(standby: Standby) -> None:
    """After the failover pages are so slow that customers leave."""
    policy: Storefront = standby.policy
    for door in policy.doors():
        visitors = {}
        for host in standby.both(door.role):
            with standby.trying(host):
                visitors[host] = standby.visitor(host, door)
        compare_waits(standby, waits(visitors, policy, tuple(standby.languages)))

"""The standby's database answers, and the application shows what is in it.

A standby that replicates but cannot be read is otherwise found out at the failover, when every page fails.
"""

from __future__ import annotations

import pytest

from siteparity.policy.journeys import Database
from siteparity.pytest_plugin import Standby
from siteparity.pytest_plugin.database_rows import answer_claims, page_claims, server_claims

pytestmark = pytest.mark.blocker


@pytest.mark.drill("standby_promoted", "standby_of_another_database")
@pytest.mark.broken("The database on {where} cannot be read, or takes orders already", "outage")
def test_the_standbys_database_is_readable_and_takes_no_writes(standby: Standby) -> None:
    """No page can be shown, or two sites take orders and those of one are thrown away later."""
    policy: Database = standby.policy
    for host in standby.hosts():
        with standby.trying(host):
            standby.hold(host, server_claims(standby.database(host, [policy.query]), policy))


@pytest.mark.judges("path", "row", "web_port")
@pytest.mark.drill(
    "database_orders_not_granted",
    "database_oldest_orders_shown",
    "standby_of_another_database",
    "database_access_missing",
)
@pytest.mark.broken("The newest orders are not shown on {where}", "part")
@pytest.mark.journey
def test_the_shop_shows_the_newest_rows_of_the_standbys_database(standby: Standby) -> None:
    """Customers and store owners do not find the newest orders."""
    policy: Database = standby.policy
    request = policy.request(policy.path or "", policy.language or next(iter(standby.languages), ""))
    for server in standby.hosts():
        with standby.trying(server):
            before = standby.database(server, [policy.query])
            pages = {}
            for door in policy.doors():
                for host in standby.hosts(door.role):
                    with standby.trying(host):
                        pages[host] = standby.visitor(host, door).get(*request)
            after = standby.database(server, [policy.query])
            standby.hold(server, (*answer_claims(before), *answer_claims(after)))
            for host, page in pages.items():
                standby.hold(host, page_claims(page, request.path, policy.row or "", before, after))

"""Store owners are sent to a page where they can work, or can read what is going on.

In October 2012 they were redirected to the status page. A redirect to the site that has failed leads nowhere.
"""

from __future__ import annotations

import pytest

from siteparity.policy.journeys import Admin
from siteparity.pytest_plugin import Standby
from siteparity.pytest_plugin.front_door import admin_claims, admin_pages

pytestmark = pytest.mark.blocker


@pytest.mark.drill("admin_redirect_to_the_primary", "admin_redirect_wrong_at_both_sites")
@pytest.mark.broken("Store owners are sent to the wrong place at {where}", "part")
@pytest.mark.journey
def test_store_owners_are_sent_to_the_right_place(standby: Standby) -> None:
    """Store owners do not find their orders, and are not told why."""
    policy: Admin = standby.policy
    for door in policy.doors():
        for host in standby.hosts(door.role):
            with standby.trying(host):
                for page in admin_pages(standby.visitor(host, door), policy):
                    standby.hold(host, admin_claims(page, policy))

"""Customers can reach the status page, whatever happens to either site.

In October 2012 it worked: store owners were sent there, and read what was going on. It must not be hosted at
the site that fails.
"""

from __future__ import annotations

import pytest

from siteparity.policy.journeys import StatusPage
from siteparity.pytest_plugin import Standby
from siteparity.pytest_plugin.front_door import place_of, status_page_claims

pytestmark = pytest.mark.blocker


@pytest.mark.drill("status_page_down", "status_page_empty", "status_page_inside_the_primary")
@pytest.mark.broken("The status page is not shown from outside both sites", "part")
def test_the_status_page_is_shown_from_outside_both_sites(standby: Standby) -> None:
    """While the site is down nobody can read what is going on, and everybody calls."""
    policy: StatusPage = standby.policy
    for host in standby.hosts():
        with standby.trying(host):
            place = place_of(standby, host, policy.server)
            page = standby.visitor(host, policy.door).get(*policy.request(policy.path))
            standby.hold(host, status_page_claims(page, place, policy))

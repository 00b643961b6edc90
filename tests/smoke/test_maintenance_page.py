"""While no web host answers, customers are told so, and where to read more.

In October 2012 every customer saw this page for an hour: "Our eCommerce functionality is currently down for
maintenance". Without it they see an error of the web server, and believe that the site is broken.
"""

from __future__ import annotations

import pytest

from siteparity.policy.journeys import MaintenancePage
from siteparity.pytest_plugin import Standby
from siteparity.pytest_plugin.front_door import maintenance_claims

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "maintenance_page_missing", "maintenance_page_not_configured", "maintenance_page_without_link"
)
@pytest.mark.broken("The maintenance page is not shown on {where}", "part")
def test_the_maintenance_page_is_shown_and_leads_on(standby: Standby) -> None:
    """Customers see a bare error and do not know whether to come back."""
    policy: MaintenancePage = standby.policy
    for host in standby.hosts():
        with standby.trying(host):
            page = standby.visitor(host, policy.front).get(*policy.request(policy.path))
            standby.hold(host, maintenance_claims(page, policy))

"""Every web host keeps its sessions in the Redis of its own site.

In October 2012 sessions kept coming from Dallas after the failover, which made the shop slow. Had Dallas been
lost for good, everybody would have been logged out.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "session_setting_of_the_other_site",
    "session_setting_of_the_other_site_at_the_primary",
    "session_setting_edited_without_restart",
)
@pytest.mark.broken("Logins are kept in another way at {standby} than at {primary}", "outage")
def test_the_setting_is_the_same_apart_from_the_site(parity: Parity) -> None:
    """With another database number or port, the failover logs every customer out."""
    parity.same("setting", fix="set it to {primary}, with this site's own name, and restart the service")


@pytest.mark.drill(
    "session_password_edited_without_restart",
    "session_setting_overridden_by_another_file",
    "session_setting_edited_without_restart",
)
@pytest.mark.broken("The application on {where} keeps logins elsewhere than its file says", "later")
def test_the_service_was_started_with_the_setting_of_its_file(parity: Parity) -> None:
    """After its next restart the application looks for logins elsewhere, or is refused."""
    parity.healthy(
        "started",
        fix="systemctl cat {units}; correct the file, or what overrides it; systemctl restart {units}",
    )


@pytest.mark.drill("session_setting_of_the_other_site", "session_setting_of_the_other_site_at_the_primary")
@pytest.mark.broken("The application on {where} is set to keep logins at the other site", "outage")
def test_the_setting_names_the_own_sites_redis(parity: Parity) -> None:
    """The application would look for logins at the site that has just failed."""
    parity.own_site("configured", fix="name the own site's Redis in the setting, and restart the service")


@pytest.mark.drill(
    "session_setting_of_the_other_site",
    "session_setting_of_the_other_site_at_the_primary",
    "session_name_resolves_to_the_other_site",
)
@pytest.mark.broken("The name of the login store leads to the other site on {where}", "outage")
def test_the_name_leads_to_the_own_sites_redis(parity: Parity) -> None:
    """The application would look for logins at the site that has just failed."""
    parity.own_site("resolved", fix="look at /etc/hosts and at the resolver: getent ahosts {item}")


@pytest.mark.drill(
    "session_setting_of_the_other_site",
    "session_setting_of_the_other_site_at_the_primary",
    "session_name_resolves_to_the_other_site",
    "session_workers_connected_to_the_other_site",
)
@pytest.mark.broken("The running application on {where} keeps logins at the other site", "outage")
def test_running_workers_are_connected_to_the_own_sites_redis(parity: Parity) -> None:
    """Logins come from the site that is about to die, until somebody restarts the application."""
    parity.own_site("sockets", fix="restart the service; it holds connections that it opened before")


@pytest.mark.drill(
    "stray_connection_to_the_other_site_at_the_primary",
    "stray_connection_to_the_other_site",
    "session_setting_of_the_other_site",
    "session_setting_of_the_other_site_at_the_primary",
    "session_name_resolves_to_the_other_site",
    "session_workers_connected_to_the_other_site",
    "redis_replica_of_the_primary",
    "redis_suite_user_refused",
    "redis_stopped",
)
@pytest.mark.broken("Hosts of the other site keep their logins on {where}", "outage")
def test_each_redis_serves_its_own_site_alone(parity: Parity) -> None:
    """A web host of the other site keeps its customers' logins here."""
    parity.own_site("clients", fix="find the service on that host that is connected here, and restart it")

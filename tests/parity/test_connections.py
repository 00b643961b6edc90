"""No site needs the other one: nothing that runs there is connected to it, or told to connect to it.

In October 2012 sessions kept coming from the site that had failed. A cache, a queue, a relay of mail or
a file system there is the same mistake, and shows only when that site is gone.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "redis_replica_of_the_primary",
    "session_name_resolves_to_the_other_site",
    "session_setting_of_the_other_site",
    "session_setting_of_the_other_site_at_the_primary",
    "session_workers_connected_to_the_other_site",
    "stray_connection_to_the_other_site",
    "stray_connection_to_the_other_site_at_the_primary",
)
@pytest.mark.broken("A process of {where} is connected to the other site", "outage")
def test_no_process_is_connected_to_the_other_site(parity: Parity) -> None:
    """What this process does for customers stops with the other site."""
    parity.healthy(
        "connected",
        fix="ss -tunp | grep ADDRESS  # find the setting of {item}, name the own site, restart it; or, if "
        "it is meant, say so in aspects.connections.allowed",
    )


@pytest.mark.drill(
    "job_reads_a_file_of_the_other_site",
    "session_setting_of_the_other_site",
    "session_setting_of_the_other_site_at_the_primary",
    "stray_connection_to_the_other_site",
    "stray_connection_to_the_other_site_at_the_primary",
)
@pytest.mark.broken("A setting of {where} leads to the other site", "outage")
def test_no_setting_outside_etc_names_the_other_site(parity: Parity) -> None:
    """The service, or its next job, looks for its data at the site that has just failed."""
    parity.healthy("configured", fix="name the own site there, and restart what reads it: {item}")


@pytest.mark.drill("session_name_resolves_to_the_other_site", "storefront_slow_web_host")
@pytest.mark.broken("A name in the settings of {where} leads to the other site", "outage")
def test_no_name_in_settings_leads_to_the_other_site(parity: Parity) -> None:
    """The setting looks right, and leads to the site that has just failed."""
    parity.healthy(
        "resolved",
        fix="getent ahosts NAME  # then correct /etc/hosts or the resolver, and restart what reads {item}",
    )


@pytest.mark.drill(
    "admin_redirect_to_the_primary",
    "name_of_a_setting_unknown_at_the_standby",
    "payment_setting_of_a_test_gateway",
    "session_name_resolves_to_the_other_site",
    "setting_added_without_restart_at_primary",
    "storefront_slow_web_host",
)
@pytest.mark.broken("A name in settings leads elsewhere at {standby} than at {primary}", "part")
def test_names_in_settings_lead_to_the_same(parity: Parity) -> None:
    """A service at one site finds nobody, or somebody else, where it finds its servers at the other one."""
    parity.same("leads", fix="getent ahosts {item}  # on a host of each site, then correct what differs")

"""The third parties that the application needs accept connections from each host of both sites.

They know the addresses of the active site. Perhaps nobody ever told them those of the other one: then, after
the failover, no card can be charged and no receipt is sent, and third parties take days to add an address.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "payment_gateway_refuses_the_standby",
    "payment_gateway_refuses_one_host_of_the_primary",
    "payment_gateway_away",
    "payment_packets_dropped_for_the_shops_user",
    "mail_relay_refuses_the_standby",
    "payment_name_leads_nowhere_at_primary",
)
@pytest.mark.broken("A third party, such as a payment provider, does not accept {where}", "outage")
def test_every_third_party_accepts_this_host(parity: Parity) -> None:
    """From the failover on, cards cannot be charged, or receipts are not sent."""
    parity.healthy(
        "reached",
        fix="ask the third party to let this host's public address in: {item}; look at the own firewall",
    )


@pytest.mark.drill("payment_name_of_a_test_gateway", "payment_name_leads_nowhere_at_primary")
@pytest.mark.broken("{standby} finds third parties at other addresses than {primary}", "part")
def test_third_parties_are_found_at_the_same_addresses(parity: Parity) -> None:
    """One site talks to the wrong gateway: a test system, or one that no longer exists."""
    parity.same("places", fix="look at /etc/hosts and at the resolver for {item}")


@pytest.mark.drill("payment_left_by_a_foreign_address")
@pytest.mark.broken(
    "Connections of {where} to third parties leave from an address that is not its site's", "outage"
)
def test_connections_leave_from_the_own_sites_address(parity: Parity) -> None:
    """Calls go through the site that has just failed, or leave from an address that no third party knows."""
    parity.own_site("source", fix="ip route get {primary}  # look at routes and addresses of this host")


@pytest.mark.drill("payment_setting_of_a_test_gateway", "payment_setting_of_a_test_gateway_at_both_sites")
@pytest.mark.broken(
    "The application on {where} is set to another third party than the one that was tried", "loss"
)
def test_the_shop_is_set_to_the_third_party_that_was_tried(parity: Parity) -> None:
    """Charges go to a test system: customers get their goods, and the application is not paid."""
    parity.healthy(
        "settings",
        fix="name the real third party in the application's {item}, or in the policy",
    )

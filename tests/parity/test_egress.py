"""The third parties that the shop needs let each host of both sites in.

They know the addresses of the site that serves; those of the other one were perhaps never announced to them.
After the switch no card can be charged and no receipt is sent, and it takes them days to add an address.
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
def test_every_third_party_accepts_this_host(parity: Parity) -> None:
    """Cards cannot be charged, or receipts are not sent, from the moment of the switch."""
    parity.healthy(
        "reached",
        fix="ask the third party to let this host's public address in: {item}; look at the own firewall",
    )


@pytest.mark.drill("payment_name_of_a_test_gateway", "payment_name_leads_nowhere_at_primary")
def test_third_parties_are_found_at_the_same_addresses(parity: Parity) -> None:
    """One site speaks to another gateway than the other: a test system, or one that is no more."""
    parity.same("places", fix="look at /etc/hosts and at the resolver for {item}")


@pytest.mark.drill("payment_left_by_a_foreign_address")
def test_connections_leave_from_the_own_sites_address(parity: Parity) -> None:
    """A tunnel through the site that has just died, or an address that no third party knows."""
    parity.own_site("source", fix="ip route get {primary}  # look at routes and addresses of this host")


@pytest.mark.drill("payment_setting_of_a_test_gateway", "payment_setting_of_a_test_gateway_at_both_sites")
def test_the_shop_is_set_to_the_third_party_that_was_tried(parity: Parity) -> None:
    """Charges go to a test system: customers get their goods, and nobody is paid."""
    parity.healthy(
        "settings",
        fix="name the real third party in the shop's {item}, or in the policy",
    )

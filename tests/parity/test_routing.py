"""Packets of each host take the way that they take at the other site.

A rule or a route that somebody set for a test, months ago, shows only when the site calls the address that it
is about: a partner's network, a mail server, the database after a failover.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "default_route_missing",
    "neighbour_pinned",
    "network_blackholed_by_a_rule",
    "payment_left_by_a_foreign_address",
    "route_of_one_host_of_the_primary",
    "site_blackholed_at_both_sites",
)
@pytest.mark.broken("Packets take another way at {standby} than at {primary}", "part")
def test_packets_are_routed_alike(parity: Parity) -> None:
    """Calls to some addresses hang, or leave by another way than at the other site."""
    parity.same(
        "routing",
        fix="ip rule; ip route show table all; ip neighbour show nud permanent  # make it the same, also in "
        "the files that set it at a boot: {item}",
    )


@pytest.mark.drill("site_blackholed_at_both_sites")
@pytest.mark.broken("Packets to hosts of the sites are thrown away by {where}", "outage")
def test_no_host_throws_packets_to_the_sites_away(parity: Parity) -> None:
    """Hosts that need each other do not reach each other."""
    parity.healthy(
        "thrown_away", fix="ip rule del or ip route del, with the words after IPv4 or IPv6: {item}"
    )


@pytest.mark.drill("address_of_another_host_on_loopback")
@pytest.mark.broken("The address of another host is set on {where}", "outage")
def test_no_host_has_the_address_of_another(parity: Parity) -> None:
    """The host answers itself where it should ask the other one."""
    parity.healthy("borrowed", fix="ip addr del <the address> dev <the device>: {item}")

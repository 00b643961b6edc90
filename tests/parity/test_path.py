"""The hosts that serve customers together reach each other without loss.

In October 2012 a faulty switch between web and database hosts of the new site lost a few packets in a
hundred, and customers met random errors for days. The day before, that path had carried next to no traffic.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "redis_stopped",
    "front_door_closed_by_a_program_of_bans",
    "tls_not_served",
)
@pytest.mark.broken("A service that it needs cannot be reached from {where}", "outage")
def test_every_host_reaches_the_services_that_it_needs(parity: Parity) -> None:
    """The application answers with an error page, or not at all."""
    parity.healthy("reached", fix="ss -Hltn; nft list ruleset  # on the server: {item}")


@pytest.mark.drill(
    "packets_lost_between_web_and_db",
    "packets_lost_between_web_and_sessions_of_one_host",
    "connections_limited_at_the_database",
    "mtu_lower_on_one_host",
    "mtu_lower_at_both_sites",
    "storefront_packets_lost_behind_the_edge",
    "redis_stopped",
    "front_door_closed_by_a_program_of_bans",
    "tls_not_served",
)
@pytest.mark.broken("Data are lost on the network of {where}", "part")
def test_nothing_is_lost_on_the_way(parity: Parity) -> None:
    """Pages fail or hang at random, for some customers and not for others."""
    fix = "ping -f -c 1000 -s 1472 -M do; ip -s link; ethtool -S; try another cable  # {item}"
    parity.within("connections", "connections", fix=fix)
    parity.within("packets", "packets", fix=fix)
    parity.within("resent", "resent", fix=fix)
    parity.within("errors", "errors", fix=fix)


@pytest.mark.drill(
    "mtu_lower_on_one_host",
    "mtu_lower_at_both_sites",
    "traffic_held_back_at_the_edge",
)
@pytest.mark.broken("A network interface of {where} is slow, or does not carry large packets", "part")
def test_every_interface_carries_full_size_packets_at_full_speed(parity: Parity) -> None:
    """Short pages work, and long ones hang."""
    parity.healthy("links", fix="ip link show; ip link set dev eth0 mtu 1500; ethtool eth0  # {item}")


@pytest.mark.drill("mtu_lower_on_one_host")
@pytest.mark.broken("The network of {standby} is slower than, or different from, that of {primary}", "part")
def test_paths_are_alike_at_both_sites(parity: Parity) -> None:
    """Every page takes longer at one site, since each of its queries to the database does."""
    parity.within("latency", "latency", fix="ip route get; mtr  # {item} must stay inside the site")
    parity.same("paths", fix="ip route get; ip link  # compare with the other site: {item}")


@pytest.mark.drill(
    "database_name_pinned_to_the_other_site",
    "session_name_resolves_to_the_other_site",
    "front_door_of_the_standby_moved",
    "front_door_of_the_standby_wrong",
)
@pytest.mark.broken("A name on {where} leads to the other site", "outage")
def test_names_lead_to_the_own_sites_hosts(parity: Parity) -> None:
    """The application asks the site that has just died, and waits."""
    parity.healthy(
        "names",
        fix="getent ahosts {item}; cat /etc/hosts /etc/resolv.conf",
    )


@pytest.mark.drill(
    "foreign_server_by_a_name_of_the_other_site",
    "name_of_a_setting_unknown_at_the_standby",
    "database_name_pinned",
    "database_name_pinned_to_the_other_site",
    "session_name_resolves_to_the_other_site",
    "payment_name_of_a_test_gateway",
    "payment_name_leads_nowhere_at_primary",
    "storefront_slow_web_host",
)
@pytest.mark.broken("Names are looked up in other ways at {standby} than at {primary}", "part")
def test_names_are_looked_up_alike(parity: Parity) -> None:
    """A name that is pinned on one host stays behind when everything else moves."""
    parity.same(
        "resolution",
        fix="cat /etc/hosts /etc/resolv.conf  # make {item} the same; a line in /etc/hosts is seldom meant",
    )


@pytest.mark.drill("default_route_missing")
@pytest.mark.broken("Nothing outside its site can be reached from {where}", "outage")
def test_what_is_outside_has_a_way(parity: Parity) -> None:
    """Payments, mails and name servers outside the site are out of reach."""
    parity.same("routes", fix="ip route show; ip route add default via the gateway of the site's own network")

"""The application's name leads to the active site, and can be pointed at the other one within minutes.

A failover that customers' resolvers do not notice is no failover. Every authoritative server is asked, since
one that was forgotten sends its share of the customers to a dead site.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "name_server_down",
    "name_server_refuses_the_zone",
)
@pytest.mark.broken("A name server does not answer for the shop's names", "part")
def test_every_name_server_answers_with_authority(parity: Parity) -> None:
    """Some customers wait for seconds, or do not find the application at all."""
    parity.healthy("servers", fix="start or mend the name server {item}")


@pytest.mark.drill("name_server_with_an_old_zone", "name_server_of_the_zone_unknown")
@pytest.mark.broken("The name servers do not all know the same names and addresses", "part")
def test_every_name_server_has_the_same_zone(parity: Parity) -> None:
    """After the failover some customers are still sent to the old site."""
    parity.healthy(
        "zone",
        fix="let the server fetch the zone anew; correct the NS records, or the policy: {item}",
    )


@pytest.mark.drill(
    "record_of_the_passive_site",
    "record_of_the_passive_site_by_ipv6",
    "record_missing",
    "name_server_with_an_old_zone",
    "name_server_refuses_the_zone",
    "customers_led_to_the_standby",
    "customers_led_to_both_sites",
    "customers_led_to_neither_site",
)
@pytest.mark.broken("The shop's name does not lead customers to {primary} alone", "outage")
def test_the_shops_name_leads_to_the_site_that_serves(parity: Parity) -> None:
    """Customers reach a site that must not take their orders, or no site at all."""
    parity.own_site("records", whose="primary", fix="correct the record, and the serial of its zone: {item}")


@pytest.mark.drill("front_door_of_the_standby_wrong", "name_server_refuses_the_zone")
@pytest.mark.broken("The address of a site's front door is not its own", "outage")
def test_each_site_has_a_front_door_of_its_own(parity: Parity) -> None:
    """The address to which customers would be sent after the failover is not the standby's."""
    parity.own_site("front_door", fix="correct the record of the site's front door: {item}")


@pytest.mark.drill("front_door_of_the_standby_wrong", "front_door_of_the_standby_moved")
@pytest.mark.broken("The front doors of {primary} and {standby} are known in different ways", "part")
def test_both_front_doors_are_known_alike(parity: Parity) -> None:
    """After the failover some customers, such as those with IPv6 only, do not find the application."""
    parity.same("front_door", fix="give both front doors the same kinds of record, with their own addresses")


@pytest.mark.drill("record_kept_for_a_day", "absence_kept_for_a_day")
@pytest.mark.broken("Customers would keep going to the old site for too long", "later")
def test_answers_are_forgotten_in_time(parity: Parity) -> None:
    """Customers keep going to the dead site for as long as their resolver keeps the answer."""
    parity.within(
        "ttl", "max_ttl", fix="lower the TTL (or the minimum in the SOA) and wait the old one out: {item}"
    )

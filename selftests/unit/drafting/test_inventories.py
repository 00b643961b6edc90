"""The networks and the domain of a site, from addresses and names of its hosts."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from siteparity.drafting.given import Given
from siteparity.drafting.inventories import domain, networks_of
from siteparity.drafting.seen import NOBODY, NameServer
from siteparity.drafting.sites import HostSeen, SiteSeen
from siteparity.model import Connection, ConnectionKind, Host

NAME_SERVER = NameServer("shop.example", "shop.example", "ns.example", "198.51.100.10")


def site(name: str, **hosts: str) -> SiteSeen:
    """Hosts in one wide network that both sites share, with the name server of both."""
    wide = (ip_network("198.51.100.0/24"),)
    made = tuple(
        HostSeen(
            host,
            ("web",),
            Given(Host(host, name, (), Connection(ConnectionKind.SSH, address, 22, "ops"))),
            replace(
                NOBODY,
                own=replace(NOBODY.own, addresses=(ip_address(address),), networks=wide),
                name_servers=(NAME_SERVER,),
            ),
        )
        for host, address in hosts.items()
    )
    return SiteSeen(name, made)


def test_what_both_sites_use_lies_in_the_network_of_neither() -> None:
    """Else a status page beside the name server would count as a part of the site."""
    one, other = (
        site("berlin", web1="198.51.100.85", db1="198.51.100.95"),
        site("oslo", web1="198.51.100.149"),
    )
    assert [str(found) for found in networks_of(one, other)] == ["198.51.100.64/26"]
    assert [str(found) for found in networks_of(other, one)] == ["198.51.100.128/25"]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["db.berlin.shop.example", "redis.berlin.shop.example"], "berlin.shop.example"),
        (
            ["db.berlin.shop.example", "redis.berlin.shop.example", "queue.shop.example"],
            "berlin.shop.example",
        ),
        (["db.berlin.shop.example", "queue.other.test"], None),
        (["web1"], None),
    ],
)
def test_one_name_of_another_domain_does_not_take_the_sites_own_away(
    names: list[str], found: str | None
) -> None:
    """The domain is what most names have in common."""
    one = replace(site("berlin", web1="198.51.100.85"), names={"web1": tuple(names)})
    assert domain(one, site("oslo", web1="198.51.100.149")) == found


def test_a_domain_that_the_other_sites_names_have_as_well_is_no_sites_own() -> None:
    """Nothing could be told apart by it."""
    one = replace(site("berlin", web1="198.51.100.85"), names={"web1": ("web1.shop.example",)})
    other = replace(site("oslo", web1="198.51.100.149"), names={"web1": ("web9.shop.example",)})
    assert domain(one, other) is None

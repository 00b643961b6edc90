"""Where packets go: what is compared of rules and routes, and what differs by nature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_address

import pytest

from siteparity.model import UnmeasuredError
from siteparity.tools.network import routing
from siteparity.tools.network.routing import Routing

NOTHING: Mapping[str, Sequence[str]] = dict.fromkeys(routing.PARTS, ())
DEFAULT = "4 default via 198.18.0.1 dev ens3 proto dhcp src 198.18.1.21 metric 100 "


def read(**parts: Sequence[str]) -> Routing:
    """What a host with these lines goes by; one gateway is the site's."""
    return routing.read(
        {**NOTHING, **parts}, lambda address: "(site)" if address == "198.18.0.1" else address
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (DEFAULT, "4 default via (site) dev (main)"),
        ("4 default via 198.18.0.1 dev eth0 proto static", "4 default via (site) dev (main)"),
        (
            "6 default via fe80::1 dev ens3 proto static metric 1024 expires 1795sec hoplimit 64 pref medium",
            "6 default via fe80::1 dev (main)",
        ),
        (
            "4 203.0.113.0/24 via 198.18.0.1 dev eth1 mtu lock 1300 advmss 1000",
            "4 203.0.113.0/24 via (site) dev eth1 mtu lock 1300 advmss 1000",
        ),
        (
            "4 default proto static \\\tnexthop via 10.0.0.1 dev a weight 1 \\\tnexthop via 10.0.0.2 dev b",
            "4 default nexthop via 10.0.0.1 dev (main) weight 1 nexthop via 10.0.0.2 dev b",
        ),
        ("4 blackhole 100.64.0.0/10 table 7", "4 blackhole 100.64.0.0/10 table 7"),
        ("4 10.1.0.0/16 via inet6 fe80::9 dev eth0", "4 10.1.0.0/16 via fe80::9 dev eth0"),
    ],
)
def test_a_route_is_told_without_what_differs_by_itself(line: str, told: str) -> None:
    """Its maker, the own address, what expires, and what the first network card is called."""
    assert read(routes=[line]).routes == (told,)


@pytest.mark.parametrize(
    "line",
    [
        "4 198.18.0.0/16 dev eth0 proto kernel scope link src 198.18.1.21",
        "4 local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1",
        "4 broadcast 198.18.255.255 dev eth0 table local",
        "6 multicast ff00::/8 dev eth0 table local proto kernel metric 256 pref medium",
        "4 10.7.0.0/16 via 10.0.0.9 dev eth0 proto bird metric 32",
        "6 default via fe80::1 dev eth0 proto ra metric 100 expires 1700sec",
    ],
)
def test_what_the_kernel_and_routing_daemons_make_is_left_out(line: str) -> None:
    """It follows from addresses, or changes by itself."""
    assert read(routes=[line, DEFAULT]).routes == ("4 default via (site) dev (main)",)


def test_rules_have_no_number_but_an_order() -> None:
    """The kernel chooses the number of a rule that is added without one."""
    rules = ["4 0:\tfrom all lookup local", "4 32765:\tfrom all to 100.64.0.0/10 blackhole"]
    found = read(rules=rules)
    assert found.rules == ("4 from all lookup local", "4 from all to 100.64.0.0/10 blackhole")
    (thrown,) = found.thrown_away()
    assert (thrown[0], str(thrown[1])) == ("4 from all to 100.64.0.0/10 blackhole", "100.64.0.0/10")


@pytest.mark.parametrize(
    ("line", "network"),
    [
        ("4 blackhole 198.18.2.11", "198.18.2.11/32"),
        ("4 unreachable 10.0.0.0/8 dev lo", "10.0.0.0/8"),
        ("6 prohibit 2001:db8::/32", "2001:db8::/32"),
        ("6 unreachable default", "None"),
    ],
)
def test_routes_that_throw_away_say_what(line: str, network: str) -> None:
    """Of a default route nothing is said: it is the last one that fits."""
    ((_, found),) = read(routes=[line]).thrown_away()
    assert str(found) == network


def test_addresses_neighbours_and_policies_are_read() -> None:
    """With their devices; of IPsec only what blocks."""
    found = read(
        addresses=[
            "4 1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever"
        ],
        neighbours=["4 198.18.2.31 dev eth0 lladdr 02:00:00:00:00:01 PERMANENT"],
        policies=[
            "src 10.1.0.0/16 dst 10.2.0.0/16 \\\tdir out action block priority 0 ptype main",
            "src 10.1.0.0/16 dst 10.3.0.0/16 \\\tdir out priority 0 ptype main \\\ttmpl src 1.2.3.4",
        ],
    )
    assert found.addresses == (("lo", ip_address("127.0.0.1")),)
    assert found.neighbours == ("4 198.18.2.31",)
    assert found.blocked == ("src 10.1.0.0/16 dst 10.2.0.0/16 out",)


@pytest.mark.parametrize(
    ("part", "line"),
    [
        ("rules", "Error: argument"),
        ("rules", "4 from all lookup main"),
        ("routes", "5 default"),
        ("addresses", "4 1: lo nothing"),
        ("addresses", "4 1: lo inet x/8"),
        ("neighbours", "4 db1 dev eth0"),
        ("policies", "Cannot send dump request"),
    ],
)
def test_what_is_not_understood_is_unmeasured(part: str, line: str) -> None:
    """Never a host without rules."""
    with pytest.raises(UnmeasuredError):
        read(**{part: [line]})

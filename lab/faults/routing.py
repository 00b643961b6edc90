"""Rules, routes and addresses that somebody set by hand, and that only a few packets meet."""

from lab.faults import Fault

_PIN = """
    ping -qc 1 198.18.2.31 >/dev/null
    ip neighbour replace 198.18.2.31 dev eth0 nud permanent \\
        lladdr "$(ip -o neighbour show 198.18.2.31 | sed -n 's/.* lladdr \\([0-9a-f:]*\\).*/\\1/p')"
"""
_BLACKHOLE = """
    other=2
    ip -4 addr show eth0 | grep -q 198.18.1 || other=1
    ip route add blackhole 198.18.$other.11/32
"""
_NO_BLACKHOLE = """
    for site in 1 2; do ip route del blackhole 198.18.$site.11/32 2>/dev/null || true; done
"""

FAULTS = (
    Fault(
        "network_blackholed_by_a_rule",
        "Somebody kept scanners of a provider's network away from one web host of the standby, by a rule.",
        ("arizona-web1",),
        "ip rule add to 100.64.0.0/10 priority 1000 blackhole",
        "ip rule del priority 1000 2>/dev/null || true",
        "! ip rule show | grep -q blackhole",
    ),
    Fault(
        "route_of_one_host_of_the_primary",
        "The primary's database reaches a partner by a route of its own, in small packets; no file has it.",
        ("dallas-db1",),
        "ip route add 203.0.113.0/24 via 198.18.0.1 mtu lock 1300",
        "ip route del 203.0.113.0/24 2>/dev/null || true",
        "! ip route show | grep -q 203.0.113",
    ),
    Fault(
        "neighbour_pinned",
        "One web host of the standby keeps the hardware address of the database, whoever has its address.",
        ("arizona-web2",),
        _PIN,
        "ip neighbour del 198.18.2.31 dev eth0 2>/dev/null || true",
        "! ip neighbour show nud permanent | grep -q .",
    ),
    Fault(
        "site_blackholed_at_both_sites",
        "Each database throws away what it sends to the other site's edge, which asks it after a failover.",
        ("dallas-db1", "arizona-db1"),
        _BLACKHOLE,
        _NO_BLACKHOLE,
        "! ip route show | grep -q blackhole",
    ),
    Fault(
        "address_of_another_host_on_loopback",
        "For a test the standby's database was given the address of the primary's sessions.",
        ("arizona-db1",),
        "ip addr add 198.18.1.41/32 dev lo",
        "ip addr del 198.18.1.41/32 dev lo 2>/dev/null || true",
        "! ip addr show dev lo | grep -q 198.18",
    ),
)

"""Paths between hosts that lose packets, cut them short, or lead elsewhere."""

from collections.abc import Callable

from lab.faults import Fault
from lab.handle import Lab

WEB, DB = ("arizona-web1", "arizona-web2"), "arizona-db1"


def _dropping(name: str, sentence: str, host: str, rule: str) -> Fault:
    """A separate nftables table, on the host behind the "faulty device", drops some packets."""
    table = "inet faulty_switch"
    return Fault(
        name,
        sentence,
        (host,),
        f"""
            nft add table {table}
            nft add chain {table} input '{{ type filter hook input priority -300; }}'
            nft add rule {table} input '{rule}'
        """,
        f"nft delete table {table} 2>/dev/null || true",
        "! nft list ruleset | grep -q faulty_switch",
    )


def _pinned(name: str, sentence: str, host: str, line: str) -> Fault:
    """A line in /etc/hosts."""
    return Fault(
        name,
        sentence,
        (host,),
        f"echo '{line}' >>/etc/hosts",
        f"""
            grep -vxF '{line}' /etc/hosts >/run/hosts || true
            cat /run/hosts >/etc/hosts
            rm /run/hosts
        """,
        f"! grep -qxF '{line}' /etc/hosts",
    )


def _mtu(name: str, sentence: str, hosts: tuple[str, ...]) -> Fault:
    """An interface whose MTU is smaller than what its neighbours send."""

    def change(size: int) -> Callable[[Lab], None]:
        def step(lab: Lab) -> None:
            for host in hosts:
                lab.in_network_of(host, "ip", "link", "set", "dev", "eth0", "mtu", str(size))

        return step

    return Fault(name, sentence, hosts, change(1400), change(1500))


ROUTE = "/root/default_route_missing"

FAULTS = (
    _dropping(
        "packets_lost_between_web_and_db",
        "A faulty switch loses 2 % of the packets from the standby's web hosts to its database.",
        DB,
        "ip saddr { 198.18.2.21, 198.18.2.22 } numgen random mod 100 < 2 drop",
    ),
    _dropping(
        "packets_lost_between_web_and_sessions_of_one_host",
        "A bad cable loses 4 % of the packets between one web host of the primary and its sessions.",
        "dallas-web2",
        "ip saddr 198.18.1.41 numgen random mod 100 < 4 drop",
    ),
    _dropping(
        "connections_limited_at_the_database",
        "Somebody protected the standby's database against floods: at most five connections a second.",
        DB,
        "tcp dport 5432 tcp flags syn limit rate over 5/second burst 24 packets drop",
    ),
    _mtu(
        "mtu_lower_on_one_host",
        "One web host of the standby accepts packets of up to 1400 bytes; its neighbours send 1500.",
        ("arizona-web2",),
    ),
    _mtu(
        "mtu_lower_at_both_sites",
        "The sessions hosts of both sites accept packets of up to 1400 bytes.",
        ("dallas-sessions1", "arizona-sessions1"),
    ),
    _pinned(
        "database_name_pinned",
        "One web host of the standby has the database's address in /etc/hosts: right until it moves.",
        "arizona-web1",
        "198.18.2.31 db.arizona.shop.example",
    ),
    _pinned(
        "database_name_pinned_to_the_other_site",
        "On one web host of the primary the name of its database host leads to that of the standby.",
        "dallas-web2",
        "198.18.2.31 db1.dallas.shop.example",
    ),
    Fault(
        "default_route_missing",
        "One web host of the standby lost its default route; pages need only its own network.",
        ("arizona-web2",),
        f"ip route show default >{ROUTE}.unfinished && mv {ROUTE}.unfinished {ROUTE} && ip route del default",
        f"[ ! -s {ROUTE} ] || ip route replace $(cat {ROUTE}); rm -f {ROUTE} {ROUTE}.unfinished",
        "ip route show default | grep -q .",
    ),
    Fault(
        name="traffic_held_back_at_the_edge",
        sentence="Somebody throttled the traffic of the standby's edge for a test, and left it so.",
        hosts=("arizona-edge1",),
        break_="tc qdisc replace dev eth0 root tbf rate 200mbit burst 256kb latency 100ms",
        mend="tc qdisc del dev eth0 root 2>/dev/null || true",
    ),
)

"""Third parties that refuse a host, or are not those that the shop should call."""

from collections.abc import Callable

from lab.faults import Fault
from lab.handle import Lab

OUTSIDE = "outside1"
WEB = ("dallas-web1", "dallas-web2", "arizona-web1", "arizona-web2")
STANDBY_WEB = ("arizona-web1", "arizona-web2")
SETTINGS = "/etc/shop/shop.env"
GATEWAY, RELAY = "/etc/payment/allowed", "/etc/relay/allowed"
TEST_GATEWAY = "198.18.0.12"
TUNNEL = "198.18.1.99"

Step = Callable[[Lab], None]


def _list_changed(name: str, sentence: str, hosts: tuple[str, ...], file: str, change: str) -> Fault:
    """A third party changes the list of addresses that it admits, which it reads at every call."""
    kept = f"/root/{name}"

    def break_(lab: Lab) -> None:
        lab.shell(
            OUTSIDE, f"cp -p {file} {kept}.unfinished\nmv {kept}.unfinished {kept}\nsed -i '{change}' {file}"
        )

    def mend(lab: Lab) -> None:
        lab.shell(OUTSIDE, f"rm -f {kept}.unfinished\n[ ! -f {kept} ] || mv {kept} {file}")

    return Fault(name, sentence, (*hosts, OUTSIDE), break_, mend)


def _setting_changed(name: str, sentence: str, hosts: tuple[str, ...], change: str) -> Fault:
    kept = f"/root/{name}"
    return Fault(
        name=name,
        sentence=sentence,
        hosts=hosts,
        break_=f"cp -p {SETTINGS} {kept}.unfinished\nmv {kept}.unfinished {kept}\n"
        f"sed -i '{change}' {SETTINGS}",
        mend=f"rm -f {kept}.unfinished\n[ ! -f {kept} ] || mv {kept} {SETTINGS}",
    )


def _name_overridden(name: str, sentence: str, host: str, address: str) -> Fault:
    """A line in /etc/hosts overrides the name server; a test gateway answers like the real one."""

    def break_(lab: Lab) -> None:
        lab.shell(OUTSIDE, f"ip address replace {TEST_GATEWAY}/16 dev eth0 noprefixroute")
        lab.shell(host, f"cp /etc/hosts /root/hosts\necho '{address} payment.example' >>/etc/hosts")

    def mend(lab: Lab) -> None:
        lab.shell(OUTSIDE, f"ip address delete {TEST_GATEWAY}/16 dev eth0 2>/dev/null || true")
        lab.shell(host, "[ ! -f /root/hosts ] || { cat /root/hosts >/etc/hosts; rm /root/hosts; }")

    return Fault(name, sentence, (host, OUTSIDE), break_, mend)


def _gateway(verb: str) -> Step:
    def step(lab: Lab) -> None:
        lab.shell(OUTSIDE, f"systemctl {verb} payment")

    return step


def _dig_tunnel(lab: Lab) -> None:
    """The third parties know the tunnel's address: for years it was the primary's way out."""
    for file in (GATEWAY, RELAY):
        lab.shell(OUTSIDE, f"echo {TUNNEL} >>{file}")
    lab.shell(
        "arizona-web1",
        f"ip address add {TUNNEL}/32 dev eth0\nip route add 198.18.0.10/32 dev eth0 src {TUNNEL}",
    )


def _fill_tunnel(lab: Lab) -> None:
    lab.shell(
        "arizona-web1",
        f"ip route delete 198.18.0.10/32 dev eth0 2>/dev/null || true\n"
        f"ip address delete {TUNNEL}/32 dev eth0 2>/dev/null || true",
    )
    for file in (GATEWAY, RELAY):
        lab.shell(OUTSIDE, f"sed -i '/^{TUNNEL}$/d' {file}")


FAULTS = (
    _list_changed(
        "payment_gateway_refuses_the_standby",
        "Nobody ever told the payment gateway the standby's addresses.",
        STANDBY_WEB,
        GATEWAY,
        r"/^198\.18\.2\./d",
    ),
    _list_changed(
        "payment_gateway_refuses_one_host_of_the_primary",
        "The payment gateway lost the address of one of two web hosts of the primary.",
        ("dallas-web2",),
        GATEWAY,
        r"/^198\.18\.1\.22$/d",
    ),
    _list_changed(
        "mail_relay_refuses_the_standby",
        "The mail relay does not know one of two web hosts of the standby.",
        ("arizona-web2",),
        RELAY,
        r"/^198\.18\.2\.22$/d",
    ),
    Fault(
        name="payment_gateway_away",
        sentence="The payment gateway accepts no connection, from either site.",
        hosts=(*WEB, OUTSIDE),
        break_=_gateway("stop"),
        mend=_gateway("start"),
    ),
    Fault(
        name="payment_packets_dropped_for_the_shops_user",
        sentence="One web host of the standby drops packets to the gateway, but only for the shop's user.",
        hosts=("arizona-web1",),
        break_="""
            nft add table inet drill
            nft add chain inet drill output '{ type filter hook output priority 0; }'
            nft add rule inet drill output meta skuid shop tcp dport 8081 drop
        """,
        mend="nft delete table inet drill 2>/dev/null || true",
    ),
    _name_overridden(
        "payment_name_of_a_test_gateway",
        "On one web host of the standby the gateway's name still leads to a test system, which says yes.",
        "arizona-web2",
        TEST_GATEWAY,
    ),
    _name_overridden(
        "payment_name_leads_nowhere_at_primary",
        "On one web host of the primary the gateway's name leads to an address that was given up long ago.",
        "dallas-web1",
        "198.18.0.99",
    ),
    Fault(
        name="payment_left_by_a_foreign_address",
        sentence="One web host of the standby calls third parties from an address of the primary.",
        hosts=("arizona-web1", OUTSIDE),
        break_=_dig_tunnel,
        mend=_fill_tunnel,
    ),
    _setting_changed(
        "payment_setting_of_a_test_gateway",
        "The shop on one web host of the standby is set to a test gateway.",
        ("arizona-web1",),
        r"s#^SHOP_PAYMENT_URL=.*#SHOP_PAYMENT_URL=http://test.payment.example:8081/charge#",
    ),
    _setting_changed(
        "payment_setting_of_a_test_gateway_at_both_sites",
        "The shop of both sites is set to a test gateway.",
        WEB,
        r"s#^SHOP_PAYMENT_URL=.*#SHOP_PAYMENT_URL=http://test.payment.example:8081/charge#",
    ),
)

"""Names that lead customers to the wrong place, nowhere, or are cached too long."""

from lab.faults import Fault
from lab.handle import Lab

OUTSIDE = "outside1"
SEEN_FROM = ("dallas-edge1", "arizona-edge1")
_ZONE = "/etc/nsd/zones/shop.example.zone"
_SECOND = "/etc/nsd/second.conf"
_LOAD = "systemctl kill --kill-whom main --signal HUP nsd nsd-second; sleep 1"
# Killed, not stopped: a server that is starting misses the request to stop.
_SECOND_ANEW = """
    systemctl kill --signal KILL nsd-second || true
    sleep 0.3
    systemctl reset-failed nsd-second
    systemctl start nsd-second
"""
_NEWER = "s/ 2026010101 / 2026010102 /"

# With a new serial, since a server ignores a zone older than the one it has.
_MEND = f"""
    [ ! -f /root/zone ] || {{ cat /root/zone >{_ZONE}; rm /root/zone; }}
    if [ -f /root/second.conf ]; then
        mv /root/second.conf {_SECOND}
        {_SECOND_ANEW}
    fi
    systemctl start nsd nsd-second
    {_LOAD}
"""


def _fault(name: str, sentence: str, break_: str) -> Fault:
    """A fault on the host of both name servers, which the edge hosts see."""
    return Fault(
        name,
        sentence,
        (OUTSIDE, *SEEN_FROM),
        lambda lab: _outside(lab, break_),
        lambda lab: _outside(lab, _MEND),
    )


def _outside(lab: Lab, script: str) -> None:
    lab.shell(OUTSIDE, script)


def _zone(name: str, sentence: str, *edits: str, then: str = _LOAD) -> Fault:
    """The zone is edited, with a new serial, and loaded."""
    expressions = " ".join(f"-e '{edit}'" for edit in (_NEWER, *edits))
    script = f"""
        cp -p {_ZONE} /root/zone
        sed -i {expressions} {_ZONE}
        ! cmp -s {_ZONE} /root/zone
        {then}
    """
    return _fault(name, sentence, script)


FAULTS = (
    _zone(
        "record_of_the_passive_site",
        "Somebody pointed the shop's name at the standby, which takes no orders yet.",
        "s/^www .*/www IN A 198.18.2.11/",
    ),
    _zone(
        "record_of_the_passive_site_by_ipv6",
        "After the last failover the AAAA record was forgotten: it points at the other site.",
        "$ a www IN AAAA 2001:db8:2::11",
    ),
    _zone(
        "record_missing",
        "The shop's name has lost its address.",
        "/^www /d",
    ),
    _zone(
        "record_kept_for_a_day",
        "Resolvers may cache the shop's address for a day.",
        "s/^www .*/www 86400 IN A 198.18.1.11/",
    ),
    _zone(
        "absence_kept_for_a_day",
        "Resolvers may cache for a day that a name has no such record.",
        "s/^@ *IN SOA/@ 86400 IN SOA/; s/ 86400 60 )/ 86400 86400 )/",
    ),
    _zone(
        "front_door_of_the_standby_wrong",
        "The name of the standby's front door points at the primary's.",
        "s/^edge1.arizona .*/edge1.arizona IN A 198.18.1.11/",
    ),
    _zone(
        "front_door_of_the_standby_moved",
        "The standby's front door was renumbered, and its record was not.",
        "s/^edge1.arizona .*/edge1.arizona IN A 198.18.2.99/",
    ),
    _zone(
        "name_server_of_the_zone_unknown",
        "The zone still names a server that was given up years ago.",
        "s/^ns2 .*/&\\nns0 IN A 198.18.0.12\\n@ IN NS ns0/",
    ),
    _zone(
        "name_server_with_an_old_zone",
        "The second name server still has the zone of the last drill.",
        "s/^www .*/www IN A 198.18.2.11/",
        then=f"systemctl kill --kill-whom main --signal HUP nsd-second; sleep 1; cat /root/zone >{_ZONE}",
    ),
    _fault(
        "name_server_refuses_the_zone",
        "The second name server was set up again without the shop's zone.",
        f"""
            cp -p {_SECOND} /root/second.conf
            sed -i '/name: shop.example/,/zonefile/d' {_SECOND}
            sed -i '/^zone:$/{{N;/\\n$/d}}' {_SECOND}
            {_SECOND_ANEW}
        """,
    ),
    _fault(
        "name_server_down",
        "The second name server is down.",
        "systemctl stop nsd-second",
    ),
)

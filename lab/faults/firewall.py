"""Firewalls whose rules differ by order, by element, by policy, or from their own file."""

from lab.faults import Fault

FILE, KEPT = "/etc/nftables.conf", "/root/nftables.conf"
KEEP = f"cp -p {FILE} {KEPT}.unfinished && mv {KEPT}.unfinished {KEPT}\n"
BACK = f"""
    rm -f {KEPT}.unfinished
    [ ! -f {KEPT} ] || mv {KEPT} {FILE}
    nft -f {FILE}
"""
CHANGED = f"! cmp -s {FILE} {KEPT}\n"
DALLAS, ARIZONA = "dallas-edge1", "arizona-edge1"


def _edited(name: str, sentence: str, hosts: tuple[str, ...], change: str, *, load: bool = True) -> Fault:
    """The file was edited, and loaded or not.

    Args:
        name: of the fault.
        sentence: what happened.
        hosts: where.
        change: a sed program that changes at least one line.
        load: whether it is also loaded into the kernel.
    """
    script = f"{KEEP}sed -i '{change}' {FILE}\n{CHANGED}"
    return Fault(name, sentence, hosts, script + (f"nft -f {FILE}" if load else ""), BACK)


FAULTS = (
    Fault(
        "address_banned_for_a_year",
        "At the standby's edge somebody put the address of a balancer into the list of bans, for a year.",
        (ARIZONA,),
        "nft add element inet filter banned '{ 203.0.113.7 timeout 365d }'",
        "nft delete element inet filter banned '{ 203.0.113.7 }' 2>/dev/null || true",
    ),
    Fault(
        "front_door_closed_by_a_program_of_bans",
        "A program that bans addresses added a table that drops everybody who comes to the standby's edge.",
        (ARIZONA,),
        """
            nft add table inet f2b-table
            nft add chain inet f2b-table c '{ type filter hook input priority -1; }'
            nft add rule inet f2b-table c iifname != lo tcp dport '{ 80, 443 }' drop
        """,
        "nft delete table inet f2b-table 2>/dev/null || true",
        seen_on=("arizona-web1", "arizona-web2"),  # who try to connect
    ),
    _edited(
        "firewall_rules_swapped",
        "At the standby's edge the rule that lets customers in stands before the one that blocks addresses.",
        (ARIZONA,),
        "/saddr @blocked drop/d; s/^\\(.*\\)tcp dport { 80, 443 } accept/&\\n\\1ip saddr @blocked drop/",
    ),
    Fault(
        "firewall_rule_loaded_and_not_saved",
        "Somebody opened a port of the standby's edge by hand, and did not save it.",
        (ARIZONA,),
        "nft add rule inet filter input tcp dport 8443 accept",
        f"nft -f {FILE}",
    ),
    _edited(
        "firewall_rule_saved_and_not_loaded",
        "Somebody edited the firewall of the primary's edge, and did not load it.",
        (DALLAS,),
        "s/tcp dport { 80, 443 } accept/tcp dport { 80, 443, 8443 } accept/",
        load=False,
    ),
    _edited(
        "firewall_accepts_by_policy",
        "The standby's edge accepts whatever no rule matches.",
        (ARIZONA,),
        "/hook input/s/policy drop/policy accept/",
    ),
    _edited(
        "firewall_accepts_by_policy_at_both_sites",
        "The edges of both sites accept whatever no rule matches.",
        (DALLAS, ARIZONA),
        "/hook input/s/policy drop/policy accept/",
    ),
    _edited(
        "firewall_set_lost_an_element",
        "A network that is blocked at the primary was left out at the standby.",
        (ARIZONA,),
        "s/, 203.0.113.0\\/24//",
    ),
    _edited(
        "firewall_set_lost_an_element_at_the_primary",
        "A network that is blocked at the standby was left out at the primary.",
        (DALLAS,),
        "s/, 203.0.113.0\\/24//",
    ),
    Fault(
        "firewall_not_loaded_at_a_boot",
        "The firewall of the standby's edge was loaded by hand and will not be loaded at boot.",
        (ARIZONA,),
        "systemctl disable --quiet nftables.service",
        "systemctl enable --quiet nftables.service",
        "systemctl --quiet is-enabled nftables.service",
    ),
    _edited(
        "firewall_file_broken_at_both_sites",
        "The firewall's file has the same mistake at both sites and cannot be loaded at boot.",
        (DALLAS, ARIZONA),
        "s/tcp dport { 80, 443 } accept/tcp dport { 80, 443 } acept/",
        load=False,
    ),
)

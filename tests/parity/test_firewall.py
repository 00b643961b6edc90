"""The same packets are let through at both sites, now and after a boot.

A firewall is changed in a hurry, by hand, on one host. Nobody notices until traffic arrives that never came
before: customers after a failover, or a neighbour who should have been kept out. The order of rules decides.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "firewall_rules_swapped",
    "firewall_rule_loaded_and_not_saved",
    "firewall_accepts_by_policy",
    "firewall_set_lost_an_element",
    "firewall_set_lost_an_element_at_the_primary",
    "packets_lost_between_web_and_db",
    "packets_lost_between_web_and_sessions_of_one_host",
    "connections_limited_at_the_database",
    "storefront_packets_lost_behind_the_edge",
    "payment_packets_dropped_for_the_shops_user",
    "shop_redirected_to_the_primarys_database",
    "shop_of_the_primary_on_the_standbys_database",
    "address_banned_for_a_year",
)
@pytest.mark.broken("The firewall rules of {standby} are not those of {primary}", "part")
def test_the_same_rules_are_in_force_in_the_same_order(parity: Parity) -> None:
    """One site turns customers away, or lets strangers in."""
    parity.same(
        "rules",
        fix="nft -a list ruleset  # compare with the other site, and correct the file and the kernel: {item}",
    )


@pytest.mark.drill(
    "firewall_rule_loaded_and_not_saved",
    "firewall_rule_saved_and_not_loaded",
    "firewall_not_loaded_at_a_boot",
    "firewall_file_broken_at_both_sites",
    "packets_lost_between_web_and_db",
    "packets_lost_between_web_and_sessions_of_one_host",
    "connections_limited_at_the_database",
    "storefront_packets_lost_behind_the_edge",
    "payment_packets_dropped_for_the_shops_user",
    "shop_redirected_to_the_primarys_database",
    "shop_of_the_primary_on_the_standbys_database",
    "address_banned_for_a_year",
)
@pytest.mark.broken("The next start of {where} brings other firewall rules", "later")
def test_a_boot_changes_no_rule(parity: Parity) -> None:
    """After a boot the host turns customers away, or lets strangers in."""
    parity.healthy(
        "persisted",
        fix="nft list ruleset; compare with /etc/nftables.conf, then: systemctl reload nftables  # {item}",
    )


@pytest.mark.drill("firewall_accepts_by_policy", "firewall_accepts_by_policy_at_both_sites")
@pytest.mark.broken("The firewall of {where} lets in what no rule accepts", "part")
def test_what_no_rule_accepts_is_dropped(parity: Parity) -> None:
    """Everybody can reach whatever listens on the host."""
    parity.healthy("policies", fix="nft chain {item} '{ policy drop; }'; correct the file as well")

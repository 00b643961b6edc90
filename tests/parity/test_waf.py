"""The web application firewall blocks attacks at both sites.

It was set to detection for a day of testing, mended on disk and never loaded, or lost a rule to a complaint:
nobody sees that it lets attacks through, since the application works just as well. A switch that takes every
customer to such a site takes every attacker there too.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker

LOAD = "; nginx -t && systemctl reload {units}"


@pytest.mark.drill(
    "waf_detection_only",
    "waf_detection_only_at_both_sites",
    "waf_off_for_https",
    "waf_off_for_a_location",
)
@pytest.mark.broken("The attack filter on {where} is not set to block", "part")
def test_every_server_is_set_to_block_attacks(parity: Parity) -> None:
    """Attacks are let through to the application, and to what it knows of customers."""
    parity.healthy(
        "mode",
        fix="set modsecurity on in nginx, and SecRuleEngine On in its rules" + LOAD,
    )


@pytest.mark.drill(
    "waf_detection_only",
    "waf_detection_only_at_both_sites",
    "waf_mended_and_not_loaded",
    "waf_off_for_https",
    "waf_attack_class_taken_out_at_both_sites",
    "waf_threshold_raised",
    "tls_not_served",
)
@pytest.mark.broken("The attack filter on {where} lets attacks in, or keeps customers out", "part")
def test_harmless_attacks_are_blocked_and_normal_requests_are_not(parity: Parity) -> None:
    """Attackers come in, or customers stay out."""
    parity.healthy(
        "answers",
        fix="look at SecRuleEngine and at what is taken out of the rules" + LOAD,
    )


@pytest.mark.drill(
    "nginx_ticket_key_gone",
    "key_of_a_partner_differs",
    "waf_mended_and_not_loaded",
    "waf_rules_changed_and_not_loaded_at_primary",
    "configuration_edited_at_primary",
    "configuration_names_the_other_site",
    "configuration_names_the_other_site_at_primary",
    "edge_passes_everything_to_the_primary",
    "balancer_names_one_host_twice",
    "balancer_lacks_a_host_at_primary",
)
@pytest.mark.broken("The attack filter on {where} has not loaded what is on its disk", "later")
def test_the_running_server_has_loaded_what_is_on_disk(parity: Parity) -> None:
    """What was mended or tightened does not protect anybody yet; what is wrong waits for the next restart."""
    parity.healthy("running", fix="look at what was changed, and by whom" + LOAD)


@pytest.mark.drill("waf_rule_file_missing")
@pytest.mark.broken("A file of the attack filter is missing on {where}", "outage")
def test_every_rule_file_that_is_named_is_there(parity: Parity) -> None:
    """The front door does not open again after its next restart, or opens without rules."""
    parity.healthy("placed", fix="put {item} back as on the other hosts; nginx -t")


@pytest.mark.drill("waf_rule_set_of_another_version", "waf_rule_file_missing")
@pytest.mark.broken("The attack filter of {standby} has other rules than that of {primary}", "part")
def test_the_rule_set_is_the_same_at_both_sites(parity: Parity) -> None:
    """One site blocks attacks that the other lets through, or customers that the other serves."""
    parity.same("rule_set", fix="install the same version of the rule set on all hosts" + LOAD)


@pytest.mark.drill(
    "waf_detection_only",
    "waf_rule_excluded",
    "waf_rule_excluded_by_a_rule_at_primary",
    "waf_threshold_raised",
    "waf_rules_changed_and_not_loaded_at_primary",
)
@pytest.mark.broken("The attack filter of {standby} is set otherwise than that of {primary}", "part")
def test_the_sites_own_settings_and_rules_are_the_same(parity: Parity) -> None:
    """A customer who is served by one site is blocked by the other; or an attack is not."""
    parity.same("settings", fix="bring {item} into line on all hosts: {primary}" + LOAD)


@pytest.mark.drill(
    "waf_rule_excluded",
    "waf_rule_excluded_by_a_rule_at_primary",
    "waf_attack_class_taken_out_at_both_sites",
)
@pytest.mark.broken("A rule of the attack filter on {where} was taken out, and nobody accepted that", "part")
def test_no_rule_is_taken_out_that_nobody_has_accepted(parity: Parity) -> None:
    """Attacks of that kind are let through, at both sites alike."""
    parity.healthy(
        "excluded",
        fix="remove {item}, or name it in aspects.waf.leave_out_rules of the policy" + LOAD,
    )

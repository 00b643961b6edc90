"""The standby's front door blocks attacks and lets customers through.

Tried from outside, as customers see it. Attackers who find a site without its firewall do not wait for you to
fail back.
"""

from __future__ import annotations

import pytest

from siteparity.policy.journeys import Attack
from siteparity.pytest_plugin import Standby
from siteparity.pytest_plugin.front_door import attack_claims

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "waf_detection_only",
    "waf_detection_only_at_both_sites",
    "waf_mended_and_not_loaded",
    "waf_attack_class_taken_out_at_both_sites",
    "waf_threshold_raised",
)
@pytest.mark.broken("Attacks get in, or customers are kept out, at {where}", "part")
def test_harmless_attacks_are_blocked_and_normal_requests_are_not(standby: Standby) -> None:
    """Attackers get in, or customers are kept out."""
    policy: Attack = standby.policy
    for host in standby.hosts():
        with standby.trying(host):
            standby.hold(host, attack_claims(standby.visitor(host, policy.front), policy))

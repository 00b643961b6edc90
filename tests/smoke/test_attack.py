"""The standby's front door blocks attacks, and no customers.

Seen from where customers stand. Who finds a shop without its firewall does not wait for the switch back.
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
def test_harmless_attacks_are_blocked_and_normal_requests_are_not(standby: Standby) -> None:
    """Attackers come in, or customers stay out."""
    policy: Attack = standby.policy
    for host in standby.hosts():
        with standby.trying(host):
            standby.hold(host, attack_claims(standby.visitor(host, policy.port, Host=policy.host), policy))

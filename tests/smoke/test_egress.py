"""The third parties accept every call from the standby's hosts.

A payment gateway is several machines, each with its own list of known addresses. One that was forgotten
refuses some of the charges, at random.
"""

from __future__ import annotations

import pytest

from siteparity.policy.journeys import Egress
from siteparity.pytest_plugin import Standby
from siteparity.pytest_plugin.calls import NONE, refusals

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "payment_gateway_refuses_the_standby",
    "payment_gateway_away",
    "mail_relay_refuses_the_standby",
)
@pytest.mark.broken("A third party refuses calls from {where}: payments or receipts fail", "outage")
@pytest.mark.journey
def test_every_call_to_a_third_party_is_accepted(standby: Standby) -> None:
    """Some or all cards cannot be charged, or some or all receipts are not sent."""
    policy: Egress = standby.policy
    for host in standby.hosts():
        with standby.trying(host):
            for name, party in standby.needed.parties.items():
                standby.expect(
                    f"calls to the {name} that were not accepted",
                    refusals(standby, host, party, policy.tries),
                    equals=NONE,
                    host=host,
                    fix="ask the third party to let this host's public address in; look at the own firewall",
                )

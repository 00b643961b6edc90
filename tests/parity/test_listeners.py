"""The same ports are open at both sites, at the right addresses, and nothing else is.

A service that is bound to loopback answers every test on its own host, and no customer. A program that nobody
expects is a door that nobody watches. Neither is noticed before the traffic comes.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "listener_at_loopback_at_one_site",
    "listener_unexpected",
    "listener_unexpected_at_the_primary",
    "exporter_stopped",
    "redis_stopped",
    "tls_not_served",
)
@pytest.mark.broken("Other programs answer at {standby} than at {primary} (open ports)", "part")
def test_the_same_programs_listen_at_the_same_ports(parity: Parity) -> None:
    """At one site a part of the application is out of reach, or open to everybody."""
    parity.same(
        "listening", fix="ss -Hlntup  # compare {item} on both hosts, and correct the service that differs"
    )


@pytest.mark.drill(
    "listener_at_loopback_at_one_site",
    "listener_at_loopback_at_both_sites",
    "exporter_stopped",
    "redis_stopped",
    "tls_not_served",
)
@pytest.mark.broken("A port that others need is not open on {where}", "outage")
def test_every_expected_port_is_open_to_those_who_need_it(parity: Parity) -> None:
    """Customers cannot reach the host that should answer them."""
    parity.healthy("required", fix="ss -Hlntup; correct the address that the service binds: {item}")


@pytest.mark.drill(
    "listener_unexpected", "listener_unexpected_at_both_sites", "listener_unexpected_at_the_primary"
)
@pytest.mark.broken("A program that nobody named can be reached on {where}", "later")
def test_nothing_else_listens(parity: Parity) -> None:
    """Whoever finds a forgotten or hostile program can use it."""
    parity.healthy(
        "unexpected",
        fix="ss -Hlntup; stop the program, or name the port in the policy (listeners.expected): {item}",
    )

"""The same ports are open at both sites, at the right addresses, and nothing else is.

A service that is bound to loopback answers every test on its own host and no customer; a program that nobody
expects is a door that nobody watches. Neither is seen before the traffic comes.
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
def test_the_same_programs_listen_at_the_same_ports(parity: Parity) -> None:
    """A part of the shop is out of reach at one site, or open to everybody."""
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
def test_every_expected_port_is_open_to_those_who_need_it(parity: Parity) -> None:
    """What customers ask for cannot be fetched from the host that should answer."""
    parity.healthy("required", fix="ss -Hlntup; correct the address that the service binds: {item}")


@pytest.mark.drill(
    "listener_unexpected", "listener_unexpected_at_both_sites", "listener_unexpected_at_the_primary"
)
def test_nothing_else_listens(parity: Parity) -> None:
    """A forgotten or hostile program can be reached by whoever finds it."""
    parity.healthy(
        "unexpected",
        fix="ss -Hlntup; stop the program, or name the port in the policy (listeners.expected): {item}",
    )

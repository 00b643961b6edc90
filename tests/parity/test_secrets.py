"""Both sites hold the same passwords and keys, and none of them is empty.

A secret that was renewed at one site only is noticed when that site has to work alone: the application cannot
log in to its own database, or to the payment gateway, and every page fails. No secret is shown, stored or
sent: each host hashes its own with a key that ends with the run.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "secret_empty",
    "secret_empty_at_both_sites",
    "secret_missing",
    "secret_readable_by_all",
    "database_password_for_the_way_back_missing",
)
@pytest.mark.broken("A password or key that the application needs is not set on {where}", "outage")
def test_every_secret_is_set(parity: Parity) -> None:
    """The application is refused by what it depends on, and every page fails."""
    parity.healthy("states", fix="put the secret in its place again: {item}")


@pytest.mark.drill(
    "payment_setting_of_a_test_gateway",
    "secret_differs",
    "secret_differs_at_primary",
    "secret_empty",
    "secret_missing",
    "session_password_edited_without_restart",
    "subscriptions_wrong_password",
    "database_password_for_the_way_back_missing",
)
@pytest.mark.broken("A password or key at {standby} is not that at {primary}", "outage")
def test_every_secret_is_the_same_at_both_sites(parity: Parity) -> None:
    """After the switch, or after the next restart, the application cannot log in to what it depends on."""
    parity.same("values", fix="find out which value is valid, and put it on every host: {item}")

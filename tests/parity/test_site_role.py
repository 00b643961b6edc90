"""Exactly one site is active: it has the customers, a database that takes orders, an application at work.

Two active sites take different orders, and those of one are thrown away later; with none active nobody can
buy. Before a failover the primary is the active site in every respect. Anything that points elsewhere makes a
second active site, or leaves none, at the failover or long before it.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker

RESET = "ALTER SYSTEM, ALTER ROLE or ALTER DATABASE ... RESET default_transaction_read_only; then reload"


@pytest.mark.drill(
    "customers_led_to_the_standby",
    "customers_led_to_both_sites",
    "customers_led_to_neither_site",
    "record_of_the_passive_site",
    "record_of_the_passive_site_by_ipv6",
    "record_missing",
)
@pytest.mark.broken("Customers are not led to {primary} alone", "outage")
def test_customers_are_led_to_the_primary_and_nowhere_else(parity: Parity) -> None:
    """Customers are sent to a site whose database takes no orders, or to two sites."""
    parity.only_at_primary(
        "led", equals="this site", fix="correct the records of the name at the name servers"
    )


@pytest.mark.drill("standby_promoted", "database_refuses_writes_at_both_sites")
@pytest.mark.broken("It is not the database of {primary} alone that takes orders", "loss")
def test_only_the_primarys_database_takes_orders(parity: Parity) -> None:
    """If two databases take orders, those of one are lost; if none does, nobody can buy."""
    parity.only_at_primary(
        "writes", equals="taken", fix="stop the database that must not take writes; \\drds shows the settings"
    )


@pytest.mark.drill(
    "database_refuses_writes_at_both_sites",
    "standby_set_to_refuse_writes",
    "standby_of_another_database",
    "database_read_only_after_promotion",
)
@pytest.mark.broken("The database on {where} would take no orders after the switch", "outage")
def test_the_database_would_take_orders_after_the_switch(parity: Parity) -> None:
    """The failover succeeds, pages are shown, and every order fails."""
    parity.healthy("after_switch", fix=RESET)
    parity.same("after_switch", fix=RESET)


@pytest.mark.drill(
    "standby_promoted",
    "shop_redirected_to_the_primarys_database",
    "shop_of_the_primary_on_the_standbys_database",
)
@pytest.mark.broken("It is not the application of {primary} alone whose database takes orders", "loss")
def test_only_the_primarys_shop_works_with_a_database_that_takes_orders(parity: Parity) -> None:
    """Orders go to the other site's database and are lost with it, or cannot be placed at all."""
    parity.only_at_primary(
        "shop",
        equals="one that takes writes",
        fix="look at the database of its settings, at that name on the host, at redirects; "
        "then: systemctl restart {units}",
    )

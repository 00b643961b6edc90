"""Both sites sort texts alike, and as they did when the indexes were built.

The standby searches indexes that the primary's library ordered. If its own library sorts in another order,
customers and orders that are in the tables are not found, and unique values are taken twice. Failing back
does not repair that.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker

REBUILD = "REINDEX DATABASE, then ALTER DATABASE (COLLATION) ... REFRESH VERSION: {item}"


@pytest.mark.drill(
    "collation_recorded_by_another_library",
    "collation_of_icu_recorded_by_another_library",
    "collation_library_of_another_version",
)
@pytest.mark.broken(
    "The database on {where} sorts words in another order than its indexes: rows are not found", "outage"
)
def test_each_order_is_the_one_that_was_recorded(parity: Parity) -> None:
    """Customers who log in are told that they do not exist: the index is searched in another order."""
    parity.healthy("recorded", fix=REBUILD)


@pytest.mark.drill(
    "collation_library_of_another_version",
    "standby_of_another_database",
)
@pytest.mark.broken("The databases of {primary} and {standby} sort words with different libraries", "outage")
def test_both_sites_sort_with_the_same_library(parity: Parity) -> None:
    """What was found before the failover is not found after it."""
    parity.same(
        "versions", fix="install the same libc6 (libicu) at both sites and restart PostgreSQL: {item}"
    )


@pytest.mark.drill("standby_of_another_database")
@pytest.mark.broken("The databases of {primary} and {standby} sort words by different languages", "part")
def test_both_sites_sort_by_the_same_locale(parity: Parity) -> None:
    """Names are listed and searched in the order of another language."""
    parity.same(
        "locales",
        fix="the locale of {item} comes by replication: SELECT pg_wal_replay_resume() on the standby, "
        "and wait; if replay was not paused, rebuild the standby with pg_basebackup from the primary",
    )


@pytest.mark.drill(
    "collation_sorts_otherwise_at_the_standby",
    "collation_sorts_otherwise_at_the_primary",
    "standby_of_another_database",
)
@pytest.mark.broken("The databases of {primary} and {standby} sort the same words differently", "outage")
def test_both_servers_sort_the_same_words_alike(parity: Parity) -> None:
    """A library of the same version that was compiled from other sources loses rows as well."""
    parity.same("sorted", fix="locale-gen, restart PostgreSQL, then REINDEX what was built meanwhile")

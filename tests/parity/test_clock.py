"""Clocks at both sites are right, and agree on local time.

Orders, sessions, certificates and renewals all carry times. A site whose clock is off logs customers out,
refuses good certificates, and charges on the wrong day.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "clock_service_stopped",
    "clock_without_sources_at_both_sites",
    "clock_source_unreachable_at_primary",
)
@pytest.mark.broken("Nobody corrects the clock of {where}", "later")
def test_every_clock_is_synchronised_now(parity: Parity) -> None:
    """A clock that nobody corrects drifts: sessions end early, and renewals run at the wrong time."""
    parity.healthy(
        "synchronised",
        fix="systemctl restart chrony; chronyc sources -v  # which source answers?",
    )


@pytest.mark.drill(
    "clock_off_by_its_source",
    "clock_service_stopped",
    "clock_without_sources_at_both_sites",
    "clock_source_unreachable_at_primary",
)
@pytest.mark.broken("The clock of {where} is wrong, as its own time service sees it", "part")
def test_no_clock_is_off_as_its_own_service_sees_it(parity: Parity) -> None:
    """Customers are logged out at once, and good certificates are refused."""
    parity.healthy("error", fix="chronyc tracking; chronyc makestep  # look at its sources")


@pytest.mark.drill("clock_an_hour_ahead")
@pytest.mark.broken("The clock of {where} disagrees with the clock of the machine that measures", "part")
def test_every_clock_agrees_with_the_runners(parity: Parity) -> None:
    """After the switch the times of orders contradict each other."""
    parity.healthy(
        "offset",
        fix="chronyc makestep; if it is so on all hosts, look at the clock of the machine that runs this",
    )


@pytest.mark.drill(
    "clock_source_of_the_other_site",
    "clock_sources_of_both_sites_everywhere",
    "clock_source_unreachable_at_primary",
    "clock_off_by_its_source",
)
@pytest.mark.broken("{standby} takes the time from other sources than {primary}", "later")
def test_the_time_is_taken_from_the_same_sources(parity: Parity) -> None:
    """When a site dies, the clocks of the other one lose their source, and drift apart unnoticed."""
    fix = "name the own site's time servers in chrony.conf; systemctl restart chrony  # {item}"
    parity.healthy("foreign", fix=fix)
    parity.same("configured", fix=fix)


@pytest.mark.drill("localtime_changed", "localtime_changed_and_cron_restarted", "sites_in_their_own_zones")
@pytest.mark.broken("Local time at {standby} is not that at {primary}", "part")
def test_local_time_is_the_same(parity: Parity) -> None:
    """After the switch jobs run hours earlier or later, and customers see other times."""
    parity.same("zone", fix="timedatectl set-timezone <as on the other hosts>, then restart cron and {units}")


@pytest.mark.drill("zone_rules_changed", "zone_database_older_at_primary")
@pytest.mark.broken("{standby} has other time zone rules than {primary}", "part")
def test_the_zone_databases_are_the_same(parity: Parity) -> None:
    """If a government has changed its daylight saving time, one site is an hour off."""
    parity.same("database", fix="apt-get install tzdata, then restart what keeps local time: cron, {units}")

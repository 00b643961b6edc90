"""Both sites are watched, and monitoring shows what is true now.

In October 2012 monitoring noticed the failure, and showed that the other site carried the load. A stopped,
silent or stale agent at the standby is missed when the standby is all there is.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.warning


@pytest.mark.drill("exporter_stopped", "exporter_disabled", "exporter_disabled_at_both_sites")
@pytest.mark.broken("A program that watches {where} does not run, or not after the next start", "later")
def test_every_agent_runs_also_after_a_boot(parity: Parity) -> None:
    """Nobody would notice that the application fails for customers of this host."""
    parity.healthy(
        "agents",
        fix="systemctl enable --now prometheus-node-exporter  # {item}",
    )


@pytest.mark.drill(
    "exporter_stopped",
    "exporter_hung",
    "listener_at_loopback_at_one_site",
    "listener_at_loopback_at_both_sites",
)
@pytest.mark.broken("A program that watches {where} does not answer", "later")
def test_every_agent_answers(parity: Parity) -> None:
    """Nobody would notice that the application fails for customers of this host."""
    parity.healthy("answers", fix="systemctl restart prometheus-node-exporter; ss -Hltn  # {item}")


@pytest.mark.drill(
    "exporter_repeats_an_old_file",
    "exporter_repeats_an_old_file_at_both_sites",
    "exporter_stopped",
    "exporter_hung",
    "listener_at_loopback_at_one_site",
    "listener_at_loopback_at_both_sites",
)
@pytest.mark.broken("What the monitoring says of {where} is out of date", "later")
def test_what_agents_tell_is_fresh(parity: Parity) -> None:
    """The graphs look healthy while what they show is long over."""
    parity.within("age", "max_age", fix="date -u; systemctl restart prometheus-node-exporter  # {item}")
    parity.within(
        "file_age", "max_file_age", fix="systemctl list-timers; crontab -l  # find the job that writes {item}"
    )


@pytest.mark.drill(
    "exporter_without_a_collector", "exporter_stopped", "exporter_hung", "listener_at_loopback_at_one_site"
)
@pytest.mark.broken("Other things are watched at {standby} than at {primary}", "later")
def test_agents_watch_the_same_at_both_sites(parity: Parity) -> None:
    """A failure that is noticed at one site goes unnoticed at the other."""
    parity.same(
        "configuration",
        fix="cat /etc/default/prometheus-node-exporter  # give it the same arguments on all hosts: {item}",
    )

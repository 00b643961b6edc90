"""The same services run at both sites, and a boot brings them back.

Machines restart during a failover, and at a standby nobody notices that a service stopped last night. What
was started or stopped by hand looks healthy until then.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "service_started_by_hand",
    "service_disabled_at_primary",
    "service_masked",
    "timer_masked",
    "redis_stopped",
    "exporter_disabled",
    "firewall_not_loaded_at_a_boot",
)
@pytest.mark.broken("Other services start by themselves at {standby} than at {primary}", "later")
def test_the_same_units_are_enabled_disabled_and_masked(parity: Parity) -> None:
    """After a boot one site does something that the other does not."""
    parity.same(
        "enabled", fix="systemctl enable {item}  # or disable, mask, unmask it, as on the other hosts"
    )


@pytest.mark.drill(
    "key_of_a_service_differs",
    "unit_drop_in_differs",
    "unit_drop_in_of_an_installer",
    "unit_file_differs_at_primary",
    "worker_defined_otherwise_at_the_standby",
    "worker_masked_at_the_standby",
    "worker_not_installed_at_the_standby",
    "timer_masked",
    "timer_in_another_zone",
    "timer_waits_for_a_hung_job",
    "cron_in_a_zone_of_its_own",
    "zone_of_cron_set_but_not_in_force",
    "service_language_changed_by_a_drop_in",
    "fewer_workers_configured",
    "fewer_workers_not_in_force",
    "service_limit_lowered",
)
@pytest.mark.broken("Services are defined otherwise at {standby} than at {primary}", "part")
def test_units_are_defined_alike(parity: Parity) -> None:
    """A service with other limits, users or commands fails under a load that the primary carries."""
    parity.same("definitions", fix="make it the same on all hosts, then systemctl daemon-reload: {item}")


@pytest.mark.drill(
    "service_stopped",
    "service_failed",
    "service_made_by_systemd_run",
    "timer_stopped",
    "timer_masked",
    "cron_stopped",
    "redis_stopped",
    "clock_service_stopped",
    "exporter_stopped",
)
@pytest.mark.broken("Other services run at {standby} than at {primary}", "part")
def test_the_same_units_are_up(parity: Parity) -> None:
    """Something that customers use at one site does not run at the other."""
    parity.same("active", fix="systemctl status {item}; systemctl start {item}")


@pytest.mark.drill(
    "service_stopped",
    "service_stopped_at_both_sites",
    "service_masked",
    "service_made_by_systemd_run",
    "clock_service_stopped",
    "exporter_stopped",
    "exporter_disabled",
    "exporter_disabled_at_both_sites",
)
@pytest.mark.broken("The next start of {where} starts or stops a service", "later")
def test_a_boot_changes_nothing(parity: Parity) -> None:
    """The next boot stops something that works now, or starts something that nobody expects."""
    parity.healthy(
        "after_boot",
        fix="systemctl enable --now {item}  # or disable --now, if it is not meant to run",
    )


@pytest.mark.drill("service_failed", "service_failed_at_both_sites")
@pytest.mark.broken("A service or job on {where} has failed", "part")
def test_no_unit_has_failed(parity: Parity) -> None:
    """Work that customers wait for was begun and never finished."""
    parity.healthy("failed", fix="journalctl -u {item}; systemctl restart {item}")


@pytest.mark.drill("service_stopped_by_a_signal", "cron_frozen", "exporter_hung", "wal_receiver_frozen")
@pytest.mark.broken("A service on {where} is frozen", "outage")
def test_no_service_is_stopped_by_a_signal(parity: Parity) -> None:
    """Customers wait for a program that only seems to run."""
    parity.healthy("stopped", fix="systemctl kill --signal=CONT {item}")


@pytest.mark.drill(
    "service_started_by_hand",
    "service_disabled_at_primary",
    "service_crashes",
    "timer_stopped",
    "timer_masked",
    "cron_stopped",
    "redis_stopped",
    "package_file_mode_changed",
    "program_for_root_alone_at_both_sites",
    "firewall_not_loaded_at_a_boot",
)
@pytest.mark.leads_to(
    "services.the_same_units_are_up",
    "services.a_boot_changes_nothing",
    "services.no_unit_has_failed",
)
@pytest.mark.leads_to(
    "redis",
    "sessions",
    "session",
    "listeners",
    "path.every_host_reaches_the_services_that_it_needs",
    of="redis*",
)
@pytest.mark.leads_to(
    "database",
    "replication",
    "collation",
    "site_role",
    "subscriptions",
    "storefront",
    "listeners",
    "path.every_host_reaches_the_services_that_it_needs",
    of="postgresql*",
)
@pytest.mark.leads_to("tls", "waf", "attack", "storefront", "listeners", of="nginx*")
@pytest.mark.broken("A required service on {where} does not run, or not after the next start", "outage")
def test_every_required_unit_runs_also_after_a_boot(parity: Parity) -> None:
    """The application, or something that it depends on, is not there."""
    parity.healthy(
        "required",
        fix="systemctl enable --now {item}; where its user may not execute the program: chmod and chown it",
    )


@pytest.mark.drill(
    "worker_started_at_the_standby",
    "worker_enabled_at_the_standby",
    "worker_masked_at_the_standby",
    "worker_not_installed_at_the_standby",
    "worker_stopped_at_primary",
    "worker_disabled_at_primary",
)
@pytest.mark.broken("A service of the primary is off at {primary}, or not ready and off at {standby}", "loss")
def test_units_of_the_primary_run_there_and_are_ready_and_off_at_the_standby(parity: Parity) -> None:
    """Two sites do the same work twice, or after the switch nobody does it."""
    parity.only_at_primary(
        "only_at_primary",
        equals="runs, also after a boot",
        elsewhere="off, also after a boot",
        fix="at the primary: systemctl enable --now {item}; at the standby: install it as there, then "
        "systemctl unmask {item}; systemctl disable --now {item}",
    )


@pytest.mark.drill("worker_masked_at_the_standby", "worker_not_installed_at_the_standby")
@pytest.mark.broken("A step of the failover plan names a service that {where} cannot start", "outage")
def test_every_service_of_the_failover_plan_is_there(parity: Parity) -> None:
    """The failover stops half-way, when customers are served by neither site."""
    parity.healthy(
        "planned",
        fix="install what has it, or correct failover.yml; if it is masked: systemctl unmask {item}",
    )

"""What runs at both sites is what is installed and configured there.

A failover is when machines and services restart. One that runs on a library, a unit file or a setting which
is no longer on disk comes back as something that nobody has seen run, in the worst hour.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill("kernel_newer_than_what_runs")
@pytest.mark.broken(
    "The system of {where} is not the newest one that is installed there, or sites differ (kernel)", "later"
)
def test_the_same_kernel_runs_and_it_is_the_newest_one_installed(parity: Parity) -> None:
    """After the next restart the machine behaves in a way that nobody has tried, or does not come up."""
    parity.healthy("kernel", fix="systemctl reboot  # in a quiet hour, at the standby first")
    parity.same(
        "release", fix="apt-get install linux-image-...; systemctl reboot  # to the primary's: {primary}"
    )


@pytest.mark.drill(
    "library_replaced_under_services",
    "program_replaced_under_its_service_at_primary",
    "collation_library_of_another_version",
)
@pytest.mark.broken("A service on {where} runs code that was replaced on its disk", "later")
def test_no_service_runs_replaced_code(parity: Parity) -> None:
    """A hole that was mended on disk is still open, and the next restart brings code that has not run yet."""
    parity.healthy("deleted", fix="systemctl restart {item}")


@pytest.mark.drill("unit_edited_without_reload", "unit_edited_without_reload_at_both_sites")
@pytest.mark.broken("Changed definitions of services on {where} have not been read", "later")
def test_systemd_has_read_its_unit_files(parity: Parity) -> None:
    """The next restart of a service brings limits and commands that nobody has tried."""
    parity.healthy("reload", fix="systemctl daemon-reload; systemctl restart {item}")


@pytest.mark.drill(
    "compiled_module_of_other_code",
    "compiled_module_of_other_code_at_primary",
    "compiled_module_taken_unchecked_at_both_sites",
    "compiled_module_without_source",
)
@pytest.mark.broken("{where} runs other code than the source beside it says", "part")
def test_compiled_modules_are_as_their_sources(parity: Parity) -> None:
    """Pages behave in a way that no source explains, at one site or on one host alone."""
    parity.healthy(
        "sources",
        fix="find out who wrote it; remove it and restart {units}: Python compiles its source anew: {item}",
    )


@pytest.mark.drill("variable_set_in_the_service_manager")
@pytest.mark.broken("Services get other variables at {standby} than at {primary}", "later")
def test_systemd_hands_the_same_variables_on_to_services(parity: Parity) -> None:
    """A service that starts at the failover gets a setting that stands in no file, and nobody has tried."""
    parity.same("handed_on", fix="systemctl unset-environment ...  # or write it into a file at both sites")


@pytest.mark.drill(
    "release_deployed_without_restart",
    "release_deployed_without_restart_at_both_sites",
    "release_patched_and_put_back",
    "release_rolled_back_by_its_link_at_both_sites",
    "release_moved_into_place_at_both_sites",
    "release_with_an_edited_file_at_primary",
    "release_with_an_edited_file_at_both_sites",
    "library_renewed_without_restart",
    "library_replaced_under_services",
    "package_file_altered",
    "module_beside_the_packaged_ones",
    "python_module_by_hand",
    "python_distribution_by_hand",
    "subscriptions_job_of_another_revision",
    "subscriptions_job_differs_behind_a_link",
    "subscriptions_guard_broken",
    "python_distribution_mended_by_hand",
    "python_distribution_half_installed_at_primary",
    "python_module_differs",
)
@pytest.mark.broken("A service on {where} does not run what was deployed", "part")
def test_services_run_what_was_deployed(parity: Parity) -> None:
    """Customers still meet the old version or settings; those of the failover meet the new ones first."""
    parity.healthy("started", fix="systemctl restart {item}")


@pytest.mark.drill(
    "setting_edited_without_restart",
    "setting_put_back_without_restart",
    "setting_added_without_restart_at_primary",
    "setting_edited_without_restart_at_both_sites",
    "subscriptions_wrong_password",
    "subscriptions_settings_of_the_other_site",
    "smaller_pool_not_in_force",
    "payment_setting_of_a_test_gateway",
    "payment_setting_of_a_test_gateway_at_both_sites",
)
@pytest.mark.broken("A service on {where} runs with other settings than its files say", "later")
def test_services_run_with_their_settings(parity: Parity) -> None:
    """The application changes its behaviour at its next restart, which the failover may be."""
    parity.healthy("settings", fix="systemctl cat {units}; systemctl restart {units}  # {item}")


@pytest.mark.drill(
    "key_of_a_service_differs",
    "setting_edited_without_restart",
    "setting_put_back_without_restart",
    "setting_added_without_restart_at_primary",
    "subscriptions_settings_of_the_other_site",
    "admin_redirect_to_the_primary",
    "smaller_pool",
    "smaller_pool_not_in_force",
    "payment_setting_of_a_test_gateway",
)
@pytest.mark.broken("Services are set otherwise at {standby} than at {primary}", "part")
def test_services_are_set_alike(parity: Parity) -> None:
    """Customers meet other languages, prices or addresses after the switch."""
    parity.same("values", fix="set it as at the primary, apart from the site: {item}; {primary}")
    parity.same("hidden", fix="compare the value on both hosts, and set it as at the primary: {item}")

"""Both sites are configured alike, and run the same release.

A configuration file that was mended at one site only, a line that still names the other data centre, a
release that one host did not get: nobody sees it until customers are sent there, and then some of them get
errors that nobody can repeat.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "accounts_looked_up_elsewhere",
    "array_missing",
    "balancer_lacks_a_host_at_primary",
    "balancer_names_one_host_twice",
    "boot_script_differs",
    "boot_script_names_another_host",
    "boot_script_that_no_package_has_brought",
    "conffile_edited",
    "configuration_edited_at_primary",
    "configuration_file_missing",
    "configuration_lines_swapped",
    "configuration_names_the_other_site",
    "configuration_names_the_other_site_at_primary",
    "database_password_for_the_way_back_missing",
    "edge_passes_everything_to_the_primary",
    "fewer_connections_at_the_edge",
    "fewer_sessions_of_sshd",
    "key_of_a_partner_differs",
    "logins_refused_by_an_old_list",
    "maintenance_page_not_configured",
    "module_not_loaded",
    "name_of_a_setting_unknown_at_the_standby",
    "nginx_limit_behind_a_link_at_primary",
    "nginx_limit_of_one_more_file",
    "options_of_the_next_start",
    "passwords_hashed_otherwise_at_primary",
    "secret_differs",
    "secret_differs_at_primary",
    "secret_empty",
    "secret_missing",
    "services_get_fewer_files_after_a_boot",
    "storefront_backend_lost_by_the_edge",
    "subscriptions_armed_at_no_site",
    "subscriptions_held_on_one_host",
    "subscriptions_held_at_standby",
    "tls_not_served",
    "waf_off_for_a_location",
    "waf_off_for_https",
)
@pytest.mark.leads_to(
    "products.products_run_with_the_same_settings", "products.files_that_configuration_names_are_there"
)
@pytest.mark.broken("Configuration files at {standby} say something else than those at {primary}", "part")
def test_configuration_files_say_the_same(parity: Parity) -> None:
    """Pages fail, or differ, depending on which site and which host answers."""
    parity.same("content", fix="copy it from a host that is right, with the site's own names: {item}")
    parity.same("lines", fix="add the line, or remove it, as on the other hosts: {item}")
    parity.same("hidden", fix="compare the value on both hosts, and set it as at the primary: {item}")


@pytest.mark.drill("configuration_file_missing", "configuration_file_missing_at_both_sites")
@pytest.mark.broken("A configuration file is missing on {where}", "part")
def test_every_named_configuration_file_is_there(parity: Parity) -> None:
    """A service falls back to settings that nobody chose."""
    parity.healthy("named", fix="copy it from a host that has it: {item}")


@pytest.mark.drill(
    "array_missing",
    "boot_script_that_no_package_has_brought",
    "configuration_file_missing",
    "configuration_writable_by_all",
    "database_password_for_the_way_back_missing",
    "fewer_sessions_of_sshd",
    "key_of_the_database_unreadable",
    "module_not_loaded",
    "name_of_a_setting_unknown_at_the_standby",
    "nginx_limit_of_one_more_file",
    "secret_missing",
    "services_get_fewer_files_after_a_boot",
    "subscriptions_armed_at_no_site",
    "subscriptions_held_on_one_host",
    "subscriptions_held_at_standby",
)
@pytest.mark.broken(
    "Configuration files have other owners or permissions at {standby} than at {primary}", "later"
)
def test_configuration_files_have_the_same_modes_and_owners(parity: Parity) -> None:
    """After its next restart a service cannot read its settings, or everybody can."""
    parity.same("rights", fix="ls -l {item}  # then chmod and chown as on the other hosts: {primary}")


@pytest.mark.drill(
    "configuration_names_the_other_site",
    "configuration_names_the_other_site_at_primary",
    "edge_passes_everything_to_the_primary",
)
@pytest.mark.broken("The configuration of {where} names the other site", "outage")
def test_no_configuration_names_the_other_site(parity: Parity) -> None:
    """The site depends on the one that has just died."""
    parity.healthy("foreign", fix="name the own site there, and reload the service: {item}")


@pytest.mark.drill("configuration_left_by_an_upgrade", "configuration_left_by_an_upgrade_at_both_sites")
@pytest.mark.broken("An upgrade on {where} left a configuration file undecided", "later")
def test_no_upgrade_left_a_question_open(parity: Parity) -> None:
    """A service runs on settings of an older version, and may refuse them at its next restart."""
    parity.healthy("left", fix="diff -u FILE {item}; take over what is needed, remove it")


@pytest.mark.drill(
    "temporary_folder_closed",
    "proxy_folders_of_nginx_closed",
    "body_folder_of_nginx_missing",
)
@pytest.mark.broken("Folders have other owners or permissions at {standby} than at {primary}", "part")
def test_folders_have_the_same_modes_and_owners(parity: Parity) -> None:
    """Programs that write or read there fail, or strangers may."""
    parity.same("folders", fix="ls -ld {item}  # then chmod and chown as on the other hosts")


@pytest.mark.drill("library_forced_into_every_program", "library_forced_into_every_program_at_both_sites")
@pytest.mark.broken("A library is forced into every program on {where}", "part")
def test_nothing_is_forced_into_every_program(parity: Parity) -> None:
    """Every program of the host runs code of strangers, or fails the moment that library is gone."""
    parity.healthy("preload", fix="cat {item}; find out who wrote it, then remove it")


@pytest.mark.drill(
    "release_one_commit_behind",
    "release_with_an_edited_file_at_primary",
    "subscriptions_job_of_another_revision",
    "subscriptions_job_differs_behind_a_link",
)
@pytest.mark.leads_to(
    "catalogues",
    "files.every_file_is_as_released",
    "files.configuration_files_say_the_same",
    "packages.what_no_package_has_brought_is_the_same",
    "packages.python_environments_hold_the_same_distributions",
    "runtime.services_run_what_was_deployed",
    "subscriptions.the_job_is_the_same_at_both_sites",
)
@pytest.mark.broken("{standby} has another release of the application than {primary}", "part")
def test_the_release_is_the_same(parity: Parity) -> None:
    """Customers meet another version after the switch, on a database that may not fit it."""
    parity.same("release", fix="deploy the primary's release on the hosts that differ: {primary}")


@pytest.mark.drill(
    "release_with_an_edited_file_at_primary",
    "release_with_an_edited_file_at_both_sites",
    "release_edited_and_restarted_at_both_sites",
    "subscriptions_job_of_another_revision",
    "subscriptions_job_differs_behind_a_link",
    "subscriptions_guard_broken",
)
@pytest.mark.broken("Files of the application on {where} are not as they were released", "part")
def test_every_file_is_as_released(parity: Parity) -> None:
    """What was mended by hand is broken again by the next release; what was broken by hand is untested."""
    parity.healthy("released", fix="deploy the release again: {item}")

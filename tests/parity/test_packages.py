"""Both sites run the same software, whole and unaltered.

A page that works in one data centre and fails in the other usually does so because of one package:
another version, another build of the same version, a half-finished upgrade, a file that somebody mended
by hand. Such a difference is quiet until customers arrive.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker

REINSTALL = "apt-get install --reinstall {item}  # of rpm: dnf reinstall $(rpm -qf {item})"


@pytest.mark.drill(
    "package_one_revision_behind",
    "package_one_revision_behind_at_primary",
    "package_missing",
    "package_extra",
    "package_rebuilt",
)
@pytest.mark.leads_to(
    "packages.every_file_is_as_its_package_has_it",
    "packages.files_and_folders_of_packages_have_the_same_modes_and_owners",
    "packages.links_of_packages_and_alternatives_lead_to_the_same_files",
    "packages.what_no_package_has_brought_is_the_same",
    "runtime.no_service_runs_replaced_code",
)
@pytest.mark.broken("{standby} has other versions of software than {primary}", "part")
def test_every_package_is_the_same_build(parity: Parity) -> None:
    """Pages fail, or differ, depending on which site and which host answers."""
    parity.same(
        "builds",
        fix="apt-get install --reinstall --allow-downgrades {item}=VERSION  # where others lack it: purge",
    )


@pytest.mark.drill("package_half_configured", "package_triggers_pending", "package_marked_for_removal")
@pytest.mark.broken("Software on {where} is only partly installed", "later")
def test_every_package_is_installed_to_the_end(parity: Parity) -> None:
    """Software that was not set up to its end fails at the first restart, which the failover may be."""
    parity.healthy(
        "states",
        fix="dpkg --configure --pending; echo {item} install | dpkg --set-selections",
    )


@pytest.mark.drill("package_held", "package_held_at_both_sites")
@pytest.mark.broken("Software on {where} is kept from upgrades, and nobody named it", "later")
def test_packages_are_held_back_only_on_purpose(parity: Parity) -> None:
    """A host that skips upgrades keeps old errors and security holes that customers believe fixed."""
    parity.healthy(
        "holds",
        fix="apt-mark unhold {item}  # or name it in aspects.packages.held of the policy",
    )


@pytest.mark.drill("package_pinned")
@pytest.mark.broken(
    "{standby} prefers other versions of software than {primary} at the next upgrade", "later"
)
def test_packages_are_pinned_alike(parity: Parity) -> None:
    """The next upgrade would make the sites differ: what worked yesterday fails after the switch."""
    parity.same("pins", fix="grep -r . /etc/apt/preferences* /etc/apt/apt.conf*  # make these files the same")


@pytest.mark.warning
@pytest.mark.drill("package_source_added", "package_architecture_added")
@pytest.mark.broken("{standby} gets software from other places than {primary}", "later")
def test_packages_come_from_the_same_places(parity: Parity) -> None:
    """The next upgrade may bring one site software that the other has never seen."""
    parity.same("sources", fix="grep -r . /etc/apt/sources.list*  # make these files the same")


@pytest.mark.drill(
    "package_file_altered",
    "package_file_altered_and_dated_back",
    "package_file_altered_at_both_sites",
    "package_file_missing",
    "package_translations_missing",
    "package_folder_missing",
    "package_folder_missing_at_both_sites",
    "collation_library_of_another_version",
    "waf_rule_set_of_another_version",
    "zone_rules_changed",
    "zone_database_older_at_primary",
)
@pytest.mark.broken("Installed files on {where} were changed", "part")
def test_every_file_is_as_its_package_has_it(parity: Parity) -> None:
    """A file that was mended or damaged by hand behaves in a way that no test of the release has seen."""
    parity.healthy("altered", fix=REINSTALL)


@pytest.mark.drill(
    "package_file_mode_changed",
    "package_folder_closed",
    "package_folder_of_settings_missing_at_primary",
    "account_missing",
    "temporary_folder_closed",
)
@pytest.mark.broken("Installed files have other owners or permissions at {standby} than at {primary}", "part")
def test_files_and_folders_of_packages_have_the_same_modes_and_owners(parity: Parity) -> None:
    """A program that its service may not run, or a folder it may not write to, stops it some day."""
    parity.same("modes", fix="ls -ld {item}  # then chmod and chown as on the other hosts")


@pytest.mark.drill("package_link_retargeted", "alternative_chosen_by_hand")
@pytest.mark.broken("The same name starts another program at {standby} than at {primary}", "part")
def test_links_of_packages_and_alternatives_lead_to_the_same_files(parity: Parity) -> None:
    """After the switch the application runs another program, or another library, under the same name."""
    parity.same("links", fix="update-alternatives --display {item}; apt-get install --reinstall its package")


@pytest.mark.drill(
    "database_library_missing",
    "program_earlier_in_the_path",
    "module_beside_the_packaged_ones",
    "folder_emptied_at_boot",
    "trusted_certificates_emptied",
    "clock_an_hour_ahead",
    "command_not_executable",
    "newsletter_not_executable_at_the_standby",
    "subscriptions_job_missing",
    "subscriptions_job_not_executable",
    "subscriptions_job_differs_at_primary",
    "services_get_fewer_files_by_a_local_file",
    "program_diverted_by_hand",
    "module_before_the_packaged_ones",
)
@pytest.mark.broken("Programs that no package brought differ between {primary} and {standby}", "part")
def test_what_no_package_has_brought_is_the_same(parity: Parity) -> None:
    """The application runs another program or library, or trusts nobody, though every package is whole."""
    parity.same(
        "unpackaged",
        fix="ls -l {item}  # take it away, or name it in aspects.packages.leave_out_added of the policy",
    )


@pytest.mark.drill("python_environment_missing")
@pytest.mark.broken("A Python environment of the application is missing or broken on {where}", "outage")
def test_every_python_environment_is_there(parity: Parity) -> None:
    """The application does not start on this host."""
    parity.healthy("environments", fix="deploy the release that brings {item} to this host")


@pytest.mark.drill(
    "python_distribution_by_hand",
    "python_distribution_mended_by_hand",
    "python_distribution_half_installed_at_primary",
    "python_module_by_hand",
    "python_module_differs",
)
@pytest.mark.broken("The application runs on other Python libraries at {standby} than at {primary}", "part")
def test_python_environments_hold_the_same_distributions(parity: Parity) -> None:
    """The application runs on libraries that its release was not tested with."""
    parity.same("distributions", fix="deploy the release again on the hosts that differ: {item}")

"""Every host comes up again after a boot, with everything in its place.

In October 2012 a disk configuration had changed, and the server did not boot any more. Machines restart
during a failover, and a host that has run for a year proves nothing about its next start.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill(
    "upload_folder_missing",
    "fstab_line_of_a_missing_device",
    "fstab_line_of_a_missing_device_at_both_sites",
    "fstab_not_told_to_systemd",
)
@pytest.mark.broken("The next start of {where} stops halfway: a disk in its list cannot be mounted", "later")
def test_every_line_of_fstab_can_be_mounted(parity: Parity) -> None:
    """The next boot stops halfway, and the host waits for somebody at the console."""
    parity.healthy(
        "fstab",
        fix="findmnt --verify --verbose; correct /etc/fstab, then systemctl daemon-reload",
    )


@pytest.mark.drill(
    "upload_folder_missing",
    "upload_folder_unmounted",
    "fstab_line_of_a_missing_device",
    "fstab_line_of_a_missing_device_at_both_sites",
    "upload_folder_mounted_otherwise_at_primary",
    "upload_folder_gone_from_fstab",
    "folder_mounted_in_a_second_place_by_hand",
    "memory_mounted_by_hand_at_both_sites",
)
@pytest.mark.broken("Disks in use on {where} are not those of the next start", "later")
def test_what_is_mounted_is_what_a_boot_mounts(parity: Parity) -> None:
    """What customers uploaded is missing, now or after the next boot."""
    parity.healthy(
        "mounts",
        fix="mount {item}; or write it into /etc/fstab, then systemctl daemon-reload",
    )


@pytest.mark.drill(
    "upload_folder_missing",
    "upload_folder_unmounted",
    "upload_folder_gone_from_fstab",
    "upload_folder_nofail_at_both_sites",
)
@pytest.mark.broken("A required disk is not mounted on {where}, or not after the next start", "part")
def test_every_required_file_system_is_mounted_also_after_a_boot(parity: Parity) -> None:
    """Uploads go to the wrong disk and are lost with it, or the application cannot store them."""
    parity.healthy(
        "required",
        fix="mount {item}; write it into /etc/fstab without nofail, then systemctl daemon-reload",
    )


@pytest.mark.drill(
    "upload_folder_missing",
    "upload_folder_unmounted",
    "upload_folder_mounted_otherwise_at_primary",
    "upload_folder_closed",
    "upload_folder_of_another_owner_at_primary",
    "fstab_line_of_a_missing_device",
    "folder_mounted_in_a_second_place_by_hand",
)
@pytest.mark.broken("Disks are mounted in other ways at {standby} than at {primary}", "part")
def test_file_systems_are_mounted_alike(parity: Parity) -> None:
    """What works at one site is refused at the other: writing, running programs, locking."""
    parity.same(
        "options",
        fix="correct the options in /etc/fstab, then mount -o remount {item}; chmod and chown its root",
    )


@pytest.mark.drill("archive_mounted_from_the_other_site", "archives_of_each_others_sites")
@pytest.mark.broken("Data on {where} come from the other site", "outage")
def test_data_is_mounted_from_the_own_site(parity: Parity) -> None:
    """The site loses its files together with the site that has just died."""
    fix = "name the own site's server in /etc/fstab, then systemctl daemon-reload; umount and mount: {item}"
    parity.healthy("foreign", fix=fix)
    parity.same("sources", fix=fix)


@pytest.mark.drill("array_missing")
@pytest.mark.broken("A disk array of {where} has lost a disk", "part")
def test_every_array_is_whole(parity: Parity) -> None:
    """The next failed disk takes the data with it, or the next boot does not find the disks."""
    parity.healthy("arrays", fix="cat /proc/mdstat; mdadm --detail {item}; replace the disk")


@pytest.mark.drill("boot_loader_names_a_missing_root")
@pytest.mark.broken("The next start of {where} fails: its boot loader does not find the system", "later")
def test_the_boot_loader_finds_root_and_kernel(parity: Parity) -> None:
    """The host does not come up again."""
    parity.healthy(
        "loader",
        fix="blkid; update-grub, and look at root= in its menu: {item}",
    )


@pytest.mark.warning
@pytest.mark.drill(
    "fstab_line_of_a_missing_device",
    "fstab_line_of_a_missing_device_at_both_sites",
    "fstab_not_told_to_systemd",
    "upload_folder_gone_from_fstab",
    "upload_folder_nofail_at_both_sites",
    "archive_mounted_from_the_other_site",
    "archives_of_each_others_sites",
    "array_missing",
    "boot_loader_names_a_missing_root",
    "kernel_newer_than_what_runs",
)
@pytest.mark.broken(
    "Nobody knows whether a start of {where} works: what it needs has changed since the last one", "later"
)
def test_each_host_has_booted_with_what_it_has(parity: Parity) -> None:
    """Nobody knows whether the host comes up: something that a boot needs has changed since the last one."""
    parity.healthy(
        "proven",
        fix="boot the host once when nobody needs it; it was changed since: {item}",
    )

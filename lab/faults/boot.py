"""Hosts that run well, but would not boot again, or not into the same state.

A machine of the lab may not mount anything, so mounts are made from outside. Its kernel has no md either: a
degraded array is covered by recorded lists only, and the fault here is a missing one.
"""

from lab.faults import Fault
from lab.handle import Lab

WEB = ("dallas-web1", "dallas-web2", "arizona-web1", "arizona-web2")
UPLOADS = "/srv/uploads"
SETTLED = "sleep 6"
"""Until a file is older than the policy's limit: before, it may still be on its way to the other site."""

_FSTAB, _KEPT = "/etc/fstab", "/root/fstab.kept"
_MISSING = "UUID=5c1f7d0a-6d0b-4a5e-9a55-0f6f0f0f0f0f /srv/archive ext4 defaults 0 2"
_TELL = "systemctl daemon-reload"


def _fstab(name: str, sentence: str, hosts: tuple[str, ...], change: str) -> Fault:
    """Another fstab; mending restores it with its timestamp."""
    return Fault(
        name,
        sentence,
        hosts,
        f"cp -p {_FSTAB} {_KEPT}\n{change}",
        f"[ ! -f {_KEPT} ] || mv {_KEPT} {_FSTAB}\n{_TELL}",
        f"[ ! -e {_KEPT} ]",
    )


def unmount(lab: Lab, host: str) -> None:
    """The folder for uploads is that of the disk below."""
    lab.in_files_of(host, "umount", UPLOADS)


def mount(lab: Lab, host: str) -> None:
    """The memory for uploads is back, with the files of the disk below, which the host was made with."""
    if lab.shell(host, f"mountpoint -q {UPLOADS} || echo no"):
        below = "/root/uploads.below"
        lab.shell(host, f"rm -rf {below}\ncp -a {UPLOADS} {below}")
        lab.in_files_of(host, "mount", UPLOADS)
        lab.shell(host, f"cp -a {below}/. {UPLOADS}\nrm -r {below}")


def _unmount(lab: Lab) -> None:
    unmount(lab, "arizona-web2")


def _mount(lab: Lab) -> None:
    mount(lab, "arizona-web2")


def _with_programs(lab: Lab) -> None:
    lab.in_files_of("dallas-web1", "mount", "-o", "remount,exec", UPLOADS)


def _without_programs(lab: Lab) -> None:
    lab.in_files_of("dallas-web1", "mount", "-o", "remount,noexec", UPLOADS)


def _by_hand(name: str, sentence: str, hosts: tuple[str, ...], folder: str, *words: str) -> Fault:
    """Something is mounted at an otherwise unused folder, and no file says so."""

    def mount(lab: Lab) -> None:
        for host in hosts:
            lab.shell(host, f"mkdir -p {folder}")
            lab.in_files_of(host, "mount", *words, folder)

    def unmount(lab: Lab) -> None:
        for host in hosts:
            if lab.shell(host, f"! mountpoint -q {folder} || echo yes"):
                lab.in_files_of(host, "umount", folder)
            lab.shell(host, f"[ ! -d {folder} ] || rmdir {folder}")

    return Fault(name, sentence, hosts, mount, unmount, f"[ ! -e {folder} ]")


def _archive(name: str, sentence: str, at_dallas: str, at_arizona: str) -> Fault:
    """Every web host can mount an archive from a file server; by default none does."""
    line = "nas.$site.shop.example:/archive /mnt nfs4 ro,noauto 0 0"
    choose = f"case $(hostname) in dallas-*) site={at_dallas};; *) site={at_arizona};; esac"
    return _fstab(name, sentence, WEB, f'{choose}\necho "{line}" >>{_FSTAB}\n{_TELL}')


FAULTS = (
    _fstab(
        "fstab_line_of_a_missing_device",
        "A disk of the standby's database host was removed, but its line in fstab was not.",
        ("arizona-db1",),
        f"echo '{_MISSING}' >>{_FSTAB}\n{_TELL}",
    ),
    _fstab(
        "fstab_line_of_a_missing_device_at_both_sites",
        "Both database hosts have an fstab line for a disk that they no longer have.",
        ("dallas-db1", "arizona-db1"),
        f"echo '{_MISSING}' >>{_FSTAB}\n{_TELL}",
    ),
    _fstab(
        "fstab_not_told_to_systemd",
        "fstab was edited on the primary's edge, and systemd still uses the old one.",
        ("dallas-edge1",),
        f"echo '# Reviewed.' >>{_FSTAB}",
    ),
    Fault(
        name="upload_folder_unmounted",
        sentence="The file system for uploads is no longer mounted on one web host of the standby.",
        hosts=("arizona-web2",),
        break_=_unmount,
        mend=_mount,
        healthy=f"mountpoint -q {UPLOADS}",
    ),
    _fstab(
        "upload_folder_gone_from_fstab",
        "The file system for uploads was mounted by hand on one web host of the standby; fstab lacks it.",
        ("arizona-web1",),
        f"sed -i '/uploads/d' {_FSTAB}\n{_TELL}",
    ),
    _fstab(
        "upload_folder_nofail_at_both_sites",
        "After some trouble long ago every web host was told to boot without its uploads.",
        WEB,
        f"sed -i 's/size=4m/nofail,size=4m/' {_FSTAB}\n{_TELL}",
    ),
    Fault(
        name="upload_folder_mounted_otherwise_at_primary",
        sentence="On one web host of the primary, programs can be run from the folder of customers' uploads.",
        hosts=("dallas-web1",),
        break_=_with_programs,
        mend=_without_programs,
    ),
    Fault(
        "upload_folder_closed",
        "A script closed the mounted folder for uploads on one web host of the standby to all but root.",
        ("arizona-web1",),
        f"chmod 0700 {UPLOADS}",
        f"chmod 0755 {UPLOADS}",
    ),
    Fault(
        "upload_folder_of_another_owner_at_primary",
        "The mounted folder for uploads belongs to another account on one web host of the primary.",
        ("dallas-web2",),
        f"chown nobody {UPLOADS}",
        f"chown root {UPLOADS}",
    ),
    _archive(
        "archive_mounted_from_the_other_site",
        "The standby's web hosts mount the archive from the primary's file server.",
        at_dallas="dallas",
        at_arizona="dallas",
    ),
    _archive(
        "archives_of_each_others_sites",
        "The web hosts of each site mount the archive from the other site's file server.",
        at_dallas="arizona",
        at_arizona="dallas",
    ),
    _by_hand(
        "folder_mounted_in_a_second_place_by_hand",
        "On the standby's database host a folder was mounted by hand in a second place, for lack of space.",
        ("arizona-db1",),
        "/srv/spill",
        "--bind",
        "/var/backups",
    ),
    _by_hand(
        "memory_mounted_by_hand_at_both_sites",
        "On the edges of both sites a tmpfs for temporary files was mounted by hand.",
        ("dallas-edge1", "arizona-edge1"),
        "/srv/scratch",
        *("-t", "tmpfs", "-o", "size=1m", "tmpfs"),
    ),
    Fault(
        name="array_missing",
        sentence="The standby's database host has an array in its configuration, but not in the machine.",
        hosts=("arizona-db1",),
        break_="""
            mkdir -p /etc/mdadm
            echo 'ARRAY /dev/md0 metadata=1.2 UUID=3aaa0122:29827cfa:5331ad66:ca767371' >/etc/mdadm/mdadm.conf
        """,
        mend="rm -rf /etc/mdadm",
        healthy="[ ! -e /etc/mdadm ]",
    ),
    Fault(
        name="boot_loader_names_a_missing_root",
        sentence="After a change of disks the boot menu of one standby web host still names the old root.",
        hosts=("arizona-web1",),
        break_="""
            mkdir -p /boot/grub
            printf 'linux /boot/vmlinuz-6.1.0-18-amd64 root=UUID=%s ro quiet\\n' \\
                5c1f7d0a-6d0b-4a5e-9a55-0f6f0f0f0f0f >/boot/grub/grub.cfg
        """,
        mend="rm -rf /boot/grub",
        healthy="[ ! -e /boot/grub ]",
    ),
)

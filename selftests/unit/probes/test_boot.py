"""Boots: what is mounted against what would be, arrays, the boot loader, and what was never tried."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.sites import ARIZONA, DALLAS
from selftests.unit.targets import answered, web_host
from siteparity.model import Unmeasured, UnmeasuredError
from siteparity.probes import Answers, read_tables
from siteparity.probes.boot import PROBE, Policy
from siteparity.tools.storage import arrays, changes, loader, mounts

TARGET = web_host(Policy(owner="Platform", required={"web": ("/srv/uploads",)}))

OWN, OTHER = (str(site.networks[0][-5]) for site in (ARIZONA, DALLAS))
"""Addresses inside the sites that no host has."""

ROOT = "24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro"
UPLOADS = "30 24 8:2 / /srv/uploads rw,nosuid,nodev,relatime shared:9 - xfs /dev/sdb1 rw,attr2,sunit=64"
LINES = (
    "UUID=1 / ext4 errors=remount-ro 0 1",
    "# a comment",
    "UUID=2 /srv/uploads xfs nosuid,nodev 0 2",
    "UUID=3 none swap sw 0 0",
)
SWAPS = ("Filename Type Size Used Priority", "/dev/sda2 partition 1 0 -2")
ROOTS = ("755 root:root /", "2775 shop:www-data /srv/uploads")
VERIFIED = ("/", "   [ ] target exists", "none", "/srv/uploads", "Success, no errors or warnings detected")


def storage(  # noqa: PLR0913, PLR0917  # one part each
    lines: tuple[str, ...] = LINES,
    mounted: tuple[str, ...] = (ROOT, UPLOADS),
    units: tuple[str, ...] = (),
    verified: tuple[str, ...] = VERIFIED,
    swaps: tuple[str, ...] = SWAPS,
    devices: tuple[str, ...] = (),
) -> mounts.Storage:
    """What is read of one host."""
    answer = storage_of(lines, mounted, units, verified, swaps, devices)
    return mounts.read(answered(mounts=answer).parts("mounts", mounts.PARTS))


def storage_of(  # noqa: PLR0913, PLR0917  # one part each
    lines: tuple[str, ...],
    mounted: tuple[str, ...],
    units: tuple[str, ...] = (),
    verified: tuple[str, ...] = VERIFIED,
    swaps: tuple[str, ...] = SWAPS,
    devices: tuple[str, ...] = (),
) -> bytes:
    """What one host answers."""
    parts = {
        "fstab": lines,
        "devices": devices,
        "mounts": mounted,
        "roots": ROOTS,
        "swaps": swaps,
        "units": units,
        "verify": verified,
    }
    rows = [row for name, of_part in parts.items() for row in (f"[{name}]", *of_part)]
    return "".join(f"{row}\n" for row in [*rows, "end"]).encode()


def test_a_host_as_its_fstab_has_it_is_well() -> None:
    """Root, a data disk, swap."""
    seen = storage()
    assert set(seen.verified().values()) == {"well"}
    assert seen.states() == {"/": "as in fstab", "/srv/uploads": "as in fstab", "swap": "as in fstab"}
    assert seen.required("/srv/uploads") == "mounted, also after a boot"
    assert seen.options(())["/srv/uploads"] == "xfs attr2,nodev,nosuid,relatime,rw 2775 shop:www-data"


def test_whom_a_file_system_belongs_to_is_asked_of_this_machine_alone() -> None:
    """One of another machine may hang, so nobody looks at it."""
    of_nas = UPLOADS.replace(" - xfs /dev/sdb1", " - nfs4 nas:/x")
    lines = ("UUID=1 / ext4 defaults 0 1", "nas:/x /srv/uploads nfs4 defaults 0 0")
    answer = storage_of(lines, (ROOT, of_nas)).replace(b"2775 shop:www-data /srv/uploads\n", b"")
    seen = mounts.read(answered(mounts=answer).parts("mounts", mounts.PARTS))
    assert seen.options(())["/srv/uploads"] == "nfs4 attr2,nodev,nosuid,relatime,rw"
    assert seen.options(())["/"].endswith(" 755 root:root")


def test_roots_of_odd_names_are_found_by_a_real_shell(tmp_path: Path) -> None:
    """A blank and a backslash stand in mountinfo as octal numbers."""
    odd = tmp_path / "a b\\c"
    odd.mkdir(mode=0o750)
    escaped = str(odd).replace("\\", "\\134").replace(" ", "\\040")
    (tmp_path / "mountinfo").write_text(
        f"24 1 8:1 / {escaped} rw - ext4 /dev/sda1 rw\n25 1 0:5 / {tmp_path} rw - nfs4 nas:/x rw\n"
    )
    script = mounts.QUESTION.replace("/proc/self/mountinfo", str(tmp_path / "mountinfo"))
    ran = subprocess.run(["sh", "-c", script], capture_output=True, check=True, cwd="/", text=True)
    _, _, after = ran.stdout.partition("[roots]\n")
    (line,) = after.partition("[swaps]")[0].splitlines()
    assert line.startswith("750 ")
    assert line.endswith(f" {odd}")


@pytest.mark.parametrize(
    ("line", "mount", "state"),
    [
        ("UUID=2 /srv/uploads xfs defaults 0 2", None, "not mounted"),
        ("UUID=2 /srv/uploads xfs nofail 0 2", None, "not there, and need not be (nofail)"),
        ("UUID=2 /srv/uploads ext4 defaults 0 2", UPLOADS, "is xfs, fstab says ext4"),
        ("UUID=2 /srv/uploads auto defaults 0 2", UPLOADS, "as in fstab"),
        ("UUID=2 /srv/uploads xfs noexec 0 2", UPLOADS, "mounted without noexec"),
        (
            "UUID=2 /srv/uploads xfs defaults 0 2",
            UPLOADS.replace("rw,attr2", "ro,attr2"),
            "read-only, and fstab does not say so",
        ),
        ("UUID=2 /srv/uploads xfs ro 0 2", UPLOADS.replace("rw,attr2", "ro,attr2"), "as in fstab"),
        ("UUID=2 /srv/uploads xfs noauto 0 2", UPLOADS, None),
        ("UUID=2 /srv/uploads/ xfs defaults 0 2", UPLOADS, "as in fstab"),
        (
            "nas:/x /srv/uploads nfs defaults 0 0",
            UPLOADS.replace(" - xfs /dev/sdb1", " - nfs4 nas:/x"),
            "as in fstab",
        ),
        (
            "UUID=2 /srv/uploads xfs noauto,x-systemd.automount 0 2",
            UPLOADS.replace(" - xfs", " - autofs"),
            None,
        ),
        (
            "UUID=2 /srv/uploads xfs x-systemd.automount 0 2",
            UPLOADS.replace(" - xfs", " - autofs"),
            "as in fstab",
        ),
        ("UUID=9 /mnt xfs nofail 0 2", UPLOADS, "mounted, and nothing mounts it at a boot"),
    ],
)
def test_each_way_in_which_a_mount_differs_from_its_line_is_told(
    line: str, mount: str | None, state: str | None
) -> None:
    """What a boot would change."""
    seen = storage((line,), (ROOT, mount) if mount else (ROOT,))
    assert seen.states().get("/srv/uploads") == state


@pytest.mark.parametrize(
    ("mount", "state"),
    [
        (UPLOADS, "mounted, and nothing mounts it at a boot"),
        (UPLOADS.replace("8:2 / ", "8:2 /sub "), None),
        (UPLOADS.replace("8:2 / ", "8:1 /sub "), "mounted, and nothing mounts it at a boot"),
        (UPLOADS.replace("8:2 / /srv/uploads", "8:1 /run/resolv.conf /etc/resolv.conf"), None),
        (UPLOADS.replace("8:2 / ", "8:1 /ostree/deploy/x/var "), None),
        (UPLOADS.replace("8:2 / ", "8:1 /sub ").replace("- xfs", "- overlay"), "mounted, and nothing"),
        (UPLOADS.replace("8:2 / ", "8:2 /@uploads ").replace("- xfs", "- btrfs"), "mounted, and nothing"),
        (UPLOADS.replace("- xfs", "- tmpfs"), "mounted, and nothing mounts it at a boot"),
        (UPLOADS.replace("- xfs /dev/sdb1", "- tmpfs shm"), None),
        (UPLOADS.replace("- xfs", "- overlay"), None),
        (UPLOADS.replace("- xfs", "- zfs"), None),
        (UPLOADS.replace("- xfs", "- nfs4"), "mounted, and nothing mounts it at a boot"),
    ],
)
def test_what_is_mounted_and_in_no_file_is_told_where_it_holds_data(mount: str, state: str | None) -> None:
    """What runs containers mounts as it likes, and from outside a container parts of what it does not see."""
    told = storage(LINES[:1], (ROOT, mount)).states()
    assert set(told) == ({"/"} if state is None else {"/", "/srv/uploads"})
    assert str(told.get("/srv/uploads")).startswith(str(state))


# A machine of the lab, as its kernel tells it.
CONTAINER = (
    "238 157 0:88 / / rw,relatime - overlay overlay rw,lowerdir=,upperdir=,workdir=",
    "239 238 0:91 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro",
    "240 238 0:92 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw",
    "241 238 0:93 / /dev rw,nosuid,noexec - tmpfs tmpfs rw,size=65536k,mode=755",
    "244 238 0:95 / /run rw,nosuid,nodev,relatime - tmpfs tmpfs rw",
    "242 238 254:0 /run/containers/storage/c5/userdata/hostname /etc/hostname rw - ext4 /dev/vda rw,discard",
    "245 241 0:87 / /dev/shm rw,nosuid,nodev,noexec,relatime - tmpfs shm rw,size=64000k",
    "246 244 254:0 /run/containers/storage/c5/userdata/.containerenv /run/.env rw - ext4 /dev/vda rw",
    "248 238 0:96 / /srv/uploads rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=4096k,mode=755",
    "267 238 0:100 / /var/log/journal rw,nosuid,nodev,relatime - tmpfs tmpfs rw",
    "158 240 0:92 /bus /proc/bus ro,nosuid,nodev,noexec,relatime - proc proc rw",
    "163 240 0:93 /null /proc/keys rw,nosuid,noexec - tmpfs tmpfs rw,size=65536k,mode=755",
)


def test_what_a_container_comes_with_is_nobodys_mistake() -> None:
    """Only what fstab says counts there; and what was mounted inside by hand."""
    line = "tmpfs /srv/uploads tmpfs rw,nosuid,nodev,noexec,size=4m,mode=0755 0 0"
    assert storage((line,), CONTAINER).states() == {"/srv/uploads": "as in fstab"}
    by_hand = (
        "268 238 0:88 /var/backups /srv/spill rw,relatime - overlay overlay rw,lowerdir=,upperdir=,workdir="
    )
    assert storage((line,), (*CONTAINER, by_hand)).states()["/srv/spill"] == mounts.UNLASTING
    assert storage((), CONTAINER).states() == {"/srv/uploads": mounts.UNLASTING}


@pytest.mark.parametrize(
    ("kind", "source", "mounted", "state"),
    [
        ("nfs", "nas:/x", "nas:/x", "as in fstab"),
        ("nfs4", "NAS:/x/", "nas:/x", "as in fstab"),
        ("nfs4", "nas:/x", "old:/x", "mounted from old:/x, fstab says nas:/x"),
        ("nfs4", "nas:/x", "nas:/y", "mounted from nas:/y, fstab says nas:/x"),
        ("nfs4", "[fd00::1]:/x", "[fd00::2]:/x", "mounted from [fd00::2]:/x, fstab says [fd00::1]:/x"),
        ("cifs", r"\\nas\x", "//nas/x", "as in fstab"),
        ("fuse.sshfs", "shop@nas:/x", "shop@old:/x", "mounted from shop@old:/x, fstab says shop@nas:/x"),
        ("fuse", "sshfs#shop@nas:/x", "shop@nas:/x", "as in fstab"),
        ("fuse.s3fs", "bucket:/x", "s3fs", "as in fstab"),
        ("ceph", "mon:6789:/", "192.0.2.1:6789:/", "as in fstab"),
        ("virtiofs", "one", "two", "mounted from two, fstab says one"),
        ("none", "/mnt/x", "nas:/x", "as in fstab"),
    ],
)
def test_what_is_mounted_from_another_machine_is_held_against_fstab(
    kind: str, source: str, mounted: str, state: str
) -> None:
    """The next boot takes other data. What the kernel tells in its own words proves nothing."""
    shown = {"nfs": "nfs4", "fuse": "fuse.sshfs", "none": "nfs4"}.get(kind, kind)
    mount = f"30 24 0:50 / /srv/uploads rw - {shown} {mounted} rw,addr=192.0.2.1"
    assert storage((f"{source} /srv/uploads {kind} defaults 0 0",), (ROOT, mount)).states() == {
        "/srv/uploads": state
    }


@pytest.mark.parametrize(
    ("source", "shown", "foreign"),
    [
        (f"nas.{ARIZONA.domain}:/x", f"nas.{ARIZONA.domain}:/x", False),
        (f"nas.{DALLAS.domain}:/x", f"nas.{DALLAS.domain}:/x", True),
        (f"//nas.{DALLAS.domain}/x", f"//nas.{DALLAS.domain}/x", True),
        (f"shop@{OTHER}:/x", f"shop@{OTHER}:/x", True),
        (f"shop@{OWN}:/x", "shop@{an address of the site}:/x", False),
        ("nas.corp:/exports/dallas", "nas.corp:/exports/dallas", True),
        ("nas.corp:/exports", "nas.corp:/exports", False),
        ("127.0.0.1:/x", "{an address of the site}:/x", False),
        ("localhost:/x", "localhost:/x", False),
    ],
)
@pytest.mark.parametrize("mounted", [True, False])
def test_what_comes_from_the_other_site_is_told(
    source: str, shown: str, *, foreign: bool, mounted: bool
) -> None:
    """Whether it is mounted now, or somebody may do so."""
    mount = f"30 24 0:50 / /mnt rw - nfs4 {source} rw"
    seen = storage_of((), (ROOT, mount)) if mounted else storage_of((f"{source} /mnt nfs4 noauto",), (ROOT,))
    facts = read_tables(PROBE.readings(), answered(mounts=seen), TARGET, ("web",))
    assert facts["sources"] == {"/mnt": shown}
    assert facts["foreign"] == (
        {f"/mnt: {source}": "names dallas"} if foreign else {"file systems of the other site": "none"}
    )


def test_no_file_system_of_another_machine_is_said_in_so_many_words() -> None:
    """Those of automounters and containers come and go."""
    passing = tuple(
        f"30 24 0:50 / {path} rw - nfs4 nas:/x rw"
        for path in ("/home/a", "/var/lib/kubelet/pods/1/volumes/2")
    )
    seen = storage_of(LINES, (ROOT, "29 24 0:40 / /home rw - autofs ldap:ou=auto.home rw", *passing))
    facts = read_tables(PROBE.readings(), answered(mounts=seen), TARGET, ("web",))
    assert facts["sources"] == {"file systems of other machines": "none"}
    alone = read_tables(PROBE.readings(), answered(mounts=seen), replace(TARGET, other=None), ("web",))
    assert isinstance(alone["foreign"], Unmeasured)


def test_what_a_unit_or_an_automounter_mounts_lasts() -> None:
    """Systemd has mounts of its own, and autofs mounts when somebody looks."""
    by_unit = storage(LINES[:1], units=("srv-uploads.mount",))
    assert by_unit.states()["/srv/uploads"] == "as a unit says"
    assert by_unit.required("/srv/uploads") == "mounted, also after a boot"
    trigger = "29 24 0:40 / /srv rw,relatime - autofs systemd-1 rw"
    assert "/srv/uploads" not in storage(LINES[:1], (ROOT, trigger, UPLOADS)).states()


@pytest.mark.parametrize(
    ("lines", "mounted", "state"),
    [
        (LINES, (ROOT,), "not mounted"),
        (LINES[:1], (ROOT,), "not mounted, and not in fstab"),
        (LINES[:1], (ROOT, UPLOADS), "mounted, and nothing mounts it at a boot"),
        (
            ("UUID=2 /srv/uploads xfs noauto 0 2",),
            (ROOT, UPLOADS),
            "mounted, and nothing mounts it at a boot",
        ),
        (
            ("UUID=2 /srv/uploads xfs nofail 0 2",),
            (ROOT, UPLOADS),
            "mounted, and a boot goes on without it (nofail)",
        ),
    ],
)
def test_a_required_file_system_is_there_and_lasts(
    lines: tuple[str, ...], mounted: tuple[str, ...], state: str
) -> None:
    """A boot that goes on without it is a shop that writes to the wrong disk."""
    assert storage(lines, mounted).required("/srv/uploads") == state


@pytest.mark.parametrize(
    ("source", "devices", "mount", "state"),
    [
        ("UUID=2", ("/dev/disk/by-uuid/2 8:2",), UPLOADS, "as in fstab"),
        ('UUID="2"', ("/dev/disk/by-uuid/2 8:2",), UPLOADS, "as in fstab"),
        ("UUID=2", ("/dev/disk/by-uuid/2 8:3",), UPLOADS, "another device is mounted there than fstab says"),
        ("/dev/sdb1", ("/dev/sdb1 8:11",), UPLOADS.replace("8:2", "8:17"), "as in fstab"),
        ("PARTLABEL=x", ("/dev/disk/by-partlabel/x 8:3",), UPLOADS, "another device is mounted there"),
        ("UUID=2", (), UPLOADS, "as in fstab"),
        ("UUID=2", ("/dev/disk/by-uuid/2 8:3",), UPLOADS.replace("8:2", "0:44"), "as in fstab"),
        ("nas:/x", (), UPLOADS, "as in fstab"),
    ],
)
def test_a_disk_that_was_exchanged_is_told(
    source: str, devices: tuple[str, ...], mount: str, state: str
) -> None:
    """What is mounted is the old one, and the next boot takes another."""
    seen = storage((f"{source} /srv/uploads xfs defaults 0 2",), (ROOT, mount), devices=devices)
    assert str(seen.states()["/srv/uploads"]).startswith(state)


def test_devices_of_fstab_are_asked_for_by_a_real_shell(tmp_path: Path) -> None:
    """Tags become udev's links, and paths stay; what is not there is left out."""
    (tmp_path / "fstab").write_text(
        "# UUID=0 / ext4\n/dev/null /a ext4 defaults 0 0\n/dev/none /b ext4\n"
        "UUID=none /c ext4\ntmpfs /d tmpfs\n"
    )
    script = mounts.QUESTION.replace("/etc/fstab", str(tmp_path / "fstab"))
    ran = subprocess.run(["sh", "-c", script], capture_output=True, check=True, cwd="/")
    found = mounts.read(answered(mounts=ran.stdout).parts("mounts", mounts.PARTS))
    assert found.devices == {"/dev/null": "1:3"}
    traced = subprocess.run(["sh", "-xc", script], capture_output=True, text=True, check=True, cwd="/")
    assert "/dev/null /dev/none /dev/disk/by-uuid/none" in traced.stderr


def test_swap_is_counted() -> None:
    """Its devices have several names."""
    assert storage(swaps=SWAPS[:1]).states()["swap"] == "0 of 1 in use"
    assert "swap" not in storage(LINES[:1]).states()


def test_what_findmnt_finds_wrong_is_told_at_its_line() -> None:
    """As findmnt of util-linux 2.38 says it; its summary comes first where it goes to stderr."""
    told = (
        "0 parse errors, 6 errors, 3 warnings", "/", "   [ ] target exists", "/srv/uploads",
        "   [E] unreachable on boot required target: No such file or directory",
        "   [E] unreachable on boot required source: UUID=2", "none",
        "   [W] unreachable source: /dev/sdz9: No such file or directory",
        "   [W] recommended root FS passno is 1 (current is 0)",
        "   [W] your fstab has been modified, but systemd still uses the old version;",
        "       use 'systemctl daemon-reload' to reload",
    )  # fmt: skip
    assert storage(verified=told).verified() == {
        "fstab": "changed, and systemd was not told (daemon-reload)",
        "/": "well",
        "/srv/uploads": "unreachable on boot required target: No such file or directory; "
        "unreachable on boot required source: UUID=2",
        "swap UUID=3": "unreachable source: /dev/sdz9: No such file or directory",
    }
    broken = storage(verified=("2 parse errors, 0 errors, 0 warnings",))
    assert broken.verified()["fstab"] == "2 parse errors"


@pytest.mark.parametrize(
    "changes_",
    [
        {"verified": VERIFIED[:-1]},
        {"verified": ()},
        {"mounted": (UPLOADS,)},
        {"mounted": (ROOT, "garbage")},
        {"mounted": (ROOT, UPLOADS.replace(" - ", " "))},
        {"lines": ("/dev/sda1",)},
        {"swaps": ("odd",)},
    ],
)
def test_an_answer_about_mounts_that_is_not_whole_is_unmeasured(changes_: dict[str, tuple[str, ...]]) -> None:
    """No line is not a good line."""
    with pytest.raises(UnmeasuredError):
        storage(**changes_)


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("/", "-.mount"),
        ("/srv/uploads", "srv-uploads.mount"),
        ("/srv/a-b", r"srv-a\x2db.mount"),
        ("/mnt/a b", r"mnt-a\x20b.mount"),
        ("/.hidden/x", r"\x2ehidden-x.mount"),
        ("/mnt/größe", r"mnt-gr\xc3\xb6\xc3\x9fe.mount"),
    ],
)
def test_units_of_mount_points_have_systemds_names(path: str, unit: str) -> None:
    """As systemd-escape --path --suffix=mount of systemd 252 says."""
    assert mounts.unit_name(path) == unit


MDSTAT = """\
Personalities : [raid1] [raid6] [raid5] [raid4]
md1 : active raid1 sdb2[1] sda2[0]
      976630336 blocks super 1.2 [2/2] [UU]
      bitmap: 3/8 pages [12KB], 65536KB chunk

md0 : active raid1 sda1[0]
      1046528 blocks super 1.2 [2/1] [U_]

unused devices: <none>"""


REBUILDING = """\
Personalities : [raid6]
md2 : active raid6 sdf[5] sde[4] sdd[3] sdc[2]
      9 blocks level 6, 64k chunk, algorithm 2 [6/4] [__UUUU]
      [==>..................]  recovery = 12.6% (37043392/292945152)"""


@pytest.mark.parametrize(
    ("mdstat", "wanted", "states"),
    [
        ("", "", {"arrays": "none"}),
        (MDSTAT, "", {"md1": "whole", "md0": "degraded: 1 of 2 disks [U_]"}),
        (
            MDSTAT.replace("sda1[0]", "sdb1[1](F) sda1[0]").replace("[2/1] [U_]", "[2/2] [UU]"),
            "",
            {"md1": "whole", "md0": "has a failed disk"},
        ),
        (
            MDSTAT.replace("md0 : active", "md0 : inactive"),
            "",
            {"md1": "whole", "md0": "degraded: 1 of 2 disks [U_]"},
        ),
        (
            "Personalities : \nmd127 : inactive sdc[0](S)\n      5 blocks super 1.2\n",
            "",
            {"md127": "inactive"},
        ),
        ("", "/dev/md0", {"/dev/md0": "wanted by mdadm.conf, and does not run"}),
        (MDSTAT, "/dev/md/root md1", {"md1": "whole", "md0": "degraded: 1 of 2 disks [U_]"}),
        (
            REBUILDING,
            "",
            {"md2": "degraded: 4 of 6 disks [__UUUU]"},
        ),
    ],
)
def test_arrays_are_whole_or_say_what_is_wrong(mdstat: str, wanted: str, states: dict[str, str]) -> None:
    """Lists in the form of md(4); one that mdadm.conf wants and that does not run is missing."""
    assert arrays.read({"mdstat": mdstat.split("\n"), "wanted": [wanted]}) == states


def test_a_list_of_arrays_that_is_not_understood_is_unmeasured() -> None:
    """It begins with the kernel's "Personalities"."""
    with pytest.raises(UnmeasuredError):
        arrays.read({"mdstat": ["odd"], "wanted": []})


@pytest.mark.parametrize(
    ("rows", "states"),
    [
        (("container",), {"boot loader": "none (a container)"}),
        (
            (
                "menus 1",
                "there root UUID=1",
                "there file /vmlinuz-6.1",
                "missing file /initrd.img-6.1",
            ),
            {"root=UUID=1": "is there", "/vmlinuz-6.1": "is there", "/initrd.img-6.1": "does not exist"},
        ),
        (("menus 2", "missing root LABEL=root"), {"root=LABEL=root": "does not exist"}),
    ],
)
def test_the_boot_loaders_references_exist_or_do_not(rows: tuple[str, ...], states: dict[str, str]) -> None:
    """Root, kernel, initial RAM disk."""
    assert loader.read(rows) == states


@pytest.mark.parametrize(
    "rows",
    [
        (),
        ("there root UUID=1",),
        ("menus 1",),
        ("menus 1", "there file /vmlinuz"),
        ("menus 1", "unknown root ZFS=tank/root"),
        ("menus 1", "odd"),
    ],
)
def test_a_boot_loader_that_is_not_known_is_unmeasured(rows: tuple[str, ...]) -> None:
    """A host that is no container boots by something."""
    with pytest.raises(UnmeasuredError):
        loader.read(rows)


def test_a_real_shell_reads_a_menu(tmp_path: Path) -> None:
    """GRUB's own form: variables are passed over, roots and files are looked for."""
    menu = tmp_path / "grub.cfg"
    menu.write_text(
        "set root='hd0,gpt2'\nif x; then\n search --fs-uuid --set=root 1\nfi\nmenuentry 'Debian' {\n"
        "\tlinux\t/vmlinuz-none root=UUID=0-0 ro quiet\n\tinitrd\t/initrd.img-none\n"
        "\tlinux ${path}/vmlinuz root=${root}\n}\n"
    )
    script = loader.QUESTION.replace("/boot/grub/grub.cfg", str(menu)).replace("/proc/cmdline", "/dev/null")
    ran = subprocess.run(["sh", "-c", script], capture_output=True, check=True)
    assert loader.read(answered(loader=ran.stdout).rows("loader")) == {
        "root=UUID=0-0": "does not exist",
        "/vmlinuz-none": "does not exist",
        "/initrd.img-none": "does not exist",
    }


BOOTED = ("kernel 1000", "first 5000 100", "ended 77")


@pytest.mark.parametrize(
    ("rows", "states"),
    [
        (("file 1040 /etc/fstab",), {"/etc/fstab": "the host has booted with it"}),
        (("file 1055 /etc/fstab",), {"/etc/fstab": "the host has booted with it"}),
        (("file 1056 /etc/fstab",), {"/etc/fstab": "changed since the last boot"}),
        ((), {"files that a boot reads": "the host has booted with it"}),
    ],
)
def test_what_was_changed_since_the_boot_is_not_proven(rows: tuple[str, ...], states: dict[str, str]) -> None:
    """The boot is the start of process 1: of a container as well as of a machine."""
    assert changes.read([*BOOTED, *rows]) == states


def test_a_boot_that_has_not_ended_proves_nothing() -> None:
    """It may still fail."""
    assert changes.read([*BOOTED[:2], "ended 0"]) == {"the boot": "has not come to its end"}


@pytest.mark.parametrize(
    "rows",
    [
        (),
        BOOTED[:2],
        ("colonel 1000", *BOOTED[1:]),
        (*BOOTED, "file x /etc/fstab"),
        (BOOTED[0], "first 5000", BOOTED[2]),
        (*BOOTED[:2], "ended "),
    ],
)
def test_a_boot_whose_time_is_not_known_is_unmeasured(rows: tuple[str, ...]) -> None:
    """Nothing can be older or younger than it."""
    with pytest.raises(UnmeasuredError):
        changes.read(rows)


def asked(question: str) -> Answers:
    """What this machine's own shell answers, as the question `it`."""
    return answered(
        it=subprocess.run(["sh", "-c", question], capture_output=True, check=False, cwd="/").stdout
    )


def test_real_questions_are_read() -> None:
    """Asked of this machine; a container without systemd cannot say when its boot ended."""
    assert arrays.read(asked(arrays.QUESTION).parts("it", arrays.PARTS))
    assert mounts.read(asked(mounts.QUESTION).parts("it", mounts.PARTS))
    rows = asked(changes.QUESTION).rows("it")
    if Path("/run/systemd/system").exists():
        assert changes.read(rows)


@given(st.binary(max_size=200))
def test_any_bytes_are_facts_or_unmeasured(raw: bytes) -> None:
    """The readers raise the one declared exception only."""
    parts = b"".join(b"[" + name.encode() + b"]\n" + raw + b"\n" for name in mounts.PARTS)
    given = {
        "mounts": parts + b"end\n",
        "arrays": b"[mdstat]\n" + raw + b"\n[wanted]\n" + raw + b"\nend\n",
    }
    for texts in (
        {**given, "loader": raw + b"\nend\n", "changes": raw + b"\nend\n"},
        dict.fromkeys(given, raw),
    ):
        facts = read_tables(
            PROBE.readings(), answered(**{"loader": raw, "changes": raw, **texts}), TARGET, ("web",)
        )
        assert isinstance(facts["mounts"], Unmeasured)

"""What is mounted (proc(5), mountinfo), and what a boot would mount (fstab(5), systemd.mount(5)).

``findmnt --verify`` checks the device, mount point and options of each line of fstab.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program

AS_IN_FSTAB = "as in fstab"
BY_A_UNIT = "as a unit says"
NEED_NOT_BE = "not there, and need not be (nofail)"
UNLASTING = "mounted, and nothing mounts it at a boot"
LASTING = "mounted, also after a boot"
CLEAN = "well"

_UNITS = (
    "/etc/systemd/system.control", "/etc/systemd/system", "/run/systemd/generator.early",
    "/run/systemd/generator", "/run/systemd/generator.late", "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system", "/lib/systemd/system",
)  # fmt: skip
"""Where the unit of a mount outlasts a boot (systemd.unit(5))."""

PARTS = ("fstab", "devices", "mounts", "roots", "swaps", "units", "verify")

_PLACES = {
    "UUID": "/dev/disk/by-uuid/",
    "LABEL": "/dev/disk/by-label/",
    "PARTUUID": "/dev/disk/by-partuuid/",
    "PARTLABEL": "/dev/disk/by-partlabel/",
}
"""Where udev links to the device that a tag of fstab means."""

_ON_DISK = frozenset(
    (
        *("ext2", "ext3", "ext4", "xfs", "btrfs", "vfat", "f2fs", "jfs", "reiserfs", "ntfs3", "bcachefs"),
        *("gfs2", "ocfs2", "nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "fuse.glusterfs"),
        "fuse.sshfs",
    )
)
"""File systems that hold data and are no part of another one. ZFS needs no fstab to mount its own."""

_LOCAL = (
    *("ext2", "ext3", "ext4", "xfs", "btrfs", "vfat", "f2fs", "jfs", "reiserfs", "ntfs3", "bcachefs"),
    *("overlay", "tmpfs", "zfs"),
)
"""File systems whose root can be looked at without another machine."""

QUESTION = filled(program(__package__, "mounts.sh"), units=" ".join(_UNITS), local="|".join(_LOCAL))

_HAVE_PARTS = _ON_DISK | {"overlay", "tmpfs", "zfs"}
"""File systems of which a part may be mounted in a second place (``mount --bind``)."""

_OF_OTHERS = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb3", "ceph", "fuse.ceph", "glusterfs", "fuse.glusterfs", "fuse.sshfs"),
        *("9p", "virtiofs", "lustre", "davfs", "fuse.s3fs", "fuse.rclone"),
    )
)
"""Kinds of file systems that come from another machine."""
_NAMES_A_MACHINE = re.compile(r"//|\\\\|(?:sshfs#)?[^/=]+:")
"""How their sources begin: ``nas:/x``, ``//nas/x``, ``user@nas:x``."""

_COME_AND_GO = re.compile(
    r"/(?:run|dev|tmp|var/tmp|sys|proc|snap|var/snap|var/named/chroot|var/log/journal"
    r"|var/lib/(?:snapd|containers|containerd|docker|kubelet|rancher|lxcfs|lxd|incus|machines)"
    r"|etc/(?:hosts|hostname|resolv\.conf|machine-id))(?:/.*)?|.*/(?:kubernetes\.io~|volume-subpaths/).*"
)
"""Where systemd, and programs that run containers, mount and unmount at any time."""

_SIZES = frozenset(
    (
        *("size", "nr_inodes", "nr_blocks", "lowerdir", "upperdir", "workdir", "stripe", "sunit", "swidth"),
        *("subvolid", "addr", "clientaddr", "mountaddr", "port", "mountport", "fd", "pgrp", "pipe_ino"),
    )
)
"""Options that differ between hosts that are alike. Sizes are the business of capacity."""

_FLAGS = ("nosuid", "nodev", "noexec")


@dataclass(frozen=True, slots=True)
class Mount:
    """Something that is mounted."""

    target: str
    device: str
    """Major and minor number, ``8:1``; the major one is 0 for a file system without a device."""
    root: str
    kind: str
    options: tuple[str, ...]
    """The options of the mount, then those of the file system."""
    source: str = ""
    """The device, or the place on another machine; some file systems put any word here."""

    @property
    def read_only(self) -> bool:
        """Whether the mount or the file system is read-only; an error may have made the latter so."""
        return "ro" in self.options

    @property
    def of_another_machine(self) -> bool:
        """Whether it comes from one."""
        return _from_another_machine(self.kind, self.source)

    def holds(self, other: Mount) -> bool:
        """Whether the other one mounts the same file system, or a part of it, in a second place."""
        inside = self.root == "/" or f"{other.root}/".startswith(f"{self.root}/")
        return self.device == other.device and inside and self.target != other.target

    def text(self) -> str:
        """Kind and options, without those that differ between hosts that are alike."""
        kept = [one for one in self.options if one.partition("=")[0] not in _SIZES]
        return f"{self.kind} {','.join(sorted(dict.fromkeys(kept)))}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of fstab."""

    source: str
    target: str
    kind: str
    options: tuple[str, ...]

    @property
    def device(self) -> str:
        """The path of the device; empty if the line names none."""
        tag, equals, value = self.source.partition("=")
        if equals and tag in _PLACES:
            return _PLACES[tag] + value.strip('"')
        return self.source if self.source.startswith("/dev/") else ""

    @property
    def is_swap(self) -> bool:
        """Whether the line is about swap, which is no file system."""
        return self.kind == "swap"

    def accepts(self, kind: str) -> bool:
        """Whether a mount of this kind fits the line: nfs appears as nfs4, and helpers appear as fuse."""
        return self.kind in ("auto", "none", "bind") or kind.startswith((self.kind, "fuse"))

    @property
    def of_another_machine(self) -> bool:
        """Whether it comes from one."""
        return _from_another_machine(self.kind, self.source)

    def means(self, mount: Mount) -> bool:
        """Whether the mount comes from where the line says, as far as the kernel shows it."""
        both = self.of_another_machine and mount.of_another_machine
        if not both or mount.kind == "ceph":  # ceph shows addresses in place of names
            return True
        if mount.kind.startswith("fuse") and not _NAMES_A_MACHINE.match(mount.source):
            return True
        return _spelled(self.source) == _spelled(mount.source)

    @property
    def at_boot(self) -> bool:
        """Whether a boot mounts it."""
        return "noauto" not in self.options


@dataclass(frozen=True, slots=True)
class Storage:
    """What one host has mounted, and what a boot would mount."""

    lines: tuple[Line, ...]
    devices: Mapping[str, str]
    """Path of a device in fstab -> its major and minor number."""
    mounts: Mapping[str, Mount]
    """Mount point -> the topmost mount there."""
    roots: Mapping[str, str]
    """Mount point -> mode and owner of what is mounted there, as far as this machine alone tells them."""
    swaps: int
    units: frozenset[str]
    complaints: Mapping[str, str]
    """Mount point -> what ``findmnt --verify`` reports about its line."""

    def verified(self) -> Mapping[str, str]:
        """Each line of fstab -> `CLEAN`, or what is wrong with it."""
        lines = {
            f"swap {line.source}" if line.is_swap else line.target: self.complaints.get(line.target, CLEAN)
            for line in self.lines
        }
        return {"fstab": self.complaints.get("fstab", CLEAN), **lines}

    def states(self) -> Mapping[str, str]:
        """Each line of fstab, and each other file system that holds data -> its state."""
        listed = {line.target for line in self.lines}
        lines = {line.target: self._state(line) for line in self.lines if line.at_boot and not line.is_swap}
        others = {mount.target: self._unlisted(mount) for mount in self._data() if mount.target not in listed}
        swaps = sum(line.is_swap and line.at_boot for line in self.lines)
        if swaps:
            lines["swap"] = AS_IN_FSTAB if self.swaps >= swaps else f"{self.swaps} of {swaps} in use"
        return lines | others or {"file systems": AS_IN_FSTAB}

    def _state(self, line: Line) -> str:
        mount = self.mounts.get(line.target)
        if mount is None:
            return NEED_NOT_BE if "nofail" in line.options else "not mounted"
        if mount.kind == "autofs" and any(one.startswith("x-systemd.automount") for one in line.options):
            return AS_IN_FSTAB
        return self._wrong(line, mount) or AS_IN_FSTAB

    def _wrong(self, line: Line, mount: Mount) -> str:
        """How a mount differs from its line; empty if it does not."""
        if not line.accepts(mount.kind):
            return f"is {mount.kind}, fstab says {line.kind}"
        if not line.means(mount):
            return f"mounted from {mount.source}, fstab says {line.source}"
        device = self.devices.get(line.device, mount.device)
        if device != mount.device and not mount.device.startswith("0:"):
            return "another device is mounted there than fstab says"
        if mount.read_only and "ro" not in line.options:
            return "read-only, and fstab does not say so"
        missing = [one for one in _FLAGS if one in line.options and one not in mount.options]
        return f"mounted without {' and '.join(missing)}" if missing else ""

    def _unlisted(self, mount: Mount) -> str:
        return BY_A_UNIT if unit_name(mount.target) in self.units else UNLASTING

    def _data(self) -> Iterator[Mount]:
        """What holds data, shows a part of it in a second place, or is memory, and does not come and go."""
        for mount in self.mounts.values():
            if mount.target != "/" and not self._on_demand(mount.target) and self._counts(mount):
                yield mount

    def _on_demand(self, target: str) -> bool:
        """Whether an automounter mounts it when it is used."""
        return any(
            mount.kind == "autofs" and target.startswith(f"{mount.target}/") for mount in self.mounts.values()
        )

    def _counts(self, mount: Mount) -> bool:
        if mount.kind in _ON_DISK and (mount.root == "/" or mount.kind == "btrfs"):
            return True
        if _COME_AND_GO.fullmatch(mount.target) or mount.root.startswith("/ostree/"):
            return False
        if mount.root == "/":
            return mount.kind == "tmpfs" and mount.source != "shm"  # a container's
        # Into a container parts of file systems are mounted from outside, of which it does not see the rest.
        return mount.kind in _HAVE_PARTS and any(other.holds(mount) for other in self.mounts.values())

    def sources(self) -> Mapping[str, str]:
        """Each lasting file system of another machine -> where it comes from."""
        in_fstab = {line.target: line.source for line in self.lines if line.of_another_machine}
        mounted = {
            mount.target: mount.source
            for mount in self.mounts.values()
            if mount.of_another_machine
            and not _COME_AND_GO.fullmatch(mount.target)
            and not self._on_demand(mount.target)
        }
        return in_fstab | mounted

    def all_sources(self) -> Iterator[tuple[str, str]]:
        """Mount point and source of all that comes from other machines, in fstab or mounted now."""
        yield from ((line.target, line.source) for line in self.lines if line.of_another_machine)
        yield from ((one.target, one.source) for one in self.mounts.values() if one.of_another_machine)

    def required(self, target: str) -> str:
        """`LASTING`, or what is wrong with a required mount point."""
        mount, line = self.mounts.get(target), self._line(target)
        if mount is None:
            return "not mounted" if line else "not mounted, and not in fstab"
        if line is None or not line.at_boot:
            return LASTING if unit_name(target) in self.units and line is None else UNLASTING
        if "nofail" in line.options:
            return "mounted, and a boot goes on without it (nofail)"
        return LASTING

    def _line(self, target: str) -> Line | None:
        return next((line for line in self.lines if line.target == target), None)

    def options(self, more: Iterable[str]) -> Mapping[str, str]:
        """Each file system that is in fstab, holds data, or is named -> kind, options, mode and owner."""
        wanted = {"/", *more, *(line.target for line in self.lines), *(one.target for one in self._data())}
        return {target: self._text(target) for target in sorted(wanted) if target.startswith("/")}

    def _text(self, target: str) -> str:
        if target not in self.mounts:
            return "not mounted"
        return " ".join(filter(None, (self.mounts[target].text(), self.roots.get(target, ""))))


def machine_of(source: str) -> str:
    """The name or address of the machine in ``nas:/x``, ``//nas/x``, ``user@nas:x``."""
    found = re.match(r"(?:sshfs#|//|\\\\)?(?:[^@/:]*@)?(\[[^\]]*\]|[^:/\\]*)", source)
    return found[1].strip("[]") if found else ""


def _from_another_machine(kind: str, source: str) -> bool:
    if kind in ("swap", "autofs", "tmpfs", "overlay"):  # their source may be any word
        return False
    return kind in _OF_OTHERS or _NAMES_A_MACHINE.match(source) is not None


def _spelled(source: str) -> str:
    """A source in one of the ways in which it may be written."""
    return source.removeprefix("sshfs#").replace("\\", "/").rstrip("/").lower()


def unit_name(target: str) -> str:
    """The unit of a mount point (systemd-escape(1), --path)."""
    path = target.strip("/") or "-"
    if path == "-":
        return "-.mount"
    escaped = re.sub(
        r"[^A-Za-z0-9:_./]|^\.", lambda found: "".join(f"\\x{byte:02x}" for byte in found[0].encode()), path
    )
    return escaped.replace("/", "-") + ".mount"


def read(parts: Mapping[str, Sequence[str]]) -> Storage:
    """Read the answer to `QUESTION`.

    Raises:
        UnmeasuredError: a line is not understood, nothing is mounted at ``/``, or findmnt did not finish.
    """
    parts = {name: [line for line in lines if line] for name, lines in parts.items()}
    mounts = [_mount(line) for line in parts["mounts"]]
    if not any(mount.target == "/" for mount in mounts):
        raise UnmeasuredError("mounts: the list has no root")
    listed = tuple(_line(line) for line in parts["fstab"] if line.strip() and line.strip()[0] != "#")
    if parts["swaps"] and not parts["swaps"][0].startswith("Filename"):
        raise UnmeasuredError("swaps: the list is not understood")
    return Storage(
        listed,
        dict(_device(line) for line in parts["devices"]),
        {mount.target: mount for mount in mounts},
        dict(_root(line) for line in parts["roots"]),
        max(0, len(parts["swaps"]) - 1),
        frozenset(parts["units"]),
        _complaints(parts["verify"], expected=bool(parts["verify"] or listed)),
    )


def _plain(text: str) -> str:
    """A field without its escapes: a backslash and three octal digits for a space and the like."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def _mount(line: str) -> Mount:
    before, dash, after = line.partition(" - ")
    fields, others = before.split(" "), after.split(" ")
    if not dash or len(fields) < 6 or len(others) < 3:  # noqa: PLR2004  # proc(5): six before, three after
        raise UnmeasuredError(f"mounts: a line is not understood: {line[:80]}")
    options = (*fields[5].split(","), *others[2].split(","))
    return Mount(_plain(fields[4]), fields[2], fields[3], others[0], options, _plain(others[1]))


def _device(line: str) -> tuple[str, str]:
    """Read ``/dev/disk/by-uuid/1 8:1``; stat(1) prints both numbers in hexadecimal."""
    found = re.fullmatch(r"(/\S+) ([0-9a-f]{1,8}):([0-9a-f]{1,8})", line)
    if found is None:
        raise UnmeasuredError(f"devices: a line is not understood: {line[:80]}")
    return found[1], f"{int(found[2], 16)}:{int(found[3], 16)}"


def _root(line: str) -> tuple[str, str]:
    """Read ``755 root:root /srv``, as stat(1) prints it."""
    found = re.fullmatch(r"([0-7]{1,4} [^\s:]+:[^\s:]+) (/.*)", line)
    if found is None:
        raise UnmeasuredError(f"roots: a line is not understood: {line[:80]}")
    return found[2], found[1]


def _line(text: str) -> Line:
    fields = text.split()
    if len(fields) < 3:  # noqa: PLR2004  # source, target, kind
        raise UnmeasuredError(f"fstab: a line is not understood: {text[:80]}")
    options = tuple(fields[3].split(",")) if len(fields) > 3 else ()  # noqa: PLR2004  # options may be left out
    target = _plain(fields[1])
    return Line(_plain(fields[0]), target.rstrip("/") or target, fields[2], options)


def _complaints(rows: Iterable[str], *, expected: bool) -> Mapping[str, str]:
    """Read ``findmnt --verify --verbose``: a line for each target, below it its marks; at the end a summary.

    Errors count, and warnings about what is unreachable; other warnings are advice.
    """
    found: dict[str, str] = {}
    target, summaries = "fstab", 0
    for row in rows:
        mark = re.match(r"\s+\[([ EW])\] (.*)", row)
        summary = re.fullmatch(r"Success.*|([0-9]+) parse errors?, .*", row)
        if summary:
            summaries += 1
            if summary[1] not in (None, "0"):
                found["fstab"] = f"{summary[1]} parse errors"
        elif mark and "has been modified" in mark[2]:
            found.setdefault("fstab", "changed, and systemd was not told (daemon-reload)")
        elif mark and (mark[1] == "E" or (mark[1] == "W" and "unreachable" in mark[2])):
            found[target] = f"{found[target]}; {mark[2]}" if target in found else mark[2]
        elif not mark and row[0] not in " \t":
            target = row
    if summaries != int(expected):
        raise UnmeasuredError("findmnt --verify: it did not come to its end")
    return found

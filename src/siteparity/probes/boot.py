"""Boots: whether a host would come up again, with everything in its place.

A host that has run for a year proves nothing about its next start. What is mounted is held against what a
boot would mount, each line of fstab against the devices that there are, arrays against their configuration,
and the boot loader's menu against the disks. What was changed since the last boot has never been tried.

Sources: fstab(5), findmnt(8) (``--verify``), proc(5) (mountinfo, mdstat), md(4), systemd.mount(5).
"""

from __future__ import annotations

from collections.abc import Mapping

from siteparity.model import Table
from siteparity.policy import AbsolutePath, RoleName, Section
from siteparity.probe import Answers, Probe, Reading, Target
from siteparity.tools.storage import arrays, changes, loader, mounts
from siteparity.transport.script import Ask


class Policy(Section):
    """What must be mounted."""

    required: Mapping[RoleName, tuple[AbsolutePath, ...]] = {}
    """For each role: mount points that must be there, now and after a boot."""


def ask(_: Target[Policy]) -> Mapping[str, Ask]:
    """Mounts and fstab, arrays, the boot loader, and what changed since the last boot."""
    return {
        "mounts": Ask(mounts.QUESTION),
        "arrays": Ask(arrays.QUESTION),
        "loader": Ask(loader.QUESTION),
        "changes": Ask(changes.QUESTION),
    }


def _required(target: Target[Policy]) -> tuple[str, ...]:
    named = (target.section.required.get(role, ()) for role in target.host.roles)
    return tuple(dict.fromkeys(path for paths in named for path in paths))


def read_fstab(answers: Answers, _: Target[Policy]) -> Table:
    """Each line of fstab -> whether its device, mount point and options are there."""
    return mounts.read(answers.raw("mounts")).verified()


def read_mounts(answers: Answers, _: Target[Policy]) -> Table:
    """Each line of fstab, and whatever else is mounted and holds data -> how it stands."""
    return mounts.read(answers.raw("mounts")).states()


def read_required(answers: Answers, target: Target[Policy]) -> Table:
    """Each mount point that the policy requires -> whether it is there, and lasts."""
    seen = mounts.read(answers.raw("mounts"))
    return {path: seen.required(path) for path in _required(target)}


def read_options(answers: Answers, target: Target[Policy]) -> Table:
    """Each file system -> its kind and options."""
    return mounts.read(answers.raw("mounts")).options(_required(target))


def read_arrays(answers: Answers, _: Target[Policy]) -> Table:
    """Each array -> whether it is whole."""
    return arrays.read(answers.raw("arrays"))


def read_loader(answers: Answers, _: Target[Policy]) -> Table:
    """Each root, kernel and initial RAM disk of the boot loader -> whether it exists."""
    return loader.read(answers.text("loader"))


def read_proven(answers: Answers, _: Target[Policy]) -> Table:
    """Each file that a boot reads -> whether the host has booted since it was changed."""
    return changes.read(answers.text("changes"))


PROBE = Probe(
    section=Policy,
    ask=ask,
    tables={
        "fstab": Reading(read_fstab),
        "mounts": Reading(read_mounts),
        "required": Reading(read_required, roles=lambda section: tuple(section.required)),
        "options": Reading(read_options),
        "arrays": Reading(read_arrays),
        "loader": Reading(read_loader),
        "proven": Reading(read_proven),
    },
)

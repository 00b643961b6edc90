"""Boots: whether a host would come up again, with everything in its place.

A host that has run for a year proves nothing about its next start. Mounts are compared with what a boot would
mount, fstab with the devices, arrays with their configuration, and the boot loader's menu with the disks. No
file system may come from the other site. What changed since the last boot has never been tried.

Sources: fstab(5), findmnt(8) (``--verify``), proc(5) (mountinfo, mdstat), md(4), systemd.mount(5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from siteparity.model import Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.policy import AbsolutePath, RoleName, Section
from siteparity.policy.applications import Applications
from siteparity.policy.questions import Question
from siteparity.probes import Answers, Probe, Reading, Target, by_role, once
from siteparity.tools.storage import arrays, changes, loader, mounts
from siteparity.transport.script import Ask

NONE = "none"
NO_OTHERS = "file systems of other machines"


class Policy(Section):
    """What must be mounted."""

    required: Annotated[
        Mapping[RoleName, tuple[AbsolutePath, ...]],
        Question("Which file systems must be mounted, also after a boot?"),
    ] = {}
    """For each role: what must be mounted there, now and after a boot."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """What they store is mounted."""
        return {"required": of.lists(lambda one: one.uploads)}


_MOUNTS = Ask(mounts.QUESTION)
_ARRAYS = Ask(arrays.QUESTION)
_LOADER = Ask(loader.QUESTION)
_CHANGES = Ask(changes.QUESTION)


def ask(_: Target[Policy]) -> Mapping[str, Ask]:
    """Mounts and fstab, arrays, the boot loader, and what changed since the last boot."""
    return {
        "mounts": _MOUNTS,
        "arrays": _ARRAYS,
        "loader": _LOADER,
        "changes": _CHANGES,
    }


def _required(target: Target[Policy]) -> tuple[str, ...]:
    return target.listed(target.section.required)


@once
def _storage(answers: Answers, _: Target[Policy]) -> mounts.Storage:
    return mounts.read(answers.parts("mounts", mounts.PARTS))


def read_fstab(answers: Answers, target: Target[Policy]) -> Table:
    """Each line of fstab -> `mounts.CLEAN`, or what is wrong with its device, mount point or options."""
    return _storage(answers, target).verified()


def read_mounts(answers: Answers, target: Target[Policy]) -> Table:
    """Each line of fstab, and each other mount that holds data -> what a boot would do to it."""
    return _storage(answers, target).states()


def read_required(answers: Answers, target: Target[Policy]) -> Table:
    """Each mount point that the policy requires -> `mounts.LASTING`, or what is wrong."""
    storage = _storage(answers, target)
    return {path: storage.required(path) for path in _required(target)}


def read_options(answers: Answers, target: Target[Policy]) -> Table:
    """Each file system -> its kind and options."""
    return _storage(answers, target).options(_required(target))


def read_sources(answers: Answers, target: Target[Policy]) -> Table:
    """Each file system of another machine -> where it comes from; or `NO_OTHERS` -> `NONE`."""
    names = OwnNames.of(target.site)
    found = _storage(answers, target).sources()
    return {path: _with_own_addresses(source, names) for path, source in found.items()} or {NO_OTHERS: NONE}


def _with_own_addresses(source: str, names: OwnNames) -> str:
    """The source; an address inside the site that is no host's is replaced, as hosts' names are elsewhere."""
    machine = mounts.machine_of(source)
    own = re.fullmatch(r"[0-9a-fA-F.:]+", machine) and names.owns(machine) and not names.stands_in(source)
    return source.replace(machine, "{an address of the site}", 1) if own else source


def read_foreign(answers: Answers, target: Target[Policy]) -> Table:
    """Each file system of the other site, mounted now or in fstab -> the site; or that there is none."""
    if target.other is None:
        raise UnmeasuredError("mounts: the other site is not known, so its names cannot be looked for")
    names = OwnNames.of(target.other)
    return {
        f"{path}: {source}": f"names {target.other.name}"
        for path, source in _storage(answers, target).all_sources()
        if names.stands_in(source) or _lies_in(mounts.machine_of(source), names)
    } or {"file systems of the other site": NONE}


def _lies_in(machine: str, names: OwnNames) -> bool:
    """Whether a machine is the other site's. Loopback is inside every site, and so never the other one's."""
    return names.owns(machine) and not re.fullmatch(r"localhost|127\..*|::1", machine, re.IGNORECASE)


def read_arrays(answers: Answers, _: Target[Policy]) -> Table:
    """Each array -> `arrays.WHOLE`, or what is wrong with it."""
    return arrays.read(answers.parts("arrays", arrays.PARTS))


def read_loader(answers: Answers, _: Target[Policy]) -> Table:
    """Each root, kernel and initial RAM disk of the boot loader -> `loader.THERE`, or that it is missing."""
    return loader.read(answers.rows("loader"))


def read_proven(answers: Answers, _: Target[Policy]) -> Table:
    """Each file that a boot reads -> `changes.PROVEN`, or that it changed since the last boot."""
    return changes.read(answers.rows("changes"))


PROBE = Probe(
    section=Policy,
    ask=ask,
    judges=lambda _: ("/etc/fstab",),
    always=(_MOUNTS, _ARRAYS, _LOADER, _CHANGES),
    tables={
        "fstab": Reading(read_fstab, healthy=mounts.CLEAN),
        "mounts": Reading(read_mounts, healthy=(mounts.AS_IN_FSTAB, mounts.BY_A_UNIT, mounts.NEED_NOT_BE)),
        "required": Reading(read_required, healthy=mounts.LASTING, roles=by_role("required")),
        "options": Reading(read_options),
        "sources": Reading(read_sources),
        "foreign": Reading(read_foreign, healthy=NONE),
        "arrays": Reading(read_arrays, healthy=(arrays.WHOLE, arrays.NONE)),
        "loader": Reading(read_loader, healthy=(loader.THERE, loader.CONTAINER)),
        "proven": Reading(read_proven, healthy=changes.PROVEN),
    },
)

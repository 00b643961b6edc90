"""What runs on a host beside the services of its manager: containers, virtual machines, services of users.

Most container engines make a scope of each container (systemd.scope(5)); its name begins with the engine's
and ends with the container's id. Docker's driver ``cgroupfs`` and LXC make bare control groups. A user who
lingers (loginctl(1)) has a manager of his own from the boot on, whose units the system's manager does not
list; rootless containers run there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "beside.sh")

_ENGINES = {"docker": "Docker", "libpod": "Podman", "cri-containerd": "Kubernetes", "crio": "Kubernetes",
            "nerdctl": "containerd", "kubernetes": "Kubernetes", "lxc": "LXC"}  # fmt: skip
LOOKED_INTO = frozenset({"containers of Docker", "containers of Podman"})
"""What the aspect `containers` compares one by one."""
_CONTAINER = re.compile(r"([a-z-]+?)-[0-9a-f]{64}\.scope")
_OF_A_CONTAINER = re.compile(
    r"(?:[a-z-]+-conmon-[0-9a-f]{64}\.scope|[0-9a-f]{64}(?:-[0-9a-f]+)?\.(?:timer|service))"
)
"""The monitor of a container, and what its engine starts to look after its health."""
_COMES_AND_GOES = re.compile(r"init\.scope|session-[A-Za-z0-9]+\.scope")
_BY_HAND = re.compile(r"run-.*\.scope")

_ROW = re.compile(r"(user|docker|kubernetes|lxc)\t([^\t]+)")


def belongs_to_a_container(unit: str) -> bool:
    """Whether a container's engine made the unit to look after the container."""
    return _OF_A_CONTAINER.fullmatch(unit) is not None


def read(rows: Iterable[str], scopes: Iterable[str]) -> Mapping[str, str]:
    """What runs beside the manager's services -> how many of it there are.

    Args:
        rows: the answer to `QUESTION`.
        scopes: the names of the scopes that are up.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    users: list[str] = []
    groups: Counter[str] = Counter()
    for row in rows:
        found = _ROW.fullmatch(row)
        if found is None:
            raise UnmeasuredError(f"beside: a line is not understood: {row[:80]}")
        if found[1] == "user":
            users.append(found[2])
        else:
            groups[f"containers of {_ENGINES[found[1]]}"] += 1
    for scope in scopes:
        if name := _name(scope):
            groups[name] += 1
    return {
        **{f"services of the user {user}": "a boot starts them" for user in users},
        **{name: f"{number} up" for name, number in groups.items()},
    }


def _name(scope: str) -> str:
    """What the programs of a scope are; empty if they come and go, or belong to a container."""
    if _COMES_AND_GOES.fullmatch(scope) or belongs_to_a_container(scope):
        return ""
    if found := _CONTAINER.fullmatch(scope):
        return f"containers of {_ENGINES.get(found[1], found[1])}"
    return "programs of systemd-run --scope" if _BY_HAND.fullmatch(scope) else scope

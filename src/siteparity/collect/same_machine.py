"""One machine behind two names: compared with itself it would be equal in everything.

Inventories refuse two names for one address; forwarded ports, tunnels and names that lead to the same place
are seen only where they end. Neither mark is enough alone: cloned machines share a machine-id(5), containers
of one kernel its boot id (random(4)), and so the mount namespace (namespaces(7)) tells containers apart.
"""

from __future__ import annotations

from collections.abc import Mapping

from siteparity.tools.program import program
from siteparity.transport.script import Ask

ASK = Ask(program(__package__, "same_machine.sh"))


def identity(answer: bytes) -> str | None:
    """What tells a machine from all others; None where it does not say enough."""
    boot, machine, namespace, *_ = [*answer.decode("ascii", "replace").strip("\n").split(" "), "", "", ""]
    return f"{boot} {machine} {namespace}" if boot and (machine or namespace) else None


def twins(identities: Mapping[str, str | None]) -> Mapping[str, str]:
    """Host -> why it was not measured: it is the same machine as another one.

    Args:
        identities: label of a host (``dallas/web1``) -> its `identity`.
    """
    of: dict[str, list[str]] = {}
    for label, found in identities.items():
        if found is not None:
            of.setdefault(found, []).append(label)
    return {
        label: f"the same machine as {', '.join(other for other in labels if other != label)}; "
        "correct the inventory, or where its name and port lead to"
        for labels in of.values()
        if len(labels) > 1
        for label in labels
    }

"""Detects one machine behind two names: compared with itself, it would be equal in everything.

The inventory refuses two names for one address. Forwarded ports, tunnels and aliases show only on the machine
where they end. No mark is enough alone: cloned machines share a machine-id(5), and containers of one kernel
share its boot id (random(4)), so the mount namespace (namespaces(7)) tells containers apart.
"""

from __future__ import annotations

from collections.abc import Mapping

from siteparity.tools.program import program
from siteparity.transport.script import Ask

ASK = Ask(program(__package__, "same_machine.sh"))


def identity(answer: bytes) -> str | None:
    """What identifies a machine; None if the answer does not say enough."""
    boot, machine, namespace, *_ = [*answer.decode("ascii", "replace").strip("\n").split(" "), "", "", ""]
    return f"{boot} {machine} {namespace}" if boot and (machine or namespace) else None


def twins(identities: Mapping[str, str | None]) -> Mapping[str, str]:
    """Host -> why it is not measured: it is the same machine as another one.

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

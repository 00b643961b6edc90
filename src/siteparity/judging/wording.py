"""What was found, in words: each value with the hosts that have it, the first by name, the rest by number."""

from __future__ import annotations

from collections.abc import Sequence

from siteparity.model import Finding, Group, Value

NAMED = 8
"""How many hosts of a value, and how many values of a site, are told where people read."""


def hosts(names: Sequence[str], most: int | None = NAMED) -> str:
    """``web1, web2 and 340 more``; all names if there is no limit."""
    return ", ".join(names[:most]) + more(len(names[:most]), len(names))


def more(told: int, of: int) -> str:
    """How many are not told: `` and 340 more``; empty if all are."""
    return f" and {of - told:,} more" if of > told else ""


def found(finding: Finding, primary: str, standby: str, most: int | None = NAMED) -> str:
    """``nginx: dallas 1.22 (web1, web2) | arizona none (web1)``.

    Args:
        finding: its item and groups.
        primary: the site's name.
        standby: the site's name.
        most: how many hosts of a value, and how many values of a site, are told; None for all.
    """
    sides = ((primary, finding.primary), (standby, finding.standby))
    return f"{finding.item}: " + " | ".join(f"{site} {_side(groups, most)}" for site, groups in sides)


def with_every_host(finding: Finding, primary: str, standby: str) -> str:
    """The message of a finding as if it named all hosts of its groups. One without groups stays as it is."""
    named = found(finding, primary, standby)
    if not finding.message.startswith(named):
        return finding.message
    return found(finding, primary, standby, None) + finding.message.removeprefix(named)


def shown(value: Value | None) -> str:
    """A value as messages show it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _side(groups: Sequence[Group], most: int | None) -> str:
    if not groups:
        return "unmeasured"
    told = [f"{shown(group.value)} ({hosts(group.hosts, most)})" for group in groups[:most]]
    return ", ".join(told) + more(len(told), len(groups))

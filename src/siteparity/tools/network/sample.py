"""Which hosts try each other at a site where each cannot try all: the same ones in every run. Pure.

The hosts stand in two rows, by their order in the inventory. Each of the longer row is joined with hosts of
the other one at equal distances, and a host of one row alone with others at equal distances on both sides, so
that what lies between two halves of a site is crossed. Hosts that are joined try each other.
"""

from __future__ import annotations

from collections.abc import Sequence

TRIED = 8
"""How many hosts of a role each host tries, and is tried by; where there are no more, all of them."""


def partners(host: str, row: Sequence[str], others: Sequence[str]) -> frozenset[str]:
    """The hosts of a role that a host tries.

    Args:
        host: is in the row.
        row: the hosts of its role.
        others: those of the other role, which may be the same one.
    """
    if row == others:
        return _of_one_row(host, row)
    width = TRIED + bool(set(row) & set(others))  # a host that is in both does not try itself
    place, most = row.index(host), min(len(row), len(others))
    if most <= width:
        return frozenset(others) - {host}
    steps = {step * (most // width) for step in range(width)}
    # Of two rows of one length both hosts must take the same one for the longer.
    if (len(row), row) > (len(others), others):
        return frozenset(others[(place + step) % most] for step in steps) - {host}
    return frozenset(other for at, other in enumerate(others) if (place - at) % most in steps) - {host}


def _of_one_row(host: str, row: Sequence[str]) -> frozenset[str]:
    if len(row) <= TRIED + 1:
        return frozenset(row) - {host}
    sides = TRIED // 2
    place, apart = row.index(host), ((len(row) - 1) // 2 - 1) // (sides - 1)
    steps = [1 + step * apart for step in range(sides)]
    return frozenset(row[(place + way) % len(row)] for step in steps for way in (step, -step))

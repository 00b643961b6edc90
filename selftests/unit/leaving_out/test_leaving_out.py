"""Leaving something out of the policy never makes GO easier.

The policy of the lab is shortened in every way, and judged by what the lab's hosts answered under many
faults.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selftests.unit.leaving_out.judge import Judge, Variant
from selftests.unit.leaving_out.pieces import Piece, pieces
from selftests.unit.leaving_out.recording import recorded
from siteparity.configuration import find_root
from siteparity.model import ConfigurationError, Outcome, Verdict

FAULTS = sorted(recorded().faults)

ITEMS: Mapping[str, Collection[str]] = {
    "aspects.accounts.required": ["account_missing_at_both_sites"],  # the applications still name others
    "aspects.accounts.required.edge": ["account_missing_at_both_sites"],
    "aspects.accounts.required.edge.prometheus": ["account_missing_at_both_sites"],
    "aspects.database.users.replicator": ["database_role_missing", "database_role_without_password"],
    "aspects.database.users.replicator[0]": ["database_role_without_password"],
    "aspects.files.every_host[4]": ["configuration_file_missing_at_both_sites"],
    "aspects.firewall.drop.edge[0]": ["firewall_accepts_by_policy_at_both_sites"],
    "languages.de and all that names it": ["catalogue_older_than_source"],
}
"""Piece -> the faults that nothing else finds. Each piece is one item of a promise that goes on, or all of
its items but those that the applications name: no run can know that a list once had one name more."""


@cache
def judge() -> Judge:
    """Keeps what it has read."""
    return Judge(find_root(), recorded())


@cache
def whole() -> Variant:
    """The shipped policy."""
    return judge().variant()


@cache
def shortened() -> Mapping[str, Variant]:
    """Each policy that lacks one piece, and is not refused for that; by the name of the piece."""
    found = {}
    for piece in every_piece():
        if (variant := variant_without(piece)) is not None:
            found[piece.name] = variant
    return found


@cache
def every_piece() -> tuple[Piece, ...]:
    """All that can be left out."""
    return tuple(pieces(judge().document.value))


def variant_without(*gone: Piece) -> Variant | None:
    """The policy without these pieces; None if it is refused, which nobody overlooks."""
    try:
        return judge().variant(*gone)
    except ConfigurationError:
        return None


def test_the_healthy_lab_is_go() -> None:
    """Every check is made of what was recorded, and holds."""
    assert judge().answer(whole(), None).verdict is Verdict.GO


@pytest.mark.parametrize("fault", FAULTS)
def test_the_whole_policy_finds_each_fault(fault: str) -> None:
    """As the gate did when it was recorded: exactly the same checks are red."""
    outcomes = judge().outcomes(whole(), fault)
    red = {check: outcome for check, outcome in outcomes.items() if outcome is not Outcome.SAME}
    assert red == recorded().faults[fault].red


@pytest.mark.timeout(600)  # the first one reads all policies
@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_can_be_left_out_that_alone_finds_a_fault(fault: str) -> None:
    """Without it the answer is not GO either: something else finds the fault, or the key is undecided."""
    if not judge().is_go(whole(), fault):
        easier = {name for name, variant in shortened().items() if judge().is_go(variant, fault)}
        assert easier == {name for name, of in ITEMS.items() if fault in of}


@settings(max_examples=100, deadline=None)
@given(
    gone=st.lists(st.sampled_from(every_piece()), min_size=2, max_size=12, unique_by=lambda one: one.name),
    fault=st.sampled_from(FAULTS),
)
def test_nor_can_several_things_together(gone: list[Piece], fault: str) -> None:
    """Whichever they are."""
    variant = variant_without(*(piece for piece in gone if piece.name not in ITEMS))
    if variant is not None and judge().is_go(variant, fault):
        assert judge().is_go(whole(), fault)

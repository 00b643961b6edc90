"""What an answer is about: what was promised, compared, absent or undecided. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Literal, TypeAlias

from siteparity.configuration import Configuration
from siteparity.policy.decisions import Undecided, covered, verification
from siteparity.policy.journeys import JOURNEYS
from siteparity.result import SavedAbsence, SavedArea, SavedUndecided, Scope
from siteparity.yamlfile import KeyPath

State: TypeAlias = Literal["promised", "compared", "absent", "undecided"]

NAMED = 3
"""How many undecided keys a reason names; result.json holds all of them."""


def scope(settings: Configuration) -> Scope:
    """What a run under these settings is about."""
    policy = settings.policy
    return Scope(
        areas=tuple(_areas(settings)),
        absent=tuple(
            SavedAbsence(
                name=name,
                reason=one.reason,
                approved_by=one.approved_by,
                verification=verification(name, settings.probes),
            )
            for name, one in policy.absent.items()
        ),
        undecided=tuple(
            SavedUndecided(key=one.key, question=one.question, place=one.place) for one in settings.undecided
        ),
    )


def against_go(undecided: Sequence[Undecided]) -> Iterator[str]:
    """A reason against GO if there is something that nobody decided."""
    if undecided:
        named = ", ".join(one.key for one in undecided[:NAMED])
        more = f" and {len(undecided) - NAMED} more" if len(undecided) > NAMED else ""
        things = "1 thing is" if len(undecided) == 1 else f"{len(undecided)} things are"
        yield f"{things} undecided: {named}{more}; siteparity check lists the questions"


def _areas(settings: Configuration) -> Iterator[SavedArea]:
    policy = settings.policy
    planned = Counter((check.source.kind, check.source.aspect) for check in settings.checks)
    absent = {at for name in policy.absent for at in covered(name, settings.probes)}
    for aspect, probe in settings.probes.items():
        if probe.section.apart:
            continue
        looked_at: State = "promised" if aspect in policy.promised else "compared"
        number = planned["parity", aspect]
        yield SavedArea(
            kind="parity",
            name=aspect,
            state=looked_at if number else _not_looked_at(("aspects", aspect), absent),
            checks=number,
        )
    for name in JOURNEYS:
        number = planned["smoke", name]
        yield SavedArea(
            kind="smoke",
            name=name,
            state="promised" if number else _not_looked_at(("smoke", name), absent),
            checks=number,
        )


def _not_looked_at(at: KeyPath, absent: Collection[KeyPath]) -> State:
    return "absent" if at in absent else "undecided"

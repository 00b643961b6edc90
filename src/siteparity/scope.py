"""What an answer is about: what was promised, compared, absent or undecided. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Literal, TypeAlias

from siteparity.configuration import Configuration
from siteparity.draft.waiting import Waiting
from siteparity.facts.evidence import Evidence
from siteparity.model import Table, Unmeasured
from siteparity.policy.decisions import Undecided, covered, verification
from siteparity.policy.journeys import JOURNEYS
from siteparity.probes import COMPARED, PROMISED, Reading
from siteparity.result import (
    SavedAbsence,
    SavedArea,
    SavedListed,
    SavedUndecided,
    SavedUnjudged,
    SavedWaiting,
    Scope,
)
from siteparity.yamlfile import KeyPath

State: TypeAlias = Literal["promised", "compared", "absent", "undecided"]


def scope(settings: Configuration, evidence: Evidence | None = None) -> Scope:
    """What a run under these settings is about.

    Args:
        settings: of the run.
        evidence: what was measured; None if nothing is known of a site.
    """
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
        waiting=tuple(
            SavedWaiting(
                path=one.path,
                place=one.place,
                seen=one.line.seen,
                question=one.line.asks,
            )
            for one in settings.waiting
        ),
        listed=tuple(_listed(settings, evidence)) if evidence else (),
    )


def against_go(undecided: Sequence[Undecided]) -> Iterator[str]:
    """A reason against GO if there is something that nobody decided: the first question, and where it is."""
    if not undecided:
        return
    first, more = undecided[0], len(undecided) - 1
    asked = first.question if first.question.endswith("?") else f"{first.question}."
    answer = f"{asked} Answer it as {first.key} in {first.place}"
    if more:
        yield f"{more + 1} questions are open, the first: {answer}; siteparity check lists all of them"
    else:
        yield f"1 question is open: {answer}"


def drafted_against_go(waiting: Sequence[Waiting]) -> Iterator[str]:
    """A reason against GO if nobody accepted what was drafted: the first line, and where it is."""
    if not waiting:
        return
    first, more = waiting[0], len(waiting) - 1
    line = f"{first.path} in {first.place}"
    if more:
        shows = "siteparity confirm shows all of them"
        yield f"{more + 1} drafted lines wait for a person, the first: {line}; {shows}"
    else:
        yield f"1 drafted line waits for a person: {line}; siteparity confirm shows it"


def _areas(settings: Configuration) -> Iterator[SavedArea]:
    policy = settings.policy
    planned = Counter((check.source.kind, check.source.aspect) for check in settings.checks)
    absent = {at for name in policy.absent for at in covered(name, settings.probes)}
    for aspect, probe in settings.probes.items():
        if probe.section.apart:
            continue
        looked_at: State = "promised" if aspect in policy.promised else "compared"
        number = planned["parity", aspect]
        if probe.section.only_named and not number:  # nobody named anything, so nothing was left out
            continue
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


def _listed(settings: Configuration, evidence: Evidence) -> Iterator[SavedListed]:
    """Each kind of thing of which a probe lists how it is judged."""
    for aspect, probe in settings.probes.items():
        for table, reading in probe.readings().items():
            if reading.lists and aspect in settings.policy.sections:
                yield _of_hosts(settings, evidence, aspect, table, reading)


def _of_hosts(
    settings: Configuration, evidence: Evidence, aspect: str, table: str, reading: Reading[Any]
) -> SavedListed:
    """The things of one table, on all hosts of both sites."""
    roles = reading.roles_in(settings.policy.section(aspect), tuple(settings.policy.roles))
    numbers: Counter[str] = Counter()
    unjudged: dict[tuple[str, str], list[str]] = {}
    unread: list[str] = []
    for site in settings.sites:
        facts = evidence.facts(site, aspect)
        for host in site.hosts:
            found = facts[host.name].get(table, Unmeasured("its record does not tell"))
            if set(roles).isdisjoint(host.roles):
                found = Unmeasured(f"{aspect} is measured for {', '.join(roles)} only")
            if isinstance(found, Unmeasured):
                unread.append(f"{site.name}/{host.name}: {found.reason}")
                continue
            numbers.update(str(how) for how in found.values())
            for item, why in _neither(found):
                unjudged.setdefault((item, why), []).append(f"{site.name}/{host.name}")
    return SavedListed(
        aspect=aspect,
        what=reading.lists,
        promised=numbers[PROMISED],
        compared=numbers[COMPARED],
        unjudged=tuple(
            SavedUnjudged(item=item, why=why, hosts=tuple(hosts))
            for (item, why), hosts in sorted(unjudged.items())
        ),
        unread=tuple(unread),
    )


def _neither(found: Table) -> Iterator[tuple[str, str]]:
    """What is neither promised nor compared, and why."""
    return ((item, str(how)) for item, how in found.items() if how not in (PROMISED, COMPARED))

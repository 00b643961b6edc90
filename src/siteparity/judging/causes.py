"""Causes: one fault that makes many checks red, so that the answer can begin with it.

There are three kinds. Hosts of a site do not answer. A tool on a host fails every check that needs it, for
the same reason. Or a check differs and brings others down, which it names itself (``leads_to``). A cause
hides nothing: each check keeps its outcome, its findings and its weight in the verdict.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import FindingKind, Harm, Outcome, Severity
from siteparity.result import SavedCause, SavedCheck

_RED = (Outcome.DIFFERENT, Outcome.UNMEASURED)
_QUESTION = re.compile(r"^(?P<host>[^\s:]+/[^\s:]+): [a-z_]+: (?=\S)")
"""The host in ``arizona/web2: files: no answer within 5 s``; the question differs from check to check."""
_LABEL = re.compile(r"^([^\s:]+/[^\s:]+): ")


@dataclass(frozen=True, slots=True)
class Away:
    """A site of which hosts do not answer."""

    words: str
    """``0 of 5 Arizona hosts answer``."""
    reasons: Mapping[str, str]
    """Label of each silent host -> what it gave as a reason."""


def causes(
    checks: Sequence[SavedCheck],
    leads_to: Mapping[str, Sequence[str]],
    told: Callable[[SavedCheck], str] | None = None,
    away: Sequence[Away] = (),
) -> tuple[SavedCause, ...]:
    """The causes of the red checks, the one with the most checks first.

    Args:
        checks: every check of the run.
        leads_to: id of a check -> the checks (``aspect.name``, or a whole ``aspect``) that it brings down.
        told: what a check that differs found, as a sentence; by default its promise.
        away: the sites of which hosts do not answer.
    """
    red = {check.id: check for check in checks if check.outcome in _RED}
    found: list[SavedCause] = []
    left = dict(red)
    # The root of most comes first: one that another brings down is none.
    down = {check.id: list(_brought_down(check, red, leads_to)) for check in red.values()}
    for root in sorted(down, key=lambda id_: -len(down[id_])):
        if root in left and (ids := [id_ for id_ in down[root] if id_ in left]):
            left = {id_: check for id_, check in left.items() if id_ not in {root, *ids}}
            sentence = told(red[root]) if told else f"{red[root].sentence} ({red[root].role})"
            found.append(SavedCause(sentence=sentence, root=root, checks=tuple(ids)))
    silent = list(_silent_sites(list(left.values()), away))
    explained = {id_ for cause in silent for id_ in cause.checks}
    found += [*silent, *_silences([check for check in left.values() if check.id not in explained])]
    return tuple(sorted(found, key=lambda cause: -len(cause.checks)))


def ranked(checks: Sequence[SavedCheck], found: Sequence[SavedCause]) -> tuple[SavedCheck, ...]:
    """The checks by what customers would notice, the worst first; each cause before what follows from it.

    What follows counts for its cause: a stopped server leads, because nobody can log in.
    """
    by_id = {check.id: check for check in checks}
    groups = [[by_id[cause.root], *map(by_id.__getitem__, cause.checks)] for cause in found if cause.root]
    grouped = {check.id for group in groups for check in group}
    groups += [[check] for check in checks if check.id not in grouped]
    groups.sort(key=lambda group: (-_harm(group), -len(group)))
    return tuple(check for group in groups for check in group)


def reasons(
    found: Sequence[SavedCause], checks: Sequence[SavedCheck], others: Sequence[str]
) -> tuple[str, ...]:
    """The reasons of a verdict: the causes of at least half of the red checks, the others, lesser causes.

    If a blocker was measured to differ, the others come first: they begin with it. A cause that only warnings
    have is no reason: it decides nothing.
    """
    red = sum(check.outcome in _RED for check in checks)
    blockers = {check.id: check for check in checks if check.severity is Severity.BLOCKER}
    deciding = [cause for cause in found if not blockers.keys().isdisjoint({cause.root, *cause.checks})]
    great = [cause for cause in deciding if 2 * (len(cause.checks) + bool(cause.root)) >= red]
    lesser = [cause for cause in deciding if cause not in great]
    if any(check.outcome is Outcome.DIFFERENT for check in blockers.values()):
        return (*others, *map(reason, (*great, *lesser)))
    return (*map(reason, great), *others, *map(reason, lesser))


def reason(cause: SavedCause) -> str:
    """A cause as one of the reasons of a verdict."""
    number = len(cause.checks)
    if not cause.root:
        checks = "1 check" if number == 1 else f"{number} checks"
        return f"{cause.sentence}; {checks} could not be made because of it"
    others = "one other check fails" if number == 1 else f"{number} other checks fail"
    return f"{cause.sentence}; {others} with it"


def name(check: SavedCheck) -> str:
    """A check as ``siteparity explain`` knows it: ``locales.every_served_locale_is_compiled``."""
    function = check.id.partition("::")[2].partition("[")[0]
    return f"{check.aspect}.{function.removeprefix('test_')}"


def _brought_down(
    root: SavedCheck, left: Mapping[str, SavedCheck], leads_to: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """The ids of the red checks that a check brings down, directly or through others."""
    if root.outcome is not Outcome.DIFFERENT:
        return
    seen, open_ = {root.id}, [root]
    while open_:
        cause = open_.pop()
        for check in left.values():
            if check.id not in seen and _follows(check, cause, leads_to.get(cause.id, ())):
                seen.add(check.id)
                open_.append(check)
                yield check.id


def _follows(check: SavedCheck, cause: SavedCheck, named: Sequence[str]) -> bool:
    """Whether a cause reaches a check. Within its own aspect only the same role: others have other hosts."""
    if check.aspect not in named and name(check) not in named:
        return False
    return check.aspect != cause.aspect or check.role == cause.role


def _harm(group: Sequence[SavedCheck]) -> int:
    """The worst that customers would notice of the blockers that differ; less than anything for none."""
    order = list(Harm)
    counts = [
        order.index(check.harm)
        for check in group
        if (check.outcome, check.severity) == (Outcome.DIFFERENT, Severity.BLOCKER)
    ]
    return max(counts, default=-1)


def _silent_sites(checks: Sequence[SavedCheck], away: Sequence[Away]) -> Iterator[SavedCause]:
    """A cause for each site with silent hosts: the checks that only silent hosts keep from being made."""
    silent = {label for one in away for label in one.reasons}
    of: dict[int, list[str]] = {}
    for check in checks:
        labels = [_LABEL.match(one.message) for one in check.findings if one.kind is FindingKind.UNMEASURED]
        hosts = [found[1] for found in labels if found]
        if hosts and len(hosts) == len(check.findings) and silent.issuperset(hosts):
            number = next(n for n, one in enumerate(away) if hosts[0] in one.reasons)
            of.setdefault(number, []).append(check.id)
    for number, ids in of.items():
        one = away[number]
        said = dict.fromkeys(f"{label}: {reason}" for label, reason in one.reasons.items())
        yield SavedCause(sentence=one.words, said=tuple(said), root=None, checks=tuple(ids))


def _silences(checks: Sequence[SavedCheck]) -> Iterator[SavedCause]:
    """The causes of checks that could not be made for the same reason on the same hosts."""
    of: dict[tuple[str, ...], list[str]] = {}
    for check in checks:
        if check.findings and all(one.kind is FindingKind.UNMEASURED for one in check.findings):
            said = {_QUESTION.sub(r"\g<host>: ", one.message) for one in check.findings}
            of.setdefault(tuple(sorted(said)), []).append(check.id)
    for reasons_of_hosts, ids in of.items():
        if len(ids) > 1:
            yield SavedCause(sentence="; ".join(reasons_of_hosts), root=None, checks=tuple(ids))

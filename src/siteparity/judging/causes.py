"""Causes: one fault that makes many checks red, so that the answer can begin with it.

There are two kinds. A host, or a tool on it, fails every check that needs it, for the same reason. Or a check
differs and brings others down, which it names itself (``leads_to``). A cause hides nothing: each check keeps
its outcome, its findings and its weight in the verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from siteparity.model import FindingKind, Outcome, Severity
from siteparity.result import SavedCause, SavedCheck

_RED = (Outcome.DIFFERENT, Outcome.UNMEASURED)
_QUESTION = re.compile(r"^(?P<host>[^\s:]+/[^\s:]+): [a-z_]+: (?=\S)")
"""The host in ``arizona/web2: files: no answer within 5 s``; the question differs from check to check."""


def causes(checks: Sequence[SavedCheck], leads_to: Mapping[str, Sequence[str]]) -> tuple[SavedCause, ...]:
    """The causes of the red checks, the one with the most checks first.

    Args:
        checks: every check of the run.
        leads_to: id of a check -> the checks (``aspect.name``, or a whole ``aspect``) that it brings down.
    """
    red = [check for check in checks if check.outcome in _RED]
    found: list[SavedCause] = []
    left = {check.id: check for check in red}
    for root in red:
        if root.id in left and (ids := list(_brought_down(root, left, leads_to))):
            left = {id_: check for id_, check in left.items() if id_ not in {root.id, *ids}}
            found.append(
                SavedCause(sentence=f"{root.sentence} ({root.role})", root=root.id, checks=tuple(ids))
            )
    found += _silences(list(left.values()))
    return tuple(sorted(found, key=lambda cause: -len(cause.checks)))


def reasons(
    found: Sequence[SavedCause], checks: Sequence[SavedCheck], others: Sequence[str]
) -> tuple[str, ...]:
    """The reasons of a verdict: the causes of at least half of the red checks, the others, lesser causes.

    A cause that only warnings have is no reason: it decides nothing.
    """
    red = sum(check.outcome in _RED for check in checks)
    blockers = {check.id for check in checks if check.severity is Severity.BLOCKER}
    deciding = [cause for cause in found if not blockers.isdisjoint({cause.root, *cause.checks})]
    great = [cause for cause in deciding if 2 * (len(cause.checks) + bool(cause.root)) >= red]
    lesser = [cause for cause in deciding if cause not in great]
    return (*map(reason, great), *others, *map(reason, lesser))


def reason(cause: SavedCause) -> str:
    """A cause as one of the reasons of a verdict."""
    number = len(cause.checks)
    if not cause.root:
        return f"{cause.sentence}; {number} checks could not be made because of it"
    others = "one other check fails" if number == 1 else f"{number} other checks fail"
    return f"does not hold: {cause.sentence}; {others} with it"


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

"""One cause and many red checks: what stands behind several of them, so that the answer can lead with it.

Two kinds are known. A host, or a tool on it, gave the same reason to every check that needed it. Or a check
does not hold whose failing brings others down; which ones, the check itself says (``leads_to``). A cause
takes nothing away: each check keeps its outcome, its findings and its weight in the verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from siteparity.model import FindingKind, Outcome
from siteparity.result import SavedCause, SavedCheck

_RED = (Outcome.DIFFERENT, Outcome.UNMEASURED)
_QUESTION = re.compile(r"^(?P<host>[^\s:]+/[^\s:]+): [a-z_]+: (?=\S)")
"""``arizona/web2: files: no answer within 5 s`` names the question, which differs from check to check."""


def causes(checks: Sequence[SavedCheck], leads_to: Mapping[str, Sequence[str]]) -> tuple[SavedCause, ...]:
    """What stands behind two or more red checks, the cause of most of them first.

    Args:
        checks: every check of the run.
        leads_to: id of a check -> the checks (``aspect.name``, or a whole ``aspect``) that fail with it.
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
    """The reasons of a verdict with its causes: that of half of what is red first, a lesser one last."""
    red = sum(check.outcome in _RED for check in checks)
    great = [cause for cause in found if 2 * (len(cause.checks) + bool(cause.root)) >= red]
    lesser = [cause for cause in found if cause not in great]
    return (*map(told, great), *others, *map(told, lesser))


def told(cause: SavedCause) -> str:
    """A cause as one of the reasons of a verdict."""
    number = len(cause.checks)
    if not cause.root:
        return f"{cause.sentence}; {number} checks could not be made for it"
    others = "one other check fails" if number == 1 else f"{number} other checks fail"
    return f"does not hold: {cause.sentence}; {others} with it"


def name(check: SavedCheck) -> str:
    """A check as ``siteparity explain`` knows it: ``locales.every_served_locale_is_compiled``."""
    function = check.id.partition("::")[2].partition("[")[0]
    return f"{check.aspect}.{function.removeprefix('test_')}"


def _brought_down(
    root: SavedCheck, left: Mapping[str, SavedCheck], leads_to: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """The red checks that fail with a check, and with those in turn."""
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
    """Within an aspect a cause reaches its own role only: another role has hosts of its own."""
    if check.aspect not in named and name(check) not in named:
        return False
    return check.aspect != cause.aspect or check.role == cause.role


def _silences(checks: Sequence[SavedCheck]) -> Iterator[SavedCause]:
    """Checks that could not be made, each time for the same reason on the same hosts."""
    of: dict[tuple[str, ...], list[str]] = {}
    for check in checks:
        if check.findings and all(one.kind is FindingKind.UNMEASURED for one in check.findings):
            said = {_QUESTION.sub(r"\g<host>: ", one.message) for one in check.findings}
            of.setdefault(tuple(sorted(said)), []).append(check.id)
    for reasons_of_hosts, ids in of.items():
        if len(ids) > 1:
            yield SavedCause(sentence="; ".join(reasons_of_hosts), root=None, checks=tuple(ids))

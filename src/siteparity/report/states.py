"""How far an answer goes: what is promised, only compared, absent or undecided, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from siteparity.report.visible import shortened, visible
from siteparity.report.words import count, title
from siteparity.result import SavedAbsence, SavedArea, SavedListed, SavedUndecided, SavedWaiting, Scope

TEXT_WIDTH = 300
NAMED = 4
"""How many areas, things or hosts a sentence names; result.json holds all of them."""
QUESTIONS = 3
"""How many open questions the terminal shows; `siteparity check` lists all of them."""


_STATES = ("promised", "compared", "absent", "undecided")


def label(area: SavedArea) -> str:
    """The name of an area as the policy writes it: an aspect's alone, ``smoke.`` before a journey's."""
    return area.name if area.kind == "parity" else f"smoke.{area.name}"


def in_state(scope: Scope, state: str) -> tuple[str, ...]:
    """The areas in a state, in their order."""
    return tuple(label(area) for area in scope.areas if area.state == state)


def absent(scope: Scope) -> tuple[str, ...]:
    """The areas that are absent, and the promises that are absent of other areas."""
    return (*in_state(scope, "absent"), *(one.name for one in promises_left_out(scope)))


def promises_left_out(scope: Scope) -> Iterator[SavedAbsence]:
    """The absences that are a promise of an area, such as ``capacity.peak``, and no whole area."""
    whole = {area.name for area in scope.areas} | {label(area) for area in scope.areas}
    return (one for one in scope.absent if one.name not in whole)


def heading(area: SavedArea) -> str:
    """The name of an area for people: ``WAF``, ``Attack (tried out)``."""
    return title(area.name) if area.kind == "parity" else f"{title(area.name)} (tried out)"


def reach(scope: Scope) -> str:
    """How far the answer goes, in one sentence; empty if the result does not tell."""
    of = {state: [heading(area) for area in scope.areas if area.state == state] for state in _STATES}
    looked, every = len(of["promised"]) + len(of["compared"]), len(scope.areas)
    if not every:
        return ""
    parts = [f"This answer is about {f'all {every}' if looked == every else f'{looked} of {every}'} areas"]
    if of["compared"]:
        parts[0] += f", {len(of['compared'])} of them only compared between the sites"
    if of["undecided"]:
        parts.append(f"{len(of['undecided'])} undecided: {some(of['undecided'])}")
    if of["absent"]:
        parts.append(f"{len(of['absent'])} declared absent: {some(of['absent'])}")
    if further := len(_within_areas(scope)):
        parts.append(f"{count(further, 'question')} about the others {'is' if further == 1 else 'are'} open")
    if drafted := len(scope.waiting):
        parts.append(f"{count(drafted, 'drafted line')} {'waits' if drafted == 1 else 'wait'} for a person")
    return _one_line("; ".join(parts)) + "."


def nothing_stops_us(scope: Scope) -> str:
    """What a GO says in place of a list, and how far that goes."""
    looked, every = len(in_state(scope, "promised")) + len(in_state(scope, "compared")), len(scope.areas)
    holds = "Nothing. Every promise that must hold holds"
    if not every:
        return f"{holds} at both sites. How far the answer goes is not in this result."
    if looked == every:
        return f"{holds}, in all {every} areas that siteparity knows."
    gone = every - looked
    others = "the other one is" if gone == 1 else f"the other {gone} are"
    return f"{holds}, in {looked} of the {every} areas that siteparity knows; {others} declared absent."


def listed_line(one: SavedListed) -> str:
    """``open ports: 12 promised, 3 compared, 1 judged by nothing: udp ...: voip (dallas/web1)``."""
    named = some([f"{thing.item}, {thing.why} ({some(thing.hosts)})" for thing in one.unjudged], "; ")
    number = sum(len(thing.hosts) for thing in one.unjudged)
    judged = f"{one.promised:,} promised, {one.compared:,} compared, {number:,} judged by nothing"
    parts = [f"{one.what}: {judged}" + (f": {named}" if named else "")]
    if one.unread:
        parts.append(f"not known on {count(len(one.unread), 'host')} ({one.unread[0]})")
    return _one_line("; ".join(parts))


def scope_lines(scope: Scope) -> Iterator[str]:
    """The lines for the terminal."""
    if states := states_line(scope):
        yield states
    for one in scope.undecided[:QUESTIONS]:
        yield f"  undecided: {question_line(one)}"
    if (more := len(scope.undecided) - QUESTIONS) > 0:
        yield f"  and {count(more, 'open question')} more (see siteparity check)"
    for drafted in scope.waiting[:QUESTIONS]:
        yield f"  drafted: {waiting_line(drafted)}"
    if (more := len(scope.waiting) - QUESTIONS) > 0:
        yield f"  and {count(more, 'drafted line')} more (see siteparity confirm)"
    yield from map(listed_line, scope.listed)


def some(names: Sequence[str], between: str = ", ") -> str:
    """``dallas/web1, dallas/web2 and 8 more``."""
    more = len(names) - NAMED
    return between.join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _within_areas(scope: Scope) -> list[SavedUndecided]:
    """The open questions that are about a part of an area that is looked at, or about no area."""
    keys = {"parity": "aspects", "smoke": "smoke"}
    whole = {f"{keys[area.kind]}.{area.name}" for area in scope.areas if area.state == "undecided"}
    return [one for one in scope.undecided if ".".join(one.key.split(".")[:2]) not in whole]


def states_line(scope: Scope) -> str:
    """``promised 14, compared 12, absent 2 (waf, dns), undecided 1 (smoke.session)``; empty without areas."""
    if not scope.areas:
        return ""
    parts = [f"{state} {len(in_state(scope, state))}" for state in ("promised", "compared")]
    for word, names in (("absent", absent(scope)), ("undecided", [one.key for one in scope.undecided])):
        parts.append(f"{word} {len(names)}" + (f" ({', '.join(names)})" if names else ""))
    if scope.waiting:
        parts.append(f"drafted and not accepted {len(scope.waiting)}")
    return _one_line(", ".join(parts))


def absent_words(scope: Scope) -> str:
    """``; 2 absent by the policy: waf, smoke.attack`` for the end of a GO; empty if nothing is."""
    names = absent(scope)
    return _one_line(f"; {len(names)} absent by the policy: {some(names)}") if names else ""


def absence_line(one: SavedAbsence) -> str:
    """``waf: the provider filters in front of both sites (approved by Ada Lovelace)``."""
    return _one_line(f"{one.name}: {one.reason} ({approval(one)})")


def approval(one: SavedAbsence) -> str:
    """Who answers for an absence, and how far a run can tell if it is true."""
    return "; ".join(filter(None, [f"approved by {one.approved_by}", one.verification]))


def question_line(one: SavedUndecided) -> str:
    """``inventories/policy.yml:12: aspects.waf: Which hosts filter attacks?``."""
    return _one_line(f"{one.place}: {one.key}: {one.question}")


def waiting_line(one: SavedWaiting) -> str:
    """``inventories/policy.yml:12: applications.shop.units: shop.service runs on web1``."""
    return _one_line(f"{one.place}: {one.path}: {one.question or one.seen}")


def _one_line(text: str) -> str:
    return shortened(visible(text), TEXT_WIDTH)

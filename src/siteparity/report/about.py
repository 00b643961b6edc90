"""What an answer is about, for the director's page: short lists, what keeps it from GO first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from siteparity.report.groups import State
from siteparity.report.states import approval, heading, some
from siteparity.report.visible import shortened, visible
from siteparity.report.words import count, title
from siteparity.result import Result, SavedDowngrade, SavedListed

ITEMS = 12
"""How many items a list shows; result.json holds all of them."""
TEXT_WIDTH = 200


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a list."""

    name: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """A list of the section."""

    heading: str
    lead: str
    state: State
    items: tuple[Item, ...]
    more: int = 0


def about(result: Result) -> tuple[About, ...]:
    """The lists of an answer, without empty ones."""
    lists = (
        _undecided(result),
        _waiting(result),
        _absent(result),
        _warnings(result),
        _compared(result),
        _in_no_role(result),
        _on_hosts(result),
    )
    return tuple(one for one in lists if one.items)


def _list(what: str, lead: str, state: State, items: Iterable[Item]) -> About:
    every = tuple(items)
    return About(what, lead, state, every[:ITEMS], max(len(every) - ITEMS, 0))


def _undecided(result: Result) -> About:
    every = result.scope.undecided
    return _list(
        f"Undecided: {len(every)}",
        "As long as one of these is open, no answer is GO.",
        State.UNKNOWN,
        (Item(_name(one.key), _one_line(one.question), _where(one.key, one.place)) for one in every),
    )


def _waiting(result: Result) -> About:
    every = result.scope.waiting
    return _list(
        f"Drafted, and not yet accepted: {len(every)}",
        "siteparity wrote these from what it saw. As long as one waits for a person, no answer is GO.",
        State.UNKNOWN,
        (
            Item(_name(one.path), _one_line(one.question or one.seen), _where(one.path, one.place))
            for one in every
        ),
    )


def _name(key: str) -> str:
    """``Sessions`` for ``aspects.sessions.servers``; the key itself where it is about no area."""
    kind, _, rest = key.partition(".")
    area = rest.partition(".")[0]
    if kind not in ("aspects", "smoke") or not area:
        return _one_line(key)
    return title(area) if kind == "aspects" else f"{title(area)} (tried out)"


def _where(key: str, place: str) -> str:
    """Key and place, and the place alone where the key is the name already."""
    return _one_line(place if _name(key) == _one_line(key) else f"{key}, {place}")


def _absent(result: Result) -> About:
    every = result.scope.absent
    of_areas = {area.name: title(area.name) for area in result.scope.areas}
    of_areas |= {f"smoke.{area.name}": heading(area) for area in result.scope.areas if area.kind == "smoke"}
    return _list(
        f"Declared absent: {len(every)}",
        "The sites do not have these, says the policy.",
        State.ACCEPTED,
        (
            Item(
                of_areas.get(one.name, _one_line(one.name)),
                _one_line(one.reason),
                _one_line(approval(one)),
            )
            for one in every
        ),
    )


def _warnings(result: Result) -> About:
    every = result.downgraded
    return _list(
        f"Warnings only: {len(every)}",
        "What is wrong here is told, and stops nothing.",
        State.WARNING,
        (Item(_area(one), _one_line(one.reason), count(one.checks, "check")) for one in every),
    )


def _area(one: SavedDowngrade) -> str:
    area = title(one.aspect) if one.kind == "parity" else f"{title(one.aspect)} (tried out)"
    return f"{area}: {one.check.replace('_', ' ')}" if one.check else area


def _compared(result: Result) -> About:
    names = [heading(area) for area in result.scope.areas if area.state == "compared"]
    lead = "The policy promises nothing here: what the primary has, the standby must have."
    return _list(
        f"Only compared: {len(names)}", lead, State.OK, [Item("", ", ".join(names))] if names else ()
    )


def _in_no_role(result: Result) -> About:
    hosts = result.hosts_in_no_role
    lead = "They are in no role of the policy."
    items = [Item("", _one_line(some(hosts)))] if hosts else ()
    return _list(f"Hosts not looked at: {len(hosts)}", lead, State.UNKNOWN, items)


def _on_hosts(result: Result) -> About:
    """What is on the hosts and nothing judges, and how the rest is judged."""
    every = result.scope.listed
    items = [item for one in every for item in _unjudged(one)]
    return _list(
        f"Judged by nothing on the hosts: {sum(len(one.unjudged) for one in every)}",
        "These are there, no promise names them, and they are not compared."
        if items
        else "Whatever is there is named by the policy, or compared.",
        State.UNKNOWN if items else State.OK,
        (*items, *(Item("", _counted(one)) for one in every)),
    )


def _unjudged(one: SavedListed) -> Iterator[Item]:
    for thing in one.unjudged:
        yield Item(_one_line(thing.item), _one_line(thing.why), some(thing.hosts))
    if one.unread:
        hosts = f"Not known on {count(len(one.unread), 'host')}"
        yield Item(hosts, one.what, _one_line(some(one.unread)))


def _counted(one: SavedListed) -> str:
    """``Open ports on all hosts: 12 promised, 3 only compared.``."""
    what = f"{one.what[:1].upper()}{one.what[1:]} on all hosts"
    return f"{what}: {one.promised:,} promised, {one.compared:,} only compared."


def _one_line(text: str) -> str:
    return shortened(visible(text), TEXT_WIDTH)

"""Hosts that name hosts: whether both sites do so alike, whatever hosts are called and how many there are.

Each host of a cohort names somebody in one place of a text. Over all hosts of the cohort that is a way of
naming: each names itself; each names every host of a role, or every other; all name the same one. Two sites
name alike if there is a way that fits both. An item that differs tells names as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from siteparity.model import Table, Value
from siteparity.names import OTHER, Hosts, OwnNames, shown
from siteparity.names.tables import PLACEHOLDER, Generic, Named, generic_once, senses

_Way: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """The tables of the hosts of one site that could be read."""

    names: OwnNames
    tables: Mapping[str, Table]


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of comparing two sides."""

    items: int
    """How many there are."""
    uneven: tuple[str, ...]
    """The items that are not alike on all hosts, as people read them."""
    primary: Mapping[str, Table]
    """Host -> its values for these items, as people read them."""
    standby: Mapping[str, Table]


def compare(primary: Side, standby: Side, *, both: bool = False) -> Compared:
    """Find the items that are not alike on all hosts of both sites, apart from names that mean the same.

    A word such as ``web1`` may be a host's name, or mean something else that is called so at both sites. It
    is taken for whichever fits better; where neither does, the sites differ.

    Args:
        primary: one side.
        standby: the other.
        both: whether items name hosts of the other site on purpose. Such a host stands for its role there.
    """
    found = _compare(primary, standby, short=False, both=both)
    if not found.uneven:
        return found
    by_short_names = _compare(primary, standby, short=True, both=both)
    return by_short_names if len(by_short_names.uneven) < len(found.uneven) else found


def _compare(primary: Side, standby: Side, *, short: bool, both: bool) -> Compared:
    sides = (
        _Told.of(primary, standby.names, short=short, both=both),
        _Told.of(standby, primary.names, short=short, both=both),
    )
    distinct = {id(table): table for side in sides for table in side.tables.values()}
    items = sorted({item for table in distinct.values() for item in table.values})
    uneven = [item for item in items if not _alike(item, distinct.values(), sides)]
    names = _distinct_names(uneven)
    first, second = (side.shown(names, {item: _strange(item, sides) for item in uneven}) for side in sides)
    return Compared(len(items), tuple(names.values()), first, second)


def _distinct_names(items: Sequence[str]) -> Mapping[str, str]:
    """Item -> how people read it. What a host wrote may look like a placeholder, and is another item."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for item in items:
        name, number = shown(item), 2
        while name in taken:
            name, number = f"{shown(item)} ({number})", number + 1
        found[item] = name
        taken.add(name)
    return found


@dataclass(frozen=True, slots=True)
class _Told:
    """One side with names replaced."""

    names: OwnNames
    tables: Mapping[str, Generic]

    @classmethod
    def of(cls, side: Side, other: OwnNames, *, short: bool, both: bool) -> _Told:
        """Tables that several hosts share are looked at once, for all roles."""
        known: dict[int, Generic] = {}
        for table in side.tables.values():
            if id(table) not in known:
                known[id(table)] = generic_once(table, side.names, other, short=short, both=both)
        return cls(side.names, {host: known[id(table)] for host, table in side.tables.items()})

    def named(self, item: str) -> Mapping[str, Named]:
        """Whom each host names in an item, for those that have it."""
        nobody = Named((), ())
        return {
            host: table.named.get(item, nobody) for host, table in self.tables.items() if item in table.values
        }

    def shown(self, names: Mapping[str, str], strangers: Mapping[str, set[int]]) -> Mapping[str, Table]:
        """The values of some items as people read them."""
        return {
            host: {
                names[item]: self._shown(host, item, table, strangers[item])
                for item in names
                if item in table.values
            }
            for host, table in self.tables.items()
        }

    def _shown(self, host: str, item: str, table: Generic, strangers: set[int]) -> Value:
        value = table.values[item]
        whom = table.named.get(item)
        if whom is None:
            return shown(value) if isinstance(value, str) else value
        text = value if isinstance(value, str) else _plain(value)
        words = iter(
            self._words(host, sense, hosts) for sense, hosts in zip(_own(text), whom.in_value, strict=True)
        )
        text = PLACEHOLDER.sub(lambda found: f"{{{next(words)}}}" if _own(found[0]) else found[0], text)
        about = [
            self._words(host, sense, hosts)
            for number, (sense, hosts) in enumerate(zip(_own(item), whom.in_item, strict=False))
            if number in strangers
        ]
        if about:
            return f"{shown(text)} for {', '.join(dict.fromkeys(about))}"
        return shown(text) if isinstance(value, str) else value

    def _words(self, host: str, sense: str, hosts: Hosts) -> str:
        every = self.names.members[sense]
        if hosts == (host,):
            return "itself"
        if len(hosts) == 1:
            return hosts[0]
        if set(hosts) == every:
            return f"every {sense}"
        missing = sorted(every - set(hosts))
        return f"{', '.join(hosts)}, not {', '.join(missing)}"


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _own(text: str) -> list[str]:
    return [sense for sense in senses(text) if not sense.startswith(OTHER)]


def _alike(item: str, tables: Collection[Generic], sides: tuple[_Told, _Told]) -> bool:
    values = {(_type_of(table.values.get(item)), table.values.get(item)) for table in tables}
    if len(values) > 1:
        return False
    return not any(item in table.named for table in tables) or not _strange(item, sides)


def _strange(item: str, sides: tuple[_Told, _Told]) -> set[int]:
    """The places, counted in the item and then in its value, in which the two sides name otherwise."""
    places = [
        [(host, (*whom.in_item, *whom.in_value)) for host, whom in side.named(item).items()] for side in sides
    ]
    count = max((len(named) for some in places for _, named in some), default=0)
    return {place for place in range(count) if not _fits(place, places, sides)}


def _fits(
    place: int, places: Sequence[Sequence[tuple[str, Sequence[Hosts]]]], sides: tuple[_Told, _Told]
) -> bool:
    ways: list[set[_Way]] = []
    for some, side in zip(places, sides, strict=True):
        if not some or any(len(named) <= place for _, named in some):
            return False
        ways.append(set(_ways({host: named[place] for host, named in some}, side.names)))
    return not ways[0].isdisjoint(ways[1])


def _ways(named: Mapping[str, Hosts], names: OwnNames) -> Iterator[_Way]:
    """The ways in which the hosts of a cohort name others: at least one.

    Args:
        named: host -> whom it names in this place.
        names: of the site.
    """
    if all(hosts == (host,) for host, hosts in named.items()):
        yield ("itself",)
    every = names.every(next(iter(next(iter(named.values())))))
    orders = set(named.values())
    sets = {frozenset(hosts) for hosts in orders}
    if len(orders) > 1 and len(sets) == 1:
        # Each has its own order, such as itself first.
        positions = zip(*named.values(), strict=True)
        yield ("its own order", *(_place_of_itself(named, column) for column in positions))
        return
    if sets == {every}:
        yield ("every",)
    elif all(set(hosts) == every - {host} for host, hosts in named.items()):
        yield ("every other",)
    elif len(sets) == 1:
        yield ("the same", *sorted(names.roles.get(one, ()) for one in next(iter(sets))))
    elif not all(hosts == (host,) for host, hosts in named.items()):
        times = Counter(named.values())
        kinds = [(host in hosts, len(hosts), times[hosts]) for host, hosts in named.items()]
        nobody = not any(itself for itself, _, _ in kinds)
        yield ("not itself", *sorted(set(kinds))) if nobody else ("some themselves", *sorted(kinds))


def _place_of_itself(named: Mapping[str, Hosts], column: Sequence[str]) -> bool | None:
    """Whether each host stands in this place of its own list; None if some do."""
    here = {host == one for host, one in zip(named, column, strict=True)}
    return here.pop() if len(here) == 1 else None


def _type_of(value: Value | None) -> str:
    return "number" if type(value) in (int, float) else type(value).__name__

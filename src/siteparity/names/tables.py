"""Tables with names replaced: the items about the hosts of a role become one item about the role.

Three lines that name a web host each, and two such lines at another site, are one item at both; whom it
names is told beside it. What names the other site stays as it is, unless the table says of the own site the
very same (`unmirrored`): a list of the hosts of both sites is the same list at both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TypeAlias

from siteparity.model import Table, Value
from siteparity.names import LABEL, MARK, OTHER, SITE, Hosts, OwnNames, labelled, shape, shown

PLACEHOLDER = re.compile(f"{MARK}([^{MARK}]*){MARK}")


@dataclass(frozen=True, slots=True)
class Named:
    """Whom an item and its value name: for each placeholder of hosts or networks."""

    in_item: tuple[Hosts, ...]
    """Empty if the value tells it, since hosts of the item have different values."""
    in_value: tuple[Hosts, ...]


@dataclass(frozen=True, slots=True)
class Generic:
    """A table with names replaced."""

    values: Table
    named: Mapping[str, Named] = field(default_factory=dict)
    """Item -> whom it names, for items that name anybody."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One item of the table as it was measured."""

    item: str
    key: str
    """The item with placeholders."""
    value: Value
    """Of text, with placeholders."""
    named: Named


_Rows: TypeAlias = Sequence[_Row]


def senses(text: str) -> list[str]:
    """The placeholders of hosts and networks in a text, in their order."""
    return [one for one in PLACEHOLDER.findall(text) if one.removeprefix(OTHER) not in (SITE, LABEL)]


def generic(
    table: Table,
    own: OwnNames,
    other: OwnNames | None = None,
    *,
    short: bool = False,
    both: bool = False,
) -> Generic:
    """The table with the names of a site replaced, and those of the other site where they are mirrored.

    Args:
        table: as it was measured.
        own: the names of the site.
        other: the other site.
        short: whether ``web1`` is a name of the own host that has it among its names.
        both: whether the table names the other site on purpose, so that nothing need be mirrored.
    """
    joined = "\n".join([*table, *(value for value in table.values() if isinstance(value, str))])
    traces, of_other = own.traces(joined, short=short), other.traces(joined) if other else frozenset[str]()
    if not traces and not of_other and MARK not in joined:
        return Generic(table)
    plain, named = _split(table, (*traces, *of_other, MARK))
    raw = _unmirrored(named, own, other, short=short, both=both) if other and of_other else frozenset()
    rows = [
        _row(item, value, own, other if of_other and item not in raw else None, short=short)
        for item, value in named.items()
    ]
    of_names = _grouped(rows, own, other)
    return Generic({**plain, **of_names.values}, of_names.named)


_MOST_KNOWN = 4096
_KNOWN: dict[tuple[int, int, int, bool, bool], tuple[object, Generic]] = {}
"""By the identity of a table and of the names, which are kept, so that nothing else can get it."""


def generic_once(
    table: Table, own: OwnNames, other: OwnNames, *, short: bool = False, both: bool = False
) -> Generic:
    """The same for a table that nobody changes any more: hosts of several roles share one."""
    key = (id(table), id(own), id(other), short, both)
    known = _KNOWN.get(key)
    if known is None:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        known = (table, own, other), generic(table, own, other, short=short, both=both)
        _KNOWN[key] = known
    return known[1]


def _split(table: Table, traces: Collection[str]) -> tuple[Table, Table]:
    """The items that certainly name nobody, and the others."""
    named: dict[str, Value] = {}
    for item, value in table.items():
        lower = f"{item}\n{value}".lower()
        if any(trace in lower for trace in traces):
            named[item] = value
    return {item: value for item, value in table.items() if item not in named}, named


def unmirrored(lines: Collection[str], own: OwnNames, other: OwnNames) -> frozenset[str]:
    """The lines that name the other site, without a line that names the own site just so."""
    if not other.may_stand_in("\n".join(lines)):
        return frozenset()
    return _unmirrored(Counter(lines), own, other, short=True)


def _row(item: str, value: Value, own: OwnNames, other: OwnNames | None, *, short: bool) -> _Row:
    told = own.read(item, other, short=short)
    if not isinstance(value, str):
        return _Row(item, told.text, value, Named(told.named, ()))
    of_value = own.read(value, other, short=short)
    return _Row(item, told.text, of_value.text, Named(told.named, of_value.named))


def _grouped(rows: _Rows, own: OwnNames, other: OwnNames | None) -> Generic:
    values: dict[str, Value] = {}
    named: dict[str, Named] = {}
    for key, some in _by_key(rows, own, other).items():
        values[key], whom = _together(key, some)
        if whom.in_item or whom.in_value:
            named[key] = _without_other(key, values[key], whom)
    return Generic(values, named)


def _by_key(rows: _Rows, own: OwnNames, other: OwnNames | None) -> Mapping[str, _Rows]:
    found: dict[str, list[_Row]] = {}
    shapes: dict[str, list[str]] = {}
    for row in rows:
        if row.key not in found and row.named.in_item and (form := shape(row.key)) != row.key:
            shapes.setdefault(form, []).append(row.key)
        found.setdefault(row.key, []).append(row)
    for keys in shapes.values():
        whose = other if other is not None and f"{MARK}{OTHER}" in keys[0] else own
        if (label := _label(keys, found, whose)) is not None and label not in found:
            found[label] = [row for key in keys for row in found.pop(key)]
    return found


def _label(keys: Sequence[str], rows: Mapping[str, _Rows], names: OwnNames) -> str | None:
    """The one item for several that differ in numbered words, if each is about another host."""
    hosts = [{one for some in row.named.in_item for one in some} for key in keys for row in rows[key]]
    every = set().union(*hosts)
    if any(len(some) != 1 for some in hosts) or len(every) < len(hosts):
        return None
    return labelled(keys, among=len(names.every(next(iter(every)))))


def _together(key: str, rows: _Rows) -> tuple[Value, Named]:
    """The one value for all rows of an item, and whom they name."""
    if len(rows) == 1:
        return rows[0].value, rows[0].named
    parts = sorted(_parts(rows), key=lambda part: part[0])
    if len(parts) == 1:
        said, value, whom = parts[0]
        return (value if said == _said(value) else said), whom
    of_item = ", ".join(f"{MARK}{sense}{MARK}" for sense in senses(key))
    text = "; ".join(f"{said} for {of_item}" if of_item else said for said, _, _ in parts)
    return text, Named((), tuple(one for _, _, whom in parts for one in (*whom.in_value, *whom.in_item)))


def _parts(rows: _Rows) -> Iterator[tuple[str, Value, Named]]:
    """The rows by their value and by how often they stand there."""
    times = Counter((_said(row.value), row.named) for row in rows)
    values = {_said(row.value): row.value for row in rows}
    groups: dict[tuple[str, int], list[Named]] = {}
    for (said, whom), count in times.items():
        groups.setdefault((said, count), []).append(whom)
    for (said, count), some in groups.items():
        columns = list(zip(*((*whom.in_item, *whom.in_value) for whom in some), strict=True))
        told = f"{said} ({count} times)" if count > 1 else said
        if not _is_list(columns, len(some)):
            told += f" ({len(some)} combinations)"
        together = tuple(
            column[0] if len(set(column)) == 1 else tuple(sorted({one for hosts in column for one in hosts}))
            for column in columns
        )
        of_item = len(some[0].in_item)
        yield told, values[said], Named(together[:of_item], together[of_item:])


def _is_list(columns: Sequence[tuple[Hosts, ...]], rows: int) -> bool:
    """Whether the columns tell whom the rows name: a host in each row, or everybody with everybody."""
    moving = {column for column in columns if len(set(column)) > 1}
    return len(moving) < 2 or prod(len(set(column)) for column in moving) == rows  # noqa: PLR2004  # one moves


def _said(value: Value) -> str:
    return value if isinstance(value, str) else repr(value)


def _without_other(key: str, value: Value, whom: Named) -> Named:
    """Whom it names at the own site: whom a mirrored item names at the other one has been looked at."""

    def own(text: str, named: tuple[Hosts, ...]) -> tuple[Hosts, ...]:
        return tuple(
            hosts for sense, hosts in zip(senses(text), named, strict=True) if not sense.startswith(OTHER)
        )

    in_item = own(key, whom.in_item) if whom.in_item else ()
    return Named(in_item, own(value if isinstance(value, str) else "", whom.in_value))


def _unmirrored(
    table: Table, own: OwnNames, other: OwnNames, *, short: bool, both: bool = False
) -> frozenset[str]:
    """The items that name the other site without naming the own one just so elsewhere in the table.

    Where a table names both sites on purpose, those that name only some hosts of a role of the other site.
    """
    rows = [_row(item, value, own, other, short=short) for item, value in table.items()]
    groups = {key: (_together(key, some), some) for key, some in _by_key(rows, own, other).items()}
    bad: set[str] = set()
    for key, ((value, whom), some) in groups.items():
        said = _said(value)
        if f"{MARK}{OTHER}" not in key + said:
            continue
        mirror = groups.get(swapped(key))
        if both and _names_everybody(key, said, whom, own, other):
            continue
        if (
            mirror is None
            or _said(mirror[0][0]) != swapped(said)
            or not _names_everybody(key, said, whom, own, other)
            or not _names_everybody(swapped(key), swapped(said), mirror[0][1], own, other)
        ):
            bad |= {row.item for row in some}
    return frozenset(bad)


def _names_everybody(key: str, value: str, whom: Named, own: OwnNames, other: OwnNames) -> bool:
    """Whether each placeholder stands for all hosts of its role: a list that lacks some has been mixed up."""
    told = [*(senses(key) if whom.in_item else ()), *senses(value)]
    return all(
        (other if sense.startswith(OTHER) else own).members[sense.removeprefix(OTHER)] == set(hosts)
        for sense, hosts in zip(told, (*whom.in_item, *whom.in_value), strict=True)
    )


def swapped(text: str) -> str:
    """The text with the own and the other site in each other's place."""

    def swap(found: re.Match[str]) -> str:
        sense = found[1]
        if sense == LABEL:
            return found[0]
        return f"{MARK}{sense.removeprefix(OTHER) if sense.startswith(OTHER) else OTHER + sense}{MARK}"

    return PLACEHOLDER.sub(swap, text)


__all__ = [
    "PLACEHOLDER",
    "Generic",
    "Named",
    "generic",
    "generic_once",
    "senses",
    "shown",
    "swapped",
    "unmirrored",
]

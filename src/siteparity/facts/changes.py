"""What has changed at a site between two records of it, table by table. Pure.

Tables that change by themselves (a lag, an age, an amount), or that can be compared within one run only, are
left out: the checks judge them again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from siteparity.facts.records import Record, SavedUnmeasured
from siteparity.model import Table, Value
from siteparity.probes import Probes
from siteparity.redaction import without_pseudonyms

NAMED = 3
"""How many items of one table a message names."""
_WIDTH = 80

Entry = str | SavedUnmeasured | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed, a message for each table."""

    changed: tuple[str, ...]
    unmeasured: tuple[str, ...]
    """Tables, and whole hosts, that were measured before and could not be measured again."""
    compared: int
    """How many tables were compared."""
    both: tuple[str, ...] = ()
    """The part of `changed` that was measured both times; the other tables are new or gone."""


def changes(before: Record, now: Record, probes: Probes) -> Changes:
    """Compare two records of one site."""
    changed: list[str] = []
    both: list[str] = []
    unmeasured: list[str] = []
    compared = 0
    silent = now.silent()
    for host, aspect, table in _places(before, now):
        was, has = _entry(before, host, aspect, table), _entry(now, host, aspect, table)
        if isinstance(was, SavedUnmeasured) or host in silent:
            continue
        place = f"{now.site}/{host}: {aspect}.{table}"
        if isinstance(has, SavedUnmeasured):
            unmeasured.append(f"{place}: {has.unmeasured}")
        elif _lasts(probes, aspect, table):
            compared += 1
            items = list(_items(_table(before, was), _table(now, has))) if was != has else []
            if items or (was is None) != (has is None):
                changed.append(f"{place}: {_told(items)}")
                both += changed[-1:] if was is not None and has is not None else []
    gone = [f"{now.site}/{host}: {reason}" for host, reason in silent.items()]
    return Changes(tuple(changed), (*gone, *unmeasured), compared, tuple(both))


def _places(*both: Record) -> list[tuple[str, str, str]]:
    return sorted(
        {
            (host, aspect, table)
            for record in both
            for host, aspects in record.hosts.items()
            for aspect, tables in aspects.items()
            for table in tables
        }
    )


def _entry(record: Record, host: str, aspect: str, table: str) -> Entry:
    return record.hosts.get(host, {}).get(aspect, {}).get(table)


def _lasts(probes: Probes, aspect: str, table: str) -> bool:
    reading = probes[aspect].reading(table) if aspect in probes else None
    return reading is None or not (reading.moves or reading.of_one_run)


def _table(record: Record, entry: str | None) -> Table:
    """A table without the pseudonyms of secrets, which differ in each run."""
    return {
        without_pseudonyms(item): without_pseudonyms(value) if isinstance(value, str) else value
        for item, value in (record.tables[entry] if entry else {}).items()
    }


def _told(items: Sequence[str]) -> str:
    more = f" and {len(items) - NAMED} more" if len(items) > NAMED else ""
    return ", ".join(items[:NAMED]) + more if items else "the table is new or gone"


def _items(was: Table, has: Table) -> Iterator[str]:
    for item in sorted({*was, *has}):
        if (before := was.get(item)) != (now := has.get(item)) or type(before) is not type(now):
            yield f"{item[:_WIDTH]} was {_shown(before)}, is {_shown(now)}"


def _shown(value: Value | None) -> str:
    return "absent" if value is None else str(value)[:_WIDTH]

"""Which items two hosts do not have alike: the rule ``same`` of every run, applied to each table. Pure.

A table that moves by itself is not compared, nor one that lists how things are judged. Of a table with
healthy values only what is not healthy counts: what there is to be healthy, other tables tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siteparity.compare.comparison import Difference
from siteparity.judging import rules
from siteparity.judging.rules import Cohort, Pair, alike
from siteparity.model import Group, HostFacts, Site, Table, Unmeasured, Value
from siteparity.names import OwnNames
from siteparity.policy import Policy
from siteparity.probes import Probes, Reading


@dataclass(frozen=True, slots=True)
class Gap:
    """A table that could not be measured on a host."""

    host: int
    """0 for the first one, 1 for the second."""
    aspect: str
    table: str
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """What is alike as it stands, and wrong on one host because of what the other one is called."""

    host: int
    item: str
    value: Value


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of all tables."""

    differences: tuple[Difference, ...]
    gaps: tuple[Gap, ...]
    compared: int
    """How many items."""
    aspects: tuple[str, ...]
    """Of which at least one table was compared."""
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class _Tables:
    """One table of both hosts."""

    named: tuple[Table | Unmeasured, Table | Unmeasured]
    """Read with the hosts' own names replaced."""
    plain: tuple[Table | Unmeasured, Table | Unmeasured]
    """Read as the hosts wrote it."""

    def measured(self) -> tuple[tuple[Table, Table], tuple[Table, Table]] | None:
        """Both readings of both hosts; None if one is missing."""
        one, two = self.named
        three, four = self.plain
        if (
            isinstance(one, Unmeasured)
            or isinstance(two, Unmeasured)
            or isinstance(three, Unmeasured)
            or isinstance(four, Unmeasured)
        ):
            return None
        return (one, two), (three, four)


def judge(
    sites: Sequence[Site],
    named: Sequence[HostFacts],
    plain: Sequence[HostFacts],
    policy: Policy,
    probes: Probes,
) -> Judged:
    """Compare all tables of two hosts.

    Args:
        sites: both, with their names.
        named: the facts of both hosts, read with these names.
        plain: the same, read without any name.
        policy: under which they were measured.
        probes: every probe.
    """
    differences: list[Difference] = []
    gaps: list[Gap] = []
    notes: list[Note] = []
    aspects: dict[str, None] = {}
    compared = 0
    for aspect, table, reading in _comparable(named[0], probes):
        tables = _Tables(_pair(named, aspect, table), _pair(plain, aspect, table))
        found = tables.measured()
        if found is None:
            gaps += _gaps(tables, aspect, table)
            continue
        enough = getattr(policy.section(aspect), reading.enough) if reading.enough else 100.0
        aspects[aspect] = None
        compared += len({item for one in found[1] for item in one})
        notes += _notes(found, reading)
        for item, values in _differing(sites, found, reading, enough):
            differences.append(Difference(aspect, table, item, *values))
    return Judged(tuple(differences), tuple(gaps), compared, tuple(aspects), tuple(notes))


def _comparable(facts: HostFacts, probes: Probes) -> Iterator[tuple[str, str, Reading[Any]]]:
    for aspect, tables in facts.items():
        readings = probes[aspect].readings()
        for table in tables:
            if not (readings[table].moves or readings[table].lists):
                yield aspect, table, readings[table]


def _pair(
    facts: Sequence[HostFacts], aspect: str, table: str
) -> tuple[Table | Unmeasured, Table | Unmeasured]:
    missing = Unmeasured(f"{table}: it was not measured")
    first, second = (one.get(aspect, {}).get(table, missing) for one in facts)
    return first, second


def _gaps(tables: _Tables, aspect: str, table: str) -> Iterator[Gap]:
    for host, (named, plain) in enumerate(zip(tables.named, tables.plain, strict=True)):
        for one in (named, plain):
            if isinstance(one, Unmeasured):
                yield Gap(host, aspect, table, one.reason)
                break


def _differing(
    sites: Sequence[Site],
    found: tuple[tuple[Table, Table], tuple[Table, Table]],
    reading: Reading[Any],
    enough: float,
) -> Iterator[tuple[str, tuple[Value | None, Value | None]]]:
    """Each item that differs both as it stands and with own names replaced, and its values."""
    named, plain = found
    if not any(not _as_good(plain, item, enough) for item in {*plain[0], *plain[1]}):
        return
    sides = tuple(_unlike(one, named[1 - number], plain, enough) for number, one in enumerate(named))
    wrong = [_unhealthy(side, reading) for side in sides]
    cohorts = [
        Cohort(OwnNames.of(site), {site.hosts[0].name: table})
        for site, table in zip(sites, wrong, strict=True)
    ]
    findings = rules.same(Pair(cohorts[0], cohorts[1], "", reading.names_both_sites), fix="").findings
    written_as = [_written_as(cohort) if findings else {} for cohort in cohorts]
    for finding in findings:
        values = (_value(finding.primary), _value(finding.standby))
        written = _as_written(finding.item, values, written_as)
        yield written or (finding.item, _with_healthy(finding.item, values, sides))


def _unhealthy(table: Table, reading: Reading[Any]) -> Table:
    """The items without a healthy value; all of them if the table declares none."""
    healthy = reading.healthy if isinstance(reading.healthy, tuple) else (reading.healthy,)
    return {item: value for item, value in table.items() if not any(alike(value, one) for one in healthy)}


def _notes(found: tuple[tuple[Table, Table], tuple[Table, Table]], reading: Reading[Any]) -> Iterator[Note]:
    """What is unhealthy only once names count, such as a line that names the other host."""
    if not reading.healthy:
        return
    for host, (named, plain) in enumerate(zip(*found, strict=True)):
        wrong_anyway = _unhealthy(plain, reading)
        for item, value in _unhealthy(named, reading).items():
            if item not in wrong_anyway:
                yield Note(host, item, value)


def _unlike(side: Table, other: Table, plain: tuple[Table, Table], enough: float) -> dict[str, Value]:
    """The items of a side but those that are alike as they stand. What is in one reading alone stays."""
    return {
        item: value
        for item, value in side.items()
        if not (
            (item in plain[0] and item in plain[1] and _as_good(plain, item, enough))
            or (item in other and _as_good((side, other), item, enough))
        )
    }


def _as_good(tables: tuple[Table, Table], item: str, enough: float) -> bool:
    one, two = (table.get(item) for table in tables)
    if alike(one, two):
        return True
    if isinstance(one, bool | str | None) or isinstance(two, bool | str | None):
        return False
    return min(one, two) >= max(one, two) * enough / 100


def _value(groups: Sequence[Group]) -> Value | None:
    return groups[0].value if groups else None


def _written_as(cohort: Cohort) -> Mapping[str, Sequence[tuple[str, Value]]]:
    """Each item that names the host, as people read it -> the items of the table that read so."""
    found: dict[str, list[tuple[str, Value]]] = {}
    for table in cohort.measured().values():
        for item, value in table.items():
            if (told := cohort.names.generic(item)) != item:
                found.setdefault(told, []).append((item, value))
    return found


def _as_written(
    item: str,
    values: tuple[Value | None, Value | None],
    written_as: Sequence[Mapping[str, Sequence[tuple[str, Value]]]],
) -> tuple[str, tuple[Value | None, Value | None]] | None:
    """An item that one host alone has, with the host's own names; None if it has none, or several say so."""
    having = [number for number, value in enumerate(values) if value is not None]
    meant = written_as[having[0]].get(item, ()) if len(having) == 1 else ()
    if len(meant) != 1:
        return None
    ((written, value),) = meant
    return written, (None, value) if having[0] else (value, None)


def _with_healthy(
    item: str, values: tuple[Value | None, Value | None], sides: Sequence[Mapping[str, Value]]
) -> tuple[Value | None, Value | None]:
    """The values; where the rule saw none because it is healthy, that one."""
    first, second = (
        side.get(item) if value is None else value for value, side in zip(values, sides, strict=True)
    )
    return first, second

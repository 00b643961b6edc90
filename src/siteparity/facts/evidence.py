"""The facts that are judged: those of both sites from one run, or the standby's and a record of the primary.

With a record, all facts of the standby are live, except for two kinds. These come from the standby's own
record of the run in which the primary was recorded, or else are unmeasured:

- hashes with the key of that run, if the hosts prove that what was hashed has not changed since;
- facts that cannot be measured while the other site is away, such as a stream from it.

No other fact is ever taken from that record, and no live fact is replaced. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from siteparity.facts.records import Record
from siteparity.model import Facts, Site, Table, Unmeasured, Value
from siteparity.probes import Probes, Reading
from siteparity.redaction import holds_pseudonym, without_pseudonyms

_KEY = "hashed with the key of another run, which was kept nowhere"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The records that are compared."""

    probes: Probes
    primary: Record
    standby: Record
    then: Record | None = None
    """The standby's record of the run in which the primary was recorded; None if it was not kept."""

    @property
    def by_record(self) -> bool:
        """Whether a record stands in for the primary: all records of one run have the same time."""
        return self.primary.measured_at != self.standby.measured_at

    def facts(self, site: Site, aspect: str) -> Mapping[str, Facts]:
        """Host -> the facts of an aspect that are judged."""
        if site.name == self.primary.site or not self.by_record:
            record = self.primary if site.name == self.primary.site else self.standby
            facts = {host.name: record.facts(host.name, aspect) for host in site.hosts}
            if record is self.standby and self.primary.is_silent():
                return {host: self._without_primary(aspect, of) for host, of in facts.items()}
            return facts
        return {host.name: self._with_then(host.name, aspect) for host in site.hosts}

    def _without_primary(self, aspect: str, facts: Facts) -> Facts:
        """The standby's facts; those that depend on the primary are unmeasured, since it is away."""
        probe = self.probes[aspect]
        return {
            name: Unmeasured(
                f"{name}: no host of {self.primary.site} answers, so nothing can come from there"
            )
            if (reading := probe.reading(name)) and reading.with_other_site
            else table
            for name, table in facts.items()
        }

    def carried(self) -> Mapping[str, tuple[str, ...]]:
        """Aspect -> the tables whose facts for the standby come from the run of the primary's record."""
        found: dict[str, set[str]] = {}
        for host, aspects in self.standby.hosts.items() if self.by_record and self.then else ():
            for aspect in aspects:
                live = self.standby.facts(host, aspect)
                for name, table in self._with_then(host, aspect).items():
                    if not isinstance(table, Unmeasured) and table is not live.get(name):
                        found.setdefault(aspect, set()).add(name)
        return {aspect: tuple(sorted(names)) for aspect, names in sorted(found.items())}

    def _with_then(self, host: str, aspect: str) -> Facts:
        live = self.standby.facts(host, aspect)
        probe = self.probes[aspect]
        then = self.then.facts(host, aspect) if self.then else None
        return {
            name: self._table(name, table, probe.reading(name), live, then) for name, table in live.items()
        }

    def _table(
        self,
        name: str,
        table: Table | Unmeasured,
        reading: Reading[Any] | None,
        live: Facts,
        then: Facts | None,
    ) -> Table | Unmeasured:
        if isinstance(table, Unmeasured):
            return self._of_then(name, then, table.reason) if table.away else table
        if reading is None or not reading.of_one_run:
            # A secret has another pseudonym in each run, and nothing proves that the secret is unchanged.
            named = holds_pseudonym((*table, *table.values()))
            return Unmeasured(f"it names a secret, {_KEY}; measure both sites together") if named else table
        if reading.unless_changed is None:
            return Unmeasured(f"{_KEY}; measure both sites together")
        if then is not None and (why := _changed(reading.unless_changed, live, then)):
            return Unmeasured(f"{_KEY}; since {self._day()} {why}")
        return self._of_then(name, then, _KEY)

    def _of_then(self, name: str, then: Facts | None, reason: str) -> Table | Unmeasured:
        """The standby's table from the run of the primary's record."""
        if then is None:
            return Unmeasured(
                f"{reason}; a record of {self.standby.site} of the run of {self._day()} would tell, "
                "and is not at hand"
            )
        known = then.get(name, Unmeasured("it was not asked"))
        if isinstance(known, Unmeasured):
            return Unmeasured(f"{reason}; nor was it known on {self._day()}: {known.reason}")
        return known

    def _day(self) -> str:
        return f"{self.primary.measured_at:%Y-%m-%d %H:%M} UTC"


def _plain(item: str, value: Value) -> tuple[str, Value]:
    return without_pseudonyms(item), without_pseudonyms(value) if isinstance(value, str) else value


def _changed(proof: str, live: Facts, then: Facts) -> str:
    """Why the table that proves a state does not prove it; empty if it does."""
    now, before = live.get(proof), then.get(proof)
    if not now or not before or isinstance(now, Unmeasured) or isinstance(before, Unmeasured):
        return "it may have been changed: nothing shows that it was not"
    items = list(_items(now, before))
    return f"it has been changed ({items[0]}{', ...' if len(items) > 1 else ''})" if items else ""


def _items(looked: Table, known: Table) -> Iterator[str]:
    now, before = (dict(_plain(item, value) for item, value in table.items()) for table in (looked, known))
    for item in sorted({*now, *before}):
        if now.get(item) != before.get(item):
            yield item

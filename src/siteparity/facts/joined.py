"""Records that several runners made, joined to one for each site. Pure.

Two runs tell the same by the same facts, but for two kinds. What a run hashed with its own key equals nothing
of another run, unless both had the same key. What hosts tried among each other was tried only among those
that were measured together. Both are unmeasured then, never the same and never different.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from siteparity.facts.records import Record, SavedUnmeasured
from siteparity.inventory import inventory_digest
from siteparity.model import ConfigurationError, Site
from siteparity.probes import PART, Probes
from siteparity.redaction import holds_pseudonym

OTHER_KEY = "hashed with the key of another run; record all of it in one run, or with one --secrets-key"
OF_A_PART = "tried among a part of the hosts alone; record the whole site in one run"


def joined(
    records: Sequence[Record], sites: Sequence[Site], probes: Probes, policy: str, version: str
) -> tuple[Record, ...]:
    """A record for each site, all of the moment of the oldest.

    Args:
        records: one or more of each site, of different hosts.
        sites: both, with their whole inventory.
        probes: by aspect.
        policy: the digest of the policy of now.
        version: of siteparity.

    Raises:
        ConfigurationError: they do not belong together; says what to record.
    """
    if problem := next(_problems(records, sites, policy, version), None):
        raise ConfigurationError(problem)
    one_key = len({record.secrets_key for record in records}) == 1 and records[0].secrets_key is not None
    oldest = min(record.measured_at for record in records)
    found: list[Record] = []
    for site in sites:
        parts = [record for record in records if record.site == site.name]
        in_parts = parts[0].hosts.keys() != {host.name for host in site.hosts}
        found.append(_joined([_Comparable(one, probes, one_key, in_parts) for one in parts], oldest))
    return tuple(found)


def _problems(records: Iterable[Record], sites: Sequence[Site], policy: str, version: str) -> Iterator[str]:
    by_name = {site.name: site for site in sites}
    measured: dict[str, set[str]] = {name: set() for name in by_name}
    for record in records:
        name = f"the record of {record.site} of {record.measured_at:%Y-%m-%d %H:%M} UTC"
        if record.site not in by_name:
            yield f"{name}: expected a record of {' or '.join(by_name)}"
            return
        if record.policy_digest != policy:
            yield f"{name}: it was made by another policy; record the site again"
        if record.inventory_digest != inventory_digest([by_name[record.site]]):
            yield f"{name}: it was made by another inventory; record the site again"
        if record.tool_version != version:
            yield f"{name}: siteparity {record.tool_version} made it, this is {version}; use the same"
        if twice := sorted(measured[record.site] & record.hosts.keys()):
            yield f"{name}: another record holds {twice[0]} as well; name one of them"
        measured[record.site] |= record.hosts.keys()
    for site, hosts in measured.items():
        if not hosts:
            yield f"expected a record of {site}, found none; siteparity record {site} makes one"


def _joined(seen: Sequence[_Comparable], at: datetime) -> Record:
    parts = [one.record for one in seen]
    return parts[0].model_copy(
        update={
            "measured_at": at,
            "tables": {digest: table for part in parts for digest, table in part.tables.items()},
            "hosts": {host: aspects for one in seen for host, aspects in one.hosts().items()},
        }
    )


@dataclass(frozen=True, slots=True)
class _Comparable:
    """What of a record can be compared with other records."""

    record: Record
    probes: Probes
    one_key: bool
    """Whether all records were made with the same key."""
    in_parts: bool
    """Whether it holds a part of its site alone."""
    _secret: dict[str, bool] = field(default_factory=dict)
    """Digest of a table -> whether it holds what was hidden with the key."""

    def hosts(self) -> dict[str, dict[str, dict[str, str | SavedUnmeasured]]]:
        return {
            host: {
                aspect: {name: self._entry(aspect, name, entry) for name, entry in tables.items()}
                for aspect, tables in aspects.items()
            }
            for host, aspects in self.record.hosts.items()
        }

    def _entry(self, aspect: str, name: str, entry: str | SavedUnmeasured) -> str | SavedUnmeasured:
        if isinstance(entry, SavedUnmeasured):
            return entry
        probe = self.probes.get(aspect)
        if self.in_parts and probe and probe.then and name.partition(PART)[0] in probe.then.tables:
            return SavedUnmeasured(unmeasured=f"{name}: {OF_A_PART}")
        reading = probe.reading(name) if probe else None
        if not self.one_key and ((reading and reading.of_one_run) or self._holds_secret(entry)):
            return SavedUnmeasured(unmeasured=f"{name}: {OTHER_KEY}")
        return entry

    def _holds_secret(self, digest: str) -> bool:
        if digest not in self._secret:
            table = self.record.tables[digest]
            self._secret[digest] = holds_pseudonym((*table, *table.values()))
        return self._secret[digest]

"""Records that several runners made, joined to one for each site. Pure.

Two runs tell the same by the same facts, but for four kinds, which are unmeasured then: never the same and
never different.

- What a run hashed with its own key, unless both had the same one.
- What hosts tried among each other, if only a part of them was measured together.
- What was asked by the facts of another record of the other site than the one that is judged.
- How far a clock is off by that of the runner, unless both runners know their own to be right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from siteparity.facts.records import Record, SavedUnmeasured
from siteparity.inventory import inventory_digest
from siteparity.model import ConfigurationError, Site
from siteparity.probes import PART, Probes
from siteparity.redaction import holds_pseudonym

OTHER_KEY = "hashed with the key of another run; record all of it in one run, or with one --secrets-key"
OF_A_PART = "tried among a part of the hosts alone; record the whole site in one run"
OF_ANOTHER = (
    "asked by the facts of another record of the other site; record this site again with --other-record"
)
OTHER_CLOCK = (
    "told by the clocks of several runners, which are not known to agree; keep them with chrony or "
    "systemd-timesyncd, and record again"
)


def joined(  # noqa: PLR0913, PLR0917  # each is one thing that only the caller knows
    records: Sequence[Record],
    sites: Sequence[Site],
    probes: Probes,
    policy: str,
    version: str,
    may_be_apart: timedelta,
) -> tuple[Record, ...]:
    """A record for each site, all of the moment of the oldest.

    Args:
        records: one or more of each site, of different hosts.
        sites: both, with their whole inventory.
        probes: by aspect.
        policy: the digest of the policy of now.
        version: of siteparity.
        may_be_apart: by how much the clocks of two runners may differ.

    Raises:
        ConfigurationError: they do not belong together; says what to record.
    """
    if problem := next(_problems(records, sites, policy, version), None):
        raise ConfigurationError(problem)
    one_key = len({record.secrets_key for record in records}) == 1 and records[0].secrets_key is not None
    one_clock = _one_clock(records, may_be_apart)
    oldest = min(record.measured_at for record in records)
    found: list[Record] = []
    for site in sites:
        parts = [record for record in records if record.site == site.name]
        others = {record.measured_at for record in records if record.site != site.name}
        in_parts = parts[0].hosts.keys() != {host.name for host in site.hosts}
        found.append(
            _joined([_Comparable(one, probes, one_key, one_clock, in_parts, others) for one in parts], oldest)
        )
    return tuple(found)


def _one_clock(records: Sequence[Record], may_be_apart: timedelta) -> bool:
    """Whether all were made by one clock, or by clocks that agree."""
    errors = {record.measured_at: record.clock_error for record in records}
    if len(errors) == 1:
        return True
    known = [error for error in errors.values() if error is not None]
    return len(known) == len(errors) and sum(sorted(known)[-2:]) <= may_be_apart.total_seconds()


def problem(record: Record, site: Site, policy: str, version: str) -> str:
    """Why the record is none of the site as it is now; empty if it is one. It names the record.

    Args:
        record: of the site.
        site: with its whole inventory.
        policy: the digest of the policy of now.
        version: of siteparity.
    """
    name = f"the record of {record.site} of {record.measured_at:%Y-%m-%d %H:%M} UTC"
    if record.site != site.name:
        return f"{name}: expected a record of {site.name}"
    if record.policy_digest != policy:
        return f"{name}: it was made by another policy; record the site again"
    if record.inventory_digest != inventory_digest([site]):
        return f"{name}: it was made by another inventory; record the site again"
    if record.tool_version != version:
        return f"{name}: siteparity {record.tool_version} made it, this is {version}; use the same"
    return ""


def _problems(records: Iterable[Record], sites: Sequence[Site], policy: str, version: str) -> Iterator[str]:
    by_name = {site.name: site for site in sites}
    measured: dict[str, set[str]] = {name: set() for name in by_name}
    for record in records:
        name = f"the record of {record.site} of {record.measured_at:%Y-%m-%d %H:%M} UTC"
        if record.site not in by_name:
            yield f"{name}: expected a record of {' or '.join(by_name)}"
            return
        if why := problem(record, by_name[record.site], policy, version):
            yield why
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
    one_clock: bool
    """Whether all were made by one clock, or by clocks that agree."""
    in_parts: bool
    """Whether it holds a part of its site alone."""
    others: Collection[datetime]
    """When the other site's records were made that are judged."""
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
        why = self._why_not(aspect, name, entry)
        return SavedUnmeasured(unmeasured=f"{name}: {why}") if why else entry

    def _why_not(self, aspect: str, name: str, digest: str) -> str:
        """Why a table cannot be compared; empty if it can."""
        probe = self.probes.get(aspect)
        if probe and probe.then and name.partition(PART)[0] in probe.then.tables:
            if self.in_parts:
                return OF_A_PART
            if self.record.other_measured_at and set(self.others) != {self.record.other_measured_at}:
                return OF_ANOTHER
        reading = probe.reading(name) if probe else None
        if reading and reading.by_runners_clock and not self.one_clock:
            return OTHER_CLOCK
        if not self.one_key and ((reading and reading.of_one_run) or self._holds_secret(digest)):
            return OTHER_KEY
        return ""

    def _holds_secret(self, digest: str) -> bool:
        if digest not in self._secret:
            table = self.record.tables[digest]
            self._secret[digest] = holds_pseudonym((*table, *table.values()))
        return self._secret[digest]

"""Hosts that do not answer: which of a site they are, and what they gave as reasons. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from siteparity.facts.records import Record
from siteparity.judging.causes import Away
from siteparity.model import Site
from siteparity.report.failures import places
from siteparity.report.words import title

NAMED = 3
"""How many silent hosts the sentence names."""


def hosts_away(sites: Sequence[Site], made: Sequence[Record]) -> Iterator[Away]:
    """Each site of which at least one host gave nothing: ``4 of 5 Arizona hosts answer, not web2``.

    Where none answers, the inventory's hint says what to do.
    """
    hosts = {site.name: len(site.hosts) for site in sites}
    hints = {site.name: site.hint for site in sites}
    for record in made:
        silent = _silent(record)
        if not silent:
            continue
        every, site = hosts[record.site], title(record.site)
        words = f"{every - len(silent)} of {every} {site} {'host' if every == 1 else 'hosts'} answer"
        if len(silent) < every and len(silent) <= NAMED:
            words += f", not {places(silent, record.site, record.site).removeprefix(f'{site} ')}"
        if len(silent) == every and hints[record.site]:
            words += f" ({hints[record.site]})"
        yield Away(words, silent)


def silent_sites(sites: Sequence[Site], made: Sequence[Record]) -> Iterator[str]:
    """A reason for each site of which no host answered, with the inventory's hint."""
    hints = {site.name: site.hint for site in sites}
    for record in made:
        if not answered(record):
            said = [f"{label.partition('/')[2]}: {reason}" for label, reason in _silent(record).items()]
            hint = f"; {hints[record.site]}" if hints[record.site] else ""
            yield f"no host of {record.site} answered ({said[0] if said else 'none was asked'}){hint}"


def answered(record: Record) -> int:
    """How many hosts gave at least one table."""
    return len(record.hosts) - len(_silent(record))


def _silent(record: Record) -> Mapping[str, str]:
    """Label of each host that gave no table -> the reason of its first one."""
    found: dict[str, str] = {}
    for host, aspects in record.hosts.items():
        entries = [entry for tables in aspects.values() for entry in tables.values()]
        reasons = [entry.unmeasured for entry in entries if not isinstance(entry, str)]
        if len(reasons) == len(entries):
            found[f"{record.site}/{host}"] = reasons[0].partition(": ")[2] if reasons else "it was not asked"
    return found

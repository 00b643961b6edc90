"""Measures sites, and names the files of a run. ``siteparity record`` does no more."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from siteparity import __version__
from siteparity.collect import MAX_CONNECTIONS, Measurement, Runner, Say
from siteparity.configuration import Configuration
from siteparity.facts import records
from siteparity.facts.records import Record
from siteparity.inventory import inventory_digest
from siteparity.model import Deadline, Host, Site
from siteparity.transport.asking import Mark

_MARK = b"siteparity record"
"""What is hashed with a key to tell it from others: of 256 random bits nobody can find the key."""


class Reaching(Runner, Protocol):
    """What reaches hosts."""

    def release(self, host: Host) -> None:
        """End what leads to a host, until it is used again."""

    def reach_once(self, hosts: Iterable[Host]) -> None:
        """From now on nothing leads to these hosts for longer than a script takes."""


def measure(  # noqa: PLR0913  # each is one thing that only the caller knows
    settings: Configuration,
    sites: Sequence[Site],
    transport: Reaching,
    *,
    deadline: Deadline,
    say: Say,
    stand_in: Record | None = None,
    is_alive: bool = False,
    key: str | None = None,
    connections: int = MAX_CONNECTIONS,
    needed: Collection[Host] | None = None,
    mark: Mark | None = None,
) -> tuple[Record, ...]:
    """Measure every host of the sites. Never raises for what a host does.

    Args:
        settings: of the run.
        sites: the ones to contact, or parts of them.
        transport: reaches their hosts.
        deadline: when everything must be over.
        say: reports the progress of each host.
        stand_in: the record of a site that is not contacted, for questions that need data of both sites.
        is_alive: whether that site is alive, and another runner has measured it.
        connections: how many hosts are asked at the same time.
        needed: the hosts whose connections stay open; all by default.
        key: with which hosts hash secrets; one of this run's own by default.
        mark: makes the marks of answers to scripts that somebody else runs.
    """
    known = stand_in.as_measured() if stand_in else None
    every = [host for site in sites for host in site.hosts]
    if needed is not None and len(every) > connections:
        transport.reach_once(host for host in every if host not in needed)

    def release(host: Host) -> None:
        if needed is not None and host not in needed:
            transport.release(host)

    collector = Measurement(
        *(settings.policy, settings.probes, transport, deadline, say, settings.sites, known),
        is_alive=is_alive,
        mark=mark,
        connections=connections,
        release=release,
    )
    if key is not None:
        collector = replace(collector, key=key)
    told_by = hmac.new(collector.key.encode(), _MARK, "sha256").hexdigest()
    whole = {site.name: site for site in settings.sites}
    made = collector.collect(sites)
    when = {one.site: one.measured_at for one in (*made, *([known] if known else []))}
    other_at = {name: next((at for site, at in when.items() if site != name), None) for name in when}
    return tuple(
        records.record_of(
            measured,
            tool_version=__version__,
            policy_digest=settings.policy.digest,
            inventory_digest=inventory_digest([whole[measured.site]]),
            secrets_key=told_by,
        ).model_copy(update={"other_measured_at": other_at[measured.site]})
        for measured in made
    )


def record_path(folder: Path, site: str) -> Path:
    """Where a run keeps the record of a site."""
    return folder / "records" / f"{site}.json.gz"


def then_path(folder: Path, site: str) -> Path:
    """Where a run keeps the standby's record from the run in which the primary's record was made."""
    return folder / "records" / "then" / f"{site}.json.gz"


def journal_path(folder: Path) -> Path:
    """Where a run keeps its journal (`siteparity.runs.journal`)."""
    return folder / "journal.jsonl"

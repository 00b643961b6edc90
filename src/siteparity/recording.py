"""Measure and save: what ``siteparity record`` does, and the first half of every run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from siteparity import __version__, records
from siteparity.collect import Collector, Say
from siteparity.configuration import Configuration
from siteparity.model import Site
from siteparity.records import Record
from siteparity.transport import Transport


def measure(
    settings: Configuration, sites: Sequence[Site], transport: Transport, *, seconds: float, say: Say
) -> tuple[Record, ...]:
    """Measure every host of the sites within so many seconds; never raises for what a host does."""
    end = time.monotonic() + seconds
    collector = Collector(settings.policy, settings.probes, transport, end, say, settings.sites)
    return tuple(
        records.record_of(
            measured,
            tool_version=__version__,
            policy_digest=settings.policy.digest,
            inventory_digest=settings.inventory_digest,
        )
        for measured in collector.collect(sites)
    )


def record_path(folder: Path, site: str) -> Path:
    """Where a run keeps the record of a site."""
    return folder / "records" / f"{site}.json.gz"


def journal_path(folder: Path) -> Path:
    """Where a run's checks write their outcomes, one line each."""
    return folder / "journal.jsonl"

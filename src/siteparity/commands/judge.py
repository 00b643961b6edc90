"""``siteparity judge``: the parity checks from saved records. No host is contacted, so it is no answer."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from siteparity import __version__
from siteparity.commands import signing
from siteparity.commands.partial import judged, told
from siteparity.configuration import Configuration
from siteparity.facts import records
from siteparity.facts.joined import joined
from siteparity.facts.records import Record, RecordError
from siteparity.gate.away import answered
from siteparity.model import ConfigurationError
from siteparity.report import sums
from siteparity.report.visible import visible
from siteparity.report.words import count, span, utc
from siteparity.runs.recording import record_path
from siteparity.yamlfile import shown_path


def judge(
    settings: Configuration,
    inventories: Path,
    named: Sequence[Path],
    now: datetime,
    allowed_signers: Path | None = None,
) -> tuple[str, int]:
    """Judge records of both sites. Returns the text, which says that it is partial, and the exit code.

    Raises:
        ConfigurationError: a record cannot be read, is not signed as it must be, or they do not belong
            together.
    """
    signers = [signed(name, allowed_signers) for name in named] if allowed_signers else []
    given = [_loaded(path) for name in named for path in _files(name)]
    digest, apart = settings.policy.digest, settings.policy.limits.clock_offset
    made = joined(given, settings.sites, settings.probes, digest, __version__, apart)
    compared = tuple(check for check in settings.checks if check.source.kind == "parity")
    with tempfile.TemporaryDirectory(prefix="siteparity-") as name:
        place = Path(name)
        for record in made:
            records.save(record, record_path(place, record.site))
        text, status = told(replace(settings, checks=compared), judged(settings, inventories, place))
    return "\n".join([*signers, *_about(settings, given, now), text]), status


def signed(named: Path, allowed: Path) -> str:
    """Who signed the records of a run, in words.

    Raises:
        ConfigurationError: it is no folder of a run, it was changed, or nobody who may has signed it.
    """
    if not named.is_dir():
        raise ConfigurationError(
            f"{shown_path(named)}: expected the folder of a run, whose records are signed together, found a "
            "file; name the folder"
        )
    who = signing.signer(named, allowed)
    if changed := next(sums.disagreements(named), ""):
        raise ConfigurationError(f"{shown_path(named)}: {changed}; fetch the records again")
    return f"{shown_path(named)}: signed by {visible(who)}"


def _files(named: Path) -> Sequence[Path]:
    """The records that a path stands for: one, or all of a folder, or of the folder of a run."""
    if not named.is_dir():
        return [named]
    found = sorted(named.glob("records/*.json.gz")) or sorted(named.glob("*.json.gz"))
    if not found:
        raise ConfigurationError(f"{shown_path(named)}: expected records (SITE.json.gz), found none")
    return found


def _loaded(path: Path) -> Record:
    try:
        return records.load(path)
    except RecordError as error:
        raise ConfigurationError(f"{error}; name another record") from None


def _about(settings: Configuration, given: Sequence[Record], now: datetime) -> Iterator[str]:
    """What was judged, and what no record can show."""
    for record in given:
        hosts = f"{answered(record)} of {count(len(record.hosts), 'host')} answered"
        when = f"{utc(record.measured_at)}, {span(now - record.measured_at)} ago"
        yield f"{record.site}: measured {when}, {hosts}"
    kinds = Counter(check.source.kind for check in settings.checks)
    live = [*_counted(kinds["smoke"], "smoke check"), *_counted(kinds["own"], "own test")]
    if live:
        yield f"not run, since only a live run can: {', '.join(live)}"


def _counted(number: int, word: str) -> Sequence[str]:
    return [count(number, word)] if number else []

"""Records that can stand in for a primary that is not contacted. Every run keeps them; a person chooses one.

A run keeps the record of each site whose hosts all answered, as primary or as standby: the record of a
standby never stands in for a primary. A record can stand in only if it is undamaged, was made of this site
under the current inventory and policy, and is neither too old nor from the future. If the run chooses the
record itself (``latest``), no newer record may contradict it (docs/decisions/0021). Whichever it is, what
later ones show of how far the primary had written is part of the answer (docs/decisions/0044).
"""

from __future__ import annotations

import glob
import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, TypeAlias

from siteparity.configuration import Configuration
from siteparity.facts import records
from siteparity.facts.changes import changes
from siteparity.facts.data_loss import written
from siteparity.facts.records import Record, RecordError
from siteparity.inventory import inventory_digest
from siteparity.model import ConfigurationError, Site
from siteparity.report import sums
from siteparity.report.words import span, utc
from siteparity.result import SavedWritten
from siteparity.runs.history import read_history
from siteparity.runs.recording import record_path, then_path
from siteparity.yamlfile import shown_path

LATEST = "latest"
KEPT = 3
"""How many of a site's newest records are kept, and how many of those with the most measured tables."""
NEWER = 12
"""How many of the newest runs are searched for records that contradict the chosen one."""

LONGEST = timedelta(days=1)
"""A run takes no longer (`--deadline`)."""
_TIME = len("2026-11-23T030000Z")

Part: TypeAlias = Literal["primary", "standby"]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A newer record of the site that differs in tables that do not change by themselves."""

    path: Path
    measured_at: datetime
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StandIn:
    """The record that stands in for the primary because a person said so."""

    record: Record
    path: Path
    then: Record | None
    """The standby's record of the same run, if it was found."""
    contradiction: Contradiction | None = None
    """The newest record that contradicts it; None if a person named this record."""
    written: tuple[SavedWritten, ...] = ()
    """What later records show of how far the primary had written."""

    @property
    def measured(self) -> int:
        """How many tables of both records were measured."""
        return self.record.measured() + (self.then.measured() if self.then else 0)

    def doubt(self, typed: Sequence[str]) -> str:
        """Why it may not show the site as it was last; empty if no newer record contradicts it.

        Args:
            typed: the arguments of the command, for the advice of what to type next.
        """
        other = self.contradiction
        if other is None:
            return ""
        more = f" and {len(other.changed) - 1} more tables" if len(other.changed) > 1 else ""
        return (
            f"a newer record of {self.record.site}, measured {utc(other.measured_at)}, contradicts the one "
            f"with the most measured tables, of {utc(self.record.measured_at)}: {other.changed[0]}{more}; to "
            f"use the newer one, type: {_naming(typed, other.path)}; if it already shows the failure, type: "
            f"{_naming(typed, self.path)}"
        )

    def put_into(self, folder: Path) -> None:
        """Copy the records into the folder of a run, so that it can be judged again from there alone."""
        records.save(self.record, record_path(folder, self.record.site))
        if self.then:
            records.save(self.then, then_path(folder, self.then.site))


def keep(settings: Configuration, reports: Path, made: Sequence[Record], run: str) -> None:
    """Keep the complete records of a run, and delete those that are no longer needed.

    A record with fewer measured tables never displaces a better one that can still stand in.

    Raises:
        OSError: the folder cannot be written.
    """
    for record in made:
        if record.silent():
            continue
        part: Part = "primary" if record.site == settings.primary.name else "standby"
        folder = _folder(reports, record.site, part)
        records.save(record, folder / f"{run}.json.gz")
        kept = _by_age(folder)
        oldest = record.measured_at - settings.policy.limits.record_max_age
        fresh = [one for one in kept if one[1].measured_at >= oldest]
        wanted = {path for path, _ in (*kept[:KEPT], *sorted(fresh, key=_rank, reverse=True)[:KEPT])}
        for path in folder.glob("*.json.gz"):
            if path not in wanted:
                path.unlink(missing_ok=True)


def stand_in(settings: Configuration, reports: Path, given: str, now: datetime) -> StandIn:
    """The record that stands in for the primary.

    Args:
        settings: of the run.
        reports: the reports folder.
        given: ``latest``, a file, or the folder of a run.
        now: for the age of the record.

    Raises:
        ConfigurationError: the record may not stand in, or there is none; names the file and says what to do.
    """
    if given == LATEST:
        found = _latest(settings, reports, now)
    else:
        path = _named(Path(given), settings.primary)
        found = _paired(settings, reports, path, _accepted(settings, reports, path, now))
    return replace(found, written=written_since(settings, reports, found.record.measured_at))


def written_since(settings: Configuration, reports: Path, moment: datetime) -> tuple[SavedWritten, ...]:
    """What records of the primary show that were made after a moment, under any policy and inventory.

    The history tells it of the runs that it holds. Records of other runs are read, and those that are kept.
    A record that is damaged shows nothing.
    """
    site = settings.primary.name
    past = read_history(reports)
    found = [one for run in past if site in (run.primary, run.standby) for one in run.written.get(site, ())]
    known = {run.run for run in past if site in run.written}
    for path in _records_of(reports, site, moment):
        if _run_of(path) not in known:
            with suppress(RecordError):
                record = records.load(path)
                if record.site == site and record.measured_at > moment:
                    found += written(record, settings.probes, str(path))
    later = {(one.aspect, one.at, one.position): one for one in found if one.at > moment}
    return tuple(sorted(later.values(), key=lambda one: (one.at, one.aspect, one.position)))


def _records_of(reports: Path, site: str, moment: datetime) -> Iterator[Path]:
    """The records of a site, kept or in the folders of runs, that may have been made after a moment."""
    name = f"records/{glob.escape(site)}.json.gz"
    for folder, pattern in (
        (reports / "records" / site, "*/*.json.gz"),
        (reports / "runs", f"*/{name}"),
        (reports / "runs", f"*/revoked/*/{name}"),
    ):
        for path in sorted(folder.glob(pattern)):
            with suppress(ValueError):  # another name tells no time
                began = datetime.strptime(f"{_run_of(path)[:_TIME]}+0000", "%Y-%m-%dT%H%M%SZ%z")
                if began + LONGEST < moment:
                    continue
            yield path


def _run_of(path: Path) -> str:
    """The run whose record a file is: that of its folder, or the one for which a kept record is named."""
    return path.name.removesuffix(".json.gz") if path.parent.name != "records" else path.parent.parent.name


def advice(settings: Configuration, reports: Path, typed: Sequence[str], now: datetime) -> str:
    """What to type if the primary is dead, and which record would stand in for it.

    Args:
        settings: of the run.
        reports: the reports folder.
        typed: the arguments of the run that could not reach the primary.
        now: for the age of the record.
    """
    command = shlex.join(["siteparity", *typed, "--primary-record", LATEST])
    try:
        found = _latest(settings, reports, now)
    except ConfigurationError as error:
        return f"if {settings.primary.name} is dead a record can stand in for it ({command}), but {error}"
    at = found.record.measured_at
    doubt = found.doubt(typed)
    return (
        f"if {settings.primary.name} is dead, type {command}: its last good record stands in for it, "
        f"measured {utc(at)}, {span(now - at)} ago{f'; but {doubt}' if doubt else ''}"
    )


def _latest(settings: Configuration, reports: Path, now: datetime) -> StandIn:
    """Of the kept records that may stand in, the one with the most measured tables; of several, the newest.

    The tables of the standby's record of the same run count as well.
    """
    folder = _folder(reports, settings.primary.name, "primary")
    refused: list[str] = []
    accepted: list[StandIn] = []
    for path in sorted(folder.glob("*.json.gz"), reverse=True):
        try:
            accepted.append(_paired(settings, reports, path, _accepted(settings, reports, path, now)))
        except ConfigurationError as error:
            refused.append(str(error))
    if accepted:
        best = max(accepted, key=lambda one: (one.measured, one.record.measured_at))
        return replace(best, contradiction=_contradiction(settings, reports, best, now))
    if refused:
        raise ConfigurationError(refused[0])
    raise ConfigurationError(
        f"{shown_path(folder)}: expected a record of {settings.primary.name} as the primary, found none; a "
        "run keeps one when all its hosts answer; give the path of another one to --primary-record"
    )


def _contradiction(
    settings: Configuration, reports: Path, chosen: StandIn, now: datetime
) -> Contradiction | None:
    """The newest record since the chosen one that differs in a table that both measured.

    The folders of runs are searched as well: a run with a silent host keeps no record, but may show a change.
    """
    found: list[Contradiction] = []
    for path in _since(settings, reports, chosen.record.measured_at):
        with suppress(ConfigurationError):
            newer = _accepted(settings, reports, path, now)
            seen = changes(chosen.record, newer, settings.probes)
            if newer.measured_at > chosen.record.measured_at and seen.both:
                found.append(Contradiction(path, newer.measured_at, seen.both))
    return max(found, key=lambda one: one.measured_at, default=None)


def _since(settings: Configuration, reports: Path, moment: datetime) -> Iterator[Path]:
    """The kept records of the primary, and those in the folders of the newest runs with this primary."""
    site = settings.primary.name
    kept = {
        path.name.removesuffix(".json.gz"): path for path in _folder(reports, site, "primary").glob("*.gz")
    }
    yield from kept.values()
    runs = [past for past in read_history(reports) if past.primary == site and past.finished_at > moment]
    for past in runs[-NEWER:]:
        if past.run not in kept:
            yield record_path(reports / "runs" / past.run, site)


def _naming(typed: Sequence[str], path: Path) -> str:
    """The command that was typed, with this record in place of the one it named."""
    words: list[str] = []
    rest = iter(typed)
    for word in rest:
        if word == "--primary-record":
            next(rest, None)
        elif not word.startswith("--primary-record="):
            words.append(word)
    return shlex.join(["siteparity", *words, "--primary-record", str(path)])


def _rank(kept: tuple[Path, Record]) -> tuple[int, datetime]:
    _, record = kept
    return record.measured(), record.measured_at


def _by_age(folder: Path) -> list[tuple[Path, Record]]:
    """The records of a folder that can be read, the newest first."""
    found: list[tuple[Path, Record]] = []
    for path in folder.glob("*.json.gz"):
        with suppress(RecordError):
            found.append((path, records.load(path)))
    return sorted(found, key=lambda one: one[1].measured_at, reverse=True)


def _named(path: Path, primary: Site) -> Path:
    """The file that a person means: the record itself, or the primary's record in the folder of a run."""
    if not path.is_dir():
        return path
    for file in (record_path(path, primary.name), path / f"{primary.name}.json.gz"):
        if file.is_file():
            return file
    raise ConfigurationError(
        f"{shown_path(path)}: expected a run with a record of {primary.name}, found none in it; "
        f"name the folder of another run, a record, or {LATEST}"
    )


def _accepted(settings: Configuration, reports: Path, path: Path, now: datetime) -> Record:
    try:
        record = records.load(path)
    except RecordError as error:
        raise ConfigurationError(f"{error}; name another record, or {LATEST}") from None
    for problem in (*_changed(reports, path), *_problems(settings, record, now)):
        raise ConfigurationError(f"{shown_path(path)}: {problem}")
    return record


def _changed(reports: Path, path: Path) -> Iterator[str]:
    """Whether a record differs from what its run has bound, as far as that is at hand."""
    in_run = path.parent.name == "records"
    folder = path.parent.parent if in_run else reports / "runs" / _run_of(path)
    name = f"records/{path.name if in_run else f'{path.parent.parent.name}.json.gz'}"
    with suppress(OSError, ValueError):
        known = sums.written(folder).get(name)
        if known and known != sums.digest(path):
            yield (
                f"expected the record that its run wrote, found one that was changed since ({sums.SUMS} of "
                f"{shown_path(folder)}); name another record"
            )


def _problems(settings: Configuration, record: Record, now: datetime) -> Iterator[str]:
    """Why a record may not stand in for the primary."""
    site, limits = settings.primary, settings.policy.limits
    if record.site != site.name:
        yield f"expected a record of {site.name}, found one of {record.site}; name one of {site.name}"
    if record.inventory_digest != inventory_digest([site]):
        yield (
            f"expected a record of {site.name} as its inventory has it now, found one of an inventory that "
            f"was changed since; put back that of {utc(record.measured_at)}, or name a record made since"
        )
    if record.policy_digest != settings.policy.digest:
        yield (
            f"expected a record made under the policy of now (digest {settings.policy.digest[:12]}), found "
            f"{record.policy_digest[:12]}: other things were measured; put back the policy of "
            f"{utc(record.measured_at)}, or name a record made since"
        )
    if record.measured_at > now + limits.clock_offset:
        yield (
            f"expected a record of the past, found one measured {utc(record.measured_at)}; correct the clock "
            "of the machine that runs this, or name another record"
        )
    if now - record.measured_at > limits.record_max_age:
        yield (
            f"expected a record of at most {span(limits.record_max_age)} (limits.record_max_age), found one "
            f"{span(now - record.measured_at)} old; name a newer one, or raise the limit in the policy"
        )


def _paired(settings: Configuration, reports: Path, path: Path, record: Record) -> StandIn:
    """The record with the standby's record of the same run, if the standby's inventory is unchanged."""
    standby = settings.standby
    places = (
        path.parent / f"{standby.name}.json.gz",
        path.parent / "then" / f"{standby.name}.json.gz",
        _folder(reports, standby.name, "standby") / path.name,
        record_path(reports / "runs" / path.name.removesuffix(".json.gz"), standby.name),
    )
    digest = inventory_digest([standby])
    for place in places:
        with suppress(RecordError):
            then = records.load(place)
            about = (then.site, then.measured_at, then.policy_digest, then.inventory_digest)
            if about == (standby.name, record.measured_at, record.policy_digest, digest):
                return StandIn(record, path, then)
    return StandIn(record, path, None)


def _folder(reports: Path, site: str, part: Part) -> Path:
    return reports / "records" / site / part

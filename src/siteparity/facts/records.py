"""Records: all facts of one site at one time, saved before anything is compared.

A table that several hosts share is saved once, by its digest. `load` raises RecordError for a record that is
damaged or has another schema.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from siteparity.collect import Measured
from siteparity.model import Facts, SiteparityError, Table, Unmeasured, Value

MAX_RECORD_BYTES = 512 * 1024 * 1024
"""Larger than any record, unpacked."""

_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class RecordError(SiteparityError):
    """A record cannot be used; names the file and the reason."""


class _Saved(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class SavedUnmeasured(_Saved):
    """Takes the place of a table that could not be read."""

    unmeasured: str
    """The reason."""
    away: bool = False
    """Whether it could not be read because the other site is away."""


class Record(_Saved):
    """``records/<site>.json.gz``."""

    schema_version: Literal[1]
    site: str
    measured_at: AwareDatetime
    tool_version: str
    policy_digest: _Digest
    inventory_digest: _Digest
    """Of this site's inventory only: the other site's does not matter to what was measured here."""
    secrets_key: _Digest | None = None
    """Tells the key with which secrets were hashed from other keys; null in records of older versions."""
    clock_error: float | None = None
    """Seconds by which the clock of the machine that measured may be off; null if nobody knows."""
    other_measured_at: AwareDatetime | None = None
    """When the other site was measured, by whose facts second looks asked; null if they knew none."""
    tables: dict[_Digest, dict[str, bool | int | float | str]]
    hosts: dict[str, dict[str, dict[str, _Digest | SavedUnmeasured]]]
    """Host -> aspect -> table name -> digest of the table, or why there is none."""

    def digest(self) -> str:
        """SHA-256 of everything that was measured, whenever that was."""
        return _digest(self.model_dump(mode="json", include={"site", "hosts"}))

    def silent(self) -> Mapping[str, str]:
        """Each host without a single table -> the reason."""
        entries = {
            host: [entry for tables in aspects.values() for entry in tables.values()]
            for host, aspects in self.hosts.items()
        }
        return {
            host: of_host[0].unmeasured.partition(": ")[2]
            for host, of_host in entries.items()
            if of_host
            and isinstance(of_host[0], SavedUnmeasured)
            and all(isinstance(entry, SavedUnmeasured) for entry in of_host)
        }

    def is_silent(self) -> bool:
        """Whether no host has a single table, as the keys of `silent` say."""
        return all(
            any(aspects.values())
            and all(isinstance(entry, SavedUnmeasured) for of in aspects.values() for entry in of.values())
            for aspects in self.hosts.values()
        )

    def facts(self, host: str, aspect: str) -> Facts:
        """The facts of one host, as they were measured; empty if the record has none."""
        saved = self.hosts.get(host, {}).get(aspect, {})
        return {
            name: Unmeasured(entry.unmeasured, entry.away)
            if isinstance(entry, SavedUnmeasured)
            else self.tables[entry]
            for name, entry in saved.items()
        }

    def measured(self) -> int:
        """How many tables could be read, on all hosts together."""
        return sum(
            isinstance(entry, str)
            for aspects in self.hosts.values()
            for tables in aspects.values()
            for entry in tables.values()
        )

    def as_measured(self) -> Measured:
        """The facts in the form in which they were measured."""
        hosts = {
            host: {aspect: self.facts(host, aspect) for aspect in aspects}
            for host, aspects in self.hosts.items()
        }
        return Measured(self.site, self.measured_at, hosts)


def record_of(
    measured: Measured,
    *,
    tool_version: str,
    policy_digest: str,
    inventory_digest: str,
    secrets_key: str | None = None,
) -> Record:
    """The saved form of measured facts."""
    tables: dict[str, dict[str, bool | int | float | str]] = {}
    known: dict[int, str | SavedUnmeasured] = {}
    """By the identity of a table, which hosts that answered the same share."""

    def saved(table: Table | Unmeasured) -> str | SavedUnmeasured:
        if id(table) not in known:
            known[id(table)] = _saved(table, tables)
        return known[id(table)]

    hosts = {
        host: {aspect: {name: saved(table) for name, table in of.items()} for aspect, of in facts.items()}
        for host, facts in measured.hosts.items()
    }
    return Record(
        schema_version=1,
        site=measured.site,
        measured_at=measured.measured_at,
        tool_version=tool_version,
        policy_digest=policy_digest,
        inventory_digest=inventory_digest,
        secrets_key=secrets_key,
        tables=tables,
        hosts=hosts,
    )


def _saved(
    table: Table | Unmeasured, tables: dict[str, dict[str, bool | int | float | str]]
) -> str | SavedUnmeasured:
    if isinstance(table, Unmeasured):
        return SavedUnmeasured(unmeasured=table.reason, away=table.away)
    content = dict(table)
    digest = _digest(content)
    tables[digest] = content
    return digest


def save(record: Record, path: Path) -> None:
    """Write a record atomically: the file is complete, or it does not exist."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = packed(record)
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def packed(record: Record) -> bytes:
    """A record as it is saved: the same record gives the same bytes."""
    return gzip.compress(record.model_dump_json().encode(), compresslevel=3, mtime=0)


def rewritten(record: Record, text: Callable[[str], str], value: Callable[[Value], Value]) -> Record:
    """A record with other texts in its tables; digests follow.

    Args:
        record: is not changed.
        text: makes another one of each item, and of each reason. Items that become alike are numbered.
        value: makes another one of each value.
    """
    tables = {digest: _rewritten(table, text, value) for digest, table in record.tables.items()}
    digests = {old: _digest(table) for old, table in tables.items()}
    return record.model_copy(
        update={
            "tables": {digests[old]: table for old, table in tables.items()},
            "hosts": {
                host: {
                    aspect: {
                        name: digests[entry]
                        if isinstance(entry, str)
                        else entry.model_copy(update={"unmeasured": text(entry.unmeasured)})
                        for name, entry in of.items()
                    }
                    for aspect, of in aspects.items()
                }
                for host, aspects in record.hosts.items()
            },
        }
    )


def _rewritten(
    table: Mapping[str, Value], text: Callable[[str], str], change: Callable[[Value], Value]
) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for item, value in table.items():
        name, number = (new := text(item)), 1
        while name in found:
            number += 1
            name = f"{new} ({number})"
        found[name] = change(value)
    return found


def load(path: Path) -> Record:
    """Read a record, and check its digests.

    Raises:
        RecordError: the record is missing, damaged, too large, or of another schema.
    """
    try:
        packed_bytes = path.read_bytes()
    except OSError as error:
        raise RecordError(f"{path}: cannot be read: {error}") from None
    return unpacked(packed_bytes, path)


def unpacked(packed_bytes: bytes, path: Path) -> Record:
    """The record that was saved as these bytes.

    Raises:
        RecordError: it is damaged, too large, or of another schema; names the path.
    """
    try:
        with gzip.open(io.BytesIO(packed_bytes)) as file:
            data = file.read(MAX_RECORD_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise RecordError(f"{path}: cannot be read: {error}") from None
    if len(data) > MAX_RECORD_BYTES:
        raise RecordError(f"{path}: larger than {MAX_RECORD_BYTES} bytes")
    try:
        record = Record.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RecordError(f"{path}: not a record of schema 1: {where}: {first['msg']}") from None
    _prove(record, path)
    return record


def _prove(record: Record, path: Path) -> None:
    for digest, table in record.tables.items():
        if _digest(table) != digest:
            raise RecordError(f"{path}: damaged: a table does not match its digest {digest[:12]}")
    for host, aspects in record.hosts.items():
        for aspect, tables in aspects.items():
            for name, entry in tables.items():
                if isinstance(entry, str) and entry not in record.tables:
                    raise RecordError(
                        f"{path}: damaged: {host} {aspect}.{name} refers to a table that is not there"
                    )


def _digest(value: object) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()

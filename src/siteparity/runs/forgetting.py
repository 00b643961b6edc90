"""Removes a value that leaked from everything that runs left, as if it had been hidden at first.

Files that siteparity reads again are read, changed and checked, so that they stay whole. All others are
changed where the value stands in them. Nothing is replaced before everything was worked out and is on the
disk. What a killed process had begun is finished by the next.

Digests follow only where they fitted before: whoever edits a result does not get new ones for it here.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import lzma
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import JsonValue, ValidationError

from siteparity.facts import records
from siteparity.facts.records import RecordError
from siteparity.model import ConfigurationError, Value
from siteparity.redaction import pseudonym
from siteparity.report import sums
from siteparity.report.write import result_json
from siteparity.result import Result, SavedSite
from siteparity.runs.ages import INDEX, index_text
from siteparity.runs.history import PastRun
from siteparity.runs.journal import read_line
from siteparity.runs.planned import SavedPlan, plan_json
from siteparity.runs.spellings import SHORTEST, Replaced
from siteparity.whole_files import write_atomically
from siteparity.yamlfile import shown_path

_PENDING = ".forgetting.json"
_STAGED = ".forgetting-"
_NAMES = frozenset(
    [
        "run",
        "id",
        "aspect",
        "kind",
        "role",
        "severity",
        "outcome",
        "verdict",
        "state",
        "site",
        "check",
        "root",
        "hosts",
        "checks",
        "about",
        "used_by",
        "primary",
        "standby",
        "digest",
        "position",
        "history",
        "name",
    ]
)
"""Keys whose texts are names: nothing could be read without them."""
_PACKED: Mapping[bytes, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    b"\x1f\x8b": (gzip.decompress, lambda data: gzip.compress(data, mtime=0)),
    b"BZh": (bz2.decompress, bz2.compress),
    b"\xfd7zXZ": (lzma.decompress, lzma.compress),
}
_CLOSED = (b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"Rar!", b"\x89PNG")
"""How files begin that are packed in ways that are not undone here."""


@dataclass(slots=True)
class Forgotten:
    """What was removed, and where it could not be looked for."""

    places: dict[Path, int] = field(default_factory=dict)
    """File -> how often the value stood in it."""
    unsigned: list[Path] = field(default_factory=list)
    """Runs whose signature no longer holds, and was removed."""
    unread: dict[Path, str] = field(default_factory=dict)
    """Files that may still hold it, with the reason."""


def forget(reports: Path, value: str, now: datetime) -> Forgotten:
    """Remove a value from every file below a reports folder.

    Args:
        reports: the folder.
        value: what must not stand there; white space around it does not count.
        now: when, for the results from which it was removed.

    Raises:
        ConfigurationError: it is too short, or part of a name that siteparity needs. Nothing was changed.
        OSError: a file cannot be written. Either nothing was changed, or the next call finishes it.
    """
    value = value.strip()
    if len(value) < SHORTEST:
        raise ConfigurationError(
            f"expected a value of at least {SHORTEST} characters on stdin, found {len(value)}: a shorter one "
            "stands inside innocent words; remove the folders of the runs that hold it"
        )
    _finish(reports)
    work = _Work(reports, Replaced(value, pseudonym(value, secrets.token_hex())), now)
    for path in _files(reports):
        work.look_at(path)
    work.found.unread |= _links(reports)
    for folder in sorted({parent for path in work.changed for parent in path.parents if _is_run(parent)}):
        work.bind(folder)
    work.note_in_history(reports / "history.jsonl")
    _commit(reports, work.changed, work.found.unsigned)
    return work.found


def _is_run(folder: Path) -> bool:
    return (folder / "result.json").is_file() or (folder / sums.SUMS).is_file()


class _NameError(Exception):
    """The value is part of a name."""


@dataclass(slots=True)
class _Work:
    """What was found so far."""

    reports: Path
    replaced: Replaced
    now: datetime
    found: Forgotten = field(default_factory=Forgotten)
    before: dict[Path, bytes] = field(default_factory=dict)
    changed: dict[Path, bytes] = field(default_factory=dict)
    """File -> its new content."""

    def look_at(self, path: Path) -> None:
        """Work out the new content of a file."""
        name = str(path.relative_to(self.reports))
        if self.replaced(name) != name:
            self.found.unread[path] = "its name holds it; rename or remove it"
        try:
            content = path.read_bytes()
            new, places = self._content(path, content)
        except _NameError:
            raise ConfigurationError(
                f"{shown_path(path)}: expected a secret on stdin, found a part of a name that is needed to "
                "read this file; nothing was changed"
            ) from None
        except (OSError, EOFError, ValueError, lzma.LZMAError, RecordError) as error:
            self.found.unread[path] = f"cannot be read: {error}"
            return
        if places:
            self.found.places[path] = places
            self.before[path], self.changed[path] = content, new

    def _content(self, path: Path, content: bytes) -> tuple[bytes, int]:
        if path.name.endswith(".json.gz"):
            with suppress(RecordError):
                return self._record(path, content)
        packed = next((both for head, both in _PACKED.items() if content.startswith(head)), None)
        if packed:
            plain, places = self._plain(path, packed[0](content))
            return (packed[1](plain) if places else content), places
        if content.startswith(_CLOSED):
            raise ValueError("it is packed in a way that is not undone here; look into it, or remove it")
        return self._plain(path, content)

    def _plain(self, path: Path, content: bytes) -> tuple[bytes, int]:
        if path.name == "result.json":
            return self._json(content, lambda value: result_json(_result(value)))
        if path.name == "plan.json":
            return self._json(content, lambda value: plan_json(_plan(value)))
        if path.name == "journal.jsonl":
            return self._lines(content, _journal_line)
        if path.name == INDEX:
            return self._json(content, index_text)
        if path.name == "history.jsonl":
            return self._lines(content, _history_line)
        return self._text(content)

    def _record(self, path: Path, content: bytes) -> tuple[bytes, int]:
        record = records.unpacked(content, path)
        if not self.replaced.is_in(record.model_dump_json()):
            return content, 0
        names = {record.site, *record.hosts}
        for aspects in record.hosts.values():
            names |= {name for aspect, tables in aspects.items() for name in (aspect, *tables)}
        counter = _Counter(self.replaced)
        for name in names:
            counter.name(name)
        new = records.rewritten(record, counter.text, counter.scalar)
        return (records.packed(new) if counter.places else content), counter.places

    def _json(self, content: bytes, dumped: Callable[[JsonValue], bytes]) -> tuple[bytes, int]:
        """A file of JSON; one that is damaged is only text."""
        counter = _Counter(self.replaced)
        try:
            value = json.loads(content)
            if not self._is_in(content, value):
                return content, 0
            dumped(value)
        except (ValueError, ValidationError, RecursionError):
            return self._text(content)
        new = counter.value(value)
        if not counter.places:
            return content, 0
        try:
            return dumped(new), counter.places
        except (ValueError, ValidationError):
            raise _NameError from None

    def _is_in(self, content: bytes, value: JsonValue) -> bool:
        """Whether the value may be in a file of JSON, in whatever way its letters are escaped."""
        told = json.dumps(value, ensure_ascii=False)
        return self.replaced.is_in(content.decode("utf-8", "surrogateescape")) or self.replaced.is_in(told)

    def _lines(self, content: bytes, dumped: Callable[[JsonValue], bytes]) -> tuple[bytes, int]:
        """A file of lines of JSON."""
        lines, every = [], 0
        for line in content.split(b"\n"):
            new, places = self._json(line, dumped) if line else (line, 0)
            lines.append(new)
            every += places
        return b"\n".join(lines), every

    def _text(self, content: bytes) -> tuple[bytes, int]:
        """Any file. In one that is no text the length stays, since others may count on it."""
        text, places = self.replaced.counted(content.decode("utf-8", "surrogateescape"))
        new = text.encode("utf-8", "surrogateescape")
        if b"\0" in content:
            new, places = content, 0
            for form in self.replaced.forms:
                for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
                    one = form.encode(encoding, "surrogatepass")
                    places += new.count(one)
                    new = new.replace(one, b"*" * len(one))
        return new, places

    def bind(self, folder: Path) -> None:
        """Let result and digests of a run follow, as far as they fitted; the result says so."""
        self._say_so(folder)
        try:
            listed = dict(sums.written(folder))
        except (OSError, ValueError):
            return
        for name, known in listed.items():
            path = folder / name
            if path in self.changed and known == hashlib.sha256(self.before[path]).hexdigest():
                listed[name] = hashlib.sha256(self.changed[path]).hexdigest()
        text = "".join(f"{known}  {name}\n" for name, known in listed.items())
        self._change(folder / sums.SUMS, text.encode(errors="surrogateescape"))
        if (folder / sums.SIGNATURE).exists():
            self.found.unsigned.append(folder)

    def _say_so(self, folder: Path) -> None:
        path = folder / "result.json"
        try:
            result = _result(json.loads(self.changed.get(path) or path.read_bytes()))
        except (OSError, ValueError, ValidationError, RecursionError):
            return
        sites = {name: self._site(folder, getattr(result, name)) for name in ("primary", "standby")}
        told = result.model_copy(update={**sites, "forgotten": (*result.forgotten, self.now)})
        self._change(path, result_json(told))

    def _site(self, folder: Path, site: SavedSite) -> SavedSite:
        """A site whose record was changed has another digest now."""
        path = folder / "records" / f"{site.site}.json.gz"
        if path in self.changed:
            with suppress(RecordError):
                before = records.unpacked(self.before[path], path).digest()
                if site.digest == before:
                    now = records.unpacked(self.changed[path], path).digest()
                    return site.model_copy(update={"digest": now})
        return site

    def _change(self, path: Path, content: bytes) -> None:
        if path not in self.before:
            self.before[path] = path.read_bytes()
        self.changed[path] = content

    def note_in_history(self, path: Path) -> None:
        """Let the history know the results by their new digests."""
        digests = {
            hashlib.sha256(self.before[one]).hexdigest(): hashlib.sha256(self.changed[one]).hexdigest()
            for one in self.changed
            if one.name == "result.json"
        }
        content = self.changed.get(path) or (path.read_bytes() if path.is_file() else b"")
        new = content
        for old, now in digests.items():
            new = new.replace(old.encode(), now.encode())
        if new != content:
            self._change(path, new)


@dataclass(slots=True)
class _Counter:
    """Changes the texts of a value of JSON, and counts."""

    replaced: Replaced
    places: int = 0

    def text(self, text: str) -> str:
        """A text without the value."""
        new, places = self.replaced.counted(text)
        self.places += places
        return new

    def name(self, text: str) -> str:
        """A name, which must not hold it."""
        if self.replaced(text) != text:
            raise _NameError
        return text

    def scalar(self, value: Value) -> Value:
        """A text, or a number that is the value itself, which becomes text."""
        if isinstance(value, str):
            return self.text(value)
        return self.text(str(value)) if str(value) == self.replaced.value else value

    def value(self, value: JsonValue, *, named: bool = False) -> JsonValue:
        """Any value; of a dict the keys are names."""
        if isinstance(value, dict):
            return {self.name(key): self.value(one, named=key in _NAMES) for key, one in value.items()}
        if isinstance(value, list):
            return [self.value(one, named=named) for one in value]
        if value is None or isinstance(value, bool):
            return value
        return self.name(value) if named and isinstance(value, str) else self.scalar(value)


def _result(value: JsonValue) -> Result:
    return Result.model_validate_json(json.dumps(value))


def _plan(value: JsonValue) -> SavedPlan:
    return SavedPlan.model_validate_json(json.dumps(value))


def _journal_line(value: JsonValue) -> bytes:
    text = json.dumps(value)
    if read_line(text) is None:
        raise ValueError(text)
    return text.encode()


def _history_line(value: JsonValue) -> bytes:
    return PastRun.model_validate_json(json.dumps(value)).model_dump_json().encode()


def _roots(reports: Path) -> list[Path]:
    """Where files are: ``runs`` and ``records`` may be links to another disk."""
    return [reports, *(place for name in ("runs", "records") if (place := reports / name).is_symlink())]


def _every(reports: Path) -> Iterator[Path]:
    """Everything below the reports folder that is no folder, links to folders among it."""
    for root in _roots(reports):
        for folder, inner, names in os.walk(root):
            places = (Path(folder) / name for name in (*inner, *names))
            yield from (path for path in places if path.is_symlink() or not path.is_dir())


def _files(reports: Path) -> Iterator[Path]:
    """Every file that may hold the value, in the order of their names."""
    skipped = {".lock", _PENDING, sums.SUMS, sums.SIGNATURE}
    found = {path for path in _every(reports) if path.is_file() and not path.is_symlink()}
    yield from sorted(path for path in found if path.name not in skipped)


def _links(reports: Path) -> dict[Path, str]:
    """The links that lead out of the reports folder, which are not followed."""
    roots = _roots(reports)
    inside = [root.resolve() for root in roots]
    return {
        path: "is a link to somewhere else, where nothing was looked for"
        for path in _every(reports)
        if path.is_symlink() and path not in roots and path.exists()
        if not any(path.resolve().is_relative_to(root) for root in inside)
    }


def _commit(reports: Path, changed: Mapping[Path, bytes], unsigned: list[Path]) -> None:
    """Write all new contents beside the old ones, note what is to be done, and do it."""
    staged: dict[Path, Path] = {}
    try:
        for path, content in changed.items():
            staged[path] = _staged(path, content)
        gone = [str(folder / sums.SIGNATURE) for folder in unsigned]
        pending = {"moves": {str(temporary): str(path) for path, temporary in staged.items()}, "gone": gone}
        write_atomically(reports / _PENDING, json.dumps(pending).encode())
    except BaseException:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)
        raise
    _finish(reports)


def _staged(path: Path, content: bytes) -> Path:
    number, name = tempfile.mkstemp(prefix=_STAGED, dir=path.parent)
    with os.fdopen(number, "wb") as file:
        old = path.stat()
        os.fchmod(number, old.st_mode & 0o7777)
        with suppress(PermissionError):
            os.fchown(number, old.st_uid, old.st_gid)
        file.write(content)
        file.flush()
        os.fsync(number)
    return Path(name)


def _finish(reports: Path) -> None:
    """Do what is noted; what was written and not noted is removed."""
    note = reports / _PENDING
    if note.is_file():
        pending = json.loads(note.read_bytes())
        for temporary, path in pending["moves"].items():
            with suppress(FileNotFoundError):
                Path(temporary).replace(path)
        for path in pending["gone"]:
            Path(path).unlink(missing_ok=True)
        note.unlink()
    for path in _files(reports):
        if path.name.startswith(_STAGED):
            path.unlink()

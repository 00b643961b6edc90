"""Writes the reports of a run. Each is complete or not there at all, whenever the machine stops."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import JsonValue

from siteparity.report.checks_html import with_verdict
from siteparity.report.html import render
from siteparity.report.junit import junit
from siteparity.report.sums import SIGNATURE, SUMS, sums
from siteparity.report.text import verdict_line
from siteparity.report.trend import PastRun
from siteparity.report.words import local_zone
from siteparity.result import Result
from siteparity.whole_files import staged, sync_folder

CHECKS = "checks.html"


def write_reports(result: Result, directory: Path, history: Sequence[PastRun] = ()) -> None:
    """Write ``result.json``, ``report.html`` and ``junit.xml`` into a folder that exists, and its digests.

    ``checks.html``, which pytest has written, gets the verdict.

    The page shows times in UTC, and local times (``TZ``) in brackets. All files are on the disk before the
    first one gets its name, so a full disk leaves the old files as they were. ``result.json`` gets its name
    after these: if it is there, the other reports are there and agree with it. ``SHA256SUMS`` comes last.

    Raises:
        OSError: a file could not be written; the old files are unchanged.
    """
    with staged_reports(result, directory, history):
        pass


@contextmanager
def staged_reports(result: Result, directory: Path, history: Sequence[PastRun] = ()) -> Iterator[None]:
    """Write the reports under temporary names; they get their own names if the block succeeds."""
    contents = {
        "report.html": render(result, history, local_zone()).encode(),
        "junit.xml": junit(result),
        "result.json": result_json(result),
    }
    with suppress(OSError):  # there is none before the checks were made
        checks = with_verdict((directory / CHECKS).read_bytes(), verdict_line(result))
        contents = {CHECKS: checks, **contents}
    with _staged_all({**contents, SUMS: sums(directory, contents)}, directory):
        yield


def bind(directory: Path) -> None:
    """Write the digests of all files of a run anew.

    Raises:
        OSError: a file cannot be read, or ``SHA256SUMS`` cannot be written.
    """
    with _staged_all({SUMS: sums(directory, {})}, directory):
        pass


@contextmanager
def _staged_all(contents: Mapping[str, bytes], directory: Path) -> Iterator[None]:
    """Write files under temporary names; they get their own, in this order, if the block succeeds.

    A signature of other digests is removed: it would say that the files were forged.
    """
    written: list[tuple[Path, Path]] = []
    try:
        for name, content in contents.items():
            written.append((staged(directory / name, content), directory / name))
        yield
        if not _holds(directory / SUMS, contents[SUMS]):
            (directory / SIGNATURE).unlink(missing_ok=True)
        for temporary, path in written:
            temporary.replace(path)
    finally:
        for temporary, _ in written:
            temporary.unlink(missing_ok=True)
    sync_folder(directory)


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def result_json(result: Result) -> bytes:
    """The result as it is saved: sorted keys, two spaces, ASCII, a final line feed.

    It can always be read again: a lone surrogate, which JSON cannot hold, becomes a question mark.
    """
    legal = _legal(result.model_dump(mode="json"))
    return (json.dumps(legal, indent=2, sort_keys=True, allow_nan=False) + "\n").encode()


def _legal(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [_legal(one) for one in value]
    if isinstance(value, dict):
        return {key: _legal(one) for key, one in value.items()}
    return value

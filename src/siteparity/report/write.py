"""Writing the reports of a run: each whole or not at all, whenever the machine stops."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path

from pydantic import JsonValue

from siteparity.report.cards import PastRun
from siteparity.report.html import render
from siteparity.report.junit import junit
from siteparity.result import Result

MODE = 0o644


def write_reports(
    result: Result, directory: Path, history: Sequence[PastRun] = (), zone: tzinfo | None = None
) -> None:
    """Write ``result.json``, ``report.html`` and ``junit.xml`` into a folder that exists.

    ``result.json`` comes last: where it is, the others are, and are made from it.

    Raises:
        OSError: A file could not be written; the one that was there before is unharmed.
    """
    write_atomically(directory / "report.html", render(result, history, zone).encode())
    write_atomically(directory / "junit.xml", junit(result))
    write_atomically(directory / "result.json", result_json(result))


def result_json(result: Result) -> bytes:
    """The result as it is saved: sorted keys, two spaces, ASCII, a final line feed.

    It can always be read again: what JSON cannot hold (lone surrogates, NaN) is replaced by text.
    """
    legal = _legal(result.model_dump(mode="json"))
    return (json.dumps(legal, indent=2, sort_keys=True, allow_nan=False) + "\n").encode()


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file in one step: a reader, or a crash, finds the old or the new one, never a part."""
    number, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(number, MODE)
            os.fsync(number)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _legal(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [_legal(one) for one in value]
    if isinstance(value, dict):
        return {key: _legal(one) for key, one in value.items()}
    return value

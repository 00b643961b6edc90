"""A person accepts drafted lines: they leave ``draft.yml``, and ``confirmed.jsonl`` says who accepted them.

``policy.yml`` is never written. A line of ``confirmed.jsonl`` holds ``at``, ``by``, and the keys of the
drafted line. It is there before the line leaves the draft, so whatever stops in between loses no name.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from siteparity.draft.waiting import Waiting, read, waiting, write
from siteparity.yamlfile import Document, KeyPath, key_path, load

NAME = "confirmed.jsonl"
"""Beside ``policy.yml``."""


def still_waiting(folder: Path, document: Document) -> tuple[Waiting, ...]:
    """The lines of the draft in a folder that wait for a person, the cheapest question first.

    Args:
        folder: with ``draft.yml`` and ``confirmed.jsonl``.
        document: ``policy.yml`` as `siteparity.yamlfile.load` reads it.

    Raises:
        ConfigurationError: the draft cannot be read.
    """
    return waiting(read(folder), document, _places(folder))


def accepted(folder: Path) -> Iterator[tuple[KeyPath, str]]:
    """Place and digest of each line that ``confirmed.jsonl`` holds. Damaged lines of it say nothing.

    Args:
        folder: with the file; without it nothing was accepted.
    """
    try:
        text = (folder / NAME).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        with suppress(ValueError, KeyError, TypeError, RecursionError):
            said = json.loads(line)
            yield key_path(said["path"]), str(said["digest"])


def _places(folder: Path) -> frozenset[KeyPath]:
    return frozenset(place for place, _ in accepted(folder))


def accept(policy: Path, wanted: Sequence[Waiting], by: str, at: datetime) -> tuple[Waiting, ...]:
    """Accept lines. Returns those that still waited as they were shown; the others are accepted by nobody.

    Args:
        policy: the path of ``policy.yml``; draft and confirmations stand beside it.
        wanted: the lines as a person saw them.
        by: the name of that person.
        at: when they did.

    Raises:
        ConfigurationError: policy or draft can no longer be read.
        OSError: a file cannot be written; what was not written still waits.
    """
    folder = policy.parent
    shown = [(one.line, one.at) for one in wanted]
    with _alone(folder):
        lines, document = read(folder), load(policy)
        now = tuple(one for one in still_waiting(folder, document) if (one.line, one.at) in shown)
        if now:
            _note(folder / NAME, now, by, at)
            gone = [one.line for one in now]
            left = tuple(line for line in lines if line not in gone)
            # What is left may be lines that a person edited: with nothing that waits the draft is over.
            write(folder, left if waiting(left, document, _places(folder)) else ())
    return now


def _note(path: Path, accepted: Sequence[Waiting], by: str, at: datetime) -> None:
    """Append who accepted what. A last line that was cut short once stays a line of its own."""
    told = [
        {
            "at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "by": by,
            **one.line.model_dump(mode="json"),
            "path": one.path,
        }
        for one in accepted
    ]
    with path.open("a+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 1, 0))
        first = b"\n" if file.read(1) not in (b"", b"\n") else b""
        file.write(first + b"".join(json.dumps(one).encode() + b"\n" for one in told))
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else accepts lines of this folder meanwhile: the lines that they accept would wait again."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)

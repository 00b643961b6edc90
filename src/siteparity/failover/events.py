"""The journal of drills: ``drills.jsonl`` in the reports folder, one line for each thing that happened.

A drill is followed, interrupted and taken up again by several processes, and nothing of it may be lost. So a
line is appended in one write and flushed, under a lock, and no line is ever changed. A line that cannot be
read proves nothing; whoever reads the journal tells of it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, Field, TypeAdapter

from siteparity.failover.answers import Alarm, Seen
from siteparity.failover.document import Mode
from siteparity.model import ConfigurationError, Frozen, SiteparityError
from siteparity.redaction import redacted_within
from siteparity.yamlfile import shown_path

NAME = "drills.jsonl"
_MOST_BYTES = 64 * 1024 * 1024


class _Line(Frozen):
    """What all lines have in common."""

    schema_version: Literal[1] = 1
    drill: str
    """The id of the drill."""
    at: AwareDatetime


class Begun(_Line):
    """A drill, or a real failover, began."""

    event: Literal["begun"] = "begun"
    mode: Mode
    old: str
    new: str
    digest: str
    """Of the plan and the hosts (`siteparity.failover.runbook.digest_of`)."""
    by: str
    """Who began it."""
    timeline: int | None = None
    """The newest timeline that a database of both sites was on then; null if it is not known."""
    followed: int | None = None
    """The timeline that the databases of the new site followed then; null if it is not known, or several."""
    ttl_seconds: Annotated[int, Field(ge=0)] | None = None
    """For how long a resolver might keep where customers were led; null if it is not known."""


class Resumed(_Line):
    """It is watched again; nobody looked before."""

    event: Literal["resumed"] = "resumed"


class Looked(_Line):
    """A look answered a question otherwise than the look before."""

    event: Literal["looked"] = "looked"
    question: str
    """`siteparity.failover.answers.Question.key`."""
    seen: Seen
    words: str = ""
    before: AwareDatetime | None = None
    """When the last look was that still had the other answer; null if none is known."""


class Proven(_Line):
    """A step is done."""

    event: Literal["proven"] = "proven"
    step: str
    ready_at: AwareDatetime
    """When the steps before it were done."""
    late_seconds: float = 0.0
    """By how much it took longer than the plan allows."""
    out_of_order: bool = False
    """Whether it was made before the steps that it must wait for were done."""
    said: tuple[str, ...] = ()
    """The proofs that nobody measured: a person said so."""


class Said(_Line):
    """A person saw or decided something."""

    event: Literal["said"] = "said"
    step: str
    by: str
    words: str = ""


class Alarmed(_Line):
    """Something is as it must never be."""

    event: Literal["alarmed"] = "alarmed"
    alarm: Alarm
    about: str
    """The question that showed it."""
    words: str = ""


class Cleared(_Line):
    """It is no longer so."""

    event: Literal["cleared"] = "cleared"
    alarm: Alarm
    about: str


class Counted(_Line):
    """What may be lost, or is known to be, in seconds of orders."""

    event: Literal["counted"] = "counted"
    least_seconds: Annotated[float, Field(ge=0)]
    most_seconds: Annotated[float, Field(ge=0)]
    words: str = ""


class Ended(_Line):
    """The plan was followed to its end: both sites protect each other again."""

    event: Literal["ended"] = "ended"


Event: TypeAlias = Begun | Resumed | Looked | Proven | Said | Alarmed | Cleared | Counted | Ended
_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="event")])


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of all drills, as it was read."""

    events: tuple[Event, ...]
    damaged: tuple[str, ...] = ()
    """Each line that proves nothing: ``reports/drills.jsonl:12: expected ...``."""


def read(reports: Path) -> Journal:
    """The journal in a reports folder; an empty one if there is none yet.

    Raises:
        ConfigurationError: it is there and cannot be read.
    """
    path = reports / NAME
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return Journal(())
    except OSError as error:
        raise ConfigurationError(
            f"{shown_path(path)}: expected a file that can be read, found: {error.strerror}; check its owner"
        ) from None
    if len(data) > _MOST_BYTES:
        raise ConfigurationError(
            f"{shown_path(path)}: expected at most {_MOST_BYTES} bytes, found more; put old drills elsewhere"
        )
    return _read_lines(data, path)


def _read_lines(data: bytes, path: Path) -> Journal:
    events: list[Event] = []
    damaged: list[str] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line:
            continue
        try:
            events.append(_EVENT.validate_json(line))
        except ValueError:  # pydantic's errors are some
            damaged.append(
                f"{shown_path(path)}:{number}: expected a line as siteparity writes it, found a damaged one; "
                "it proves nothing"
            )
    return Journal(tuple(events), tuple(damaged))


def append(reports: Path, events: tuple[Event, ...]) -> None:
    """Add lines: all of them, or none.

    Raises:
        SiteparityError: they cannot be written, as on a full disk.
    """
    text = "".join(f"{_line_of(event)}\n" for event in events).encode()
    path = reports / NAME
    try:
        reports.mkdir(parents=True, exist_ok=True)
        with _alone(path) as file:
            _write(file, text)
    except OSError as error:
        raise SiteparityError(
            f"{shown_path(path)}: could not be written: {error.strerror or error}; make room, or give "
            "--reports another folder"
        ) from None


def _line_of(event: Event) -> str:
    """A line without secrets."""
    return json.dumps(redacted_within(event.model_dump(mode="json")))


@contextmanager
def _alone(path: Path) -> Iterator[int]:
    """The open file, which nobody else writes meanwhile."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _write(file: int, text: bytes) -> None:
    """Append a text as a whole. A line that a process did not finish writing stays one line, and damaged."""
    size = os.fstat(file).st_size
    cut = size > 0 and os.pread(file, 1, size - 1) != b"\n"
    whole = b"\n" * cut + text
    try:
        while whole:
            whole = whole[os.write(file, whole) :]
        os.fsync(file)
    except OSError:
        os.ftruncate(file, size)
        raise


def drill_id(at: datetime) -> str:
    """The id of a drill that begins now."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"

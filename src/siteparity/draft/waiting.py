r"""``draft.yml``: the lines of ``policy.yml`` that were drafted and that no person has accepted yet.

It stands beside ``policy.yml`` and belongs to the tool::

    # What this file is, in a few lines of comment.
    version: 1
    lines:
    - path: "applications.shop.units"
      digest: "5f0c..."
      seen: "shop.service listens on port 8000 (web1, web2)"
    - path: "aspects.tls.names.\"shop.example\".port"
      digest: "91ab..."
      seen: "nginx.conf, line 12; nothing listens there"
      asks: "Is this port meant to be served?"

``path``
    The place of the value in ``policy.yml``, as messages name places (`shown_key`): keys with dots between
    them, a key that holds a dot in quotes. It has at least one key and no index.
``digest``
    SHA-256 of the value (`digest`). Comments, the order of keys and the quotes of a text do not change it.
``seen``
    How and where it was seen, in words.
``asks``
    If only half of the evidence was there: the question that a person must answer. Else the key is missing.

A *line* is what a person accepts at one go: the smallest value that means something by itself, such as the
``units`` of one application, its ``role``, the ``names`` of ``aspects.tls``, or one journey with a few keys.
A list is always accepted as a whole: its items have no names, and one that a person puts before them would
make them other lines. No line lies within another one. The smaller the lines, the better: whoever edits a
value takes all of its line upon themselves.

A line waits while the value at its path has its digest. Once a person edits the value, or removes it, it is
theirs. A value that only moved, since a person renamed one of the keys above it, waits where it stands now.
``TODO`` is no line: it keeps any answer from being GO by itself (`siteparity.policy.todo`).

To draft a policy, take the digests from its document as `siteparity.yamlfile.load` reads it, with `drafted`.
Write ``draft.yml`` *before* ``policy.yml``: whatever stops in between, no policy is there without its draft.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from siteparity.model import Frozen
from siteparity.whole_files import write_atomically
from siteparity.yamlfile import Document, KeyPath, fail, key_path, load, printable, shown_key, validate

NAME = "draft.yml"
"""Beside ``policy.yml``."""
HEADER = """\
# The lines of policy.yml that siteparity drafted and that no person has accepted yet. While one of them
# waits, no answer is GO. "siteparity confirm" shows them, cheapest first, and "siteparity confirm PATH --by
# NAME" accepts them. A line that you edit in policy.yml is yours: it no longer waits. This file belongs to
# siteparity; whoever removes it accepts all of it.
"""
_LONGEST = 400
"""Characters of a text that are kept."""


def _place(text: str) -> str:
    if any(isinstance(step, int) for step in key_path(text)):
        raise ValueError(f"expected a path of keys, found {text} with an index; name the whole list")
    return text


class Line(Frozen):
    """A drafted value that no person has accepted yet."""

    path: Annotated[str, AfterValidator(_place)]
    """Its place in ``policy.yml``, as messages name places."""
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Of the value as it was drafted."""
    seen: str
    """How and where it was seen."""
    asks: str = ""
    """The question that a person must answer, if only half of the evidence was there."""

    @property
    def at(self) -> KeyPath:
        """Its place in ``policy.yml``, step by step."""
        return key_path(self.path)


class _File(Frozen):
    """The whole file."""

    version: Literal[1]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line that waits for a person."""

    line: Line
    at: KeyPath
    """Where the value stands in ``policy.yml`` now."""
    number: int
    """Of the line of ``policy.yml`` on which it stands."""
    place: str
    """The same as messages name it: ``inventories/policy.yml:12``."""
    value: object
    """As `siteparity.yamlfile.load` reads it."""

    @property
    def path(self) -> str:
        """Where the value stands now, as messages name places."""
        return shown_key(self.at)


def draft_path(inventories: Path) -> Path:
    """Where the draft of a folder of inventories is kept."""
    return inventories / NAME


def digest(value: object) -> str:
    """SHA-256 of a value of a YAML file: the order of keys does not change it; the order of a list does."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def drafted(document: Document, at: KeyPath, seen: str, asks: str = "") -> Line:
    """The line for a value of a policy that has just been drafted.

    Raises:
        KeyError: the policy has no such value.
    """
    value = dict(_values(document.value, ()))[at]
    return Line(path=shown_key(at), digest=digest(value), seen=seen, asks=asks)


def read(inventories: Path) -> tuple[Line, ...]:
    """The lines of ``draft.yml``; none if there is no such file.

    Raises:
        ConfigurationError: it cannot be read, or is no such file.
    """
    path = draft_path(inventories)
    if not os.path.lexists(path):
        return ()
    document = load(path)
    lines = validate(document, _File).lines
    places = sorted((line.at, number) for number, line in enumerate(lines))
    for (outer, _), (inner, number) in pairwise(places):
        if inner[: len(outer)] == outer:
            once = (
                f"lines[{number}].path: expected each value once, found {shown_key(outer)} around it or twice"
            )
            fail(f"{once}; remove one of the lines", path, document.line(("lines", number, "path")))
    return lines


def write(inventories: Path, lines: Sequence[Line]) -> None:
    """Write ``draft.yml``, whole or not at all; without lines, remove it. No other file is touched.

    Raises:
        OSError: it cannot be written.
    """
    if lines:
        write_atomically(draft_path(inventories), text(lines).encode())
    else:
        draft_path(inventories).unlink(missing_ok=True)


def text(lines: Sequence[Line]) -> str:
    """``draft.yml`` as it is written."""
    return "".join([HEADER, "version: 1\n", "lines:\n" if lines else "lines: []\n", *map(_written, lines)])


def waiting(
    lines: Iterable[Line], document: Document, accepted: Collection[KeyPath] = ()
) -> tuple[Waiting, ...]:
    """The lines that still wait for a person, the cheapest question first.

    First what was seen twice, a short value before a long one; then what a person must answer.

    Args:
        lines: of ``draft.yml``.
        document: ``policy.yml`` as `siteparity.yamlfile.load` reads it, with every ``TODO``.
        accepted: the places of lines that a person has accepted.
    """
    lines = tuple(lines)
    values = dict(_values(document.value, ()))
    known = {line.at for line in lines} | set(accepted)
    found = [
        Waiting(line, at, document.line(at), document.where(at), values[at])
        for line in lines
        for at in ([line.at] if line.at in values else _moved(line.at, values, known))
        if digest(values[at]) == line.digest
    ]
    return tuple(sorted(found, key=_cost))


def _cost(one: Waiting) -> tuple[bool, int, int, str]:
    return bool(one.line.asks), _size(one.value), one.number, one.path


def _size(value: object) -> int:
    """How many single values a person has to read."""
    if isinstance(value, dict | list):
        return sum(map(_size, value.values() if isinstance(value, dict) else value))
    return 1


def _moved(at: KeyPath, values: Mapping[KeyPath, object], known: Collection[KeyPath]) -> Iterator[KeyPath]:
    """Where a value may stand now that is no longer at its place: one key above it has another name.

    Not where the other name is known: that is another thing, with lines of its own, waiting or accepted.
    """
    gone = next(length for length in range(1, len(at) + 1) if at[:length] not in values)
    before, after = at[: gone - 1], at[gone:]
    if not after:
        return
    for new in values:
        is_beside = len(new) == gone and new[:-1] == before
        if is_beside and not any(one[:gone] == new for one in known) and (*new, *after) in values:
            yield (*new, *after)


def _values(value: object, at: KeyPath) -> Iterator[tuple[KeyPath, object]]:
    """Each value below the keys of a file, with its place; nothing within a list."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*at, key), inner
            yield from _values(inner, (*at, key))


def _written(line: Line) -> str:
    keys = {"path": line.path, "digest": line.digest, "seen": _kept(line.seen)}
    if line.asks:
        keys["asks"] = _kept(line.asks)
    return "".join(
        f"{'  ' if number else '- '}{key}: {json.dumps(value, ensure_ascii=False)}\n"
        for number, (key, value) in enumerate(keys.items())
    )


def _kept(words: str) -> str:
    """A text on one line, in characters that the file can hold."""
    shown = printable(" ".join(words.split()))
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."

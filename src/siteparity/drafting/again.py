"""``siteparity init --again``: what appeared, vanished or changed since a draft, as a patch. Pure.

What a person decided is left alone: a value that was edited, a drafted line that was removed, a thing that
was declared absent, an application that got another name.
"""

from __future__ import annotations

import copy
import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siteparity.draft.waiting import digest
from siteparity.drafting.lines import Draft
from siteparity.drafting.writing import flow, scalar
from siteparity.policy.decisions import covered
from siteparity.policy.todo import APPLICATIONS
from siteparity.report.visible import visible
from siteparity.yamlfile import Document, KeyPath, shown_path


@dataclass(frozen=True, slots=True)
class Change:
    """One line that the draft of today has otherwise."""

    kind: str
    """``appeared``, ``changed`` or ``vanished``."""
    at: KeyPath
    value: object = None
    seen: str = ""


def changes(
    existing: Document,
    known: Mapping[KeyPath, Collection[str]],
    today: Document,
    draft: Draft,
    aspects: Collection[str],
) -> tuple[Change, ...]:
    """What changed.

    Args:
        existing: the policy.
        known: place in it -> digests of the values that were ever drafted there, waiting or accepted.
        today: the policy as it would be drafted now.
        draft: its lines.
        aspects: the names of all aspects.
    """
    of_today, of_file = _values(today.value), _values(existing.value)
    renamed = _renamed(existing.value, today.value)
    absent = [
        at for name in _part(existing.value, "absent") for at in (*covered(name, aspects), ("aspects", name))
    ]
    found: list[Change] = []
    drafted: set[KeyPath] = set()
    for line in draft.lines:
        if not line.waits:
            continue
        own = tuple(map(str, line.at))
        at = _as_named(own, renamed)
        drafted.add(at)
        value = of_today[own]
        if at in of_file:
            before = digest(of_file[at])
            if before != digest(value) and before in known.get(at, ()):
                found.append(Change("changed", at, value, line.seen))
        elif not (at in known or _is_decided(at, of_file) or any(at[: len(one)] == one for one in absent)):
            found.append(Change("appeared", at, value, line.seen))
    found += [
        Change("vanished", at)
        for at, digests in known.items()
        if at in of_file and at not in drafted and digest(of_file[at]) in digests
    ]
    return tuple(found)


def _values(value: object, at: KeyPath = ()) -> dict[KeyPath, object]:
    if not isinstance(value, dict):
        return {}
    found: dict[KeyPath, object] = {}
    for key, inner in value.items():
        found[*at, key] = inner
        found |= _values(inner, (*at, key))
    return found


def _part(value: object, key: str) -> Mapping[str, Any]:
    part = value.get(key) if isinstance(value, dict) else None
    return part if isinstance(part, dict) else {}


def _is_decided(at: KeyPath, of_file: Mapping[KeyPath, object]) -> bool:
    """Whether a person wrote something else around a place, such as a TODO or a list."""
    around = [at[:length] for length in range(1, len(at)) if at[:length] in of_file]
    return any(not isinstance(of_file[one], dict) for one in around)


def _renamed(existing: object, today: object) -> Mapping[str, str]:
    """Name of an application today -> its name in the file, if that is another one of the same services."""
    of_file, of_today = _part(existing, APPLICATIONS), _part(today, APPLICATIONS)
    found = {}
    for name, one in of_today.items():
        if name in of_file or not isinstance(one, dict):
            continue
        same = [
            other
            for other, there in of_file.items()
            if isinstance(there, dict)
            and other not in of_today
            and there.get("role") == one.get("role")
            and {*map(str, there.get("units") or ())} & {*map(str, one.get("units") or ())}
        ]
        if len(same) == 1:
            found[name] = same[0]
    return found


def _as_named(at: KeyPath, renamed: Mapping[str, str]) -> KeyPath:
    if at[0] == APPLICATIONS and len(at) > 1:
        return (at[0], renamed.get(str(at[1]), at[1]), *at[2:])
    return at


def patch(existing: Document, found: Sequence[Change]) -> str:
    """The changes as a unified diff of the policy; empty if there are none."""
    edits = _Edits(existing, found)
    before = existing.text.splitlines(keepends=True)
    after = edits.applied()
    name = shown_path(existing.path)
    return "".join(difflib.unified_diff(before, after, f"{name}", f"{name} (as drafted now)"))


class _Edits:
    """Changes of whole lines of a file. A change within a line makes the line new, with all that it holds."""

    def __init__(self, existing: Document, found: Sequence[Change]) -> None:
        self.document = existing
        self.lines = existing.text.splitlines(keepends=True)
        if self.lines and not self.lines[-1].endswith("\n"):
            self.lines[-1] += "\n"
        self.value: Any = copy.deepcopy(existing.value)
        self.seen = {one.at: one.seen for one in found}
        self.places: dict[KeyPath, str] = {}
        for one in found:
            self._apply(one)

    def _apply(self, change: Change) -> None:
        here = self.value
        for step in change.at[:-1]:
            here = here.setdefault(step, {})
        if change.kind == "vanished":
            here.pop(change.at[-1], None)
        else:
            here[change.at[-1]] = change.value
        at = self._own_line(change.at)
        self.places.setdefault(at, change.kind)

    def _own_line(self, at: KeyPath) -> KeyPath:
        """The place, or the nearest one around it, that has a line of its own or can get one."""
        for length in range(len(at), 0, -1):
            place, around = at[:length], at[: length - 1]
            if self._is_on_its_line(place) or (place not in self.document.lines and self._is_block(around)):
                return place
        return at[:1]

    def _is_on_its_line(self, at: KeyPath) -> bool:
        if at not in self.document.lines:
            return False
        text = self.lines[self.document.lines[at] - 1]
        key = re.escape(str(at[-1]))
        return re.match(rf"\s*(?:{key}|\"{key}\"|'{key}'|{re.escape(scalar(at[-1]))})\s*:", text) is not None

    def _is_block(self, at: KeyPath) -> bool:
        """Whether the keys below a place stand on lines of their own."""
        if not at:
            return True
        below = [one for one in self.document.lines if one[: len(at)] == at and len(one) == len(at) + 1]
        return bool(below) and all(map(self._is_on_its_line, below)) and self._is_on_its_line(at)

    def applied(self) -> list[str]:
        """The lines of the file after all changes."""
        outer = [
            at for at in self.places if not any(at[: len(one)] == one and at != one for one in self.places)
        ]
        edits = sorted((self._edit(at) for at in outer), key=lambda one: one[0], reverse=True)
        lines = list(self.lines)
        for start, end, new in edits:
            lines[start:end] = new
        return lines

    def _edit(self, at: KeyPath) -> tuple[int, int, list[str]]:
        """Which lines to replace, from and to, and by what."""
        value = self.value
        for step in at:
            value = value.get(step) if isinstance(value, dict) else None
        gone = value is None or (value == {} and self.places[at] == "vanished")
        if at in self.document.lines:
            start = self.document.lines[at] - 1
            end = self._end(start)
            return start, end, [] if gone else [self._text(at, value, self._indent(start))]
        around = at[:-1]
        if not around:
            return len(self.lines), len(self.lines), [self._text(at, value, "")]
        first = min(line for one, line in self.document.lines.items() if one[:-1] == around)
        last = max(line for one, line in self.document.lines.items() if one[: len(around)] == around)
        end = self._end(last - 1)
        return end, end, [self._text(at, value, self._indent(first - 1))]

    def _text(self, at: KeyPath, value: object, indent: str) -> str:
        seen = "; ".join(
            dict.fromkeys(words for one, words in self.seen.items() if one[: len(at)] == at and words)
        )
        comment = f" # seen: {visible(seen)}" if seen else ""
        return f"{indent}{scalar(at[-1])}: {flow(value)}{comment}\n"

    def _indent(self, number: int) -> str:
        return re.match(r"\s*", self.lines[number])[0]  # type: ignore[index]  # it matches anything

    def _end(self, start: int) -> int:
        """The line after the last one that belongs to the key of a line."""
        own = len(self._indent(start))
        end = start + 1
        for number in range(start + 1, len(self.lines)):
            text = self.lines[number]
            if not text.strip() or text.lstrip().startswith("#"):
                continue
            if len(self._indent(number)) <= own and not text.lstrip().startswith("- "):
                break
            end = number + 1
        return end


def told(found: Iterable[Change]) -> Iterator[str]:
    """``1 line appeared, 2 changed``."""
    kinds = [one.kind for one in found]
    for kind in ("appeared", "changed", "vanished"):
        if number := kinds.count(kind):
            yield f"{number} {kind}"

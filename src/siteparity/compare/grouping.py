"""Differences grouped by cause, or else by the thing that they are about. Pure.

A package leads before its files and units; a check that brings others down leads before what they found; what
is told of one file, unit or account stands together. The rest stays with its aspect.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from siteparity.compare.comparison import Difference, Group
from siteparity.compare.owners import is_of
from siteparity.plan.checks import CheckSource
from siteparity.probes import PACKAGE, Probes
from siteparity.report.words import title

_KINDS = "service|socket|timer|path|mount|automount|swap|target|slice|scope|device"
_PATH = re.compile(r"(/.*?)(?=: | \(| \[|$)", re.DOTALL)
_UNIT_FILE = re.compile(rf"/.*/systemd/(?:system|user)/(?:[^/]+/)?([^/]+\.(?:{_KINDS}))(?:\.d(?:/.*)?)?")
_UNIT = re.compile(rf"([A-Za-z0-9:_.@\\-]+\.(?:{_KINDS}))(?=$|[ :])")
_ACCOUNT = re.compile(r"(?:user|group) (\S+)")
_FOLDERS_OF_UNITS = ("/usr/lib/systemd/system", "/etc/systemd/system")

FILE, UNIT, ACCOUNT, ITEM = "file", "unit", "account", "item"
Leads = Mapping[tuple[str, str], Collection[tuple[str, str]]]
"""Aspect and table -> the tables whose differences follow from one in it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a difference is about."""

    kind: str
    name: str
    aspect: str = ""
    """Of an item that no other aspect can be about."""

    @property
    def title(self) -> str:
        """As a heading."""
        return self.name if self.kind in (FILE, ITEM) else f"{self.kind} {self.name}"

    @property
    def files(self) -> tuple[str, ...]:
        """The files by which the package that brought it is found."""
        if self.kind == FILE:
            return (self.name,)
        if self.kind != UNIT:
            return ()
        template = re.sub(r"@[^.]*\.", "@.", self.name)
        return tuple(
            f"{folder}/{name}"
            for folder in _FOLDERS_OF_UNITS
            for name in dict.fromkeys([self.name, template])
        )


def subject(difference: Difference, probes: Probes) -> Subject:
    """What a difference is about, by its item."""
    item, reading = difference.item, probes[difference.aspect].readings()[difference.table]
    if found := _UNIT_FILE.match(item):
        return Subject(UNIT, found[1])
    if item.startswith("/") and (found := _PATH.match(item)):
        return Subject(FILE, found[1])
    if reading.about == PACKAGE:
        return Subject(PACKAGE, item)
    if found := _UNIT.match(item):
        return Subject(UNIT, found[1])
    if found := _ACCOUNT.fullmatch(item):
        return Subject(ACCOUNT, found[1])
    return Subject(ITEM, item, difference.aspect)


def files(differences: Sequence[Difference], probes: Probes) -> tuple[str, ...]:
    """The files whose packages matter: none if no package differs."""
    subjects = dict.fromkeys(subject(one, probes) for one in differences)
    if not any(one.kind == PACKAGE for one in subjects):
        return ()
    return tuple(dict.fromkeys(file for one in subjects for file in one.files))


def leads(sources: Sequence[CheckSource], probes: Probes) -> Leads:
    """Which tables follow from which, as the checks of both declare it."""
    by_name: dict[str, set[tuple[str, str]]] = {
        aspect: {(aspect, table) for table in probe.readings()} for aspect, probe in probes.items()
    }
    parity = [source for source in sources if source.kind == "parity"]
    for source in parity:
        by_name[source.name] = {(source.aspect, table) for table in source.tables}
    return {
        (source.aspect, table): {
            led for name in source.leads_to for led in by_name.get(name, ()) if led[1] not in source.tables
        }
        for source in parity
        if source.leads_to
        for table in source.tables
    }


@dataclass(slots=True)
class _Gathered:
    """The differences of one subject, and those that follow from it."""

    own: list[Difference] = field(default_factory=list)
    following: list[Difference] = field(default_factory=list)

    def all(self) -> tuple[Difference, ...]:
        return (*self.own, *self.following)


def grouped(
    differences: Sequence[Difference], owners: Mapping[str, str], leading: Leads, probes: Probes
) -> tuple[Group, ...]:
    """All differences in groups: causes first, then whatever has several differences, then by aspect.

    Args:
        differences: in the order of aspects and tables.
        owners: file -> the package that brought it.
        leading: which tables follow from which.
        probes: every probe.
    """
    gathered: dict[Subject, _Gathered] = {}
    leaders = {(one.aspect, one.table): subject(one, probes) for one in reversed(differences)}
    for one in differences:
        about = subject(one, probes)
        root = _leader(one, leaders, leading)
        if root is not None and root != about:
            gathered.setdefault(root, _Gathered()).following.append(one)
        else:
            gathered.setdefault(about, _Gathered()).own.append(one)
    _follow_packages(gathered, owners)
    return tuple(_ordered(gathered))


def _leader(one: Difference, leaders: Mapping[tuple[str, str], Subject], leading: Leads) -> Subject | None:
    """What the first difference is about of a table that this one follows from."""
    at = (one.aspect, one.table)
    return next((about for table, about in leaders.items() if at in leading.get(table, ())), None)


def _follow_packages(gathered: dict[Subject, _Gathered], owners: Mapping[str, str]) -> None:
    """Move what is about a file of a package that differs to that package."""
    packages = [one for one in gathered if one.kind == PACKAGE]
    by_owner: dict[str, Subject | None] = {}
    for about in [one for one in gathered if one.files]:
        owner = next((owners[file] for file in about.files if file in owners), None)
        if owner is None:
            continue
        if owner not in by_owner:
            by_owner[owner] = next((one for one in packages if is_of(one.name, owner)), None)
        package = by_owner[owner]
        if package is not None:
            gathered[package].following += gathered.pop(about).all()


def _ordered(gathered: Mapping[Subject, _Gathered]) -> Iterator[Group]:
    causes = [(about, found) for about, found in gathered.items() if len(found.all()) > 1]
    for about, found in sorted(causes, key=lambda one: (one[0].kind != PACKAGE, -len(one[1].all()))):
        number = len(found.following)
        note = f"{number} of these {'follows' if number == 1 else 'follow'} from it" if number else ""
        yield Group(about.title, found.all(), note)
    alone: dict[str, list[Difference]] = {}
    for found in gathered.values():
        if len(found.all()) == 1:
            (one,) = found.all()
            alone.setdefault(one.aspect, []).append(one)
    for aspect, some in alone.items():
        yield Group(title(aspect), tuple(some))

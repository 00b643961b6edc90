"""The rules: pure functions from the facts of two cohorts to a judgement.

A cohort is the hosts of one role at one site. A rule groups the hosts by the value that they have for an
item, so the sites may have different numbers of hosts. A table that was not measured equals nothing: it is a
finding of its own. A rule that compared nothing never says "same".
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from siteparity.judging import naming, wording
from siteparity.judging.wording import shown
from siteparity.model import Finding, FindingKind, Group, Judgement, Table, Unmeasured, Value
from siteparity.names import OwnNames

At: TypeAlias = Literal["both", "primary", "standby"]


@dataclass(frozen=True, slots=True)
class Cohort:
    """The hosts of a role at one site, each with one of its tables."""

    names: OwnNames
    tables: Mapping[str, Table | Unmeasured]
    """Host -> table."""

    @property
    def site(self) -> str:
        """The site's name."""
        return self.names.site.name

    def measured(self) -> Mapping[str, Table]:
        """The hosts whose table could be read."""
        return {host: table for host, table in self.tables.items() if not isinstance(table, Unmeasured)}

    def groups(self, item: str) -> tuple[Group, ...]:
        """The hosts by their value for an item, in the order of their names; None for hosts that lack it."""
        hosts_of: dict[tuple[str, Value | None], list[str]] = {}
        for host, table in self.measured().items():
            value = table.get(item)
            hosts_of.setdefault((_type_of(value), value), []).append(host)
        groups = [Group(value=value, hosts=tuple(sorted(hosts))) for (_, value), hosts in hosts_of.items()]
        return tuple(sorted(groups, key=lambda group: group.hosts))


@dataclass(frozen=True, slots=True)
class Pair:
    """The cohorts of both sites for one table."""

    primary: Cohort
    standby: Cohort
    table: str
    names_both_sites: bool = False
    """Its items name hosts of the other site on purpose."""

    def sides(self, at: At = "both") -> tuple[Cohort, ...]:
        """The cohorts that a rule judges."""
        return {"both": (self.primary, self.standby), "primary": (self.primary,), "standby": (self.standby,)}[
            at
        ]


def same(pair: Pair, *, fix: str) -> Judgement:
    """Every host of both sites has the same value for every item, apart from its own site's names."""
    unmeasured = _unmeasured(pair, "both")
    primary, standby = (naming.Side(side.names, side.measured()) for side in pair.sides())
    if not (primary.tables and standby.tables):
        return Judgement(unmeasured, 0)
    found = naming.compare(primary, standby, both=pair.names_both_sites)
    told = Pair(Cohort(primary.names, found.primary), Cohort(standby.names, found.standby), pair.table)
    return Judgement((*(_difference(told, item, fix) for item in found.uneven), *unmeasured), found.items)


def everywhere(pair: Pair, *, one_of: Sequence[Value], at: At = "both", fix: str) -> Judgement:
    """On each host, every item has one of the expected values. An empty table proves nothing."""

    def holds(_: Cohort, value: Value) -> bool:
        return any(alike(value, wanted) for wanted in one_of)

    return _expect(pair, holds, " or ".join(shown(value) for value in one_of), at, fix)


def own_site(pair: Pair, *, whose: Literal["own", "primary"] = "own", at: At = "both", fix: str) -> Judgement:
    """On each host, every value is an address or a name inside the host's own site, or inside the primary."""

    def holds(side: Cohort, value: Value) -> bool:
        site = side if whose == "own" else pair.primary
        return isinstance(value, str) and site.names.owns(value)

    expected = "a place inside its own site" if whose == "own" else f"a place inside {pair.primary.site}"
    return _expect(pair, holds, expected, at, fix)


def within(pair: Pair, *, limit: float, at: At = "both", fix: str) -> Judgement:
    """On each host, every value is a number between zero and the limit."""

    def holds(_: Cohort, value: Value) -> bool:
        return not isinstance(value, bool | str) and 0 <= value <= limit

    return _expect(pair, holds, f"at most {shown(limit)}", at, fix)


def near(pair: Pair, *, percent: float, fix: str) -> Judgement:
    """The numbers that all hosts of both sites have for an item are close to each other.

    Args:
        pair: both cohorts.
        percent: how far apart the smallest and the largest may be, in per cent of the one with the larger
            amount.
        fix: what an engineer can do.
    """
    unmeasured = (*_unmeasured(pair, "both"), *_empty(pair, "both"))
    tables = [table for side in pair.sides() for table in side.measured().values()]
    items = sorted({item for table in tables for item in table})
    if not all(side.measured() for side in pair.sides()):
        return Judgement(unmeasured, 0)
    findings = [
        _finding(pair, item, FindingKind.DIFFERENT, f"expected at most {percent:g} % apart", fix)
        for item in items
        if not _are_near([table.get(item) for table in tables], percent)
    ]
    return Judgement((*findings, *unmeasured), len(items))


def _are_near(values: Sequence[Value | None], percent: float) -> bool:
    numbers = [float(value) for value in values if not isinstance(value, bool | str | None)]
    if len(numbers) < len(values):
        return False
    return max(numbers) - min(numbers) <= max(map(abs, numbers)) * percent / 100


def only_at_primary(pair: Pair, *, equals: Value, elsewhere: Value | None = None, fix: str) -> Judgement:
    """Every item has the value on every host of the primary, and on no host of the standby.

    Args:
        pair: both cohorts.
        equals: the value at the primary.
        elsewhere: the one value that is right at the standby; any other than the primary's if None.
        fix: what an engineer can do.
    """

    def holds(side: Cohort, value: Value) -> bool:
        if side.site == pair.primary.site:
            return alike(value, equals)
        return not alike(value, equals) if elsewhere is None else alike(value, elsewhere)

    there = "nowhere else" if elsewhere is None else f"{shown(elsewhere)} at {pair.standby.site}"
    return _expect(pair, holds, f"{shown(equals)} at {pair.primary.site} and {there}", "both", fix)


def at_least(  # noqa: PLR0913  # each by its name
    pair: Pair,
    *,
    over: Literal["host", "role"] = "host",
    percent: float = 100,
    needed: Mapping[str, float] | None = None,
    suffices: Mapping[str, float] = MappingProxyType({}),
    fix: str,
) -> Judgement:
    """The standby has at least as much as the primary: its weakest host against the strongest, or in total.

    A host of the standby that lacks the item is its weakest host. Less than the primary has is a note and no
    finding if it suffices.

    Args:
        pair: both cohorts.
        over: compare single hosts, or the sums over all hosts.
        percent: how much of the primary's amount is enough, for amounts that are never exactly equal.
        needed: item -> the amount that is needed, in place of the primary's.
        suffices: item -> the amount that is enough, whatever the primary has; of no use beside `needed`.
        fix: what an engineer can do.
    """
    at: At = "both" if needed is None else "standby"
    unmeasured = (*_unmeasured(pair, at), *_empty(pair, at))
    primary, standby = pair.primary.measured(), pair.standby.measured()
    if not standby or (needed is None and not primary):
        return Judgement(unmeasured, 0)
    if over == "role" and len(standby) < len(pair.standby.tables):
        return Judgement(unmeasured, 0)  # a sum that lacks a host proves nothing
    fold: tuple[Callable[[Iterable[float]], float], Callable[[Iterable[float]], float]] = (
        (sum, sum) if over == "role" else (max, min)
    )
    wanted: Mapping[str, float | None] = needed or {
        item: fold[0](numbers) * percent / 100 if (numbers := _numbers(primary, item)) else None
        for item in sorted({item for table in primary.values() for item in table})
    }
    plenty = suffices if needed is None else {}
    findings: list[Finding] = []
    notes: list[str] = []
    for item, enough in wanted.items():
        numbers = _numbers(standby, item)
        lacking = over == "host" and any(item not in table for table in standby.values())
        had = None if lacking or numbers is None else fold[1](numbers)
        if had is None or enough is None or had < min(enough, plenty.get(item, enough)):
            expected = _enough(pair, enough if needed else None, percent, over)
            findings.append(_finding(pair, item, FindingKind.EXPECTATION, f"expected {expected}", fix))
        elif had < enough:
            most = fold[0](_numbers(primary, item) or [])
            notes.append(_less(pair, item, (had, most, plenty[item]), over))
    return Judgement((*findings, *unmeasured), len(wanted), tuple(notes))


def _less(pair: Pair, item: str, amounts: tuple[float, float, float], over: Literal["host", "role"]) -> str:
    """The standby has less than the primary, and enough."""
    had, most, enough = (shown(int(one) if one.is_integer() else one) for one in map(float, amounts))
    total = " in total" if over == "role" else ""
    both = f"{pair.standby.site} has {had}{total}, {pair.primary.site} {most}"
    return f"{item}: {both}; {enough} is enough by the policy"


def _enough(pair: Pair, needed: float | None, percent: float, over: Literal["host", "role"]) -> str:
    share = "" if percent == 100 else f"{percent:g} % of "  # noqa: PLR2004  # 100 % is not worth a word
    what = f"{share}what {pair.primary.site} has" if needed is None else shown(needed)
    return f"at least {what}" + (" in total" if over == "role" else "")


def _numbers(tables: Mapping[str, Table], item: str) -> list[float] | None:
    """The item's numbers at the hosts that have it; None if there are none, or one is not a number."""
    values = [table[item] for table in tables.values() if item in table]
    numbers = [float(value) for value in values if not isinstance(value, bool | str)]
    return numbers if numbers and len(numbers) == len(values) else None


def _expect(pair: Pair, holds: Callable[[Cohort, Value], bool], expected: str, at: At, fix: str) -> Judgement:
    """Judge every value by itself. An item that breaks the rule on any host is one finding."""
    sides = pair.sides(at)
    broken: dict[str, list[str]] = {}
    for side in sides:
        known: dict[int, list[str]] = {}
        for host, table in sorted(side.measured().items()):
            if id(table) not in known:  # hosts that answered the same share one
                known[id(table)] = [item for item, value in table.items() if not holds(side, value)]
            for item in known[id(table)]:
                broken.setdefault(item, []).append(f"{side.site}/{host}")
    findings = [
        _finding(pair, item, FindingKind.EXPECTATION, f"expected {expected}", fix, tuple(hosts))
        for item, hosts in sorted(broken.items())
    ]
    compared = sum(len(table) for side in sides for table in side.measured().values())
    return Judgement((*findings, *_unmeasured(pair, at), *_empty(pair, at)), compared)


def _difference(pair: Pair, item: str, fix: str) -> Finding:
    primary, standby = pair.primary.groups(item), pair.standby.groups(item)
    if len(primary) > 1 or len(standby) > 1:
        kind = FindingKind.UNEVEN
    elif primary[0].value is None:
        kind = FindingKind.EXTRA
    elif standby[0].value is None:
        kind = FindingKind.MISSING
    else:
        kind = FindingKind.DIFFERENT
    return _finding(pair, item, kind, "", fix)


def _finding(  # noqa: PLR0913, PLR0917  # what a finding says
    pair: Pair, item: str, kind: FindingKind, expected: str, fix: str, where: tuple[str, ...] = ()
) -> Finding:
    primary, standby = pair.primary.groups(item), pair.standby.groups(item)
    finding = Finding(
        item=item,
        kind=kind,
        message="",
        fix=_filled(fix, item, primary, standby),
        primary=primary,
        standby=standby,
        where=where,
    )
    found = wording.found(finding, pair.primary.site, pair.standby.site)
    return finding.model_copy(update={"message": f"{found}; {expected}" if expected else found})


def _unmeasured(pair: Pair, at: At) -> tuple[Finding, ...]:
    """A finding for each host that was not measured, and for a site without hosts."""
    return tuple(
        _nothing(pair, side, (host,), f"{side.site}/{host}: {table.reason}")
        for side in pair.sides(at)
        for host, table in side.tables.items()
        if isinstance(table, Unmeasured)
    ) + tuple(
        _nothing(pair, side, (), f"{side.site} has no host to judge")
        for side in pair.sides(at)
        if not side.tables
    )


def _empty(pair: Pair, at: At) -> tuple[Finding, ...]:
    """A finding for each host whose table is empty."""
    return tuple(
        _nothing(pair, side, (host,), f"{side.site}/{host} gave no item of {pair.table} to judge")
        for side in pair.sides(at)
        for host, table in side.measured().items()
        if not table
    )


def _nothing(pair: Pair, side: Cohort, hosts: tuple[str, ...], message: str) -> Finding:
    group = (Group(value=None, hosts=hosts),) if hosts else ()
    at_primary = side is pair.primary
    return Finding(
        item=pair.table,
        kind=FindingKind.UNMEASURED,
        message=message,
        primary=group if at_primary else (),
        standby=() if at_primary else group,
    )


def _filled(fix: str, item: str, primary: tuple[Group, ...], standby: tuple[Group, ...]) -> str:
    """The fix with its places filled. Hosts wrote the values and people paste them: they are quoted."""
    fields = {
        "item": item,
        "primary": _one_value(primary),
        "standby": _one_value(standby),
    }
    # In one pass: a value that contains "{primary}" must not be filled again inside its quotes.
    return re.sub(r"\{(item|primary|standby)\}", lambda found: shlex.quote(fields[found[1]]), fix)


def _one_value(groups: tuple[Group, ...]) -> str:
    values = [group.value for group in groups if group.value is not None]
    return shown(values[0]) if values else ""


def alike(one: Value | None, other: Value | None) -> bool:
    """Equal in type and value: True is not 1, and 1 is not "1"."""
    return _type_of(one) == _type_of(other) and one == other


def _type_of(value: Value | None) -> str:
    return "number" if type(value) in (int, float) else type(value).__name__

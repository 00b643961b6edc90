"""A comparison for the terminal, and for programs. The last line is always the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from siteparity.compare.comparison import Comparison, Difference, Group, Outcome, Unread
from siteparity.redaction import redacted_within
from siteparity.report.visible import labels, shortened, visible
from siteparity.report.words import count

ROWS_A_GROUP = 20
NOTES = 5
VALUE_WIDTH = 96
TEXT_WIDTH = 300
_COLOURS = {
    Outcome.EQUAL: "\x1b[1;32m",
    Outcome.DIFFERENT: "\x1b[1;31m",
    Outcome.UNMEASURED: "\x1b[1;33m",
}
_BOLD, _RESET = "\x1b[1m", "\x1b[0m"


def heading(comparison: Comparison) -> str:
    """Who is compared: a line for each host."""
    sides = (comparison.first, comparison.second)
    width = max(len(visible(side.name)) for side in sides)
    told = [", ".join(filter(None, [side.system, side.rights])) for side in sides]
    return "\n".join(
        f"{visible(side.name):<{width}}  {visible(words)}".rstrip()
        for side, words in zip(sides, told, strict=True)
    )


def summary(comparison: Comparison, *, colour: bool = False, limit: int = ROWS_A_GROUP) -> str:
    """What differs, what could not be measured, what was not looked at, and the answer.

    Args:
        comparison: of two hosts.
        colour: whether to colour the text. It contains no other control sequences.
        limit: how many differences of one group are shown.
    """
    lines = [line for group in comparison.groups for line in _group(group, comparison, limit, colour=colour)]
    if comparison.unread:
        lines.append(_strong("not measured", colour=colour))
        lines += [line for one in comparison.unread for line in _unread(one)]
        lines.append("")
    if comparison.notes:
        lines += [f"alike, and worth a look: {_one_line(note)}" for note in comparison.notes[:NOTES]]
        if (more := len(comparison.notes) - NOTES) > 0:
            lines.append(f"alike, and worth a look: {more:,} more (see --html or --json)")
    if comparison.not_looked_at:
        lines.append(
            f"not looked at, since a policy must say what is meant: {', '.join(comparison.not_looked_at)}"
        )
    answer = answer_line(comparison)
    return "\n".join([*lines, f"{_COLOURS[comparison.outcome]}{answer}{_RESET}" if colour else answer])


def answer_line(comparison: Comparison) -> str:
    """``different  alpha and beta: 12 differences in 5 groups; 3 tables could not be measured``."""
    first, second = map(visible, comparison.names)
    return f"{comparison.outcome.value}  {first} and {second}: {_told(comparison)}"


def _told(comparison: Comparison) -> str:
    away = [host for one in comparison.unread if not one.tables for host in one.hosts]
    if away:
        return f"{' and '.join(map(visible, away))} could not be asked"
    number = comparison.tables_unread
    unread = f"; {count(number, 'table')} could not be measured" if number else ""
    if comparison.groups:
        groups = count(len(comparison.groups), "group")
        return f"{count(comparison.differences, 'difference')} in {groups}{unread}"
    aspects = count(len(comparison.aspects), "aspect")
    return f"no difference among {count(comparison.compared, 'item')} of {aspects}{unread}"


def _group(group: Group, comparison: Comparison, limit: int, *, colour: bool) -> Iterator[str]:
    number = len(group.differences)
    note = f" ({group.note})" if group.note else ""
    yield _strong(f"{_one_line(group.title)}: {count(number, 'difference')}{note}", colour=colour)
    for one in group.differences[:limit]:
        yield from _difference(one, comparison)
    if number > limit:
        yield f"  and {number - limit:,} more (see --html or --json)"
    yield ""


def _difference(one: Difference, comparison: Comparison) -> Iterator[str]:
    yield f"  - {_one_line(one.item)} ({one.aspect}: {one.table.replace('_', ' ')})"
    names = [_one_line(name) for name in comparison.names]
    width = max(map(len, names))
    for name, value in zip(names, labels([one.first, one.second], VALUE_WIDTH), strict=True):
        yield f"      {name:<{width}}  {value}"


def _unread(one: Unread) -> Iterator[str]:
    yield f"  - {' and '.join(map(_one_line, one.hosts))}: {_one_line(one.reason)}"
    if one.tables:
        yield f"      {tables_words(one)}"
    if one.advice:
        yield f"      {_one_line(one.advice)}"


def tables_words(one: Unread) -> str:
    """``accounts 7 tables, firewall 2 tables``."""
    return ", ".join(f"{aspect} {count(number, 'table')}" for aspect, number in one.tables.items())


def _strong(text: str, *, colour: bool) -> str:
    return f"{_BOLD}{text}{_RESET}" if colour else text


def _one_line(text: str) -> str:
    return shortened(visible(text), TEXT_WIDTH)


def as_json(comparison: Comparison) -> str:
    """The whole comparison, every difference included, without secrets."""
    told = {"outcome": comparison.outcome.value, **asdict(comparison)}
    told["measured_at"] = comparison.measured_at.isoformat()
    return json.dumps(redacted_within(told), indent=2)

"""Where the policy asks for less than usual: limits that are looser, and aspects that are warnings only."""

from __future__ import annotations

from collections.abc import Iterator

from siteparity.report.visible import shortened, visible
from siteparity.report.words import count
from siteparity.result import Result, SavedDowngrade, SavedLoosened

NAMED = 8
"""How many limits one line names; result.json holds all of them."""
TEXT_WIDTH = 300


def loosened_line(result: Result) -> str:
    """``2 limits are looser than the default: replication.max_distance 4GiB (16MiB), ...``; or empty."""
    if not result.loosened:
        return ""
    number = len(result.loosened)
    verb = "limit is" if number == 1 else "limits are"
    named = ", ".join(f"{_key(one)} {one.value} ({one.usual})" for one in result.loosened[:NAMED])
    more = f" and {number - NAMED} more" if number > NAMED else ""
    return _one_line(f"{number} {verb} looser than the default: {named}{more}")


def downgraded_lines(result: Result) -> Iterator[str]:
    """A line for each aspect or journey whose checks are warnings."""
    return map(downgraded_line, result.downgraded)


def downgraded_line(one: SavedDowngrade) -> str:
    """``dns: 12 checks are warnings by the policy: moves to a new provider``."""
    are = "check is a warning" if one.checks == 1 else "checks are warnings"
    return _one_line(f"{name_of(one)}: {one.checks} {are} by the policy: {one.reason}")


def name_of(one: SavedDowngrade) -> str:
    """``dns``, or ``dns.every_name_leads_to_the_primary`` for a check alone."""
    return f"{one.aspect}.{one.check}" if one.check else one.aspect


def downgraded_words(result: Result) -> str:
    """``; 1 aspect downgraded to warning: dns`` for the end of a GO; empty if there is none."""
    kinds = {"parity": "aspect", "smoke": "journey", "own": "file"}
    nouns = ["check" if one.check else kinds[one.kind] for one in result.downgraded]
    numbers = {noun: nouns.count(noun) for noun in ("aspect", "journey", "file", "check")}
    words = " and ".join(count(number, noun) for noun, number in numbers.items() if number)
    names = ", ".join(map(name_of, result.downgraded))
    return _one_line(f"; {words} downgraded to warning: {names}") if words else ""


def exceptions(result: Result) -> Iterator[str]:
    """Each looser limit with its reason, as one of the limits of the answer."""
    return map(_loosened, result.loosened)


def _loosened(one: SavedLoosened) -> str:
    reason = f" Its reason: {one.reason}" if one.reason else ""
    return _one_line(f"The policy allows {one.value} for {_key(one)}, where {one.usual} is usual.{reason}")


def _key(one: SavedLoosened) -> str:
    return f"{one.section}.{one.key}"


def _one_line(text: str) -> str:
    return shortened(visible(text), TEXT_WIDTH)

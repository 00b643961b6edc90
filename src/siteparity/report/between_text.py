"""What happened between two runs, for the terminal. The last line is the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from siteparity.model import Severity
from siteparity.report.between import Between, Known
from siteparity.report.failures import failure
from siteparity.report.text import verdict_line
from siteparity.report.visible import shortened, visible
from siteparity.report.words import count, span, title, utc
from siteparity.result import Result

SHOWN = 20
"""How many findings of a kind are shown; the others are counted."""
_WIDTH = 400


def text(it: Between) -> str:
    """The comparison for the terminal; its last line is the answer."""
    lines = [_run(it.before), _run(it.after), *_circumstances(it), ""]
    lines += _listed("appeared", it.appeared)
    lines += _listed("went", it.went)
    lines += _changed(it.changed)
    lines += _listed("not known whether it went, since the later run could not look everywhere", it.lost)
    lines += _named("made in the earlier run, could not be made in the later one", it.no_longer_made)
    lines += _named("planned only in the later run", it.planned)
    lines += _named("planned only in the earlier run", it.no_longer_planned)
    return "\n".join([*lines, answer(it)])


def answer(it: Between) -> str:
    """``different  2 findings appeared, 1 went, 0 changed; the verdict went from GO to NO-GO``."""
    numbers = (
        f"{count(len(it.appeared), 'finding')} appeared, {len(it.went):,} went, {len(it.changed):,} changed"
    )
    if it.lost:
        numbers += f", {len(it.lost):,} not known"
    one, other = it.before.verdict.value, it.after.verdict.value
    verdicts = f"the verdict stayed {one}" if one == other else f"the verdict went from {one} to {other}"
    return f"{'equal' if it.equal else 'different'}  {numbers}; {verdicts}"


def _run(result: Result) -> str:
    return f"{result.run}  {shortened(verdict_line(result), _WIDTH)}"


def _circumstances(it: Between) -> Iterator[str]:
    """What else was not the same, and may be the reason."""
    one, other = it.before, it.after
    yield f"{span(other.finished_at - one.finished_at)} between them, {utc(one.finished_at)} and later"
    if one.primary.site != other.primary.site:
        yield f"the sites changed places: {title(other.primary.site)} serves in the later run"
    if one.policy_digest != other.policy_digest:
        yield "the policy was changed between them"
    if one.inventory_digest != other.inventory_digest:
        yield "the inventories were changed between them"
    if one.tool_version != other.tool_version:
        yield f"siteparity {one.tool_version} made the earlier one, {other.tool_version} the later one"


def _listed(heading: str, found: Sequence[Known]) -> Iterator[str]:
    """The findings of a kind, below the sentence of their check."""
    if not found:
        return
    yield f"{heading}: {count(len(found), 'finding')}"
    said = ""
    for one in found[:SHOWN]:
        if (sentence := _sentence(one)) != said:
            yield f"  {sentence}"
            said = sentence
        yield f"    - {_line(one)}"
    yield from _more(len(found))


def _changed(pairs: Sequence[tuple[Known, Known]]) -> Iterator[str]:
    if not pairs:
        return
    yield f"changed: {count(len(pairs), 'finding')}"
    for one, other in pairs[:SHOWN]:
        yield f"  {_sentence(other)}"
        yield f"    - {_one_line(other.finding.item)}"
        yield f"      before  {_says(one)}"
        yield f"      after   {_says(other)}"
    yield from _more(len(pairs))


def _named(heading: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{heading}: {count(len(names), 'check')}"
        yield from (f"    - {_one_line(name)}" for name in names[:SHOWN])
        yield from _more(len(names))


def _more(number: int) -> Iterator[str]:
    if number > SHOWN:
        yield f"    and {number - SHOWN:,} more (see result.json)"
    yield ""


def _sentence(known: Known) -> str:
    """What is wrong, as the answer tells it, with its weight."""
    sites = (known.result.primary.site, known.result.standby.site)
    weight = "" if known.check.severity is Severity.BLOCKER else " (a warning)"
    return f"{_one_line(failure([known.check], *sites))} [{_one_line(known.check.role)}]{weight}"


def _line(known: Known) -> str:
    """The item, and what was found; most checks say the item themselves."""
    item, says = _one_line(known.finding.item), _says(known)
    return says if says.startswith(f"{item}:") else f"{item}: {says}"


def _says(known: Known) -> str:
    """What was found, and who accepts it."""
    finding = known.finding
    accepted = f" (accepted: {finding.waiver or finding.design})" if finding.accepted else ""
    return _one_line(f"{finding.message}{accepted}")


def _one_line(text: str) -> str:
    return shortened(visible(text), _WIDTH)

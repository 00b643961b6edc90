"""The answer for the terminal. Its last line is always the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from siteparity.judging.wording import NAMED, hosts, more
from siteparity.model import FindingKind, Group, Outcome, Verdict
from siteparity.report.accepted import design_lines, renewals, stanza, waivers_line
from siteparity.report.cards import description
from siteparity.report.data_age import age, is_by_record, possible_loss
from siteparity.report.exceptions import downgraded_lines, downgraded_words, loosened_line
from siteparity.report.failures import failure
from siteparity.report.groups import Promise, Seen, State, alike, causes_first, not_holding
from siteparity.report.limits import forgotten, hosts_in_no_role, not_applicable, told
from siteparity.report.shipped import at_the_end
from siteparity.report.states import absent_words, scope_lines
from siteparity.report.view import coverage
from siteparity.report.visible import UNMEASURED, labels, shortened, visible, whole_parts
from siteparity.report.words import count, utc
from siteparity.result import Result, SavedCause

FINDINGS_A_PROMISE = 20
ALIKE = 3
"""How many findings of a kind are shown with their values; the others are counted."""
NAMES_A_LINE = 3
VALUE_WIDTH = 96
TEXT_WIDTH = 400

_COLOURS = {
    Verdict.GO: "\x1b[1;32m",
    Verdict.NO_GO: "\x1b[1;31m",
    Verdict.UNKNOWN: "\x1b[1;33m",
}
_BOLD, _RESET = "\x1b[1m", "\x1b[0m"
_WORDS = {State.STOP: "differs", State.UNKNOWN: "not known", State.WARNING: "differs, a warning"}


def summary(
    result: Result, *, colour: bool = False, limit: int = FINDINGS_A_PROMISE, waivers: bool = False
) -> str:
    """The answer as text, without a final line feed; the last line is `verdict_line`.

    Args:
        result: of the run.
        colour: whether to colour the text. It contains no other control sequences.
        limit: how many findings of one promise are shown; result.json holds all of them.
        waivers: whether to print the waivers that would accept the findings.
    """
    first = [line for line in (_compared_with(result), _loss(result)) if is_by_record(result)]
    # If no host answered, nobody needs the same reason a hundred times.
    seen = not_holding(result) if result.executed.hosts else ()
    explained = {check: cause for cause in result.causes for check in cause.checks}
    lines = [*first, ""] if first else []
    lines += [line for cause in result.causes if not cause.root for line in _silence(cause, colour=colour)]
    for promise in causes_first(seen, result.causes):
        if not all(check.id in explained for check in promise.red):
            lines += _promise(promise, result, limit, colour=colour)
    reasons = [f"  {_one_line(reason)}" for reason in result.reasons]
    if reasons:
        lines += ["why", *reasons, ""]
    lines += [coverage(result), *(first or [_compared_with(result)]), *scope_lines(result.scope)]
    if result.waivers:
        lines += [f"waivers: {waivers_line(result.waivers)}", *renewals(result.waivers)]
    lines += design_lines(result)
    lines += filter(None, [*downgraded_lines(result), loosened_line(result)])
    lines += _not_covered(result)
    lines += forgotten(result)
    lines += _waivers(result, whole=waivers)
    verdict = verdict_line(result)
    return "\n".join([*lines, f"{_COLOURS[result.verdict]}{verdict}{_RESET}" if colour else verdict])


def verdict_line(result: Result) -> str:
    """``NO-GO  arizona cannot take over from dallas: 2 blockers differ (first: ...)``."""
    line = _verdict(result)
    return f"{line}{at_the_end(result.shipped, line)}"


def _verdict(result: Result) -> str:
    primary, standby = result.primary.site, result.standby.site
    if result.verdict is Verdict.GO:
        until = f" until {utc(result.valid_until)}" if result.valid_until else ""
        proven = f"{coverage(result)}{absent_words(result.scope)}{downgraded_words(result)}"
        return f"GO  {standby} may take over from {primary}{until}{_by_record(result)}: {proven}"
    words = {
        Verdict.NO_GO: f"{standby} cannot take over from {primary}",
        Verdict.UNKNOWN: f"not known whether {standby} can take over from {primary}",
    }[result.verdict]
    reason = f": {whole_parts(visible(result.reasons[0]), TEXT_WIDTH)}" if result.reasons else ""
    return f"{result.verdict.value}  {words}{reason}"


def _not_covered(result: Result) -> Iterator[str]:
    """A line each for the first notes, for the checks that do not apply, and for the hosts in no role."""
    notes = told(result)
    yield from (f"told, and no finding: {note}" for note in notes[:NAMES_A_LINE])
    if (more := len(notes) - NAMES_A_LINE) > 0:
        yield f"told, and no finding: {more:,} more (see result.json)"
    if result.not_applicable:
        names = [one.check for one in result.not_applicable]
        yield f"{not_applicable(result).removesuffix('.')}: {_some(names)}"
    if result.hosts_in_no_role:
        yield f"{hosts_in_no_role(result)}: {_some(result.hosts_in_no_role)}"


def _some(names: Sequence[str]) -> str:
    shown, more = ", ".join(map(visible, names[:NAMES_A_LINE])), len(names) - NAMES_A_LINE
    return f"{shown} and {more:,} more (see result.json)" if more > 0 else shown


def _promise(promise: Promise, result: Result, limit: int, *, colour: bool) -> Iterator[str]:
    first = promise.first
    differs = any(check.outcome is Outcome.DIFFERENT for check in promise.checks)
    sentence = (
        failure(promise.checks, result.primary.site, result.standby.site) if differs else first.sentence
    )
    title = f"{first.aspect}: {_one_line(sentence)}"
    yield f"{_BOLD}{title}{_RESET}" if colour else title
    is_open_warning = promise.state is State.WARNING and promise.is_unmeasured
    words = "not known, a warning" if is_open_warning else _WORDS[promise.state]
    yield f"  {words}; {first.severity.value}; owner {_one_line(first.owner)}; {promise.test}"
    if promise.not_run:
        yield f"  not made for {_one_line(', '.join(dict.fromkeys(check.role for check in promise.not_run)))}"
    left = limit
    for group in alike(promise.open):
        shown = group[: min(ALIKE, left)]
        left -= len(shown)
        yield from _findings(shown, group[len(shown) :], result)
    for cause in result.causes:
        if cause.root in {check.id for check in promise.checks}:
            yield f"  {count(len(cause.checks), 'other check')} with it: {_counted(cause.checks)}"
    yield ""


def _silence(cause: SavedCause, *, colour: bool) -> Iterator[str]:
    """The one reason for which many checks could not be made."""
    title = _one_line(cause.sentence)
    yield f"{_BOLD}{title}{_RESET}" if colour else title
    number = count(len(cause.checks), "check")
    yield f"  {number} could not be made because of it: {_counted(cause.checks)}"
    yield from (f"  - {_one_line(said)}" for said in cause.said)
    yield ""


def _counted(checks: Sequence[str]) -> str:
    """``services 6, packages 8``."""
    areas = Counter(check.partition("::")[0].rpartition("/test_")[2].removesuffix(".py") for check in checks)
    return ", ".join(f"{area} {number}" for area, number in areas.items())


def _findings(shown: Sequence[Seen], others: Sequence[Seen], result: Result) -> Iterator[str]:
    """Findings of a kind: what they have in common stands once below them."""
    width = _width(result)
    for one in shown:
        yield from _finding(one, result)
    if others:
        names = [_one_line(one.finding.item) for one in others[:NAMES_A_LINE]]
        more = len(others) - len(names)
        yield f"  - {len(others):,} more{' like these' if shown else ''}: {', '.join(names)}" + (
            f" and {more:,} more (see result.json)" if more else ""
        )
    told = (shown or others)[:ALIKE]
    for effect in dict.fromkeys(one.finding.effect for one in told):
        yield from _several("effect", effect, width)
    for fix in dict.fromkeys(one.finding.fix for one in told):
        yield from _several("fix", fix, width)


def _waivers(result: Result, *, whole: bool) -> Iterator[str]:
    """The waivers that would accept findings, to copy; or how to get them."""
    every = [seen for promise in not_holding(result) for seen in promise.open if seen.finding.values]
    if not every:
        return
    if not whole:
        number = count(len(every), "finding")
        yield f"{number} can be accepted: siteparity report --waivers prints what to write"
        return
    yield "to accept findings, complete these lines in waivers.yml"
    stanzas = (stanza(seen.check, seen.finding) for seen in every)
    yield from (f"  {one}" for one in stanzas if one)


def _width(result: Result) -> int:
    return max(len(result.primary.site), len(result.standby.site), len("effect"))


def _finding(seen: Seen, result: Result) -> Iterator[str]:
    finding = seen.finding
    width = _width(result)
    yield f"  - {_one_line(finding.item)} ({_one_line(seen.check.role)}): {description(seen, result)}"
    groups = (*finding.primary, *finding.standby)
    texts = labels([group.value for group in groups], VALUE_WIDTH)
    unmeasured = finding.kind is FindingKind.UNMEASURED
    shown = [_value(group, text, unmeasured=unmeasured) for group, text in zip(groups, texts, strict=True)]
    sides = (
        (result.primary.site, shown[: len(finding.primary)]),
        (result.standby.site, shown[len(finding.primary) :]),
    )
    for site, texts_of_site in sides:
        if texts_of_site:
            told = " | ".join(texts_of_site[:NAMED]) + more(NAMED, len(texts_of_site))
            yield f"      {site:<{width}}  {told}"


def _value(group: Group, text: str, *, unmeasured: bool) -> str:
    value = UNMEASURED if unmeasured and group.value is None else text
    return f"{value} ({visible(hosts(group.hosts))})"


def _several(name: str, text: str, width: int) -> Iterator[str]:
    """A text of several lines, all indented, so that none of them looks like the verdict."""
    lines: Sequence[str] = visible(text, lines=True).replace("\t", "    ").split("\n") if text else ()
    for number, line in enumerate(lines):
        yield f"      {'' if number else name:<{width}}  {line}"


def _compared_with(result: Result) -> str:
    primary = result.primary
    if is_by_record(result):
        when = f"{age(result)} old, measured {utc(primary.measured_at)}"
        return f"compared with a record of {primary.site}, {when}; {primary.site} itself was not contacted"
    return f"compared with {primary.site}, live, measured {utc(primary.measured_at)}"


def _loss(result: Result) -> str:
    return f"orders that may be lost: {possible_loss(result)}"


def _by_record(result: Result) -> str:
    """The age of the record, for the last line: many people read nothing else."""
    if not is_by_record(result):
        return ""
    return f" (by a record {age(result)} old; orders that may be lost: {possible_loss(result)})"


def _one_line(text: str) -> str:
    return shortened(visible(text), TEXT_WIDTH)

"""The contents of the director's page, as values that the template only prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from siteparity.model import Outcome, Verdict
from siteparity.report.about import About, about
from siteparity.report.accepted import (
    DesignRow,
    WaiverRow,
    design_rows,
    designs_line,
    waiver_rows,
    waivers_line,
)
from siteparity.report.cards import Card, cards
from siteparity.report.data_age import compared_with, possible_loss
from siteparity.report.groups import Area, Promise, State, areas, heaviest, state_of
from siteparity.report.limits import limits, not_looked_at
from siteparity.report.next_action import next_action
from siteparity.report.rows import Row, rows
from siteparity.report.states import nothing_stops_us, reach
from siteparity.report.trend import PastRun, Trend, since, trend
from siteparity.report.visible import shortened, visible, whole_parts
from siteparity.report.words import count, span, title, utc
from siteparity.result import Result, SavedCheck, SavedSite

ROWS_AT_FIRST_SIGHT = 5
"""How many promises the first screen names; the others are below it."""
ROWS_ON_PAPER = 10
"""How many findings are printed: they fit on the second page."""
REASONS = 50
REASON_WIDTH = 300


@dataclass(frozen=True, slots=True)
class Chip:
    """An aspect or a journey in the strip of areas."""

    name: str
    state: State
    count: int
    anchor: str
    """The anchor of its first card, or empty."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The checks of one aspect for one role."""

    state: State
    checks: int
    findings: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Aspect x role. A cell is None where there is no check."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A promise in the list of all checks."""

    sentence: str
    area: str
    test: str
    roles: tuple[tuple[State, str], ...]
    """Each state with the roles or languages that have it, the heaviest state first."""
    compared: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    result: Result
    headline: str
    """The line below the sentence: the heaviest reason."""
    reach: str
    """How far the answer goes, in one sentence."""
    nothing: str
    """What stands in place of a list if nothing stops us."""
    about: tuple[About, ...]
    reasons: tuple[str, ...]
    reasons_more: int
    primary: str
    standby: str
    sentence: str
    measured: str
    compared_with: str
    possible_loss: str
    """Empty if the primary was measured itself: then a check judges the lag."""
    valid_until: str
    since: str
    """Since when the answer is what it is."""
    trend: Trend
    rehearsed: str
    not_looked_at: str
    """What the answer is not about, in a line."""
    next_action: str
    rows: tuple[Row, ...]
    stops: tuple[Card, ...]
    warnings: tuple[Card, ...]
    accepted: tuple[Card, ...]
    strips: tuple[tuple[str, tuple[Chip, ...]], ...]
    coverage: str
    waivers_line: str
    """``2 active, next expires in 9 days``."""
    waivers: tuple[WaiverRow, ...]
    designs_line: str
    """``3 as meant, next review in 90 days``."""
    designs: tuple[DesignRow, ...]
    matrices: tuple[Matrix, ...]
    listed: tuple[Listed, ...]
    limits: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    rows_at_first_sight: int = ROWS_AT_FIRST_SIGHT
    rows_on_paper: int = ROWS_ON_PAPER


def page(result: Result, history: Sequence[PastRun] = (), zone: tzinfo | None = None) -> Page:
    """The contents of the page of a run, with the runs before it."""
    standby = title(result.standby.site)
    every = areas(result)
    past = sorted(history, key=lambda one: one.finished_at)
    shown = cards(result, every, history)
    stops = tuple(card for card in shown if card.state in {State.STOP, State.UNKNOWN})
    return Page(
        result=result,
        headline=headline(result),
        reach=reach(result.scope),
        nothing=nothing_stops_us(result.scope),
        about=about(result),
        reasons_more=max(len(result.reasons) - REASONS, 0),
        reasons=tuple(shortened(visible(reason), REASON_WIDTH) for reason in result.reasons[:REASONS]),
        primary=title(result.primary.site),
        standby=standby,
        sentence=sentence(result),
        measured=utc(result.standby.measured_at, zone),
        compared_with=compared_with(result, zone),
        possible_loss=possible_loss(result, zone),
        valid_until=utc(result.valid_until, zone) if result.valid_until else "",
        since=since(result, past),
        trend=trend(result, past),
        rehearsed=utc(result.rehearsed_at, zone) if result.rehearsed_at else "never rehearsed",
        not_looked_at=not_looked_at(result),
        next_action=next_action(result, stops),
        rows=rows(result, stops),
        stops=stops,
        warnings=tuple(card for card in shown if card.state is State.WARNING),
        accepted=tuple(card for card in shown if card.state is State.ACCEPTED),
        strips=_strips(every, shown),
        coverage=coverage(result),
        waivers_line=waivers_line(result.waivers),
        waivers=waiver_rows(result, zone),
        designs_line=designs_line(result.differs),
        designs=design_rows(result),
        matrices=_matrices(every, standby),
        listed=tuple(_listed(one) for area in every for one in area.promises),
        limits=limits(result),
        facts=_facts(result, zone),
    )


def sentence(result: Result) -> str:
    """The answer in one sentence."""
    standby = title(result.standby.site)
    return {
        Verdict.GO: f"{standby} may take over now",
        Verdict.NO_GO: f"{standby} cannot take over now",
        Verdict.UNKNOWN: f"Not known whether {standby} can take over",
    }[result.verdict]


def headline(result: Result) -> str:
    """How many blockers differ, or else the first reason; empty for GO."""
    states = [state_of(check) for check in result.checks]
    stop, unknown = states.count(State.STOP), states.count(State.UNKNOWN)
    if not stop:
        return whole_parts(visible(result.reasons[0]), REASON_WIDTH) if result.reasons else ""
    text = f"{count(stop, 'blocker')} {'differs' if stop == 1 else 'differ'}"
    return f"{text}, {count(unknown, 'check')} could not be made" if unknown else text


def coverage(result: Result) -> str:
    """``384 of 384 checks made on 10 of 10 hosts: 380 same, 4 different``. Unmeasured is not made."""
    outcomes = [check.outcome for check in result.checks]
    parts = [f"{outcomes.count(one):,} {one.value.replace('-', ' ')}" for one in Outcome if one in outcomes]
    executed, plan = result.executed, result.plan
    of_run = result.checks and executed.checks
    number = sum(outcome.measured for outcome in outcomes) if of_run else executed.checks
    checks = f"{number:,} of {count(plan.checks, 'check')}"
    made = f"{checks} made on {executed.hosts:,} of {count(plan.hosts, 'host')}"
    return f"{made}: {', '.join(parts)}" if parts else made


def _strips(every: Sequence[Area], shown: Sequence[Card]) -> tuple[tuple[str, tuple[Chip, ...]], ...]:
    tests = {card.test: card.anchor for card in reversed(shown)}
    headings = {"parity": "Compared", "smoke": "Tried out", "own": "Tests of your own"}
    return tuple(
        (heading, chips)
        for kind, heading in headings.items()
        if (chips := tuple(_chip(area, tests) for area in every if area.kind == kind))
    )


def _chip(area: Area, anchors: Mapping[str, str]) -> Chip:
    worst = next(one for one in area.promises if one.state is area.state)
    return Chip(title(area.aspect), area.state, area.open, anchors.get(worst.test, ""))


def _matrices(every: Sequence[Area], standby: str) -> tuple[Matrix, ...]:
    headings = {
        "parity": "Both sites compared, by role",
        "smoke": f"Tried out at {standby}",
        "own": "Tests of your own, by role",
    }
    return tuple(
        _matrix(heading, mine)
        for kind, heading in headings.items()
        if (mine := [area for area in every if area.kind == kind])
    )


def _matrix(heading: str, mine: Sequence[Area]) -> Matrix:
    columns = sorted({check.role for area in mine for one in area.promises for check in one.checks})
    rows = tuple((title(area.aspect), tuple(_cell(area, role) for role in columns)) for area in mine)
    return Matrix(heading, tuple(columns), rows)


def _cell(area: Area, role: str) -> Cell | None:
    checks = [check for promise in area.promises for check in promise.checks if check.role == role]
    if not checks:
        return None
    findings = sum(_open(check) for check in checks)
    return Cell(heaviest(state_of(check) for check in checks), len(checks), findings)


def _open(check: SavedCheck) -> int:
    return sum(not finding.accepted for finding in check.findings)


def _listed(promise: Promise) -> Listed:
    return Listed(
        sentence=promise.first.sentence,
        area=title(promise.first.aspect),
        test=promise.test,
        roles=_roles(promise),
        compared=sum(check.compared for check in promise.checks),
        seconds=sum(check.seconds for check in promise.checks),
    )


def _roles(promise: Promise) -> tuple[tuple[State, str], ...]:
    of: dict[State, list[str]] = {}
    for check in promise.checks:
        of.setdefault(state_of(check), []).append(check.role)
    return tuple((state, ", ".join(dict.fromkeys(of[state]))) for state in reversed(State) if state in of)


def _facts(result: Result, zone: tzinfo | None) -> tuple[tuple[str, str], ...]:
    sites = [("Primary", result.primary), ("Standby", result.standby)]
    return (
        ("Run", result.run),
        ("Started", utc(result.started_at, zone)),
        ("Finished", utc(result.finished_at, zone)),
        *((name, _site_fact(site, result.finished_at, zone)) for name, site in sites),
        *_sources(result),
        ("Policy", f"SHA-256 {result.policy_digest}"),
        ("Inventories", f"SHA-256 {result.inventory_digest}"),
        ("Made by", f"siteparity {result.tool_version}"),
    )


def _sources(result: Result) -> list[tuple[str, str]]:
    """Which data were judged, if a record stands in."""
    if result.primary.source == "live":
        return []
    none = [title(source.aspect) for source in result.sources if source.primary == "none"]
    then = [f"{source.aspect}.{table}" for source in result.sources for table in source.standby_then]
    primary = title(result.primary.site)
    return [
        ("From the record", f"{primary}, in every comparison; {', '.join(then) or 'nothing'} at both sites"),
        ("Live", f"{title(result.standby.site)} in all else; tried out without {primary}: {', '.join(none)}"),
    ]


def _site_fact(site: SavedSite, now: datetime, zone: tzinfo | None) -> str:
    how = "live" if site.source == "live" else f"from a record, {span(now - site.measured_at)} old"
    measured = f"measured {utc(site.measured_at, zone)}"
    return f"{site.site}, {count(site.hosts, 'host')}, {how}, {measured}, SHA-256 {site.digest}"

"""Makes the result of records and journal: outcomes, findings, causes and the verdict."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

from siteparity import __version__, scope
from siteparity.configuration import Configuration
from siteparity.facts.data_loss import possible_loss
from siteparity.facts.evidence import Evidence
from siteparity.facts.records import Record
from siteparity.failover.last import LastRehearsal
from siteparity.gate import rehearsed
from siteparity.gate.away import answered, hosts_away, silent_sites
from siteparity.gate.loss import go_ends, known_missing, too_much
from siteparity.gate.supervisor import Executed
from siteparity.gate.time_checks import against_go
from siteparity.gate.waived import contradictions, saved_designs, saved_waivers, valid_until
from siteparity.judging import causes, verdict
from siteparity.model import Judgement, Outcome, Severity, Site, Verdict
from siteparity.plan import NotApplicable, PlannedCheck
from siteparity.plan.checks import Kind
from siteparity.policy import Section
from siteparity.report.failures import failure
from siteparity.report.shipped import against_go as against_go_of_checks
from siteparity.result import (
    Count,
    Result,
    SavedCheck,
    SavedDowngrade,
    SavedFinding,
    SavedLoosened,
    SavedLoss,
    SavedNotApplicable,
    SavedSite,
    SavedSource,
    SavedWritten,
)
from siteparity.runs.journal import CheckLine
from siteparity.waivers import Found, Waivers, reasons, statuses


@dataclass(frozen=True, slots=True)
class Started:
    """A run that has just started."""

    run: str
    """Its id, the name of its folder."""
    at: datetime
    clock: float = field(default_factory=time.monotonic)
    """The same moment on a clock that nobody can set."""
    by_record: bool = False
    """Whether a record stands in for the primary."""
    then: Record | None = None
    """The standby's record from the run in which that record was made."""
    written: tuple[SavedWritten, ...] = ()
    """What records show that are later than the one that stands in."""
    rehearsal: LastRehearsal = field(default_factory=LastRehearsal)
    """The last rehearsal of a failover."""
    advice: str = ""
    """What to type if the primary does not answer, or a newer record contradicts the one that stands in."""


def assemble(
    settings: Configuration,
    started: Started,
    made: Sequence[Record],
    executed: Executed,
    seen: Mapping[tuple[str, str], datetime],
) -> Result:
    """The result of a run that finishes now.

    Args:
        settings: of the run.
        started: which run it is, and when it started.
        made: the records of its sites that were made.
        executed: the checks that were made.
        seen: (check, item) -> since when the finding is known.
    """
    finished_at = datetime.now(UTC)
    primary, standby = settings.sites
    waivers = Waivers(
        settings.waivers, started.at, primary.name, standby.name, settings.never_waived, settings.designs
    )
    ages = _Ages(seen, started.at)
    checks = tuple(
        _saved_check(check, executed.lines.get(check.id), settings, waivers, ages)
        for check in settings.checks
    )
    found = [
        Found(check, saved.outcome, saved.findings)
        for check, saved in zip(settings.checks, checks, strict=True)
    ]
    of_accepting = statuses(waivers, found)
    waived, by_design = (
        saved_waivers(of_accepting, checks, started.at),
        saved_designs(of_accepting, started.at),
    )
    by_site = {record.site: record for record in made}
    sites = (
        _saved_site(primary, by_site.get(primary.name), started, by_record=started.by_record),
        _saved_site(standby, by_site.get(standby.name), started),
    )
    elapsed = timedelta(seconds=time.monotonic() - started.clock)
    limits = settings.policy.limits
    evidence = _evidence(settings, by_site, started.then)
    loss = _loss(evidence, started.written) if evidence else None
    away = tuple(hosts_away(settings.sites, made))

    demanded = (settings.policy.rehearsed_within, started.rehearsal, finished_at)
    overdue = tuple(rehearsed.overdue(*demanded))

    def told(check: SavedCheck) -> str:
        return failure([check], primary.name, standby.name)

    caused = causes.causes(checks, _leads_to(settings, checks), told, away)
    answer = verdict.judge(
        [
            verdict.CheckOutcome(
                check.id,
                check.severity,
                check.outcome,
                told(check) if check.outcome is Outcome.DIFFERENT else check.sentence,
            )
            for check in causes.ranked(checks, caused)
        ],
        (
            *against_go_of_checks(settings.shipped),
            *executed.broken,
            *silent_sites(settings.sites, made),
            *contradictions(executed, checks, (*by_design, *waived)),
            *scope.against_go(settings.undecided),
            *scope.drafted_against_go(settings.waiting),
            *filter(None, [started.advice]),
            *against_go(*sites, (started.at, finished_at), elapsed, limits),
            *(too_much(settings, loss, finished_at) if started.by_record else ()),
            *rehearsed.not_known(*demanded),
        ),
        reasons(of_accepting, finished_at),
        (*(known_missing(settings, evidence.standby, started.written) if evidence else ()), *overdue),
    )
    latest = valid_until(go_ends(sites[0], finished_at, limits, loss, settings.policy.rpo), of_accepting)
    due = rehearsed.end(settings.policy.rehearsed_within, started.rehearsal.ended)
    return Result(
        schema_version=1,
        run=started.run,
        verdict=answer.verdict,
        reasons=causes.reasons(caused, checks, answer.reasons),
        valid_until=min((latest, *due)) if answer.verdict is Verdict.GO else None,
        rehearsable_until=latest if overdue and answer.reasons == overdue else None,
        started_at=started.at,
        finished_at=finished_at,
        tool_version=__version__,
        policy_digest=settings.policy.digest,
        inventory_digest=settings.inventory_digest,
        primary=sites[0],
        standby=sites[1],
        sources=_sources(settings, evidence, by_record=started.by_record),
        data_loss=loss,
        written=started.written,
        loosened=tuple(SavedLoosened(**asdict(one)) for one in settings.policy.loosened),
        downgraded=downgraded(settings),
        plan=Count(checks=len(settings.checks), hosts=sum(len(site.hosts) for site in settings.sites)),
        executed=Count(checks=len(executed.lines), hosts=sum(answered(record) for record in made)),
        causes=caused,
        waivers=waived,
        differs=by_design,
        checks=checks,
        not_applicable=tuple(map(_not_applicable, settings.not_applicable)),
        scope=scope.scope(settings, evidence),
        shipped=settings.shipped,
        rehearsed_at=started.rehearsal.ended,
        hosts_in_no_role=settings.hosts_in_no_role,
    )


def _leads_to(settings: Configuration, checks: Sequence[SavedCheck]) -> Mapping[str, Sequence[str]]:
    """Id of a check -> what it brings down, by what it found."""
    return {
        check.id: (
            *check.source.leads_to,
            *(
                name
                for pattern, names in check.source.leads_to_of
                if any(fnmatchcase(one.item, pattern) for one in saved.findings if not one.accepted)
                for name in names
            ),
        )
        for check, saved in zip(settings.checks, checks, strict=True)
    }


def _not_applicable(one: NotApplicable) -> SavedNotApplicable:
    source = one.source
    return SavedNotApplicable(kind=source.kind, check=source.name, sentence=source.sentence, keys=one.keys)


def _evidence(settings: Configuration, by_site: Mapping[str, Record], then: Record | None) -> Evidence | None:
    """The data that were judged; None while a site has no record."""
    primary, standby = by_site.get(settings.primary.name), by_site.get(settings.standby.name)
    return Evidence(settings.probes, primary, standby, then) if primary and standby else None


def _sources(
    settings: Configuration, evidence: Evidence | None, *, by_record: bool
) -> tuple[SavedSource, ...]:
    carried = evidence.carried() if evidence else {}
    areas = dict.fromkeys((check.source.kind, check.source.aspect) for check in settings.checks)
    return tuple(
        SavedSource(
            kind=kind,
            aspect=aspect,
            primary="live" if not by_record else "record" if kind == "parity" else "none",
            standby="live",
            standby_then=carried.get(aspect, ()) if kind == "parity" else (),
        )
        for kind, aspect in areas
    )


def downgraded(settings: Configuration) -> tuple[SavedDowngrade, ...]:
    """The aspects and journeys of which the policy makes blockers warnings."""
    own_tests = settings.policy.own_tests
    part: Mapping[Kind, Callable[[str], Section]] = {
        "parity": settings.policy.section,
        "smoke": settings.policy.journey,
        "own": lambda _: own_tests,
    }
    lowered: Counter[tuple[Kind, str, str | None, str]] = Counter()
    for check in settings.checks:
        if (check.source.severity, check.severity) == (Severity.BLOCKER, Severity.WARNING):
            source = check.source
            section, name = part[source.kind](source.aspect), source.name.partition(".")[2]
            alone = name if name in section.warnings else None
            reason = section.warnings.get(name) or section.severity_reason or ""
            lowered[source.kind, source.aspect, alone, reason] += 1
    return tuple(
        SavedDowngrade(kind=kind, aspect=aspect, check=alone, checks=number, reason=reason)
        for (kind, aspect, alone, reason), number in lowered.items()
    )


def _loss(evidence: Evidence, written: Sequence[SavedWritten]) -> SavedLoss | None:
    loss = possible_loss(evidence.primary, evidence.standby, evidence.probes, written)
    return SavedLoss(**asdict(loss)) if loss else None


def _saved_site(site: Site, record: Record | None, started: Started, *, by_record: bool = False) -> SavedSite:
    return SavedSite(
        site=site.name,
        source="record" if by_record else "live",
        measured_at=record.measured_at if record else started.at,
        hosts=len(site.hosts),
        digest=record.digest() if record else "0" * 64,
    )


@dataclass(frozen=True, slots=True)
class _Ages:
    """Since when each finding is known."""

    seen: Mapping[tuple[str, str], datetime]
    now: datetime

    def of(self, check: str, item: str) -> datetime:
        """Since when a finding is known: not later than this run, even if a clock was ahead once."""
        return min(self.seen.get((check, item), self.now), self.now)


def _saved_check(
    check: PlannedCheck,
    line: CheckLine | None,
    settings: Configuration,
    waivers: Waivers,
    ages: _Ages,
) -> SavedCheck:
    """A check as the result holds it. What accepts is applied again: the journal alone accepts nothing."""
    judgement = Judgement(waivers.applied(check, line.findings), line.compared) if line else Judgement((), 0)
    offered = not _of_one_run(check, settings)
    return SavedCheck(
        id=check.id,
        kind=check.source.kind,
        aspect=check.source.aspect,
        role=check.role,
        severity=check.severity,
        owner=check.owner,
        outcome=Outcome.heaviest(line.outcome, judgement.outcome) if line else Outcome.NOT_RUN,
        sentence=check.source.sentence,
        broken=check.source.broken,
        harm=check.source.harm,
        why=check.source.why or check.source.promise,
        compared=judgement.compared,
        seconds=line.seconds if line else 0.0,
        findings=tuple(
            SavedFinding(
                **dict(finding),
                first_seen=ages.of(check.id, finding.item),
                values=waivers.values(check, finding) if offered else None,
            )
            for finding in judgement.findings
        ),
        notes=line.notes if line else (),
    )


def _of_one_run(check: PlannedCheck, settings: Configuration) -> bool:
    """Whether its values are hashed with a key of the run: no waiver can name them later."""
    if check.source.kind != "parity":
        return False
    readings = settings.probes[check.source.aspect].readings()
    return any(readings[table].of_one_run for table in check.source.tables)

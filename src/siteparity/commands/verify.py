"""``siteparity verify``: does a GO still stand? It measures again, compares, and judges again, in seconds.

A GO holds for its time and for the state that it saw. Tables that do not change by themselves must have the
digests of the GO's run, whatever a check would say of a difference. The same parity checks judge the new
records. Smoke checks are not made again.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from siteparity.collect import Say
from siteparity.configuration import Configuration
from siteparity.facts import records
from siteparity.facts.changes import Changes, changes
from siteparity.facts.data_loss import possible_loss, written
from siteparity.facts.records import Record, RecordError
from siteparity.failover.last import last_rehearsal
from siteparity.gate.assemble import downgraded
from siteparity.gate.believed import record_of_run
from siteparity.gate.judged_again import SecondJudge
from siteparity.gate.loss import known_missing, too_much
from siteparity.gate.rehearsed import not_known, overdue
from siteparity.gate.supervisor import Executed, check_journal
from siteparity.model import Deadline, Outcome, Severity, Verdict
from siteparity.plan import PlannedCheck
from siteparity.redaction import redacted
from siteparity.report import bind, write_reports
from siteparity.report.accepted import by_design_words
from siteparity.report.exceptions import downgraded_words
from siteparity.report.limits import forgotten
from siteparity.report.shipped import against_go, at_the_end
from siteparity.report.states import absent_words, states_line
from siteparity.report.visible import shortened, visible
from siteparity.report.words import count, utc
from siteparity.result import Result, SavedLoosened, SavedRevocation, SavedWritten
from siteparity.runs.history import append_run, first_seen, read_history
from siteparity.runs.kept_records import written_since
from siteparity.runs.recording import measure, record_path, then_path
from siteparity.scope import drafted_against_go, scope
from siteparity.transport import Transport

MOST_TOLD = 20
_WIDTH = 400
_JUDGING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Verified:
    """The answer about a GO."""

    verdict: Verdict
    """GO: it stands. NO-GO: it is revoked. UNKNOWN: it is not known whether it stands."""
    lines: tuple[str, ...]
    """The lines to print; the last one is the answer."""


@dataclass(frozen=True, slots=True)
class Verification:
    """One verification of a GO."""

    settings: Configuration
    inventories: Path
    reports: Path
    deadline: Deadline
    """When the sites must have been measured."""
    say: Say

    def run(self, result: Result, folder: Path) -> Verified:
        """Tell whether the GO of a run stands, and revoke it if it does not.

        Raises:
            OSError: the reports cannot be written.
        """
        if reason := self._cannot_stand(result, datetime.now(UTC)):
            return _unknown((), reason)
        try:
            before = {site.site: record_of_run(folder, site) for site in (result.primary, result.standby)}
            with tempfile.TemporaryDirectory(prefix="siteparity-") as name:
                return self._again(result, folder, before, Path(name))
        except RecordError as error:
            return _unknown((), f"the records of the GO cannot be read: {error}")

    def _cannot_stand(self, result: Result, now: datetime) -> str:
        """Why the GO cannot stand whatever would be measured; empty if it can."""
        when = utc(result.finished_at)
        if result.verdict is not Verdict.GO or result.valid_until is None:
            what = f"was revoked at {utc(result.revoked.at)}" if result.revoked else "was no GO"
            return f"the run of {when} {what}: {result.reasons[0]}"
        if now > result.valid_until:
            return f"the GO of {when} was valid until {utc(result.valid_until)}; run siteparity gate"
        if now < result.finished_at - self.settings.policy.limits.clock_offset:
            return f"the GO of {when} is from the future; correct the clock of the machine that runs this"
        if drafted := next(drafted_against_go(self.settings.waiting), ""):
            return f"the GO of {when} does not stand now: {drafted}"
        digests = (result.policy_digest, result.inventory_digest)
        if digests != (self.settings.policy.digest, self.settings.inventory_digest):
            return f"policy or inventories have been changed since the GO of {when}; run siteparity gate"
        return self._unrehearsed(now) or self._other_checks(result) or self._contradicted(result)

    def _unrehearsed(self, now: datetime) -> str:
        """Whether the policy demands a rehearsal that the journal does not show."""
        sites = (self.settings.primary.name, self.settings.standby.name)
        demanded = (self.settings.policy.rehearsed_within, last_rehearsal(self.reports, sites), now)
        return next(iter((*overdue(*demanded), *not_known(*demanded))), "")

    def _other_checks(self, result: Result) -> str:
        """Whether the checks, or what they are about, are others than those of the GO."""
        if reason := next(against_go(self.settings.shipped), ""):
            return reason
        if not self._is_about_the_same(result):
            when = utc(result.finished_at)
            return f"other checks are planned now than for the GO of {when}; run siteparity gate"
        return ""

    def _is_about_the_same(self, result: Result) -> bool:
        """Whether a run would owe the same checks now, and be about the same."""
        planned = [(check.id, check.severity) for check in self.settings.checks]
        if planned != [(check.id, check.severity) for check in result.checks]:
            return False
        loosened = tuple(SavedLoosened(**asdict(one)) for one in self.settings.policy.loosened)
        about, now = result.scope, scope(self.settings)
        told = (about.areas, about.absent, result.downgraded, result.loosened)
        return told == (now.areas, now.absent, downgraded(self.settings), loosened)

    def _contradicted(self, result: Result) -> str:
        """Whether a later run of the same sites said NO-GO, perhaps by what is not tried out again here."""
        sites = (result.primary.site, result.standby.site)
        for past in reversed(read_history(self.reports)):
            later = past.started_at > result.started_at and (past.primary, past.standby) == sites
            if later and past.verdict is Verdict.NO_GO and not past.revoked_at:
                return f"the later run {past.run} of {utc(past.started_at)} said NO-GO; run siteparity gate"
        return ""

    def _again(self, result: Result, folder: Path, before: dict[str, Record], place: Path) -> Verified:
        stand_in = before[result.primary.site] if result.primary.source == "record" else None
        now = self.measured(stand_in)
        for record in now:
            records.save(record, record_path(place, record.site))
        if stand_in:
            records.save(stand_in, record_path(place, stand_in.site))
            if (then := then_path(folder, result.standby.site)).exists():
                then_path(place, result.standby.site).parent.mkdir()
                shutil.copy(then, then_path(place, result.standby.site))
        seen = [changes(before[record.site], record, self.settings.probes) for record in now]
        executed = self._judged(place)
        different, unknown = _read(executed, self.settings.checks)
        lost, too_much_lost = self._lost(stand_in, now, result) if stand_in else ([], [])
        changed = [*(text for one in seen for text in one.changed), *different, *lost]
        if changed:
            return self._revoke(result, folder, place, changed, now)
        unknown = [*(text for one in seen for text in one.unmeasured), *unknown, *too_much_lost]
        if unknown:
            return _unknown(unknown, f"whether the GO of {utc(result.finished_at)} stands: {unknown[0]}")
        if reason := self._cannot_stand(result, datetime.now(UTC)):  # it may have expired meanwhile
            return _unknown((), reason)
        return _stands(result, seen, len(executed.lines))

    def _lost(self, stand_in: Record, now: Sequence[Record], result: Result) -> tuple[list[str], list[str]]:
        """What is known by now to be lost with the primary; and whether more may be lost than is accepted."""
        later = written_since(self.settings, self.reports, stand_in.measured_at)
        known, probes = tuple({*result.written, *later}), self.settings.probes
        lost: list[str] = []
        too_large: list[str] = []
        for standby in now:
            lost += known_missing(self.settings, standby, known)
            loss = possible_loss(stand_in, standby, probes, known)
            too_large += too_much(self.settings, loss, datetime.now(UTC))
        return lost, too_large

    def measured(self, stand_in: Record | None) -> tuple[Record, ...]:
        """Measure every host again, except those of a site for which a record stands in."""
        sites = [site for site in self.settings.sites if stand_in is None or site.name != stand_in.site]
        with Transport() as transport:
            return measure(
                self.settings,
                sites,
                transport,
                deadline=self.deadline,
                say=self.say,
                stand_in=stand_in,
                needed=(),
            )

    def _judged(self, place: Path) -> Executed:
        """Make every parity check again, on the new records, in a process of its own."""
        with SecondJudge(self.settings, self.inventories, place).started() as judging:
            judging.go()
            said = judging.said(_JUDGING_SECONDS)
        planned = [check.id for check in self.settings.checks if check.source.kind == "parity"]
        executed = check_journal(planned, said.lines, said.status)
        return replace(executed, broken=(*against_go(self.settings.shipped), *executed.broken))

    def _revoke(
        self, result: Result, folder: Path, place: Path, changed: Sequence[str], now: Sequence[Record]
    ) -> Verified:
        """Write that the GO no longer holds, and what has changed, before the answer is printed."""
        at = datetime.now(UTC)
        told = tuple(shortened(visible(redacted(text)), _WIDTH) for text in changed)
        first = f"the GO of {utc(result.finished_at)} was revoked at {utc(at)}, {told[0]}"
        revoked = result.model_copy(
            update={
                "verdict": Verdict.NO_GO,
                "reasons": (first, *told[1:]),
                "valid_until": None,
                "revoked": SavedRevocation(at=at, changes=told),
            }
        )
        history = read_history(self.reports)
        write_reports(revoked, folder, history)
        known = first_seen(self.reports, history, result.primary.site, result.standby.site)
        append_run(self.reports, revoked, known, self._written(result, now))
        kept = folder / "revoked" / f"{at:%Y-%m-%dT%H%M%SZ}"
        shutil.copytree(place / "records", kept / "records")
        bind(folder)
        return Verified(
            Verdict.NO_GO,
            (
                *_some(told),
                f"what was measured: {kept}",
                f"NO-GO  {result.standby.site} cannot take over from {result.primary.site}: {first}",
            ),
        )

    def _written(self, result: Result, now: Sequence[Record]) -> Mapping[str, tuple[SavedWritten, ...]]:
        """How far each site had written, by the run and by what was measured now: the run has one line."""
        of_run = {past.run: past.written for past in read_history(self.reports)}.get(result.run, {})
        of_now = {one.site: tuple(written(one, self.settings.probes, f"run {result.run}")) for one in now}
        return {site: (*of_run.get(site, ()), *of_now.get(site, ())) for site in {*of_run, *of_now}}


def _read(executed: Executed, planned: Sequence[PlannedCheck]) -> tuple[list[str], list[str]]:
    """The differences that revoke the GO, and the reasons why it is not known whether it stands."""
    different: list[str] = []
    unknown = list(executed.broken)
    for check in planned:
        line = executed.lines.get(check.id)
        if line is None:
            continue
        unknown += [f"{one} is no longer needed" for one in line.unneeded]
        if line.outcome.holds or check.severity is Severity.WARNING:
            continue
        first = line.findings[0].message if line.findings else "nothing was compared"
        text = f"{check.source.name} ({check.role}): {first}"
        (different if line.outcome is Outcome.DIFFERENT else unknown).append(text)
    return different, unknown


def _stands(result: Result, seen: Sequence[Changes], checks: int) -> Verified:
    sites = f"{result.standby.site} may take over from {result.primary.site}"
    until = utc(result.valid_until) if result.valid_until else ""
    same = f"{count(sum(one.compared for one in seen), 'table')} as they were at {utc(result.finished_at)}"
    again = f"{count(checks, 'check')} made again; what was tried out at the standby was not tried out again"
    words = f"{absent_words(result.scope)}{downgraded_words(result)}{by_design_words(result)}"
    words += at_the_end(result.shipped, words)
    told = filter(None, (f"{same}, {again}", states_line(result.scope), *forgotten(result)))
    return Verified(Verdict.GO, (*told, f"GO  {sites} until {until}: it stands{words}"))


def _unknown(details: Sequence[str], reason: str) -> Verified:
    shown = _some(tuple(shortened(visible(text), _WIDTH) for text in details))
    return Verified(Verdict.UNKNOWN, (*shown, f"UNKNOWN  {shortened(visible(reason), _WIDTH)}"))


def _some(lines: Sequence[str]) -> tuple[str, ...]:
    more = len(lines) - MOST_TOLD
    return (*lines[:MOST_TOLD], *((f"and {more} more",) if more > 0 else ()))

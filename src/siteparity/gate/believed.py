"""Whether what a run left may be believed: all of it together, and worked out anew from its parts.

An edited ``result.json`` differs from the digests beside it, and from the history. Where these were made anew
as well, it must still follow from the plan, the journal and the records: the checks and their outcomes, the
verdict, what may be lost, and until when a GO holds. Whoever may write the whole folder can make up all of
these alike; only a signature shows that (`siteparity.commands.signing`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from pydantic import ValidationError

from siteparity.facts import records
from siteparity.facts.data_loss import missing, possible_loss
from siteparity.facts.records import Record, RecordError
from siteparity.failover.last import LastRehearsal
from siteparity.gate import rehearsed
from siteparity.gate.loss import go_ends
from siteparity.gate.supervisor import Executed, check_journal
from siteparity.gate.time_checks import against_go
from siteparity.judging.verdict import CheckOutcome, judge
from siteparity.model import ConfigurationError, Judgement, Outcome, SiteparityError, Verdict
from siteparity.probes import discover
from siteparity.report.sums import PAGES, SUMS, disagreements
from siteparity.result import Result, SavedCheck, SavedLoss, SavedSite
from siteparity.runs.finished import damaged, read_run
from siteparity.runs.history import PastRun
from siteparity.runs.journal import CheckLine, ClosingLine, Line, read_line
from siteparity.runs.planned import SavedPlan, plan_path
from siteparity.runs.recording import journal_path, record_path
from siteparity.yamlfile import shown_path

NO_RECORD = "0" * 64
"""The digest of a site that was not measured."""
_LATE = timedelta(minutes=1)
"""How late a run may end after its deadline, on a machine that does not get on."""
_STAMP = "%Y-%m-%dT%H%M%SZ"


def believed(folder: Path, history: Sequence[PastRun], *, pages: bool = True) -> Result:
    """The result of a run.

    Args:
        folder: of the run.
        history: the runs that are known.
        pages: whether the reports that are made from ``result.json`` must be as they were written.

    Raises:
        ConfigurationError: it cannot be believed; names the file, and says what to do.
        RecordError: what it was judged by is missing, damaged, or something else.
    """
    result = read_run(folder)
    sites = [site for site in (result.primary, result.standby) if site.digest != NO_RECORD]
    measured = [record_of_run(folder, site) for site in sites]
    # A run that was killed gave no answer, and had no time to bind what it had just measured.
    finished = result.executed.checks > 0 or result.verdict is Verdict.GO
    for problem in disagreements(folder, () if pages else PAGES, added=finished):
        raise _changed(folder, problem)
    for problem in _contradictions(result, folder, history, measured):
        raise damaged(folder / "result.json", problem)
    return result


def record_of_run(folder: Path, site: SavedSite) -> Record:
    """The record of a site by which a run was judged.

    Raises:
        RecordError: it is missing or damaged, or another one.
    """
    path = record_path(folder, site.site)
    record = records.load(path)
    if (record.site, record.measured_at, record.digest()) != (site.site, site.measured_at, site.digest):
        raise RecordError(f"{path}: not the record of which result.json speaks")
    return record


def _changed(folder: Path, problem: str) -> SiteparityError:
    """The error for a file that is not as the run left it."""
    if problem.startswith("records/"):
        return RecordError(f"{folder}: expected the records of a run, found that {problem}")
    of_page = any(problem.startswith(page) for page in PAGES)
    do = "siteparity report writes it again" if of_page else "run siteparity gate again"
    return ConfigurationError(
        f"{shown_path(folder / SUMS)}: expected the run's files as it left them, found that {problem}; {do}"
    )


def _contradictions(
    result: Result, folder: Path, history: Sequence[PastRun], measured: Sequence[Record]
) -> Iterator[str]:
    """Why the run cannot have written this result."""
    if not result.run.startswith(f"{result.started_at.astimezone(UTC):{_STAMP}}"):
        yield f"it started at {result.started_at:{_STAMP}}, and its run is {result.run}"
    try:
        plan = SavedPlan.model_validate_json(plan_path(folder).read_bytes())
    except (OSError, ValidationError):
        yield "its plan.json cannot be read"
        return
    yield from _of_plan(result, plan)
    if not result.executed.checks:  # it did not finish
        return
    yield from _of_history(result, folder, history)
    yield from _of_journal(result, plan, folder)
    yield from _of_records(result, plan, measured)
    if result.go_until:
        yield from _of_times(result, plan)
        yield from _of_rehearsal(result, plan)


def _of_plan(result: Result, plan: SavedPlan) -> Iterator[str]:
    """Whether its checks are those that were planned."""
    of_result = (result.run, result.policy_digest, result.inventory_digest)
    if of_result != (plan.run, plan.policy_digest, plan.inventory_digest):
        yield "its plan.json is of another run"
    planned = [(check.id, check.kind, check.severity) for check in plan.checks]
    if planned != [(check.id, check.kind, check.severity) for check in result.checks]:
        yield f"it holds {len(result.checks)} checks, and plan.json {len(planned)}, or others"
    if tuple(one.path for one in result.scope.waiting) != plan.waiting:
        named = len(result.scope.waiting)
        yield f"it names {named} drafted lines that wait, and plan.json {len(plan.waiting)}, or others"
    if (result.plan.checks, result.plan.hosts) != (len(planned), plan.hosts):
        yield "its count of what was planned is not that of plan.json"


def _of_history(result: Result, folder: Path, history: Sequence[PastRun]) -> Iterator[str]:
    """Whether the history knows it so."""
    written = hashlib.sha256((folder / "result.json").read_bytes()).hexdigest()
    for past in history:
        if past.run == result.run and (past.verdict, past.digest) != (result.verdict, written):
            yield f"history.jsonl holds {past.verdict.value} and another digest for this run"


def _of_journal(result: Result, plan: SavedPlan, folder: Path) -> Iterator[str]:
    """Whether outcomes, counts and verdict follow from what each check wrote when it was made."""
    executed = _executed(plan, folder)
    for check in result.checks:
        if problem := _of_line(check, executed.lines.get(check.id)):
            yield f"{check.id}: {problem}"
            return
    if result.executed.checks != len(executed.lines):
        yield f"it counts {result.executed.checks} checks as made, and journal.jsonl {len(executed.lines)}"
    severities = {line.id: line.severity for line in plan.checks}
    outcomes = [CheckOutcome(one.id, severities[one.id], one.outcome) for one in result.checks]
    answer = judge(outcomes, executed.broken)
    claimed = Verdict.GO if result.go_until else result.verdict
    if claimed is not Verdict.NO_GO and answer.verdict not in (Verdict.GO, claimed):
        yield f"it says {result.verdict.value}, and {answer.reasons[0]}"


def _executed(plan: SavedPlan, folder: Path) -> Executed:
    """What the journal of the run shows."""
    lines = _lines(journal_path(folder))
    closing = [line.closed for line in lines if isinstance(line, ClosingLine)]
    return check_journal([line.id for line in plan.checks], lines, closing[-1] if closing else None)


def _lines(path: Path) -> tuple[Line | None, ...]:
    try:
        return tuple(read_line(text) for text in path.read_bytes().split(b"\n") if text)
    except OSError:
        return ()


def _of_line(check: SavedCheck, line: CheckLine | None) -> str:
    """How a check differs from its line in the journal. Texts may: secrets in them were hidden later."""
    if line is None:
        return "" if check.outcome is Outcome.NOT_RUN and not check.findings else "journal.jsonl lacks it"
    if [one.kind for one in check.findings] != [one.kind for one in line.findings]:
        return "its findings are not those of journal.jsonl"
    if (check.compared, check.seconds) != (line.compared, line.seconds):
        return "its counts are not those of journal.jsonl"
    own = Outcome.heaviest(line.outcome, Judgement(check.findings, check.compared).outcome)
    return "" if check.outcome is own else f"it is {check.outcome.value}, and journal.jsonl says {own.value}"


def _of_records(result: Result, plan: SavedPlan, measured: Sequence[Record]) -> Iterator[str]:
    """Whether sites and loss are those of the records."""
    for record in measured:
        if record.policy_digest != plan.policy_digest:
            yield f"the record of {record.site} is of another policy"
    if len(measured) == len((result.primary, result.standby)):
        yield from _of_both(result, *measured)
    elif result.go_until:
        yield f"it says {result.verdict.value}, and a site was not measured"


def _of_both(result: Result, primary: Record, standby: Record) -> Iterator[str]:
    by_record = result.primary.source == "record"
    if by_record != (primary.measured_at != standby.measured_at):
        yield "whether a record stands in for the primary does not follow from the records"
    if not by_record:
        return
    probes = discover()
    loss = possible_loss(primary, standby, probes, result.written)
    own = loss and SavedLoss(**asdict(loss))
    if own != result.data_loss:
        yield "what may be lost does not follow from the records"
    if result.go_until and any(missing(standby, probes, result.written)):
        yield f"it says {result.verdict.value}, and the standby lacks what the primary had written"


def _of_times(result: Result, plan: SavedPlan) -> Iterator[str]:
    """Whether the times of a GO agree, and it ends when it must."""
    limits = plan.policy_limits()
    began, ended = result.started_at, result.finished_at
    yield from against_go(result.primary, result.standby, (began, ended), ended - began, limits)
    if not timedelta(0) <= ended - began <= timedelta(seconds=plan.deadline) + _LATE:
        yield f"it ran from {began:{_STAMP}} to {ended:{_STAMP}}; its time was {plan.deadline:g} s"
    ends = [*rehearsed.end(plan.oldest_rehearsal, result.rehearsed_at if result.valid_until else None)]
    ends += [go_ends(result.primary, ended, limits, result.data_loss, plan.most_lost)]
    ends += [one.expires for one in result.waivers if one.state != "other sites"]
    ends += [
        datetime.combine(one.review, time(), UTC) + timedelta(days=1)
        for one in result.differs
        if one.state != "other sites"
    ]
    if result.go_until != min(ends):
        yield f"it says that it holds until {result.go_until}, and it holds until {min(ends)}"


def _of_rehearsal(result: Result, plan: SavedPlan) -> Iterator[str]:
    """Whether a rehearsal is missing just where the answer says so."""
    within, last = plan.oldest_rehearsal, LastRehearsal(result.rehearsed_at)
    is_missing = within is not None and not rehearsed.is_in_time(within, last, result.finished_at)
    if is_missing != (result.verdict is Verdict.NO_GO):
        yield "whether a rehearsal is missing does not follow from plan.json"

"""What a verdict does not cover. Every report says so, also for a GO."""

from __future__ import annotations

from siteparity.model import Outcome, Severity, Verdict
from siteparity.report.exceptions import exceptions
from siteparity.report.groups import State, areas
from siteparity.report.shipped import shipped_words
from siteparity.report.visible import shortened, visible
from siteparity.report.words import count, span, title, utc
from siteparity.result import Result

NOTE_WIDTH = 300


def limits(result: Result) -> tuple[str, ...]:
    """The limits of this run, then those of every run."""
    return (*_of_this_run(result), *_of_every_run(result))


def _of_this_run(result: Result) -> list[str]:
    primary, standby = title(result.primary.site), title(result.standby.site)
    found: list[str] = []
    if result.primary.source == "record":
        age = span(result.finished_at - result.primary.measured_at)
        found.append(f"{primary} was not looked at: what changed there in the last {age} is not known.")
    if result.standby.source == "record":
        age = span(result.finished_at - result.standby.measured_at)
        found.append(f"{standby} was judged from a record that is {age} old, not from what it is now.")
    missing = result.plan.checks - result.executed.checks
    if missing > 0:
        found.append(f"{count(missing, 'planned check')} {'was' if missing == 1 else 'were'} not made.")
    if words := shipped_words(result.shipped):
        found.append(f"Not every check is as siteparity ships it: {words}.")
    open_warnings = sum(
        (check.severity, check.outcome) == (Severity.WARNING, Outcome.UNMEASURED) for check in result.checks
    )
    if open_warnings:
        found.append(f"{count(open_warnings, 'warning')} could not be measured; warnings decide nothing.")
    found += exceptions(result)
    if any(area.state is State.ACCEPTED for area in areas(result)):
        found.append("Accepted differences are still there. Customers will notice what stands beside them.")
    if by_design := sum(one.state == "active" for one in result.differs):
        them = "difference is" if by_design == 1 else "differences are"
        found.append(f"{by_design:,} {them} by design: {standby} is not meant to be the same there.")
    if not any(check.kind == "smoke" for check in result.checks):
        found.append(f"{standby} was compared, but not tried out: no smoke test is part of this run.")
    found += (f"{one}." for one in (*told(result), *forgotten(result)))
    if result.not_applicable:
        names = ", ".join(f"{one.check} ({' or '.join(one.keys)})" for one in result.not_applicable)
        found.append(f"{not_applicable(result)} Each with the key that is not used: {names}.")
    return found


def not_looked_at(result: Result) -> str:
    """What this run did not look at, in a line: ``no load, no restart; 2 hosts in no role``."""
    parts = ["no load as customers make it, no restart"]
    if result.primary.source == "record":
        parts.append(f"{title(result.primary.site)} itself")
    if hosts := len(result.hosts_in_no_role):
        parts.append(f"{count(hosts, 'host')} in no role")
    if absent := sum(area.state == "absent" for area in result.scope.areas):
        parts.append(f"{count(absent, 'area')} declared absent")
    if undecided := sum(area.state == "undecided" for area in result.scope.areas):
        parts.append(f"{count(undecided, 'area')} undecided")
    if unjudged := sum(len(one.unjudged) for one in result.scope.listed):
        parts.append(f"{count(unjudged, 'thing')} on hosts that nothing judges")
    missing = sum(not check.outcome.measured for check in result.checks)
    if missing:
        parts.append(f"{count(missing, 'check')} that could not be made")
    return "; ".join(parts)


def told(result: Result) -> tuple[str, ...]:
    """The notes of checks that found nothing wrong in them: ``capacity (web): cores: arizona has ...``."""
    notes = dict.fromkeys((check.aspect, check.role, note) for check in result.checks for note in check.notes)
    return tuple(shortened(visible(f"{aspect} ({role}): {note}"), NOTE_WIDTH) for aspect, role, note in notes)


def forgotten(result: Result) -> tuple[str, ...]:
    """That something was removed from what the run left, and when; empty if nothing was."""
    when = ", ".join(map(utc, result.forgotten))
    return (
        (f"A value was removed from what this run left, {when} (siteparity history --forget)",)
        if when
        else ()
    )


def not_applicable(result: Result) -> str:
    """How many checks do not apply, and why."""
    number = len(result.not_applicable)
    verb = "does" if number == 1 else "do"
    return f"{count(number, 'check')} {verb} not apply: the policy names nothing of the kind."


def hosts_in_no_role(result: Result) -> str:
    """How many hosts nobody looked at."""
    number = len(result.hosts_in_no_role)
    is_, was = ("is", "was") if number == 1 else ("are", "were")
    return f"{count(number, 'host')} {is_} in no role of the policy and {was} not looked at"


def _of_every_run(result: Result) -> list[str]:
    primary, standby = title(result.primary.site), title(result.standby.site)
    until = f"until {utc(result.valid_until)}" if result.valid_until else "for the moment it was made"
    first = (
        f"It is valid {until}, and only while nothing changes at either site: `siteparity verify` tells."
        if result.verdict is Verdict.GO
        else f"It speaks of the moment of measuring. A repair at {standby} shows in the next run, not here."
    )
    return [
        first,
        "It speaks of the hosts in the inventories and the areas that it is about, no others.",
        f"{standby} did not carry the customers' load in this run. Enough cores and memory are no load test.",
        "No host was restarted. That a host will boot is concluded from evidence; only a drill proves it.",
        f"What is written at {primary} between the last replication and the switch can be lost.",
        "People and contracts: who is on duty, who may change DNS at the registrar, what others allow us.",
        f"The way back from {standby} to {primary} is a failover of its own, and needs a verdict of its own.",
    ]

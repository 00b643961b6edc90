"""From what a check did to one outcome and one line of the journal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pytest
from _pytest.outcomes import Failed

from siteparity.model import Finding, FindingKind, Group, Judgement, Outcome
from siteparity.plan import PlannedCheck
from siteparity.redaction import redacted, redacted_values
from siteparity.waivers import Waivers

PROPERTY = "siteparity"
"""The name of the user property under which a report carries its check's outcome, as JSON."""


_NO_RULE = Finding("(check)", FindingKind.UNMEASURED, "the check applied no rule, so it proves nothing")


class Concluded(Failed):
    """Ends a check whose judgement is not "same"; pytest shows its text and no traceback."""

    __module__ = "builtins"  # as pytest's own: its summary names the class without the place

    def __init__(self, judgement: Judgement) -> None:
        self.judgement = judgement if judgement.findings else Judgement((_NO_RULE,), 0)
        super().__init__("\n".join(finding.message for finding in self.judgement.findings))
        self.pytrace = False


def judgement_of(error: BaseException, so_far: Judgement) -> Judgement:
    """What an exception that ended a check means.

    A broken assertion is a difference; anything else, such as a time-out or a fault of the check itself,
    leaves the check unmeasured.
    """
    if isinstance(error, Concluded):
        return error.judgement
    kind = FindingKind.EXPECTATION if isinstance(error, AssertionError) else FindingKind.UNMEASURED
    words = str(error).strip().split("\n")[0] or type(error).__name__
    message = words if isinstance(error, AssertionError) else f"{type(error).__name__}: {words}"
    return Judgement((*so_far.findings, Finding("(check)", kind, message)), so_far.compared)


def line(check_id: str, judgement: Judgement, seconds: float) -> dict[str, Any]:
    """One check as the journal and the report's user property hold it."""
    return {
        "id": check_id,
        "outcome": judgement.outcome,
        "compared": judgement.compared,
        "seconds": round(seconds, 4),
        "findings": [redacted_values(asdict(finding)) for finding in judgement.findings],
    }


def line_with_waivers(
    entry: Mapping[str, Any],
    check: PlannedCheck,
    waivers: Waivers,
    every: Sequence[PlannedCheck],
) -> dict[str, Any]:
    """The line with what waivers accept of it, and the waivers that accept what is no longer there.

    What the line shows is judged, without its secrets: whoever reads it judges by that as well.
    """
    found = [_shown(one) for one in entry["findings"]]
    accepted = [waivers.accepting(check, finding) for finding in found]
    made = waivers.outcome(check, found, entry["compared"])
    holds = made in (Outcome.SAME, Outcome.WAIVED)
    return {
        **entry,
        "outcome": made,
        "findings": [
            {**one, "waiver": waiver and waiver.accepted}
            for one, waiver in zip(entry["findings"], accepted, strict=True)
        ],
        "unneeded": [one.label for one in waivers.unneeded(check, found, every)] if holds else [],
    }


def _shown(finding: Mapping[str, Any]) -> Finding:
    """A finding as a line holds it."""
    primary, standby = (
        tuple(Group(group["value"], tuple(group["hosts"])) for group in finding[side])
        for side in ("primary", "standby")
    )
    kind = FindingKind(finding["kind"])
    return Finding(finding["item"], kind, finding["message"], primary=primary, standby=standby)


def unmeasured(check_id: str, reason: str, seconds: float = 0.0) -> dict[str, Any]:
    """A check that could not be made at all."""
    finding = Finding("(check)", FindingKind.UNMEASURED, reason)
    return line(check_id, Judgement((finding,), 0), seconds)


def merged(first: Mapping[str, Any], then: Mapping[str, Any]) -> Mapping[str, Any]:
    """What two phases of one check say together: every finding, and the heavier outcome."""
    return {
        **first,
        "outcome": Outcome.heaviest(Outcome(first["outcome"]), Outcome(then["outcome"])),
        "findings": [*first["findings"], *then["findings"]],
    }


def property_of(report: pytest.TestReport) -> Mapping[str, Any] | None:
    """The line that a report carries, or None."""
    texts = [value for name, value in report.user_properties if name == PROPERTY]
    return json.loads(str(texts[-1])) if texts else None


def attach(report: pytest.TestReport, entry: Mapping[str, Any]) -> None:
    """Let a report carry its check's line; replaces what an earlier phase attached."""
    kept = [pair for pair in report.user_properties if pair[0] != PROPERTY]
    report.user_properties = [*kept, (PROPERTY, json.dumps(entry))]


def hide_secrets(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Take secrets out of what pytest shows of an exception, and of what was printed."""
    report.sections = [(name, redacted(text)) for name, text in report.sections]
    if isinstance(report.longrepr, tuple):  # a skip: file, line, words
        report.longrepr = (*report.longrepr[:2], redacted(report.longrepr[2]))
    elif (text := report.longreprtext) != (hidden := redacted(text)):
        report.longrepr = hidden


def conclude(report: pytest.TestReport, entry: Mapping[str, Any]) -> None:
    """Let a report carry the line, and say it in pytest's terms, whatever marks the check bears.

    Different is a failure, unmeasured an error: a skip, or an expected failure, does not make it less.
    Waived is an expected failure with the waiver's reason, and strict: if what a waiver accepts is not there,
    it is a failure.
    """
    attach(report, entry)
    if entry["outcome"] != Outcome.SAME:
        vars(report).pop("wasxfail", None)  # a mark's word, which pytest-html would call a pass
    if (unneeded := entry.get("unneeded")) and report.when == "call":
        report.outcome = "failed"
        report.longrepr = "[XPASS(strict)] " + "; ".join(f"{one} is no longer needed" for one in unneeded)
        return
    if entry["outcome"] == Outcome.WAIVED and report.when == "call":
        report.outcome = "skipped"
        report.wasxfail = "; ".join(dict.fromkeys(one["waiver"] for one in entry["findings"]))
        return
    if entry["outcome"] == Outcome.SAME:
        return
    if not report.failed:
        report.outcome = "failed"
        report.longrepr = "\n".join(finding["message"] for finding in entry["findings"])
    if entry["outcome"] == Outcome.UNMEASURED and report.when == "call":
        report.when = "setup"  # pytest tells errors from failures by the phase alone

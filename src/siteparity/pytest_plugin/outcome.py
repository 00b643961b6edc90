"""One outcome for each check: from what ended it, through the line in its report, to pytest's own terms."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from _pytest.outcomes import Failed

from siteparity.model import Finding, FindingKind, Judgement, Outcome
from siteparity.plan import PlannedCheck
from siteparity.redaction import redacted
from siteparity.runs.journal import CheckLine, read_line
from siteparity.waivers import Waivers

PROPERTY = "siteparity"
"""The user property of a report that holds the check's line, as JSON."""

_NO_RULE = Finding(
    item="(check)",
    kind=FindingKind.UNMEASURED,
    message="the check applied no rule, so it proves nothing",
)


class Concluded(Failed):
    """Ends a check whose outcome is not "same". pytest shows its text and no traceback."""

    __module__ = "builtins"  # as pytest's own: its summary names the class without the module

    def __init__(self, judgement: Judgement) -> None:
        self.judgement = judgement if judgement.findings else Judgement((_NO_RULE,), 0)
        super().__init__("\n".join(finding.message for finding in self.judgement.findings))
        self.pytrace = False


def judgement_of(error: BaseException, so_far: Judgement) -> Judgement:
    """The judgement of a check that an exception ended.

    A broken assertion is a difference. Anything else, such as a time-out or a fault of the check itself,
    leaves the check unmeasured.
    """
    if isinstance(error, Concluded):
        return error.judgement
    kind = FindingKind.EXPECTATION if isinstance(error, AssertionError) else FindingKind.UNMEASURED
    words = str(error).strip().split("\n")[0] or type(error).__name__
    message = words if isinstance(error, AssertionError) else f"{type(error).__name__}: {words}"
    finding = Finding(item="(check)", kind=kind, message=message)
    return Judgement((*so_far.findings, finding), so_far.compared, so_far.notes)


def with_waivers(
    line: CheckLine, check: PlannedCheck, waivers: Waivers, every: Sequence[PlannedCheck]
) -> CheckLine:
    """The line with what accepts its findings, and with what accepts findings that are no longer there.

    Args:
        line: of the check.
        check: that was made.
        waivers: of the run, with its differences by design.
        every: all checks of the run.
    """
    judgement = Judgement(waivers.applied(check, line.findings), line.compared)
    unneeded = waivers.unneeded(check, judgement.findings, every) if judgement.outcome.holds else ()
    return CheckLine(
        id=line.id,
        outcome=judgement.outcome,
        compared=line.compared,
        seconds=line.seconds,
        findings=judgement.findings,
        notes=line.notes,
        unneeded=tuple(waiver.label for waiver in unneeded),
    )


def line_of(report: pytest.TestReport | pytest.CollectReport) -> CheckLine | None:
    """The line that a report carries; None if it carries none. A line that proves nothing is unmeasured."""
    properties = getattr(report, "user_properties", ())  # a report of collecting has none
    texts = [value for name, value in properties if name == PROPERTY]
    if not texts:
        return None
    line = read_line(str(texts[-1]))
    if isinstance(line, CheckLine):
        return line
    return CheckLine.unmeasured(report.nodeid, "the result of the check is damaged")


def attach(report: pytest.TestReport, line: CheckLine) -> None:
    """Let a report carry its check's line, in place of the line of an earlier phase."""
    kept = [pair for pair in report.user_properties if pair[0] != PROPERTY]
    report.user_properties = [*kept, (PROPERTY, line.text())]


def hide_secrets(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Take secrets out of the exception and the printed text that pytest shows."""
    report.sections = [(name, redacted(text)) for name, text in report.sections]
    if isinstance(report.longrepr, tuple):  # a skip: file, line, words
        report.longrepr = (*report.longrepr[:2], redacted(report.longrepr[2]))
    elif (text := report.longreprtext) != (hidden := redacted(text)):
        report.longrepr = hidden


def conclude(report: pytest.TestReport, line: CheckLine) -> None:
    """Let a report carry the line, and state the outcome in pytest's terms, whatever marks the check has.

    Different is a failure, unmeasured an error: no skip and no expected failure hides it. By design is a
    pass: the sites are as the policy says. Waived is an expected failure with the waiver's reason. Both are
    strict: if the check no longer finds what is accepted, it fails.
    """
    attach(report, line)
    if line.outcome is not Outcome.SAME:
        vars(report).pop("wasxfail", None)  # set by a mark; pytest-html would show a pass
    if line.unneeded and report.when == "call":
        report.outcome = "failed"
        report.longrepr = "[XPASS(strict)] " + "; ".join(
            f"{one} is no longer needed" for one in line.unneeded
        )
        return
    if line.outcome is Outcome.WAIVED and report.when == "call":
        report.outcome = "skipped"
        reasons = dict.fromkeys(finding.waiver for finding in line.findings if finding.waiver)
        report.wasxfail = "; ".join(reasons)
        return
    if line.outcome is Outcome.BY_DESIGN and report.when == "call":
        report.outcome = "passed"
        report.longrepr = None
        return
    if line.outcome is Outcome.SAME:
        return
    if not report.failed:
        report.outcome = "failed"
        report.longrepr = "\n".join(finding.message for finding in line.findings)
    if line.outcome is Outcome.UNMEASURED and report.when == "call":
        report.when = "setup"  # pytest tells errors from failures by the phase alone

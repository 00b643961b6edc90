"""Do the reports of a run say the same? A difference between them is a reason against GO."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # reads the file that this package wrote a moment before
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from siteparity.model import Outcome
from siteparity.report.checks_html import PageError, rows_of
from siteparity.report.junit import junit
from siteparity.result import Result

_PYTEST_WORDS = {
    Outcome.SAME: {"Passed"},
    Outcome.DIFFERENT: {"Failed"},
    Outcome.UNMEASURED: {"Error"},
    Outcome.WAIVED: {"XFailed"},
    Outcome.NOT_RUN: {"Error"},
}


def reconcile(result: Result, junit_path: Path, checks_html_path: Path) -> list[str]:
    """Hold the reports against the result; returns what disagrees, each as a sentence, or nothing.

    A check that was not run may be missing from ``checks.html``: pytest never heard of it.
    """
    return [*_junit_disagreements(result, junit_path), *_page_disagreements(result, checks_html_path)]


def _junit_disagreements(result: Result, path: Path) -> list[str]:
    try:
        found = _counts(ET.fromstring(path.read_bytes()))  # noqa: S314  # our own file
    except OSError as error:
        return [f"{path.name} cannot be read: {error.strerror}"]
    except ET.ParseError as error:
        return [f"{path.name} is no XML: {error}"]
    expected = _counts(ET.fromstring(junit(result)))  # noqa: S314  # made in this line
    return [
        f"{path.name} counts {found[name]} {name}, result.json {expected[name]}"
        for name in sorted({*found, *expected})
        if found[name] != expected[name]
    ]


def _counts(root: ET.Element) -> Counter[str]:
    cases = root.findall("./testsuite/testcase")
    tags = Counter(child.tag for case in cases for child in case)
    return Counter(checks=len(cases), failures=tags["failure"], errors=tags["error"], skipped=tags["skipped"])


def _page_disagreements(result: Result, path: Path) -> list[str]:
    try:
        rows = rows_of(path)
    except OSError as error:
        return [f"{path.name} cannot be read: {error.strerror}"]
    except PageError as error:
        return [str(error)]
    checks = {check.id: check.outcome for check in result.checks}
    not_needed = result.not_needed()  # a strict expected failure that passed is a failure
    strangers = sorted(set(rows) - set(checks))
    lost = [
        check for check, outcome in checks.items() if outcome is not Outcome.NOT_RUN and not rows.get(check)
    ]
    several = [check for check in checks if len(rows.get(check, ())) > 1]
    other = [
        check
        for check, outcome in checks.items()
        if len(rows.get(check, ())) == 1
        and not set(rows[check]) <= ({"Failed"} if check in not_needed else _PYTEST_WORDS[outcome])
    ]
    return [
        *_told(path, strangers, "shows", "that result.json does not hold"),
        *_told(path, lost, "lacks", "that result.json holds"),
        *_told(path, several, "shows more than one row for", ""),
        *_told(path, other, "shows another outcome than result.json for", ""),
    ]


def _told(path: Path, tests: Sequence[str], verb: str, rest: str) -> list[str]:
    if not tests:
        return []
    checks = f"{len(tests)} {'check' if len(tests) == 1 else 'checks'}"
    return [f"{path.name} {verb} {checks}{f' {rest}' if rest else ''} (first: {tests[0]})"]

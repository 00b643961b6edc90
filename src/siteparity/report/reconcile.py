"""Whether the reports of a run agree with its result. A difference is a reason against GO."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # reads the file that this package wrote a moment before
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from siteparity.model import Outcome
from siteparity.report.checks_html import PageError, rows_of
from siteparity.report.words import count
from siteparity.result import Result

_PYTEST_WORDS = {
    Outcome.SAME: "Passed",
    Outcome.BY_DESIGN: "Passed",
    Outcome.DIFFERENT: "Failed",
    Outcome.UNMEASURED: "Error",
    Outcome.WAIVED: "XFailed",
    Outcome.NOT_RUN: "Error",
}
_JUNIT_WORDS = {
    "Passed": "passed",
    "Failed": "failures",
    "Error": "errors",
    "XFailed": "skipped",
}


def reconcile(result: Result, junit_path: Path, checks_html_path: Path) -> list[str]:
    """Compare the reports with the result; returns each difference as a sentence.

    ``checks.html`` may lack a check that was not made: pytest never heard of it.
    """
    words = _words(result)
    return [*_junit_disagreements(words, junit_path), *_page_disagreements(result, words, checks_html_path)]


def _words(result: Result) -> dict[str, str]:
    """Id of each check -> pytest's word for its outcome."""
    not_needed = result.not_needed()  # a strict expected failure that passed is a failure
    return {
        check.id: "Failed" if check.id in not_needed else _PYTEST_WORDS[check.outcome]
        for check in result.checks
    }


def _junit_disagreements(words: dict[str, str], path: Path) -> list[str]:
    try:
        root = ET.fromstring(path.read_bytes())  # noqa: S314  # our own file
    except OSError as error:
        return [f"{path.name} cannot be read: {error.strerror}"]
    except ET.ParseError as error:
        return [f"{path.name} is no XML: {error}"]
    cases = root.findall("./testsuite/testcase")
    tags = Counter(child.tag for case in cases for child in case)
    found = {
        "checks": len(cases),
        "errors": tags["error"],
        "failures": tags["failure"],
        "skipped": tags["skipped"],
    }
    expected = Counter(_JUNIT_WORDS[word] for word in words.values())
    expected["checks"] = len(words)
    return [
        f"{path.name} counts {number} {name}, result.json {expected[name]}"
        for name, number in found.items()
        if number != expected[name]
    ]


def _page_disagreements(result: Result, words: dict[str, str], path: Path) -> list[str]:
    try:
        rows = rows_of(path)
    except OSError as error:
        return [f"{path.name} cannot be read: {error.strerror}"]
    except PageError as error:
        return [str(error)]
    made = [check.id for check in result.checks if check.outcome is not Outcome.NOT_RUN]
    strangers = sorted(rows.keys() - words.keys())
    lost = [check for check in made if not rows.get(check)]
    several = [check for check in words if len(rows.get(check, ())) > 1]
    other = [
        check for check, word in words.items() if len(rows.get(check, ())) == 1 and rows[check] != [word]
    ]
    return [
        *_sentences(path, strangers, "shows", "that result.json does not hold"),
        *_sentences(path, lost, "lacks", "that result.json holds"),
        *_sentences(path, several, "shows more than one row for", ""),
        *_sentences(path, other, "shows another outcome than result.json for", ""),
    ]


def _sentences(path: Path, tests: Sequence[str], verb: str, rest: str) -> list[str]:
    if not tests:
        return []
    what = f"{count(len(tests), 'check')} {rest}".rstrip()
    return [f"{path.name} {verb} {what} (first: {tests[0]})"]

"""``junit.xml`` (xunit2) for continuous integration."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET  # builds XML here; nothing is parsed
from collections import Counter

from siteparity.model import Outcome
from siteparity.report.visible import visible
from siteparity.result import Result, SavedCheck, SavedFinding

MESSAGE_WIDTH = 500
"""Servers show the message in lists. The element holds the whole text."""

_ELEMENTS = {
    Outcome.DIFFERENT: ("failure", "different"),
    Outcome.UNMEASURED: ("error", "unmeasured"),
    Outcome.NOT_RUN: ("error", "not-run"),
    Outcome.WAIVED: ("skipped", "waived"),
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0, section 2.2, forbids even if they are escaped."""


def junit(result: Result) -> bytes:
    """The document: different is a failure, unmeasured or not run an error, waived is skipped.

    A check that holds although a waiver expects otherwise is a failure, like a strict xfail that passes.
    """
    not_needed = result.not_needed()
    cases = [_case(check, needed=check.id not in not_needed) for check in result.checks]
    counts = Counter(child.tag for case in cases for child in case)
    totals = {
        "tests": str(len(cases)),
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
        "skipped": str(counts["skipped"]),
        "time": f"{sum(check.seconds for check in result.checks):.3f}",
    }
    root = ET.Element(
        "testsuites", {"name": "siteparity", **{key: totals[key] for key in totals if key != "skipped"}}
    )
    suite = ET.SubElement(
        root, "testsuite", {"name": "siteparity", **totals, "timestamp": result.started_at.isoformat()}
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (("run", result.run), ("verdict", result.verdict.value)):
        ET.SubElement(properties, "property", {"name": name, "value": _legal(value)})
    suite.extend(cases)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _case(check: SavedCheck, *, needed: bool) -> ET.Element:
    path, _, name = check.id.partition("::")
    case = ET.Element(
        "testcase",
        {
            "classname": _legal(path.removesuffix(".py").replace("/", ".")),
            "name": _legal(name or check.id),
            "time": f"{check.seconds:.3f}",
        },
    )
    if not needed:
        words = "a waiver for what this check no longer finds; remove it"
        ET.SubElement(case, "failure", {"message": words, "type": "waiver-not-needed"})
    elif check.outcome in _ELEMENTS:
        tag, kind = _ELEMENTS[check.outcome]
        element = ET.SubElement(case, tag, {"message": _message(check)[:MESSAGE_WIDTH], "type": kind})
        element.text = _legal("\n\n".join(_text(finding) for finding in check.findings)) or None
    return case


def _message(check: SavedCheck) -> str:
    if check.outcome is Outcome.WAIVED:
        return _legal("; ".join(dict.fromkeys(one.waiver for one in check.findings if one.waiver)))
    if check.outcome is Outcome.NOT_RUN and not check.findings:
        return "the check was not made"
    first = visible(check.findings[0].message) if check.findings else "no value was compared"
    more = len(check.findings) - 1
    return _legal(f"{first} (and {more:,} more)" if more > 0 else first)


def _text(finding: SavedFinding) -> str:
    parts = (
        ("", finding.message),
        ("effect: ", finding.effect),
        ("fix: ", finding.fix),
        ("waiver: ", finding.waiver),
    )
    return "\n".join(f"{name}{text}" for name, text in parts if text)


def _legal(text: str) -> str:
    """The text with invisible characters shown by their numbers, and without any that XML forbids."""
    return _NOT_XML.sub("?", visible(text, lines=True))

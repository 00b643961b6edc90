"""``junit.xml`` (xunit2) for continuous integration."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET  # builds XML here; nothing is parsed
from collections import Counter
from collections.abc import Iterator

from siteparity.model import Outcome
from siteparity.report.states import absent, in_state
from siteparity.report.visible import visible
from siteparity.result import Result, SavedCheck, SavedFinding, not_needed

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

    By design is a pass; its output names what differs. A check that holds although a waiver, or an entry
    under ``differs``, expects otherwise is a failure, like a strict xfail that passes.
    """
    cases = [_case(check, unneeded) for check, unneeded in _unneeded(result)]
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
    told = (("run", result.run), ("verdict", result.verdict.value), *_scope(result))
    for name, value in told:
        ET.SubElement(properties, "property", {"name": name, "value": _legal(value)})
    suite.extend(cases)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _scope(result: Result) -> Iterator[tuple[str, str]]:
    """What the answer is about, as properties: ``absent`` -> ``waf, smoke.admin``."""
    if result.scope.areas:
        for state in ("promised", "compared"):
            yield state, ", ".join(in_state(result.scope, state))
        yield "absent", ", ".join(absent(result.scope))
        yield "undecided", ", ".join(one.key for one in result.scope.undecided)
        if result.scope.waiting:
            yield "drafted", ", ".join(one.path for one in result.scope.waiting)


def _unneeded(result: Result) -> Iterator[tuple[SavedCheck, str]]:
    """Each check, and what expects it to differ although it holds: ``waiver``, ``difference`` or nothing."""
    by_design, waived = (not_needed(result.checks, of) for of in (result.differs, result.waivers))
    for check in result.checks:
        yield check, "difference" if check.id in by_design else "waiver" if check.id in waived else ""


def _case(check: SavedCheck, unneeded: str) -> ET.Element:
    path, _, name = check.id.partition("::")
    case = ET.Element(
        "testcase",
        {
            "classname": _legal(path.removesuffix(".py").replace("/", ".")),
            "name": _legal(name or check.id),
            "time": f"{check.seconds:.3f}",
        },
    )
    if unneeded:
        what = {"waiver": "a waiver", "difference": "an entry under differs"}[unneeded]
        words = f"{what} for what this check no longer finds; remove it"
        ET.SubElement(case, "failure", {"message": words, "type": f"{unneeded}-not-needed"})
    elif check.outcome in _ELEMENTS:
        tag, kind = _ELEMENTS[check.outcome]
        element = ET.SubElement(case, tag, {"message": _message(check)[:MESSAGE_WIDTH], "type": kind})
        element.text = _texts(check)
    elif check.findings:
        ET.SubElement(case, "system-out").text = _texts(check)
    return case


def _message(check: SavedCheck) -> str:
    if check.outcome is Outcome.WAIVED:
        return _legal("; ".join(dict.fromkeys(one.waiver for one in check.findings if one.waiver)))
    if check.outcome is Outcome.NOT_RUN and not check.findings:
        return "the check was not made"
    first = visible(check.findings[0].message) if check.findings else "no value was compared"
    more = len(check.findings) - 1
    return _legal(f"{first} (and {more:,} more)" if more > 0 else first)


def _texts(check: SavedCheck) -> str | None:
    return _legal("\n\n".join(_text(finding) for finding in check.findings)) or None


def _text(finding: SavedFinding) -> str:
    parts = (
        ("", finding.message),
        ("effect: ", finding.effect),
        ("fix: ", finding.fix),
        ("waiver: ", finding.waiver),
        ("by design: ", finding.design),
    )
    return "\n".join(f"{name}{text}" for name, text in parts if text)


def _legal(text: str) -> str:
    """The text with invisible characters shown by their numbers, and without any that XML forbids."""
    return _NOT_XML.sub("?", visible(text, lines=True))

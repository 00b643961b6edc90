"""The digest of the exact difference that a waiver accepts. A finding that changes gets another digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from siteparity.judging.wording import with_every_host
from siteparity.model import Finding, FindingKind, Group, Outcome, Value
from siteparity.redaction import HIDDEN

DIGITS = 32
"""Hexadecimal digits of a digest: 128 bits, too many for a host to find a second text."""

UNNAMED = frozenset({"(check)", "(nothing)"})
"""Items of a check that did not get to its end, or compared nothing. What it would have found is unknown."""


def was_measured(finding: Finding) -> bool:
    """Whether it was measured, by a check that got to its end."""
    return finding.kind is not FindingKind.UNMEASURED and finding.item not in UNNAMED


def looked_everywhere(outcome: Outcome, findings: Iterable[Finding]) -> bool:
    """Whether a check looked everywhere, so that whatever it did not find is not there."""
    return outcome.measured and all(map(was_measured, findings))


def waivable(finding: Finding) -> bool:
    """Whether a person can know what they would accept: it was measured, and hides no secret."""
    values = (group.value for group in (*finding.primary, *finding.standby))
    texts = (finding.item, finding.message, *(str(value) for value in values))
    return was_measured(finding) and not any(HIDDEN in text for text in texts)


def difference_digest(finding: Finding, primary: str, standby: str) -> str:
    """The digest that a waiver names under `values`: of the item, sites, kind, and each value with its hosts.

    The item counts, because a waiver with a pattern names none in clear: it holds those that it was approved
    for. Hosts count, because a difference that spreads to another host is another difference: all of them,
    also those that the message does not name. Sites count, because a third site may have hosts of the same
    names. The message of a broken expectation counts, because nothing else says what was expected.
    """
    return _digest([finding.item, *_content(finding, primary, standby)])


def digest_without_item(finding: Finding, primary: str, standby: str) -> str:
    """The digest as releases before 0.2 printed it. It accepts only beside an item that is named in clear."""
    return _digest(_content(finding, primary, standby))


def _content(finding: Finding, primary: str, standby: str) -> list[object]:
    sides = [
        [site, _groups(groups)] for site, groups in ((primary, finding.primary), (standby, finding.standby))
    ]
    words = with_every_host(finding, primary, standby) if finding.kind is FindingKind.EXPECTATION else ""
    return [finding.kind.value, sides, words]


def _digest(content: list[object]) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:DIGITS]


def _groups(groups: Iterable[Group]) -> list[str]:
    """Each value with its hosts, sorted, so that it does not matter which host answered first."""
    return sorted(json.dumps([_plain(group.value), sorted(group.hosts)]) for group in groups)


def _plain(value: Value | None) -> Value | None:
    """The value; 1.0 becomes 1, since the rules treat them as equal."""
    return int(value) if isinstance(value, float) and value.is_integer() else value

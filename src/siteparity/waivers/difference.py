"""The digest of the exact difference that a waiver accepts: if anything about it changes, the waiver dies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from siteparity.model import Finding, FindingKind, Group, Value
from siteparity.redaction import HIDDEN

DIGITS = 32
"""Hexadecimal digits of a digest: 128 bits, which no host finds a second text for."""

UNNAMED = frozenset({"(check)", "(nothing)"})
"""Items of a check that did not get to its end, or had nothing to look at: what it left out is not known."""


def was_measured(finding: Finding) -> bool:
    """Whether it was measured, by a check that got to its end."""
    return finding.kind is not FindingKind.UNMEASURED and finding.item not in UNNAMED


def waivable(finding: Finding) -> bool:
    """Whether anybody can know what they would accept: it was measured, and no secret in it is hidden."""
    values = (group.value for group in (*finding.primary, *finding.standby))
    texts = (finding.item, finding.message, *(str(value) for value in values))
    return was_measured(finding) and not any(HIDDEN in text for text in texts)


def difference_digest(finding: Finding, primary: str, standby: str) -> str:
    """What `values` of a waiver names: the sites, the kind, and each value with its hosts.

    The hosts count, because a difference that spreads to a sibling is another one; the sites, because a third
    site may have hosts of the same names. What was expected stands in words alone, so these count as well.
    The item does not: a waiver names it in clear.
    """
    sides = [
        [site, _groups(groups)] for site, groups in ((primary, finding.primary), (standby, finding.standby))
    ]
    words = finding.message if finding.kind is FindingKind.EXPECTATION else ""
    text = json.dumps([finding.kind.value, sides, words])
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def _groups(groups: Iterable[Group]) -> list[str]:
    """Each value with its hosts, in an order that does not depend on who answered first."""
    return sorted(json.dumps([_plain(group.value), sorted(group.hosts)]) for group in groups)


def _plain(value: Value | None) -> Value | None:
    """The value; 1.0 is 1, as it is for the rules."""
    return int(value) if isinstance(value, float) and value.is_integer() else value

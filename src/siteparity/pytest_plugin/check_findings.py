"""The findings of one check. Its rules add to them, and its outcome is judged once, at its end.

A check can apply several rules, and the first difference must not hide the second.
"""

from __future__ import annotations

from siteparity.model import Finding, FindingKind, Judgement

_NOTHING = Finding(item="(nothing)", kind=FindingKind.UNMEASURED, message="the rule found nothing to compare")


class CheckFindings:
    """Collects the judgements of one check."""

    def __init__(self, effect: str) -> None:
        self._effect = effect
        self._judgements: list[Judgement] = []

    def add(self, judgement: Judgement) -> None:
        """Keep the findings of a rule. A rule that compared nothing leaves the whole check unmeasured."""
        if judgement.compared == 0 and not judgement.findings:
            judgement = Judgement((_NOTHING,), 0)
        self._judgements.append(judgement)

    def judgement(self) -> Judgement:
        """All findings and notes, each once; the findings with the effect that the check states."""
        findings = dict.fromkeys(finding for judgement in self._judgements for finding in judgement.findings)
        compared = sum(judgement.compared for judgement in self._judgements)
        told = tuple(finding.model_copy(update={"effect": self._effect}) for finding in findings)
        notes = dict.fromkeys(note for judgement in self._judgements for note in judgement.notes)
        return Judgement(told, compared, tuple(notes))

"""The journal of a run: ``journal.jsonl``, one line for each check that was made, and a closing line.

The process that makes the checks writes it. Every other process reads it here, and strictly: a line that is
damaged, has an undeclared key, or states an outcome that its findings do not have proves nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Self, TypeAlias

from pydantic import Field, TypeAdapter, model_validator

from siteparity.model import Finding, FindingKind, Frozen, Group, Judgement, Outcome
from siteparity.redaction import redacted

ALL_PASSED, SOME_FAILED = 0, 1
"""The exit statuses, and closing lines, of a run in which every check was made to its end."""


class _Line(Frozen):
    """What both kinds of line have in common."""

    def text(self) -> str:
        """The line as JSON, without a line feed."""
        return json.dumps(self.model_dump(mode="json"))


class CheckLine(_Line):
    """What became of one check."""

    id: str
    outcome: Outcome
    compared: int
    """How many values it looked at."""
    seconds: Annotated[float, Field(ge=0)]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    """What is worth telling and no finding."""
    unneeded: tuple[str, ...] = ()
    """The waivers and entries that are about this check alone and accept what it no longer finds."""

    @model_validator(mode="after")
    def _outcome_follows_from_the_findings(self) -> Self:
        if self.outcome is not self.judgement.outcome:
            raise ValueError(f"expected the outcome {self.judgement.outcome}, found {self.outcome}")
        return self

    @classmethod
    def of(cls, check_id: str, judgement: Judgement, seconds: float) -> CheckLine:
        """The line of a judgement, without secrets."""
        return cls(
            id=check_id,
            outcome=judgement.outcome,
            compared=judgement.compared,
            seconds=round(seconds, 4),
            findings=tuple(map(_without_secrets, judgement.findings)),
            notes=tuple(map(redacted, judgement.notes)),
        )

    @classmethod
    def unmeasured(cls, check_id: str, reason: str, seconds: float = 0.0) -> CheckLine:
        """The line of a check that could not be made."""
        finding = Finding(item="(check)", kind=FindingKind.UNMEASURED, message=reason)
        return cls.of(check_id, Judgement((finding,), 0), seconds)

    @property
    def judgement(self) -> Judgement:
        """The findings and notes, and how many values were compared."""
        return Judgement(self.findings, self.compared, self.notes)

    @property
    def passes(self) -> bool:
        """Whether pytest counts the check as passed, or as an expected failure."""
        return self.outcome.holds and not self.unneeded

    def merged(self, later: CheckLine) -> CheckLine:
        """This line and that of a later phase of the same check: all findings, and the heavier outcome."""
        return CheckLine(
            id=self.id,
            outcome=Outcome.heaviest(self.outcome, later.outcome),
            compared=self.compared,
            seconds=self.seconds,
            findings=(*self.findings, *later.findings),
            notes=(*self.notes, *later.notes),
            unneeded=self.unneeded,
        )


class ClosingLine(_Line):
    """The last line of a run that ended by itself."""

    closed: int
    """The exit status."""


Line: TypeAlias = CheckLine | ClosingLine

_LINE: TypeAdapter[Line] = TypeAdapter(Line)


def read_journal(path: Path) -> tuple[Line | None, ...]:
    """The lines of a journal, without secrets: a check may have written to it by itself.

    None stands for a line that proves nothing. A journal that does not exist has no lines.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ()
    return read_lines(data)


def read_lines(data: bytes) -> tuple[Line | None, ...]:
    """The lines of a journal that was not read from a file, as `read_journal` returns them."""
    return tuple(_line_without_secrets(read_line(text)) for text in data.split(b"\n") if text)


def read_line(text: bytes | str) -> Line | None:
    """One line as it is; None if it proves nothing."""
    try:
        return _LINE.validate_json(text)
    except ValueError:  # pydantic's errors are some
        return None


def _line_without_secrets(line: Line | None) -> Line | None:
    if not isinstance(line, CheckLine):
        return line
    return line.model_copy(
        update={
            "findings": tuple(map(_without_secrets, line.findings)),
            "notes": tuple(map(redacted, line.notes)),
            "unneeded": tuple(map(redacted, line.unneeded)),
        }
    )


def _without_secrets(finding: Finding) -> Finding:
    return finding.model_copy(
        update={
            **{name: redacted(getattr(finding, name)) for name in ("item", "message", "fix", "effect")},
            "primary": tuple(map(_group_without_secrets, finding.primary)),
            "standby": tuple(map(_group_without_secrets, finding.standby)),
            "waiver": finding.waiver and redacted(finding.waiver),
            "design": finding.design and redacted(finding.design),
        }
    )


def _group_without_secrets(group: Group) -> Group:
    value = redacted(group.value) if isinstance(group.value, str) else group.value
    return Group(value=value, hosts=tuple(map(redacted, group.hosts)))

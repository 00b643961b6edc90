"""Reads ``inventories/waivers.yml`` into typed waivers, each with its place in the file.

Only a file that cannot be understood is an error of configuration. A waiver that is understood but not valid,
such as an expired one, is not in force and is a reason against GO (`siteparity.waivers.accepting`). The run
goes on: at night, an outdated line in a file must not cost the measurement.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from siteparity.model import Finding
from siteparity.plan import PlannedCheck
from siteparity.policy.patterns import names_nearly_all
from siteparity.policy.section import ItemName, Person, RoleName, Strict, Words, as_several, matching
from siteparity.waivers.difference import DIGITS, difference_digest, digest_without_item
from siteparity.waivers.people import is_one_person
from siteparity.yamlfile import Document, did_you_mean, load, quoted, shown, validate

LONGEST = timedelta(days=90)
"""How far ahead a waiver may expire."""

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_LIST = "waivers"


def _moment(value: object) -> datetime:
    """A moment to the second, in UTC and in one spelling, so that no time zone can move it."""
    # strptime alone would take "2026-1-2T3:4:5Z" as well.
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}Z", value):
        with suppress(ValueError):
            return datetime.strptime(value, _TIME).replace(tzinfo=UTC)
    raise ValueError(
        f"expected a moment in UTC, such as 2026-12-31T00:00:00Z, found {shown(value)}; write it so"
    )


def _known_check(text: str, info: ValidationInfo) -> str:
    known: Collection[str] = (info.context or {})["checks"]
    if text not in known:
        raise ValueError(
            f"expected an aspect, or aspect.check as `siteparity explain` lists them, found {quoted(text)}"
            f"{did_you_mean(text, known)}; correct it"
        )
    return text


Digest: TypeAlias = Annotated[
    str,
    matching(
        rf"[0-9a-f]{{{DIGITS}}}", f"a digest of {DIGITS} hexadecimal digits, as `siteparity gate` prints it"
    ),
]


class Stanza(Strict):
    """One waiver as the file holds it."""

    check: Annotated[str, AfterValidator(_known_check)]
    """An aspect or journey, or one of its checks: ``packages``, ``packages.versions_are_the_same``."""
    role: RoleName
    item: ItemName
    """Exact, or a pattern with ``*`` and ``?`` if `pattern_reason` says why."""
    pattern_reason: Words | None = None
    values: Annotated[tuple[Digest, ...], BeforeValidator(as_several), Field(min_length=1)]
    """The digests of the differences that are accepted, each with its item: one, or several for a pattern."""
    reason: Words
    owner: Person
    """Who will remove the difference."""
    approved_by: Person
    """Who accepts it until then; not the owner."""
    ticket: Words
    expires: Annotated[datetime, BeforeValidator(_moment)]

    @model_validator(mode="after")
    def _one_item_has_one_difference(self) -> Self:
        if self.pattern_reason is None and len(self.values) > 1:
            raise ValueError(
                "expected one digest for one item, found several; write a waiver each, or a pattern_reason"
            )
        return self


class _File(Strict):
    waivers: tuple[Stanza, ...]


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that a named person accepts until a date."""

    says: Stanza
    place: str
    """``inventories/waivers.yml:3``."""

    @property
    def words(self) -> tuple[str, ...]:
        """The aspect, journey or check that it is about."""
        return (self.says.check,)

    @property
    def wanted(self) -> frozenset[str]:
        """All that must be found: the digest of each difference."""
        return frozenset(self.says.values)

    @property
    def ends(self) -> datetime:
        """When it expires."""
        return self.says.expires

    @property
    def label(self) -> str:
        """The name of the waiver in messages."""
        says = self.says
        return f"the waiver {self.place} ({says.check}, {says.role}, {says.item})"

    @property
    def accepted(self) -> str:
        """Why, who and until when, as reports show it beside the finding."""
        says = self.says
        until = f"until {says.expires:%Y-%m-%d %H:%M} UTC"
        return f"{says.reason} (owner {says.owner}, approved by {says.approved_by}, {says.ticket}, {until})"

    def faults(self, at: datetime) -> Iterator[str]:
        """Why it is not in force at a moment."""
        says = self.says
        if not re.sub(r"[*?\s]", "", says.item):
            yield "is too wide: its item is every item"
        if says.pattern_reason is not None and names_nearly_all(says.item):
            yield "is too wide: its pattern names nearly every item; write more of the names that are meant"
        if says.expires <= at:
            yield f"expired on {says.expires:%Y-%m-%d at %H:%M:%S} UTC"
        if says.expires - at > LONGEST:
            yield f"expires more than {LONGEST.days} days ahead"
        if is_one_person(says.owner, says.approved_by):
            yield "is approved by its own owner; somebody else must"

    def concerns(self, primary: str, standby: str) -> bool:  # noqa: ARG002  # its digests name the sites
        """Whether it is about these two sites. Of other sites, what it accepts is not there."""
        return True

    def about(self, check: PlannedCheck) -> str | None:
        """Its word for a check; None if it is about others."""
        says = self.says
        is_about = says.role == check.role and says.check in (check.source.aspect, check.source.name)
        return says.check if is_about else None

    def names(self, item: str) -> bool:
        """Whether it names an item. ``*`` and ``?`` are plain characters without a pattern_reason."""
        if self.says.pattern_reason is None:
            return self.says.item == item
        parts = {"*": ".*", "?": "."}
        pattern = "".join(parts.get(character, re.escape(character)) for character in self.says.item)
        return re.fullmatch(pattern, item, re.DOTALL) is not None

    def accepts(self, check: PlannedCheck, finding: Finding, primary: str, standby: str) -> frozenset[str]:
        """The digest of the finding, if it is exactly a difference that the waiver accepts."""
        if self.about(check) is None or not self.names(finding.item):
            return frozenset()
        digests = {difference_digest(finding, primary, standby)}
        if self.says.pattern_reason is None:
            digests.add(digest_without_item(finding, primary, standby))
        return self.wanted & digests

    def changed(self, check: PlannedCheck, finding: Finding) -> str:  # noqa: ARG002  # reports name it beside
        """Why it does not accept a finding about its item."""
        if self.says.pattern_reason is not None:
            return (
                f"does not accept {quoted(finding.item)}, which it was not approved for or which has changed"
                "; accept it anew, or fix it"
            )
        return "no longer accepts its finding, which has changed; accept it again, or fix it"

    def unneeded(self, found: frozenset[str]) -> str:
        """What to do if some of what it accepts, or all of it, is not there any more."""
        if found:
            return "accepts differences that are no longer there; remove their digests from it"
        return "is no longer needed: what it accepts is not there; remove it"


def load_waivers(path: Path, checks: Collection[str], roles: Collection[str]) -> tuple[Waiver, ...]:
    """Read the waivers. A file that does not exist holds none.

    Args:
        path: usually ``inventories/waivers.yml``.
        checks: what a waiver may be about: aspects, journeys, and ``aspect.check``.
        roles: of the policy.

    Raises:
        ConfigurationError: every problem on a line of its own: file:line: key: expected, found, what to do.
    """
    if not path.exists():
        return ()
    document = load(path)
    # The file is a list, and a model needs a key for it.
    lines = {(_LIST, *at): line for at, line in document.lines.items()}
    named = Document(document.path, {_LIST: document.value}, lines)
    stanzas = validate(named, _File, context={"checks": checks, "roles": roles}).waivers
    return tuple(Waiver(stanza, named.where((_LIST, index))) for index, stanza in enumerate(stanzas))

"""Differences by design: which finding an entry of the policy's ``differs`` accepts. Pure.

An entry accepts a finding if every host of each site has the value that the entry names for it. That of a
check that compares the sites it accepts also if it names the whole aspect. A broken expectation is a fault of
a host, or a promise of the policy: only an entry that names its check, and the values, accepts that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from siteparity.model import ConfigurationError, Finding, FindingKind, Group, Value
from siteparity.plan import PlannedCheck
from siteparity.policy.differs import BY_PART, EVERY_CHECK, NONE, Differs, Entry, Expected, written
from siteparity.yamlfile import Problems, did_you_mean, quoted

FARTHEST = timedelta(days=400)
"""How far ahead an entry may be reviewed: once a year, with time to spare."""

_ANY = re.compile(r"(?<!\\)\*")


@dataclass(frozen=True, slots=True)
class Design:
    """A difference that the policy says is meant."""

    says: Differs
    place: str
    """``inventories/policy.yml:12``."""

    @property
    def words(self) -> tuple[str, ...]:
        """The aspects and checks that it is about."""
        return self.says.words

    @property
    def wanted(self) -> frozenset[str]:
        """All that must be found: a difference of each item, and one in each of its aspects and checks."""
        return frozenset((*self.says.item, *self.words))

    @property
    def label(self) -> str:
        """The name of the entry in messages."""
        words, items = ", ".join(self.words), ", ".join(self.says.item)
        return f"the entry {self.place} under differs ({words}, {self.says.role}, {items})"

    @property
    def accepted(self) -> str:
        """Why, who and until when, as reports show it beside the finding."""
        says = self.says
        return f"{says.reason} (approved by {says.approved_by}, to be reviewed by {says.review})"

    @property
    def ends(self) -> datetime:
        """The end of the day by which it must be reviewed, in UTC."""
        return datetime.combine(self.says.review, time(), UTC) + timedelta(days=1)

    def faults(self, at: datetime) -> Iterator[str]:
        """Why it is not in force at a moment."""
        review = self.says.review
        if self.ends <= at:
            yield (
                f"should have been reviewed by {review}; set a new date if it is still meant, or remove it"
            )
        if self.ends - at > FARTHEST:
            yield f"is to be reviewed on {review}, more than {FARTHEST.days} days ahead; set an earlier date"

    def concerns(self, primary: str, standby: str) -> bool:
        """Whether it is about these two sites."""
        named = set(self.says.sites)
        return named <= set(BY_PART) or named <= {primary, standby}

    def about(self, check: PlannedCheck) -> str | None:
        """Its word for a check, the check's own name before that of the aspect; None if it is about others.

        A journey may have the name of an aspect. It tries out the standby alone, so nothing differs there.
        """
        source = check.source
        if source.kind != "parity" or check.role != self.says.role:
            return None
        return next((word for word in (source.name, source.aspect) if word in self.words), None)

    def names(self, item: str) -> bool:
        """Whether it is about an item."""
        return item in self.says.item

    def accepts(self, check: PlannedCheck, finding: Finding, primary: str, standby: str) -> frozenset[str]:
        """The item, and its word for the check, if the finding is exactly the difference that is meant."""
        word = self.about(check)
        if word is None or not self.names(finding.item):
            return frozenset()
        if finding.kind is FindingKind.EXPECTATION and (self.says.only_at or "." not in word):
            return frozenset()
        sides = ((primary, finding.primary), (standby, finding.standby))
        for (site, groups), part in zip(sides, BY_PART, strict=True):
            if len(groups) != 1 or not self._holds(word, (site, part), groups[0]):
                return frozenset()
        return frozenset((finding.item, word))

    def _holds(self, word: str, site: tuple[str, str], group: Group) -> bool:
        """Whether hosts have the value that is meant at their site, which has two names."""
        if self.says.only_at:
            return (group.value is not None) == (self.says.only_at in site)
        return any(matches(value, group.value) for name, value in self._values(word).items() if name in site)

    def _values(self, word: str) -> dict[str, Expected]:
        values = self.says.values or {}
        return dict(values.get(word) or values.get(EVERY_CHECK) or {})

    @property
    def expected(self) -> str:
        """What is meant: ``dallas enabled* | arizona none``, or ``only at dallas``."""
        if self.says.only_at:
            return f"only at {self.says.only_at}"
        told = {
            word: " | ".join(f"{site} {written(value)}" for site, value in self._values(word).items())
            for word in self.words
        }
        if len(set(told.values())) == 1:
            return told[self.words[0]]
        return "; ".join(f"{word}: {values}" for word, values in told.items())

    def changed(self, check: PlannedCheck, finding: Finding) -> str:
        """Why it does not accept a finding about its item."""
        name, found = check.source.name, f"expected {self.expected}, found {finding.message}"
        if finding.kind is FindingKind.EXPECTATION and self.about(check) != name:
            return (
                f"does not accept a broken expectation: {name}: {found}; mend it, or, if it is meant, "
                "name that check in the entry"
            )
        if finding.kind is FindingKind.EXPECTATION and self.says.only_at:
            return (
                f"does not accept a broken expectation: {name}: {found}; mend it, or, if it is meant, "
                "write values in place of only_at"
            )
        return f"does not fit: {name}: {found}; mend what differs, or correct the entry"

    def unneeded(self, found: frozenset[str]) -> str:
        """What to do if some of what it expects, or all of it, is not there any more."""
        meant = f"is no longer needed: expected {self.expected}, and the sites do not differ"
        if not found:
            return f"{meant}; remove it"
        gone = [one for one in (*self.says.item, *self.words) if one not in found]
        return f"{meant} in {', '.join(gone)}; remove that from it"


def matches(expected: Expected, found: Value | None) -> bool:
    """Whether a host has the value that a person wrote. Types do not count: reports do not show them."""
    if found is None or expected == NONE:
        return found is None and expected == NONE
    if isinstance(expected, str):
        return any(_fits(expected, text) for text in _texts(found))
    return bool(_texts(expected) & _texts(found))


def _texts(value: Value) -> set[str]:
    """How a value may be written."""
    if isinstance(value, bool):
        return {"yes", "true"} if value else {"no", "false"}
    if isinstance(value, float) and value.is_integer():
        return {str(int(value))}
    return {str(value)}


def _fits(pattern: str, text: str) -> bool:
    r"""Whether a text fits a pattern: ``*`` stands for any text, ``\*`` for itself.

    Hosts write the text, so the time that it takes must grow no faster than its length.
    """
    first, *between = [part.replace("\\*", "*") for part in _ANY.split(pattern)]
    if not between:
        return text == first
    *between, last = between
    at, end = len(first), len(text) - len(last)
    if at > end or not text.startswith(first) or not text.endswith(last):
        return False
    for part in between:
        if (found := text.find(part, at, end)) < 0:
            return False
        at = found + len(part)
    return True


def designs(entries: Sequence[Entry], checks: Sequence[PlannedCheck]) -> tuple[Design, ...]:
    """The entries of the policy, in its order.

    Args:
        entries: as the policy has them.
        checks: every check of the plan.

    Raises:
        ConfigurationError: one is about a role that has no such check, or about what another one is about.
    """
    problems, first = Problems(), dict[tuple[object, ...], str]()
    for entry in entries:
        says = entry.says
        for word in says.words:
            with problems.collecting():
                _demand_a_check(word, entry, checks)
            for item in says.item:
                place = first.setdefault((word, says.role, item, says.sites), entry.place)
                if place != entry.place:
                    text = f"expected one entry for {quoted(item)} in {word} for the role {says.role}"
                    found = f"{entry.place}: differs: {text}, found another at {place}; remove one of them"
                    problems.add_error(ConfigurationError(found))
    problems.check()
    return tuple(Design(entry.says, entry.place) for entry in entries)


def _demand_a_check(word: str, entry: Entry, checks: Sequence[PlannedCheck]) -> None:
    roles = dict.fromkeys(
        one.role
        for one in checks
        if one.source.kind == "parity" and word in (one.source.aspect, one.source.name)
    )
    role = entry.says.role
    if role in roles:
        return
    if roles:
        text = f"expected a role for which {word} is made ({', '.join(roles)}), found {quoted(role)}"
        raise ConfigurationError(f"{entry.place}: differs: {text}{did_you_mean(role, roles)}; correct it")
    raise ConfigurationError(
        f"{entry.place}: differs: expected a check that is made, found {quoted(word)}, which does not apply; "
        "remove the entry, or name in the policy what that check judges"
    )

"""Differences by design: what the policy says is meant to differ between the sites, exactly as it is.

This module reads an entry of the policy's list ``differs``. What an entry accepts, `siteparity.waivers` says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from siteparity.policy.section import ItemName, Person, Reason, RoleName, Spelling, Strict, as_several
from siteparity.yamlfile import did_you_mean, quoted, shown

NONE = "none"
"""The value of a site that lacks the item."""
BY_PART = ("primary", "standby")
"""These stand for the sites' names."""
EVERY_CHECK = ""
"""The key of values that are the same in every check."""

SITES, COMPARISONS, FIRM = "sites", "comparisons", "firm"
"""Keys of the validators' context: the known sites; the aspects and parity checks; the aspects of which
nothing can be accepted."""

_STARS = re.compile(r"\\\*|\*")


def _known_comparison(text: str, info: ValidationInfo) -> str:
    """An aspect, or ``aspect.check``, of which something can be accepted."""
    context = info.context or {}
    known: Collection[str] | None = context.get(COMPARISONS)
    if known is not None and text not in known:
        raise ValueError(
            "expected an aspect, or aspect.check of those that compare the sites (siteparity explain), found "
            f"{quoted(text)}{did_you_mean(text, known)}; correct it"
        )
    if (aspect := text.partition(".")[0]) in context.get(FIRM, ()):
        raise ValueError(
            f"expected an aspect that may differ by design, found {quoted(text)}: a standby that differs in "
            f"{aspect} cannot take over; remove the entry"
        )
    return text


def _known_site(text: str, info: ValidationInfo) -> str:
    known: Collection[str] | None = (info.context or {}).get(SITES)
    words = (*(known or ()), *BY_PART)
    if known is not None and text not in words:
        raise ValueError(
            f"expected one of {', '.join(words)}; found {quoted(text)}{did_you_mean(text, words)}; correct it"
        )
    return text


def _value(value: object) -> object:
    """A value as a person writes it. Decimals lose digits in YAML: 15.10 would be 15.1."""
    if isinstance(value, float):
        text = f'expected a decimal number in quotes, found {value}; write it so: "{value}"'
        raise ValueError(text)  # noqa: TRY004  # pydantic tells of no other error
    if isinstance(value, str) and "*" in value and not re.search(r"\w", _STARS.sub("", value)):
        raise ValueError(
            f"expected a value, or a pattern with part of one, found {quoted(value)}, which is every value; "
            "write more of it, or only_at: SITE if the other site lacks the item"
        )
    if value is None or isinstance(value, list | dict) or value == "":
        raise ValueError(f"expected a value, found {shown(value)}; write {NONE} if the site lacks the item")
    return value


def by_check(value: object) -> object:
    """The values by check; those that are written for every check, under `EVERY_CHECK`."""
    of = value if isinstance(value, dict) else {}
    if not of:
        raise ValueError(
            f"expected a value for each of both sites, found {shown(value) if value else 'none'}; "
            "write {SITE: value, SITE: value}"
        )
    nested = [isinstance(one, dict) for one in of.values()]
    if any(nested) and not all(nested):
        raise ValueError(
            "expected a value for each site, or for each check one of each site, found both; write one kind"
        )
    return value if all(nested) else {EVERY_CHECK: value}


def _both_sites(values: Mapping[str, Expected]) -> Mapping[str, Expected]:
    if len(values) != len(BY_PART) or len(set(BY_PART) & set(values)) == 1:
        raise ValueError(
            f"expected the values of two sites, found {', '.join(values) or 'none'}; name both sites, or "
            f"{' and '.join(BY_PART)}"
        )
    one, other = values.values()
    if str(one) == str(other):
        raise ValueError(f"expected two values that differ, found {one} twice; correct one of them")
    return values


def _day(value: object) -> date:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise ValueError(f"expected a day, such as 2027-05-31, found {shown(value)}; write it so")


Comparison: TypeAlias = Annotated[str, AfterValidator(_known_comparison)]
SiteKey: TypeAlias = Annotated[str, AfterValidator(_known_site)]
Expected: TypeAlias = Annotated[bool | int | str, BeforeValidator(_value)]
r"""A value, or a pattern in which ``*`` stands for any text and ``\*`` for itself; `NONE`."""
OfSites: TypeAlias = Annotated[Mapping[SiteKey, Expected], AfterValidator(_both_sites)]


class Differs(Strict):
    """One difference that is meant, as the policy holds it."""

    aspect: Annotated[tuple[Comparison, ...], BeforeValidator(as_several), Field(min_length=1)]
    """One or several aspects, or single checks: ``services``, ``listeners.nothing_else_listens``."""
    role: RoleName
    item: Annotated[tuple[ItemName, ...], BeforeValidator(as_several), Field(min_length=1)]
    """One or several, as findings name them; never a pattern, so that nothing new hides behind it."""
    only_at: SiteKey | None = None
    """The site at which every host of the role has each item. The other site lacks it."""
    values: Annotated[Mapping[str, OfSites], BeforeValidator(by_check)] | None = None
    """The value on every host of each site, in every check or check by check."""
    reason: Reason
    approved_by: Person
    review: Annotated[
        date, BeforeValidator(_day), Spelling("a day such as 2027-05-31", "[0-9]{4}-[0-9]{2}-[0-9]{2}")
    ]
    """The last day on which the entry counts."""

    @field_validator("values")
    @classmethod
    def _of_its_checks(
        cls, values: Mapping[str, OfSites] | None, info: ValidationInfo
    ) -> Mapping[str, OfSites] | None:
        aspects = info.data.get("aspect")
        if values is None or EVERY_CHECK in values or aspects is None:
            return values
        checks = sorted((info.context or {}).get(COMPARISONS, values))
        own = [one for one in checks if "." in one and {one, one.partition(".")[0]} & set(aspects)]
        for check in values:
            if check not in own:
                raise ValueError(
                    f"expected a check of {', '.join(aspects)} as siteparity explain lists them, found "
                    f"{quoted(check)}{did_you_mean(check, own)}; correct it"
                )
        named = {tuple(sorted(of_sites)) for of_sites in values.values()}
        if len(named) > 1:
            raise ValueError(
                "expected the same two sites in each check, found others; write an entry for each pair"
            )
        if idle := [one for one in aspects if not any(f"{check}.".startswith(f"{one}.") for check in values)]:
            raise ValueError(f"expected values for {idle[0]} too, found none; add them, or remove it")
        return values

    @model_validator(mode="after")
    def _says_how(self) -> Self:
        if (self.only_at is None) == (self.values is None):
            found = "none" if self.values is None else "both"
            raise ValueError(f"expected either only_at or values, found {found}; keep one of them")
        return self

    @property
    def words(self) -> tuple[str, ...]:
        """The aspects and checks that it is about, each of which must differ as it says."""
        return tuple(self.values) if self.values and EVERY_CHECK not in self.values else self.aspect

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites that it names; `BY_PART` if it is about whichever are primary and standby."""
        if self.values is None:
            return (self.only_at or "",)
        return tuple(sorted(next(iter(self.values.values()))))


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the list, and where it stands."""

    says: Differs
    place: str
    """``inventories/policy.yml:12``."""


def written(value: Expected) -> str:
    """An expected value as the policy writes it."""
    return json.dumps(value) if isinstance(value, bool) else str(value)

"""The building blocks of the policy: values with units, references, the base class of all sections.

All of them are typed, strict and frozen. An unknown key, a number without a unit, or a reference to a role or
language that the policy does not list is an error.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from siteparity.model import Severity
from siteparity.policy import patterns
from siteparity.yamlfile import did_you_mean, quoted, shown, shows_something, without_blanks

if TYPE_CHECKING:  # they use the types of this module
    from siteparity.policy.applications import Applications

SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST = timedelta(days=3650)
"""The longest time that the policy can name: later moments than a calendar has would be an error at night."""

BYTES = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


def _measure(value: object, units: Mapping[str, float], example: str) -> float:
    """A number with its unit. Raises ValueError without one."""
    found = re.fullmatch(r"([0-9]{1,9}) ?([A-Za-z]+)", value) if isinstance(value, str) else None
    if found and found[2] in units:
        return int(found[1]) * units[found[2]]
    known = ", ".join(units)
    number = found[1] if found else value if isinstance(value, int) and not isinstance(value, bool) else None
    advice = (
        f"write the unit, such as {number}{example.lstrip('0123456789')}"
        if number is not None
        else "write one"
    )
    raise ValueError(
        f"expected a number with one of the units {known}, as in {example}; found {shown(value)}; {advice}"
    )


def duration(value: object) -> timedelta:
    """A time with its unit; at most `LONGEST`."""
    if isinstance(value, timedelta):
        return value
    seconds = _measure(value, SECONDS, "30s")
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"expected at most {LONGEST.days}d, found {shown(value)}; write a shorter time")
    return timedelta(seconds=seconds)


def _size(value: object, info: ValidationInfo) -> int:
    if info.mode == "python" and isinstance(value, int):
        return value
    return int(_measure(value, BYTES, "16MiB"))


def _percent(value: object, info: ValidationInfo) -> float:
    return value if info.mode == "python" and isinstance(value, float) else percentage(value)


def percentage(value: object) -> float:
    """A number with the sign ``%``."""
    found = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,3})?) ?%", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"expected a percentage such as 90% or 0.5%, found {shown(value)}; write the sign")
    return float(found[1])


def size_or_count(value: object) -> int:
    """A size with its unit, in bytes; or a count, which has no unit."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(_measure(value, BYTES, "16MiB"))


@dataclass(frozen=True, slots=True)
class Spelling:
    """How the file writes a value that is read as another type. Stands in annotations, and checks nothing."""

    words: str
    pattern: str
    or_count: bool = False
    """Whether a number without a unit is taken as well."""


def _unit(units: Mapping[str, float]) -> str:
    return rf"[0-9]{{1,9}} ?({'|'.join(units)})"


Duration: TypeAlias = Annotated[
    timedelta, BeforeValidator(duration), Spelling("a time such as 30s", _unit(SECONDS))
]
"""Written as ``500ms``, ``30s``, ``5m``, ``4h``, ``2d``."""

Percent: TypeAlias = Annotated[
    float,
    BeforeValidator(_percent),
    Field(gt=0, le=100),
    Spelling("a percentage such as 90%", r"[0-9]{1,3}(\.[0-9]{1,3})? ?%"),
]
"""Written as ``90%``, ``0.5%``; the key says of what."""

Size: TypeAlias = Annotated[int, BeforeValidator(_size), Spelling("a size such as 16MiB", _unit(BYTES))]
"""Bytes, written as ``64KiB``, ``16MiB``, ``1GiB``."""

SizeOrCount: TypeAlias = Annotated[
    int,
    BeforeValidator(size_or_count),
    Spelling("a count, or a size such as 16MiB", _unit(BYTES), or_count=True),
]
"""Bytes with their unit, or a number without one."""


@dataclass(frozen=True, slots=True)
class Form:
    """A check of texts: the whole of one matches a pattern."""

    pattern: str
    expected: str

    def __call__(self, text: str) -> str:
        """The text; ValueError if it does not match."""
        if not re.fullmatch(self.pattern, text):
            raise ValueError(f"expected {self.expected}, found {quoted(text)}; correct it")
        return text


@dataclass(frozen=True, slots=True)
class Reference:
    """A check of texts: one names an entry of the policy's table ``key``."""

    expected: str
    key: str

    def __call__(self, text: str, info: ValidationInfo) -> str:
        """The text; ValueError if the table lacks it. Checked only while the whole policy is read."""
        known = (info.context or {}).get(self.key)
        if known is not None and text not in known:
            listed, near = ", ".join(known), did_you_mean(text, known)
            raise ValueError(
                f"expected {self.expected} of the policy ({listed}), found {quoted(text)}{near}; correct it"
            )
        return text


def matching(pattern: str, expected: str) -> AfterValidator:
    """The whole text matches `pattern`; messages describe it as `expected`."""
    return AfterValidator(Form(pattern, expected))


def one_of(what: str, key: str) -> AfterValidator:
    """A reference to an entry of the policy's table ``key``."""
    return AfterValidator(Reference(what, key))


def _words(text: str) -> str:
    if not shows_something(text):
        raise ValueError("expected words, found none; a person must write them")
    return text


def _item(text: str) -> str:
    if not text.strip():
        raise ValueError("expected words, found none; a person must write them")
    return text


def person(text: str) -> str:
    """The name of a person. Raises ValueError without a letter or digit."""
    if not any(map(str.isalnum, without_blanks(_words(text)))):
        raise ValueError(f"expected a name, found {quoted(text)}; write who it is")
    return text


OTHER_KEYS = {"host": "the key host", "cookie": "the key cookies"}
"""Headers that have a key of their own."""
NOT_TO_SET = ("authorization", "proxy-authorization", "content-length", "transfer-encoding", "connection")


def _free_header(name: str) -> str:
    """The name of a header that the policy may set."""
    if key := OTHER_KEYS.get(name.lower()):
        raise ValueError(f"expected {key}, found the header {quoted(name)}; write it there")
    if name.lower() in NOT_TO_SET:
        raise ValueError(
            f"expected a header that holds no secret and frames no request, found {quoted(name)}; remove it"
        )
    return name


def as_several(value: object) -> object:
    """One text, or a list of texts, as several."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Template:
    """A check of texts: one has exactly these placeholders, each of them in braces, and perhaps one more."""

    names: tuple[str, ...]
    optional: str

    @property
    def expected(self) -> str:
        """What is expected, in words."""
        every = (*self.names, *filter(None, [self.optional]))
        return f"a text with {' and '.join(f'{{{name}}}' for name in every)} in it and no other braces"

    def __call__(self, text: str) -> str:
        """The text; ValueError if it has other placeholders."""
        try:
            found = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        except ValueError:
            found = {"?"}
        if found - {self.optional} != set(self.names):
            raise ValueError(f"expected {self.expected}, found {quoted(text)}; write it")
        return text


def template(*names: str, optional: str = "") -> AfterValidator:
    """A text with exactly these placeholders, each of them in braces, and perhaps the optional one."""
    return AfterValidator(Template(names, optional))


LanguageTag: TypeAlias = Annotated[
    str, matching(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", "a language tag such as en, pt-BR or zh-Hant")
]
"""A language as the application's addresses name it (BCP 47: language, script, region)."""

LocaleName: TypeAlias = Annotated[
    str, matching(r"[a-z]{2,3}_[A-Z]{2}(\.[A-Za-z0-9-]+)?(@[a-z]+)?", "a locale such as de_DE.UTF-8")
]
"""A locale as ``setlocale`` takes it."""

RoleName: TypeAlias = Annotated[str, one_of("a role", "roles")]
"""A reference to one of the policy's roles; usable in every section."""

Roles: TypeAlias = Annotated[tuple[RoleName, ...], Field(min_length=1)]
"""At least one reference to a role: for an aspect that only some hosts have."""

Language: TypeAlias = Annotated[str, one_of("a language", "languages")]
"""A reference to one of the policy's languages; usable in every section."""

AbsolutePath: TypeAlias = Annotated[str, matching(r"/[^\0\n]*", "an absolute path")]
"""A path on a host."""

PathPattern: TypeAlias = Annotated[AbsolutePath, patterns.PATHS]
"""Files that are left out: a path, or a pattern of paths that does not match nearly every one."""

WholePath: TypeAlias = Annotated[AbsolutePath, patterns.WHOLE_PATH]
"""The path of one file."""

UnitPattern: TypeAlias = Annotated[str, Field(min_length=1), patterns.naming(patterns.UNITS)]
"""Units that are left out."""

SettingPattern: TypeAlias = Annotated[str, Field(min_length=1), patterns.naming(patterns.SETTINGS)]
"""Settings of the kernel that are left out."""

RoutePattern: TypeAlias = Annotated[str, Field(min_length=1), patterns.naming(patterns.ROUTES)]
"""Rules, routes and pinned neighbours that are left out."""

ChainPattern: TypeAlias = Annotated[str, Field(min_length=1), patterns.naming(patterns.CHAINS)]
"""Tables, chains and sets of the packet filter that are left out."""

LeftoverPattern: TypeAlias = Annotated[str, Field(min_length=1), patterns.naming(patterns.LEFTOVERS)]
"""File names that cron ignores, and is meant to."""

RequestPath: TypeAlias = Annotated[
    str, matching(r"/[!-~]*", "a path of printable ASCII, other characters written as %XX")
]
"""The target of an HTTP request: a path, optionally with a query."""

HeaderName: TypeAlias = Annotated[
    str, matching(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", "the name of a header"), AfterValidator(_free_header)
]
"""A field that a request may carry (RFC 9110, section 5.1)."""

HeaderValue: TypeAlias = Annotated[
    str, matching(r"[!-~]([ -~]*[!-~])?", "printable ASCII without a blank at either end")
]
"""What a request says in a header or a cookie. No secret stands in a policy."""

Scheme: TypeAlias = Literal["http", "https"]
"""How a port is spoken to."""

ServerName: TypeAlias = Annotated[
    str, matching(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,252}", "the name of a server, or its address")
]

ServiceName: TypeAlias = Annotated[
    str, matching(r"[A-Za-z0-9:_.@\\-]+\.service", "a service such as shop.service")
]
"""The full name of a service (systemd.unit(5))."""

PartName: TypeAlias = Annotated[
    str, matching(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,62}", "a name of letters, digits, _ . @ -")
]
"""What findings call one of several things."""

Reason: TypeAlias = Annotated[str, matching(r"(?s).*\w\w.*", "a reason in words")]
"""Why the policy makes an exception; every answer names it."""

Words: TypeAlias = Annotated[str, AfterValidator(_words)]
"""What only a person can say: any text that shows something."""

ItemName: TypeAlias = Annotated[str, AfterValidator(_item)]
"""An item as findings name it. Hosts write items, so it may hold characters that show nothing."""

Person: TypeAlias = Annotated[str, AfterValidator(person)]
"""Who decided something: a name with letters or digits."""

Port: TypeAlias = Annotated[int, Field(ge=1, le=65535)]
Text: TypeAlias = Annotated[str, Field(min_length=1)]
RoleKey = Annotated[str, matching(r"[a-z][a-z0-9_-]{0,31}", "a role's name of a-z, 0-9, _ -")]
PositiveDuration = Annotated[Duration, Field(gt=timedelta(0))]


class Strict(BaseModel):
    """The base class of everything in the policy: frozen, strict, no undeclared keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


OWNER = "owner"
"""The validators' context holds below this key who owns whatever names no owner of its own."""
CHECKS = "checks"
"""The validators' context holds below this key the names of all checks: ``aspect.name``."""
NEVER_WARNINGS = "never warnings"
"""The validators' context holds below this key the sections whose checks stay blockers."""


def _known_check(name: str, info: ValidationInfo) -> str:
    known = {one.partition(".")[2] for one in (info.context or {}).get(CHECKS, ())} - {""}
    if known and name not in known:
        raise ValueError(
            "expected a check as `siteparity explain` lists it, without the aspect before the dot, found "
            f"{quoted(name)}{did_you_mean(name, known)}; correct it"
        )
    return name


CheckName: TypeAlias = Annotated[str, AfterValidator(_known_check)]


class Owned(Strict):
    """A part of the policy that has an owner: its own, or that of the whole file."""

    owner: Annotated[str, Field(validate_default=True)] = ""
    """Who gets the findings."""

    @field_validator("owner")
    @classmethod
    def _is_inherited(cls, own: str, info: ValidationInfo) -> str:
        if not (owner := own or (info.context or {}).get(OWNER)):
            raise ValueError("expected an owner, here or at the top of the file, found none; add it")
        return str(owner)


def _known_aspect_or_check(name: str, info: ValidationInfo) -> str:
    known = (info.context or {}).get(CHECKS)
    if known and name not in known:
        raise ValueError(
            "expected an aspect, or aspect.check as `siteparity explain` lists them, found "
            f"{quoted(name)}{did_you_mean(name, known)}; correct it"
        )
    return name


AspectOrCheck: TypeAlias = Annotated[str, AfterValidator(_known_aspect_or_check)]


class Part(Strict):
    """One of several things that a section names, each of which has checks of its own."""

    roles: tuple[RoleName, ...] = ()
    """The roles whose hosts have it; every role of the section if empty."""
    owner: Text | None = None
    """Who gets its findings, if not the owner of the section."""
    effect: Words | None = None
    """What customers would notice if it is not as it must be; findings say it."""
    fix: Words | None = None
    """What an engineer can do; findings say it. `{item}`, `{primary}` and `{standby}` stand for what was
    found, quoted for a shell."""
    leads_to: tuple[AspectOrCheck, ...] = ()
    """The aspects, or checks, that fail with it: `sessions`, `locales.every_served_locale_is_compiled`."""

    def tables(self) -> frozenset[str]:
        """The probe's tables that it has."""
        return frozenset()


class Section(Owned):
    """The keys of every aspect's part of the policy; a probe adds its own."""

    apart: ClassVar[bool] = False
    """Whether it is made of a table of its own, beside ``aspects`` in the file."""
    only_named: ClassVar[bool] = False
    """Whether it is about nothing but what the policy names: a policy without it leaves nothing out."""
    never_waived: ClassVar[bool] = False
    """Whether no waiver is accepted for it. Of an aspect, its probe says so (`Probe.never_waived`)."""
    question: ClassVar[str] = "describe it, or declare it absent"
    """What a person must answer before anything of it can be checked."""
    never_whole: ClassVar[bool] = False
    """Whether the policy's applications never say enough of it, so that the file must have a section."""

    severity_reason: Reason | None = None
    """Why the checks are warnings only; every answer names it."""
    severity: Severity | None = None
    """Overrides the severity of the checks. A warning needs `severity_reason`."""
    warnings: Mapping[CheckName, Reason] = {}
    """Checks that are warnings only: the name in `siteparity explain`, without the aspect -> why."""
    roles: tuple[RoleName, ...] = ()
    """The roles whose hosts are measured; every role if empty."""

    @field_validator("severity")
    @classmethod
    def _a_warning_has_a_reason(cls, severity: Severity | None, info: ValidationInfo) -> Severity | None:
        if severity is not Severity.WARNING:
            return severity
        cls._may_be_a_warning(info)
        if "severity_reason" in info.data and info.data["severity_reason"] is None:
            raise ValueError(
                "expected the key severity_reason beside severity: warning, found none; say why what differs "
                "here need not stop a failover, or remove severity"
            )
        return severity

    @field_validator("warnings")
    @classmethod
    def _none_is_a_blocker_for_ever(
        cls, warnings: Mapping[str, str], info: ValidationInfo
    ) -> Mapping[str, str]:
        if warnings:
            cls._may_be_a_warning(info)
        return warnings

    @classmethod
    def _may_be_a_warning(cls, info: ValidationInfo) -> None:
        if cls.never_waived or cls in (info.context or {}).get(NEVER_WARNINGS, ()):
            raise ValueError(
                "expected no warning, since a standby that fails here cannot take over; remove the key"
            )

    @classmethod
    def drawn(cls, _: Applications) -> Mapping[str, Any]:
        """What it takes from the policy's applications: key -> value, as the file could have it."""
        return {}

    def outside_servers(self) -> tuple[tuple[str, int], ...]:
        """Name (or address) and port of each server outside both sites that hosts connect to."""
        return ()

    def parts(self) -> Mapping[str, Part]:
        """What it names and what has checks of its own, by name; empty if its checks are about all of it."""
        return {}

    @classmethod
    def is_of_parts(cls) -> bool:
        """Whether it may have parts."""
        return cls.parts is not Section.parts

    def roles_of(self, part: Part, every_role: tuple[str, ...]) -> tuple[str, ...]:
        """The roles that have a part, in the order of the policy."""
        wanted = part.roles or self.roles or every_role
        return tuple(role for role in every_role if role in wanted)

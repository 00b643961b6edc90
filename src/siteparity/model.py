"""The types that travel between the stages: sites and hosts, facts, findings, outcomes, the deadline.

A value is never changed after it was made.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

Value: TypeAlias = bool | int | float | str
"""What a host said about one item. Always untrusted text, or a number read from it."""

Table: TypeAlias = Mapping[str, Value]
"""One kind of facts of one host: item -> value."""

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network


class SiteparityError(Exception):
    """An error that the user can do something about; its text says what."""


class ConfigurationError(SiteparityError):
    """What the user gave cannot be run: inventory, policy, waivers or options (exit code 4)."""


class UnmeasuredError(SiteparityError):
    """Something could not be measured; the text is the reason."""


class OtherSiteAwayError(UnmeasuredError):
    """Something cannot be seen while the other site is away, whatever state this one is in."""


@dataclass(frozen=True, slots=True, eq=False)
class Unmeasured:
    """What stands in place of a table that could not be read. Equal to nothing, not even to itself."""

    reason: str
    away: bool = False
    """Whether it could not be read because the other site is away (`OtherSiteAwayError`)."""

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]  # what equals nothing must not be found in a set


Facts: TypeAlias = Mapping[str, Table | Unmeasured]
"""What one probe read on one host: table name -> table."""

HostFacts: TypeAlias = Mapping[str, Facts]
"""Everything read on one host: aspect -> facts."""


class ConnectionKind(StrEnum):
    """How commands reach a host: Ansible's ``ansible_connection``."""

    SSH = "ssh"
    LOCAL = "local"
    DOCKER = "docker"
    PODMAN = "podman"
    KUBECTL = "kubectl"


@dataclass(frozen=True, slots=True)
class Connection:
    """How the runner reaches a host."""

    kind: ConnectionKind
    address: str
    """A host name or an IP literal, already checked against the pattern for names."""
    port: int | None = None
    user: str | None = None
    private_key_file: Path | None = None
    ssh_config: Path | None = None
    become: bool = False
    collector: str | None = None
    """The one program that is started there, in place of a shell (`siteparity.transport.collector`)."""


@dataclass(frozen=True, slots=True)
class Host:
    """One machine of a site."""

    name: str
    """Unique within its site, e.g. ``web1``."""
    site: str
    roles: tuple[str, ...]
    connection: Connection
    addresses: tuple[Address, ...] = ()
    """Where the other machines of the site find it (not how the runner reaches it)."""
    names: tuple[str, ...] = ()
    """The names under which other machines know it, e.g. ``web1.dallas.shop.example``."""

    @property
    def label(self) -> str:
        """The host as messages name it: ``dallas/web1``."""
        return f"{self.site}/{self.name}"


@dataclass(frozen=True, slots=True)
class Site:
    """One data centre: one folder under ``inventories/``."""

    name: str
    hosts: tuple[Host, ...]
    domain: str | None = None
    """The domain of the site's own names, e.g. ``dallas.shop.example``."""
    networks: tuple[Network, ...] = ()
    hint: str = field(default="", compare=False)
    """What to try when no host of the site answers; empty when the inventory says nothing."""
    source: Path = field(default=Path(), compare=False)
    """The inventory file or folder it was read from."""

    def in_role(self, role: str) -> tuple[Host, ...]:
        """Hosts of the role, in the order of the inventory."""
        return tuple(host for host in self.hosts if role in host.roles)

    def host(self, name: str) -> Host:
        """The host of that name; ``KeyError`` when the site has none."""
        for host in self.hosts:
            if host.name == name:
                return host
        raise KeyError(name)


class Severity(StrEnum):
    """What a difference found by a check means for the verdict."""

    BLOCKER = "blocker"
    WARNING = "warning"


class Outcome(StrEnum):
    """What became of one check. Declared from the lightest to the heaviest."""

    SAME = "same"
    WAIVED = "waived"
    NOT_RUN = "not-run"
    UNMEASURED = "unmeasured"
    DIFFERENT = "different"

    @classmethod
    def heaviest(cls, *outcomes: Outcome) -> Outcome:
        """Of several outcomes of one check, the one that counts."""
        return max(outcomes, key=list(cls).index)


class FindingKind(StrEnum):
    """What is wrong about an item."""

    MISSING = "missing"
    """The primary has it, the standby has not."""
    EXTRA = "extra"
    """The standby has it, the primary has not."""
    DIFFERENT = "different"
    """Both sites have it, with other values."""
    UNEVEN = "uneven"
    """Hosts of one role at one site disagree among themselves."""
    EXPECTATION = "expectation"
    """What must hold on each host does not hold."""
    UNMEASURED = "unmeasured"
    """It could not be measured."""


class Frozen(BaseModel):
    """A value that is checked when it is made or read: nothing is converted, no undeclared key is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Group(Frozen):
    """Hosts of one site that gave the same value; ``value`` is null where they lack the item."""

    model_config = ConfigDict(allow_inf_nan=True)

    value: Value | None
    hosts: tuple[str, ...]

    @field_validator("value")
    @classmethod
    def _is_finite_in_a_file(cls, value: Value | None, info: ValidationInfo) -> Value | None:
        """A rule judges whatever number it is given; JSON has no word for one that is not finite."""
        if info.mode == "json" and isinstance(value, float) and not math.isfinite(value):
            raise ValueError("expected a finite number")
        return value


class Finding(Frozen):
    """One difference, or one broken expectation, about one item of one role."""

    item: str
    kind: FindingKind
    message: str
    """What was found and what was expected, in one sentence."""
    fix: str = ""
    """What an engineer can paste or do."""
    effect: str = ""
    """What customers would notice after a failover."""
    primary: tuple[Group, ...] = ()
    standby: tuple[Group, ...] = ()
    waiver: str | None = None
    """Why, who and until when, if a waiver accepts this finding."""

    @property
    def accepted(self) -> bool:
        """Whether a waiver accepts it. Nobody can accept what was not measured."""
        return bool(self.waiver) and self.kind is not FindingKind.UNMEASURED


@dataclass(frozen=True, slots=True)
class Judgement:
    """The findings of a rule or of a whole check, and how many values it compared."""

    findings: tuple[Finding, ...]
    compared: int

    @property
    def outcome(self) -> Outcome:
        """The one rule: the heaviest finding counts, except for accepted ones.

        A judgement that compared nothing is unmeasured. One whose findings are all accepted is waived.
        """
        kinds = {finding.kind for finding in self.findings if not finding.accepted}
        if kinds - {FindingKind.UNMEASURED}:
            return Outcome.DIFFERENT
        if kinds or self.compared < 1:
            return Outcome.UNMEASURED
        return Outcome.WAIVED if self.findings else Outcome.SAME


class Verdict(StrEnum):
    """The answer."""

    GO = "GO"
    NO_GO = "NO-GO"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment by which something must be over, on a clock that nobody can set."""

    seconds: float
    """How far away it was when it was set."""
    set_at: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """Seconds until then; 0 once it has passed."""
        return max(self.set_at + self.seconds - time.monotonic(), 0.0)

    def left_or_raise(self) -> float:
        """Seconds until then.

        Raises:
            UnmeasuredError: it has passed.
        """
        left = self.left()
        if not left:
            raise UnmeasuredError(f"timed out after {self.seconds:g} s")
        return left

    def earlier(self, seconds: float) -> Deadline:
        """The moment so many seconds before this one."""
        return replace(self, seconds=self.seconds - seconds)

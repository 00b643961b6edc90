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
"""The value of one item on one host: untrusted text, or a number that was read from it."""

Table: TypeAlias = Mapping[str, Value]
"""One kind of facts of one host: item -> value."""

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network


class SiteparityError(Exception):
    """An error that the user can do something about; its text says what."""


class ConfigurationError(SiteparityError):
    """Inventory, policy, waivers or options cannot be used (exit code 4)."""


class UnmeasuredError(SiteparityError):
    """Something could not be measured; the text is the reason."""


class OtherSiteAwayError(UnmeasuredError):
    """Something cannot be measured while the other site is away, whatever the state of this one."""


@dataclass(frozen=True, slots=True, eq=False)
class Unmeasured:
    """A table that could not be read, and why. It equals nothing, not even itself."""

    reason: str
    away: bool = False
    """Whether the reason is that the other site is away (`OtherSiteAwayError`)."""

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]  # a set must not find it


Facts: TypeAlias = Mapping[str, Table | Unmeasured]
"""The tables that one probe read on one host, by their names."""

HostFacts: TypeAlias = Mapping[str, Facts]
"""The facts of one host, by aspect."""


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
    """The program that is started there in place of a shell (`siteparity.transport.collector`)."""


@dataclass(frozen=True, slots=True)
class Host:
    """One machine of a site."""

    name: str
    """Unique within its site, e.g. ``web1``."""
    site: str
    roles: tuple[str, ...]
    connection: Connection
    addresses: tuple[Address, ...] = ()
    """Its addresses for the other machines of the site, which may not be how the runner reaches it."""
    names: tuple[str, ...] = ()
    """Its names for other machines, e.g. ``web1.dallas.shop.example``."""

    @property
    def label(self) -> str:
        """The name of the host in messages: ``dallas/web1``."""
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
    """What to try if no host of the site answers; may be empty."""
    source: Path = field(default=Path(), compare=False)
    """The inventory file or folder it was read from."""
    in_no_role: tuple[str, ...] = ()
    """The hosts of the inventory that are in no role of the policy: nobody looks at them."""
    oddities: tuple[str, ...] = field(default=(), compare=False)
    """What is no mistake in the inventory, and may still not be meant so."""

    def in_role(self, role: str) -> tuple[Host, ...]:
        """The hosts of a role, in the order of the inventory."""
        return tuple(host for host in self.hosts if role in host.roles)

    def host(self, name: str) -> Host:
        """The host of that name.

        Raises:
            KeyError: the site has no such host.
        """
        for host in self.hosts:
            if host.name == name:
                return host
        raise KeyError(name)


class Severity(StrEnum):
    """What a difference found by a check means for the verdict."""

    BLOCKER = "blocker"
    WARNING = "warning"


class Harm(StrEnum):
    """What customers would notice if a check does not hold, from the lightest to the heaviest."""

    LATER = "later"
    """Nothing at once: something goes wrong after a restart, an upgrade or unseen."""
    PART = "part"
    """Some customers, or some of what they do."""
    OUTAGE = "outage"
    """Most customers: they cannot log in, order or pay."""
    LOSS = "loss"
    """Orders or money are lost, or taken twice."""


class Outcome(StrEnum):
    """The outcome of one check, from the lightest to the heaviest."""

    SAME = "same"
    BY_DESIGN = "by-design"
    """It differs, exactly as the policy says that the sites are meant to differ."""
    WAIVED = "waived"
    """It differs, and a person accepts each finding for a while."""
    NOT_RUN = "not-run"
    UNMEASURED = "unmeasured"
    DIFFERENT = "different"

    @property
    def holds(self) -> bool:
        """Whether the check holds, by itself or because all that it found is by design or waived."""
        return self in (Outcome.SAME, Outcome.BY_DESIGN, Outcome.WAIVED)

    @property
    def measured(self) -> bool:
        """Whether the check was made, and could say anything."""
        return self not in (Outcome.NOT_RUN, Outcome.UNMEASURED)

    @classmethod
    def heaviest(cls, *outcomes: Outcome) -> Outcome:
        """The one of several outcomes that counts."""
        return max(outcomes, key=list(cls).index)


class FindingKind(StrEnum):
    """What is wrong about an item."""

    MISSING = "missing"
    """Only the primary has it."""
    EXTRA = "extra"
    """Only the standby has it."""
    DIFFERENT = "different"
    """Both sites have it, with different values."""
    UNEVEN = "uneven"
    """Hosts of one role at one site have different values."""
    EXPECTATION = "expectation"
    """An expectation about each host does not hold."""
    UNMEASURED = "unmeasured"
    """It could not be measured."""


class Frozen(BaseModel):
    """A value that is checked when it is made or read: nothing is converted, no undeclared key is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True, allow_inf_nan=False)


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
    where: tuple[str, ...] = ()
    """The hosts that break an expectation (``arizona/web1``); empty where none alone does."""
    waiver: str | None = None
    """Why, who and until when, if a waiver accepts this finding."""
    design: str | None = None
    """Why, who and until when, if the policy says that the sites differ here by design."""

    @property
    def accepted(self) -> bool:
        """Whether it is by design, or a waiver accepts it. Nobody can accept what was not measured."""
        return bool(self.waiver or self.design) and self.kind is not FindingKind.UNMEASURED


@dataclass(frozen=True, slots=True)
class Judgement:
    """The findings of a rule or of a whole check, and how many values it compared."""

    findings: tuple[Finding, ...]
    compared: int
    notes: tuple[str, ...] = ()
    """What is worth telling and no finding: no outcome depends on it."""

    @property
    def outcome(self) -> Outcome:
        """The one rule: the heaviest finding counts, except for accepted ones.

        A judgement that compared nothing is unmeasured. One whose findings are all accepted is waived, or by
        design if that is true of each.
        """
        kinds = {finding.kind for finding in self.findings if not finding.accepted}
        if kinds - {FindingKind.UNMEASURED}:
            return Outcome.DIFFERENT
        if kinds or self.compared < 1:
            return Outcome.UNMEASURED
        if all(finding.design for finding in self.findings):
            return Outcome.BY_DESIGN if self.findings else Outcome.SAME
        return Outcome.WAIVED


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

"""The words of the product as types: what travels between its stages, and nothing that does anything.

Stages pass these values on; none of them is changed after it is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import TypeAlias

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


@dataclass(frozen=True, slots=True)
class Group:
    """Hosts of one site that gave the same value for an item. ``value`` is None where they lack it."""

    value: Value | None
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
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


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says: its findings, and how many values it looked at to say so."""

    findings: tuple[Finding, ...]
    compared: int

    @property
    def outcome(self) -> Outcome:
        """Different outweighs unmeasured; having compared nothing is unmeasured."""
        kinds = {finding.kind for finding in self.findings}
        if kinds - {FindingKind.UNMEASURED}:
            return Outcome.DIFFERENT
        if kinds or self.compared == 0:
            return Outcome.UNMEASURED
        return Outcome.SAME


class Verdict(StrEnum):
    """The answer."""

    GO = "GO"
    NO_GO = "NO-GO"
    UNKNOWN = "UNKNOWN"

"""The database of dpkg: packages, their states, and the lists of their files' checksums.

Formats: dpkg-query(1), ``--showformat``; dpkg(1), ``--audit``; md5sum(1) and sha256sum(1), output mode.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "dpkg.sh")
PARTS = ("packages", "audit", "architectures", "lists")

AUDIT = "dpkg --audit"

_PACKAGE = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9+._-]*)\t([a-z0-9-]+)\t([A-Za-z0-9.+~:-]*)\t"
    r"(unknown|install|hold|deinstall|purge) (ok|reinstreq) "
    r"(not-installed|config-files|half-installed|unpacked|half-configured|triggers-awaited|triggers-pending|installed)"
)
_AUDITED = re.compile(r" ([A-Za-z0-9][A-Za-z0-9+._-]*(?::[a-z0-9-]+)?)(?:\s.*)?")
_LIST = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9+._-]*(?::[a-z0-9-]+)?)\.md5sums")
_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""SHA-256 of nothing: a package that has no files of its own may have an empty list."""


@dataclass(frozen=True, slots=True)
class DpkgPackage:
    """One package in dpkg's database."""

    name: str
    architecture: str
    version: str
    want: str
    flag: str
    status: str

    @property
    def label(self) -> str:
        """Name and architecture, in the form that dpkg and apt accept: ``libc6:amd64``."""
        return f"{self.name}:{self.architecture}"

    @property
    def held(self) -> bool:
        """Whether upgrades leave it alone."""
        return self.want == "hold"

    def trouble(self) -> str | None:
        """What is wrong with its state, or None."""
        if self.flag != "ok":
            return f"{self.status}, must be installed again"
        if self.status != "installed":
            return self.status
        return None if self.want in ("install", "hold") else f"installed, and marked {self.want}"


@dataclass(frozen=True, slots=True)
class DpkgDatabase:
    """The packages of a host, according to dpkg."""

    packages: tuple[DpkgPackage, ...]
    audit: frozenset[str]
    """The packages that ``dpkg --audit`` complains about, as it names them."""
    architectures: tuple[str, ...]
    """The host's own first, then added ones (dpkg(1), ``--add-architecture``)."""
    contents: Mapping[str, str]
    """Name of a list of checksums, without its suffix -> digest of the list. Empty lists are left out."""

    def present(self) -> tuple[DpkgPackage, ...]:
        """The packages that are there with more than their configuration files."""
        return tuple(one for one in self.packages if one.status not in ("not-installed", "config-files"))

    def builds(self) -> Mapping[str, str]:
        """Each package -> its version, and a digest of the list of its files' checksums."""
        return {
            one.label: f"{one.version} (content {digest[:12]})"
            if (digest := self.content_of(one))
            else f"{one.version} (no list of its content)"
            for one in self.present()
        }

    def troubles(self) -> Mapping[str, str | None]:
        """Each package -> what is wrong with its state, or None; `AUDIT` -> what else the audit says."""
        found = {one.label: one.trouble() for one in self.present()}
        troubled = {one.name for one in self.present() if one.trouble()}
        other = sorted(name for name in self.audit if name.partition(":")[0] not in troubled)
        if other:
            return {**found, AUDIT: f"complains about {', '.join(other)}"}
        return found if self.audit else {**found, AUDIT: None}

    def holds(self) -> Iterator[tuple[str, str, bool]]:
        """Each package: label, name, whether upgrades leave it alone."""
        return ((one.label, one.name, one.held) for one in self.present())

    def content_of(self, package: DpkgPackage) -> str | None:
        """The digest of a package's list of checksums, or None where it has none."""
        return self.contents.get(package.label) or self.contents.get(package.name)

    def label_of_list(self, name: str) -> str:
        """The package that a list of checksums belongs to, as `DpkgPackage.label` has it."""
        owners = [one.label for one in self.present() if name in (one.label, one.name)]
        return owners[0] if owners else f"{name} (not installed)"


def read(parts: Mapping[str, Sequence[str]]) -> DpkgDatabase:
    """Read the answer to `QUESTION`.

    Raises:
        UnmeasuredError: a line is not understood, a package is there twice, or dpkg is not.
    """
    packages = tuple(map(_package, parts["packages"]))
    labels = {package.label for package in packages}
    if len(labels) != len(packages):
        raise UnmeasuredError("database: a package is there twice")
    if not any(package.name == "dpkg" and package.status == "installed" for package in packages):
        raise UnmeasuredError("database: dpkg does not say that dpkg is installed")
    architectures = tuple(dict.fromkeys(parts["architectures"]))
    if not architectures or not all(re.fullmatch(r"[a-z0-9-]+", one) for one in architectures):
        raise UnmeasuredError("database: dpkg does not say its architecture")
    contents = {name: digest for name, digest in map(_list, parts["lists"]) if digest != _EMPTY}
    return DpkgDatabase(packages, _audit(parts["audit"]), architectures, contents)


def _package(line: str) -> DpkgPackage:
    found = _PACKAGE.fullmatch(line)
    if found is None:
        raise UnmeasuredError(f"dpkg-query: a line is no package: {line[:80]}")
    return DpkgPackage(*found.groups())


def _audit(lines: Iterable[str]) -> frozenset[str]:
    """Below each heading packages stand indented by one blank; continued headings are not indented."""
    said = [line for line in lines if line.strip()]
    names = frozenset(found[1] for line in said if (found := _AUDITED.fullmatch(line)))
    if said and not names:
        raise UnmeasuredError(f"dpkg --audit: it names no package: {said[0][:80]}")
    return names


def _list(line: str) -> tuple[str, str]:
    found = _LIST.fullmatch(line)
    if found is None:
        raise UnmeasuredError(f"database: a line is no digest of a list: {line[:80]}")
    return found[2], found[1]

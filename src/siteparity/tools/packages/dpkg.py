"""The database of dpkg: packages, their states, and the lists of their files' checksums.

Formats: dpkg-query(1), ``--showformat``; dpkg(1), ``--audit``; md5sum(1) and sha256sum(1), output mode.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from siteparity.model import UnmeasuredError

QUESTION = """\
cd /var/lib/dpkg/info||exit
dpkg-query --show --showformat='${Package}\\t${Architecture}\\t${Version}\\t'\\
'${db:Status-Want} ${db:Status-Eflag} ${db:Status-Status}\\n'||exit
echo '[audit]'
dpkg --audit||[ $? -eq 1 ]||exit
printf '\\n%s\\n' '[architectures]'
dpkg --print-architecture||exit
[ ! -e ../arch ]||cat ../arch||exit
echo '[lists]'
sha256sum -- *.md5sums||exit
echo '[end]'
"""

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
class Package:
    """One package as dpkg has it."""

    name: str
    architecture: str
    version: str
    want: str
    flag: str
    status: str

    @property
    def label(self) -> str:
        """Name and architecture, as dpkg and apt take them: ``libc6:amd64``."""
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
    """What dpkg says about a host."""

    packages: tuple[Package, ...]
    audit: frozenset[str]
    """The packages that ``dpkg --audit`` complains about, as it names them."""
    architectures: tuple[str, ...]
    """The host's own first, then those that were added (dpkg(1), ``--add-architecture``)."""
    contents: Mapping[str, str]
    """Name of a list of checksums, without its suffix -> digest of the list. Empty lists are left out."""

    def present(self) -> tuple[Package, ...]:
        """The packages of which more than configuration files is there."""
        return tuple(one for one in self.packages if one.status not in ("not-installed", "config-files"))

    def content_of(self, package: Package) -> str | None:
        """The digest of a package's list of checksums, or None where it has none."""
        return self.contents.get(package.label) or self.contents.get(package.name)

    def label_of_list(self, name: str) -> str:
        """The package that a list of checksums belongs to, as `Package.label` has it."""
        owners = [one.label for one in self.present() if name in (one.label, one.name)]
        return owners[0] if owners else f"{name} (not installed)"


@lru_cache(maxsize=32)
def read(text: str) -> DpkgDatabase:
    """Read the answer to `QUESTION`; remembered, since several tables are made of it.

    Raises:
        UnmeasuredError: something in it is not understood, a package is there twice, or dpkg is not.
    """
    parts = re.fullmatch(
        r"(.*\n)\[audit\]\n(.*)\n\[architectures\]\n((?:[a-z0-9-]+\n)+)\[lists\]\n(.*)\[end\]\n",
        text,
        re.DOTALL,
    )
    if parts is None:
        raise UnmeasuredError("database: the answer lacks a part")
    packages = tuple(_package(line) for line in parts[1].split("\n")[:-1])
    labels = {package.label for package in packages}
    if len(labels) != len(packages):
        raise UnmeasuredError("database: a package is there twice")
    if not any(package.name == "dpkg" and package.status == "installed" for package in packages):
        raise UnmeasuredError("database: dpkg does not say that dpkg is installed")
    lists = [_list(line) for line in parts[4].split("\n")[:-1]]
    contents = {name: digest for name, digest in lists if digest != _EMPTY}
    return DpkgDatabase(packages, _audit(parts[2]), tuple(dict.fromkeys(parts[3].split())), contents)


def _package(line: str) -> Package:
    found = _PACKAGE.fullmatch(line)
    if found is None:
        raise UnmeasuredError(f"dpkg-query: a line is no package: {line[:80]}")
    return Package(*found.groups())


def _audit(text: str) -> frozenset[str]:
    """Below each heading packages stand indented by one blank; continued headings are not indented."""
    names = frozenset(
        found[1] for line in text.split("\n") if line.startswith(" ") and (found := _AUDITED.fullmatch(line))
    )
    if text.strip() and not names:
        raise UnmeasuredError(f"dpkg --audit: it names no package: {text.strip()[:80]}")
    return names


def _list(line: str) -> tuple[str, str]:
    found = _LIST.fullmatch(line)
    if found is None:
        raise UnmeasuredError(f"database: a line is no digest of a list: {line[:80]}")
    return found[2], found[1]

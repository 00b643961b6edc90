"""Unit files on disk: which units a boot starts, and what their files say.

``systemctl list-unit-files`` blocks the manager for a fifth of a second, and lists no instances. What it
would print can be seen in a few folders (systemd.unit(5), "Unit File Load Path"): a link in ``TARGET.wants/``
or ``TARGET.requires/`` starts a unit with its target, a link to ``/dev/null`` masks it, any other link is an
alias. Below ``/run`` only what generators made is there again after a boot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from siteparity.model import UnmeasuredError
from siteparity.names import OwnNames
from siteparity.redaction import fingerprint, pseudonym
from siteparity.tools.program import filled, program
from siteparity.tools.secrets import arguments

_PLACES = (
    "/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient",
    "/run/systemd/generator.early", "/etc/systemd/system", "/run/systemd/system", "/run/systemd/generator",
    "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
    "/run/systemd/generator.late",
)  # fmt: skip
"""A file in an earlier place hides those of the same unit in later ones."""
_GENERATED = "/run/systemd/generator"
_TRANSIENT = "/run/systemd/transient"
_LASTING = ("/etc/", "/usr/", "/lib/", _GENERATED)

QUESTION = filled(program(__package__, "unit_files.sh"), places=" ".join(_PLACES), generated=_GENERATED)
PARTS = ("entries",)

_KINDS = (
    "service",
    "socket",
    "timer",
    "path",
    "mount",
    "automount",
    "swap",
    "target",
    "slice",
    "device",
    "scope",
)
_SUFFIXES = tuple(f".{kind}" for kind in _KINDS)
UNIT = rf"[A-Za-z0-9:_.@\\-]+\.(?:{'|'.join(_KINDS)})"
_DIGEST = re.compile(r"(\\?)([0-9a-f]{64})  (/.*)")

_SECRET = re.compile(r"Environment|SetCredential|SetCredentialEncrypted|Exec[A-Za-z]*")
"""Settings that may hold a secret: they are shown as digests."""


@dataclass(frozen=True, slots=True)
class Start:
    """A link that starts a unit together with another one."""

    by: str
    enabled: bool
    """Whether the host's own configuration made it, not a package or a generator."""
    lasts: bool
    """Whether it is there again after a boot."""
    generated: bool

    @classmethod
    def of(cls, folder: str) -> Self:
        """What a link in a folder such as ``/etc/systemd/system/multi-user.target.wants`` does."""
        return cls(
            by=folder.rpartition("/")[2].rpartition(".")[0],
            enabled=folder.startswith(("/etc/", "/run/systemd/system")),
            lasts=folder.startswith(_LASTING),
            generated=folder.startswith(_GENERATED),
        )

    def counts(self, unit: str) -> bool:
        """Whether it says more than the source of its generator, such as /etc/fstab."""
        return not self.generated or unit.endswith((".service", ".socket", ".timer", ".path"))

    def __str__(self) -> str:
        until = "" if self.lasts else "until the next boot "
        return f"{until}{'enabled' if self.enabled else 'pulled in'} by {self.by}"


@dataclass(frozen=True, slots=True)
class UnitFiles:
    """The unit files of one host."""

    files: frozenset[str]
    """Paths."""
    links: Mapping[str, str]
    """Path -> its target."""
    lines: Mapping[str, tuple[str, ...]]
    """Path of a file of the host's own -> its lines."""
    digests: Mapping[str, str]
    """Path of a file in the packages' folders -> SHA-256."""
    _starts: Mapping[str, frozenset[Start]] = field(init=False)
    _first: Mapping[str, str] = field(init=False)
    """Unit -> the path of the file or link that hides all others."""

    def __post_init__(self) -> None:
        starts: dict[str, set[Start]] = {}
        found: dict[tuple[str, str], str] = {}
        for path in {*self.files, *self.links}:
            folder, _, unit = path.rpartition("/")
            if not unit.endswith(_SUFFIXES):
                continue
            found[folder, unit] = path
            if folder.endswith((".wants", ".requires", ".upholds")):
                starts.setdefault(unit, set()).add(Start.of(folder))
        units = {unit for _, unit in found}
        paths = {unit: [found[one, unit] for one in _PLACES if (one, unit) in found] for unit in units}
        object.__setattr__(self, "_starts", {unit: frozenset(by) for unit, by in starts.items()})
        object.__setattr__(self, "_first", {unit: of_unit[0] for unit, of_unit in paths.items() if of_unit})

    def is_masked(self, unit: str) -> bool:
        """Whether the unit cannot be started: its file is empty, or a link to /dev/null (systemd.unit(5))."""
        return self._target(unit) == "/dev/null"

    def _target(self, unit: str) -> str:
        return self.links.get(self._first.get(unit, ""), unit)

    def starters(self, unit: str) -> frozenset[str]:
        """The units that start this one together with themselves, also after a boot."""
        return frozenset(start.by for start in self._starts.get(unit, ()) if start.lasts)

    def is_transient(self, unit: str) -> bool:
        """Whether a program such as systemd-run made the unit; it does not outlast a boot."""
        return f"{_TRANSIENT}/{unit}" in self.files

    def states(self) -> Mapping[str, str]:
        """Unit -> how it is started: ``enabled by multi-user.target``, ``masked``, ``not enabled`` ..."""
        lasting = {
            unit for unit, path in self._first.items() if not path.startswith((_GENERATED, _TRANSIENT))
        }
        started = {unit for unit, by in self._starts.items() if any(start.counts(unit) for start in by)}
        units = sorted(
            unit for unit in {*lasting, *started} if not self._is_revision(self._first.get(unit, ""))
        )
        return {unit: self._state(unit) for unit in units}

    def _is_revision(self, path: str) -> bool:
        """Whether it mounts one revision of a snap, which each host refreshes by itself."""
        return path.endswith(".mount") and any(
            re.match(r"\s*What\s*=\s*/var/lib/snapd/snaps/", line) for line in self.lines.get(path, ())
        )

    def _state(self, unit: str) -> str:
        if self.is_masked(unit):
            return "masked" if self._first[unit].startswith(_LASTING) else "masked until the next boot"
        if unit in self._starts:
            return ", ".join(sorted(str(start) for start in self._starts[unit]))
        target = self._target(unit).rpartition("/")[2]
        return f"alias of {target}" if target != unit else "not enabled"

    def contents(self, names: OwnNames, run_key: str) -> Mapping[str, str]:
        """Each setting of a file of the host's own -> value; each packaged file -> digest.

        Args:
            names: of the site; a digest does not depend on them.
            run_key: the key of the run, for digests of secrets.
        """
        found = {path: f"sha256 {digest[:16]}" for path, digest in self.digests.items() if _counts(path)}
        for path, lines in self.lines.items():
            if _counts(path) and not self._is_revision(path):
                settings = _settings(lines) or {"": "no settings"}
                found |= {
                    f"{path} {key}".strip(): _shown(key, one, run_key, names) for key, one in settings.items()
                }
        return found


def read(parts: Mapping[str, Sequence[str]]) -> UnitFiles:
    """Read the answer to `QUESTION`.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    files: set[str] = set()
    links: dict[str, str] = {}
    lines: dict[str, list[str]] = {}
    digests: dict[str, str] = {}
    for line in parts["entries"]:
        kind, *fields = line.split("\t", 2)
        if kind == "f" and len(fields) == 2:  # noqa: PLR2004  # file, size
            files.add(fields[0])
            if fields[1] == "0":
                links[fields[0]] = "/dev/null"
        elif kind == "l" and len(fields) == 2:  # noqa: PLR2004  # link, target
            links[fields[0]] = fields[1]
        elif kind == "c" and len(fields) == 2:  # noqa: PLR2004  # file, line
            lines.setdefault(fields[0], []).append(fields[1])
        elif digest := _DIGEST.fullmatch(line):
            digests[digest[3].replace("\\\\", "\\") if digest[1] else digest[3]] = digest[2]
        else:
            raise UnmeasuredError(f"unit files: a line is not understood: {line[:80]}")
    return UnitFiles(frozenset(files), links, {path: tuple(some) for path, some in lines.items()}, digests)


def _counts(path: str) -> bool:
    """Whether the file is a unit or a drop-in. Those of netplan do not count: they name network cards."""
    if re.fullmatch(r"/run/systemd/system/[^/]*/10-netplan\.conf", path):
        return False
    folder, _, name = path.rpartition("/")
    return name.endswith(_SUFFIXES) or (name.endswith(".conf") and folder.endswith(".d"))


def _settings(lines: Iterable[str]) -> Mapping[str, str]:
    """``[Section] Key`` -> its values, joined; comments and continued lines as in systemd.syntax(7)."""
    found: dict[str, list[str]] = {}
    section, begun = "", ""
    for line in lines:
        text = line.strip()
        if text.startswith(("#", ";")) or not (text or begun):
            continue
        if text.endswith("\\"):
            begun += text[:-1] + " "
            continue
        text, begun = begun + text, ""
        if re.fullmatch(r"\[.*\]", text):
            section = text
            continue
        key, equals, value = text.partition("=")
        found.setdefault(f"{section} {key.strip()}".strip(), []).append(value.strip() if equals else "")
    return {key: " ; ".join(values) for key, values in found.items()}


def _shown(key: str, value: str, run_key: str, names: OwnNames) -> str:
    """The value, or its digest if it may hold a secret or is long."""
    name = key.rpartition(" ")[2]
    if name.startswith("SetCredential"):
        return pseudonym(value, run_key)
    if len(value) < 200 and not _SECRET.fullmatch(name):  # noqa: PLR2004  # fits on two lines
        return value
    if arguments.shown(value)[1]:  # a short secret could be guessed from a plain digest
        return names.digest(value, lambda text: pseudonym(text, run_key))
    return names.digest(value, lambda text: fingerprint(text, run_key))

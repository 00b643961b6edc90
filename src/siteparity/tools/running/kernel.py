"""The kernel that runs, and those that a boot could start.

Kernels are looked for where boot loaders find them: Debian's /boot, kernel-install(8), and
``/MACHINE-ID/RELEASE/linux`` and ``EFI/Linux/*.efi`` of the Boot Loader Specification. A package can be
updated without a new release, so Debian writes the version of the package into /proc/version. A container has
no kernel of its own, and a hypervisor may start one from outside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.program import program

QUESTION = program(__package__, "kernel.sh")
PARTS = ("release", "version", "container", "kernels", "packages")

_RELEASE = r"[0-9]+\.[0-9]+[A-Za-z0-9.+~_-]*"
_FILE = re.compile(
    rf"/boot/(?:vmlinu[xz]|kernel|Image)-(?P<plain>{_RELEASE})"
    rf"|/usr/lib/modules/(?P<modules>{_RELEASE})/vmlinuz"
    rf"|.*/(?P<entry>{_RELEASE})/linux"
    rf"|.*/EFI/Linux/(?:[0-9a-f]{{32}}-|[a-z]+-)?(?P<unified>{_RELEASE}?)(?:\+[0-9]+(?:-[0-9]+)?)?\.efi"
)
_DIGITS = 18
"""No number of a release has more."""
_BACKUP = (".old", ".bak", ".dpkg-bak", ".dpkg-new", ".dpkg-tmp", ".hmac")


@dataclass(frozen=True, slots=True)
class Kernel:
    """The kernel of one host."""

    release: str
    """As ``uname -r`` prints it."""
    version: str
    """The line of /proc/version, which names the build."""
    contained: bool
    """Whether the host is a container, which runs another machine's kernel."""
    installed: frozenset[str]
    """Releases that a boot could start."""
    package: str | None
    """The version of the running release's package; None if there is none."""

    @property
    def build(self) -> str:
        """The part of the version that names the build: ``#1 SMP Debian 6.1.119-1 (2024-11-22)``."""
        return self.version[self.version.index("#") :] if "#" in self.version else self.version

    @property
    def newest(self) -> str | None:
        """The newest release of the running one's flavour, or of any flavour if that one is not installed."""
        flavour = _flavour(self.release)
        alike = [one for one in self.installed if _flavour(one) == flavour] or list(self.installed)
        return max(alike, key=_order, default=None)

    def is_newest_build(self) -> bool:
        """Whether the running kernel is of the installed package, as far as the kernel says."""
        running = re.search(r" Debian (\S+)", self.version)
        return running is None or self.package is None or running[1] == self.package


def read(parts: Mapping[str, Sequence[str]]) -> Kernel:
    """Read the answer to `QUESTION`.

    Raises:
        UnmeasuredError: a line is not understood, or the running kernel is not named.
    """
    release, version, container, kernels, packages = (list(filter(None, parts[name])) for name in PARTS)
    if len(release) != 1 or not re.fullmatch(_RELEASE, release[0]) or len(version) != 1:
        raise UnmeasuredError("kernel: the answer does not say which one runs")
    if release[0] not in version[0]:
        raise UnmeasuredError("kernel: /proc/version is not of the release that runs")
    installed = {found for path in kernels if (found := _release_of(path))}
    states = [line.split(" ") for line in packages]
    if any(len(words) != 3 for words in states):  # noqa: PLR2004  # name, version, state
        raise UnmeasuredError("kernel: a line of dpkg-query is not understood")
    own = [words[1] for words in states if words[2] == "installed"]
    return Kernel(release[0], version[0], bool(container), frozenset(installed), own[0] if own else None)


def _release_of(path: str) -> str | None:
    """The release in a kernel's path; None for backups, rescue images and names without a release."""
    found = _FILE.fullmatch(path)
    if found is None or path.endswith(_BACKUP):
        return None
    return next((release for release in found.groups() if release), None)


def _flavour(release: str) -> str:
    """``amd64`` of ``6.1.0-28-amd64``, ``cloud-amd64`` of ``6.1.0-28-cloud-amd64``.

    Red Hat's minor release (``el9_4``) is no flavour: a kernel of the next one takes its place.
    """
    release = re.sub(r"\.el([0-9]+)_[0-9]+", r".el\1", release)
    return re.sub(r"^[0-9.]+(?:[~+-][0-9a-z.~]*[0-9][0-9a-z.~]*)*(?:\+bpo)?[.+-]?", "", release)


def _order(release: str) -> tuple[tuple[int, int, str], ...]:
    """Numbers as numbers; a tilde sorts before the end, as in ``6.13~rc4`` (deb-version(7))."""
    parts = re.findall(r"[0-9]+|~|[^0-9~]+", release)
    ranks = [
        (2, int(part[:_DIGITS]), "") if part[0] in "0123456789" else (0 if part == "~" else 1, 0, part)
        for part in parts
    ]
    return (*ranks, (1, 0, ""))

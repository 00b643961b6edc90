"""The kernel that runs, and those that a boot could start.

Kernels are looked for where boot loaders find them (Debian's /boot, kernel-install(8), the Boot Loader
Specification's ``/MACHINE-ID/RELEASE/linux`` and ``EFI/Linux/*.efi``). A package may be renewed without
another release; Debian writes the package's version into /proc/version. A container has no kernel of its own,
and a hypervisor may bring one from outside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from siteparity.model import UnmeasuredError
from siteparity.tools.parts import lines, sections

QUESTION = r"""
echo '[release]'
read -r release </proc/sys/kernel/osrelease||exit
echo "$release"
echo '[version]'
read -r version </proc/version||exit
printf '%s\n' "$version"
echo '[container]'
[ ! -e /run/systemd/container ]||cat /run/systemd/container||exit
echo '[kernels]'
for file in /boot/vmlinu[xz]-* /boot/kernel-* /boot/Image-* /usr/lib/modules/*/vmlinuz /boot/*/*/linux \
/efi/*/*/linux /boot/efi/*/*/linux /boot/EFI/Linux/*.efi /efi/EFI/Linux/*.efi /boot/efi/EFI/Linux/*.efi
do [ ! -e "$file" ]||printf '%s\n' "$file";done
echo '[packages]'
for name in "linux-image-$release" "linux-image-$release-unsigned"
do [ ! -e "/var/lib/dpkg/info/$name.list" ]||
dpkg-query --show --showformat='${Package} ${Version} ${db:Status-Status}\n' "$name"||exit;done
echo '[end]'
"""

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
    """As ``uname -r`` gives it."""
    version: str
    """The line of /proc/version, which names the build."""
    contained: bool
    """Whether the host is a container, whose kernel is another machine's."""
    installed: frozenset[str]
    """Releases that a boot could start."""
    package: str | None
    """Version of the running release's package; None where there is none."""

    @property
    def build(self) -> str:
        """The part of the version that names the build: ``#1 SMP Debian 6.1.119-1 (2024-11-22)``."""
        return self.version[self.version.index("#") :] if "#" in self.version else self.version

    @property
    def newest(self) -> str | None:
        """The newest release of the running one's flavour; of any, where the flavour is not installed."""
        flavour = _flavour(self.release)
        alike = [one for one in self.installed if _flavour(one) == flavour] or list(self.installed)
        return max(alike, key=_order, default=None)

    def is_newest_build(self) -> bool:
        """Whether the running release is of the package that is installed, as far as the kernel says it."""
        said = re.search(r" Debian (\S+)", self.version)
        return said is None or self.package is None or said[1] == self.package


@lru_cache(maxsize=32)
def read(answer: bytes) -> Kernel:
    """Read the answer to `QUESTION`.

    Raises:
        UnmeasuredError: a part is missing, or something in it is not understood.
    """
    names = ["release", "version", "container", "kernels", "packages", "end"]
    release, version, container, kernels, packages, end = map(lines, sections(answer, names))
    if len(release) != 1 or not re.fullmatch(_RELEASE, release[0]) or len(version) != 1 or end:
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
    """The release in a kernel's path; None for backups, rescue images and what bears no release."""
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

"""Whether a service is older than what it loads: its release, its libraries, its settings, links to them.

The ctime of a file decides (inode(7)). Its mtime can be set back (``cp -p``, ``touch``); its ctime cannot,
and new content, new rights and a rename all move it. Links count by themselves, and so does what they lead
to: a younger link leads to other code, however old that code is.

Left out is what a running service makes: compiled Python, and whatever the policy names. Three cases need
care:

- A folder whose entries changed has a younger mtime as well, and does not count. One that was put in place
  has a younger ctime alone, and counts.
- On overlayfs the first write anywhere below a folder makes the folder anew. There it counts only if the
  folder around it has other entries, too.
- A file with several names gets a younger ctime with each name that comes or goes (``rsync --link-dest``,
  caches of installers). There the content must be younger, too.

Settings count as code: a file that was changed and changed back says nothing of what the service read when it
started.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program
from siteparity.tools.systemd import started, unit

_LIBRARIES = (
    "/usr/lib/python3/dist-packages",
    "/usr/lib/python3.*/site-packages",
    "/usr/lib64/python3.*/site-packages",
)
"""Where packages of Debian and Red Hat put Python libraries; patterns."""

_OF_TOOLS = r"""
apt apt_[^/]* aptsources python_apt[^/]* debian debian_bundle deb822\.py python_debian[^/]* debianbts
reportbug[^/]* apport[^/]* problem_report\.py lsb_release\.py cloudinit cloud_init[^/]* uaclient ubuntu_[^/]*
softwareproperties DistUpgrade UpdateManager ufw[^/]* fail2ban[^/]* certbot[^/]* acme[^/]* dnf[^/]*
libdnf[^/]* hawkey rpm rpm-[^/]* rhsm[^/]* subscription_manager[^/]* cloud_what[^/]* firewall tuned
selinux[^/]* sepolicy[^/]* setools[^/]* insights[^/]* sos sos-[^/]*
"""
"""Libraries of administration tools: nightly upgrades renew them, and no application loads them."""

_QUESTION = program(__package__, "deployed.sh")
PARTS = ("unit", "started", "newer")


@dataclass(frozen=True, slots=True)
class ServiceCode:
    """Whether a service runs, and whether its code is newer."""

    idle: str | None
    """Why it has no process; None if it has one."""
    newer: str | None
    """A path that was laid down after the oldest of its processes started; None if there is none."""
    setting: str | None = None
    """A file with its settings that was changed after that."""
    gone: str | None = None
    """A file with its settings that does not exist, or a pattern that no file matches."""


@dataclass(frozen=True, slots=True)
class SettingsFiles:
    """The files with the settings of a service."""

    named: tuple[str, ...] = ()
    """Files, folders, or patterns of them."""
    of_unit: bool = False
    """Whether the environment files of its unit count."""


def question(
    service: str,
    file: str,
    places: Sequence[str],
    left_out: Sequence[str],
    settings: SettingsFiles,
) -> str:
    """A shell text that looks for code that is younger than the processes of a service.

    Args:
        service: the unit. Its processes below the main one count: a reload starts those anew.
        file: the file that every deployment writes.
        places: folders with its code, besides the libraries of packages; they need not exist.
        left_out: patterns of paths to ignore.
        settings: what it reads when it starts, besides its code.
    """
    folders = [one.rpartition("/")[0] for one in settings.named if re.search(r"/[*?[][^/]*$", one)]
    of_tools = "\\|".join(_OF_TOOLS.split())
    return filled(
        _QUESTION,
        look_up=unit.look_up_of(service, ["EnvironmentFiles"]).rstrip("\n"),
        started=started.ASK.strip(),
        file=shlex.quote(file),
        places=" ".join(map(shlex.quote, places)),
        libraries=" ".join(_LIBRARIES),
        left_out="".join(f" -o -path {shlex.quote(pattern)}" for pattern in left_out),
        settings=" ".join(map(_glob, settings.named)),
        folders=" ".join(map(_glob, folders)),
        environment_files="$shown" if settings.of_unit else "",
        of_tools=shlex.quote(rf"/usr/lib.*-packages/\({of_tools}\)\(/.*\)?"),
    )


def _glob(pattern: str) -> str:
    """A pattern as the shell expands it; everything but its wildcards is quoted."""
    return re.sub(r"[^A-Za-z0-9/._*?\[\]^!-]", r"\\\g<0>", pattern)


def read(parts: Mapping[str, Sequence[str]]) -> ServiceCode:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: a line is not understood, or no process could be looked at.
    """
    if idle := unit.not_running(unit.read_properties(parts["unit"])):
        return ServiceCode(idle, None)
    started.oldest("\n".join(parts["started"]))
    known = ("newer", "setting", "gone", "link", "folder")
    said: dict[str, str] = {}
    for line in parts["newer"]:
        kind, _, path = line.partition(" ")
        if kind not in known or not path.startswith("/"):
            raise UnmeasuredError("started: a line is not understood")
        said.setdefault(kind, path)
    return ServiceCode(None, said.get("newer"), said.get("setting"), said.get("gone"))

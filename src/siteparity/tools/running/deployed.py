"""Whether a service is older than the code on disk that it loads: its release, its libraries, links to them.

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
"""

from __future__ import annotations

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


def question(service: str, file: str, places: Sequence[str], left_out: Sequence[str]) -> str:
    """A shell text that looks for code that is younger than the processes of a service.

    Args:
        service: the unit. Its processes below the main one count: a reload starts those anew.
        file: the file that every deployment writes.
        places: folders with its code, besides the libraries of packages; they need not exist.
        left_out: patterns of paths to ignore.
    """
    of_tools = "\\|".join(_OF_TOOLS.split())
    return filled(
        _QUESTION,
        look_up=unit.look_up(service).rstrip("\n"),
        started=started.ASK.strip(),
        file=shlex.quote(file),
        places=" ".join(map(shlex.quote, places)),
        libraries=" ".join(_LIBRARIES),
        left_out="".join(f" -o -path {shlex.quote(pattern)}" for pattern in left_out),
        of_tools=shlex.quote(rf"/usr/lib.*-packages/\({of_tools}\)\(/.*\)?"),
    )


def read(parts: Mapping[str, Sequence[str]]) -> ServiceCode:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: a line is not understood, or no process could be looked at.
    """
    if idle := unit.not_running(unit.read_properties(parts["unit"])):
        return ServiceCode(idle, None)
    started.oldest("\n".join(parts["started"]))
    if not all(line.startswith(("newer /", "link /", "folder /")) for line in parts["newer"]):
        raise UnmeasuredError("started: a line is not understood")
    newer = [line.removeprefix("newer ") for line in parts["newer"] if line.startswith("newer /")]
    return ServiceCode(None, newer[0] if newer else None)

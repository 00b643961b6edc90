"""Configuration files: their text without secrets, their modes, and what upgrades left behind.

Read are the files that the policy names by patterns, each conffile of a package that is no longer as it was
packaged (``Conffiles`` in /var/lib/dpkg/status, or ``rpm -Va --configfiles``), and each file below /etc that
no package delivered. What an nginx includes is read as well, wherever it lies; a relative path counts from
the folder of nginx.conf, and a wildcard may match nothing. So are the files of `IN_HOMES` in the homes of
root, of system accounts, and of those that services and crontabs run as.

Only what is known to be harmless leaves the host (`siteparity.tools.secrets.harmless`). A line that hides
something has a hash of it under the key of the run. Of a file that is large, or no text, only a digest leaves
the host.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from siteparity.model import UnmeasuredError
from siteparity.redaction import HIDDEN
from siteparity.tools.given import PERL_DECODE
from siteparity.tools.program import filled, program
from siteparity.tools.secrets import harmless, keyed

LARGEST_TEXT = 4 * 1024 * 1024
MOST_TEXT = 2 * LARGEST_TEXT
"""Of all files of a host together."""
MOST_HASHES = 1000
"""Of what the lines of one file hide; the last one is of all that follows."""

LARGEST_STRAY = 64 * 1024
"""Of a larger file that no package delivered only a digest is compared: each word costs time."""
MOST_STRAYS = 40
"""Of a folder with more files that no package delivered one digest is compared."""
OF_ONE_HOST = (
    "/etc/machine-id", "/etc/hostname", "/etc/ssh/ssh_host_*", "/etc/iscsi/initiatorname.iscsi",
    "/etc/multipath/wwids", "/etc/popularity-contest.conf", "/etc/letsencrypt/accounts/*",
    # Judged by what comes of them, or by an aspect under another name.
    "/etc/passwd*", "/etc/group*", "/etc/shadow*", "/etc/gshadow*", "/etc/subuid*", "/etc/subgid*",
    "/etc/security/opasswd",
    "/etc/hosts", "/etc/resolv.conf", "/etc/localtime", "/etc/timezone", "/etc/systemd/*.wants/*",
    "/etc/systemd/*.requires/*", "/etc/systemd/*.upholds/*", "/etc/rc?.d/*", "/etc/alternatives/*",
    "/etc/ssl/certs/*", "/etc/ld.so.preload",
    *(f"/etc/letsencrypt/{folder}/*" for folder in ("live", "archive", "csr", "keys")),
    # Made on the host, from what is compared where it stands.
    "/etc/ld.so.cache", "/etc/udev/hwdb.bin", "/etc/lvm/archive/*", "/etc/lvm/backup/*", "/etc/lvm/cache/*",
    "/etc/console-setup/cached_*", "/etc/apparmor.d/cache/*", "/etc/network/run/*", "/etc/blkid.tab*",
    "/etc/.pwd.lock", "/etc/.updated", "/etc/mtab", "/etc/fake-hwclock.data", "/etc/*.lock",
    "/etc/siteparity/*",
    # Read by people, or by nobody.
    "*/README*", "*.example", "*.sample", "*.bak", "*.orig", "*.dpkg-old", "*.dpkg-bak", "*.ucf-old",
    "*.rpmsave", "*.swp", "*~",
)  # fmt: skip
"""Patterns of files that no package delivers and that may differ between siblings. ``*`` stands for slashes
as well. Where the policy names one, it is compared."""
IN_HOMES = (
    ".ssh/known_hosts", ".ssh/config", ".pgpass", ".pg_service.conf", ".my.cnf", ".mylogin.cnf",
    ".netrc", ".aws/config", ".aws/credentials", ".s3cfg", ".config/rclone/rclone.conf",
)  # fmt: skip
"""What programs read in the home of their account: whom they trust, where they connect to, and as whom."""

PARTS = ("files",)


QUESTION = (
    "export PATHS ELSEWHERE UNITS NGINX NAMED KNOWN\nSITEPARITY_KEY=$KEY perl - <<'END_OF_PROGRAM'\n"
    + keyed.PERL
    + PERL_DECODE
    + harmless.PERL
    + filled(
        program(__package__, "files.pl"),
        largest=f"{LARGEST_TEXT} {MOST_TEXT} {MOST_HASHES} {LARGEST_STRAY} {MOST_STRAYS}",
        of_one_host=" ".join(OF_ONE_HOST),
        in_homes=" ".join(IN_HOMES),
    )
    + "END_OF_PROGRAM\n"
)
"""A shell text that reads the files of ``$PATHS``, patterns as a shell understands them, but not those that
match a pattern of ``$ELSEWHERE``, where ``*`` matches slashes as well, and not the environment files of
``$UNITS``. ``$NGINX`` are main files of nginx;
what they include is read, too. What is not in ``$NAMED`` is read only if everybody may read it. ``$KNOWN``
are names that are shown, and ``$KEY`` is the key of the run. What no package delivered is read whoever may
read it: nothing of it is shown that is not known to be harmless."""


@dataclass(frozen=True, slots=True)
class File:
    """One configuration file."""

    path: str
    rights: str
    """Mode, owner and group: ``0644 root:root``; ``-`` for a file that is gone, and for a conffile with usual
    rights."""
    kind: str
    """``text``, ``link TARGET``, ``digest SHA256``, ``unpacked`` (a conffile that is gone), ``packaged`` (a
    conffile that nobody changed, with unusual rights), ``PEM BLOCKS`` (certificates and keys) or
    ``heap COUNT SHA256`` (many files of a folder)."""
    lines: tuple[str, ...]
    """Its text, with ``***`` for what is not known to be harmless."""
    hidden: tuple[tuple[str, str], ...] = ()
    """Each line that hides something, and a keyed hash of what it hides."""
    state: str = ""
    """Inode, time of its last change, and size, if it hides something."""


@dataclass(frozen=True, slots=True)
class ConfigurationFiles:
    """The configuration of one host."""

    files: Sequence[File]
    left: tuple[str, ...]
    """What upgrades left behind."""
    preload: tuple[str, ...] | None
    """What /etc/ld.so.preload names; None if there is no such file."""
    matches: Mapping[str, int]
    """Pattern of the policy -> how many files it matches."""
    conffiles: int
    """How many conffiles of packages were looked at."""


def read(parts: Mapping[str, Sequence[str]]) -> ConfigurationFiles:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: a line is not understood, or nothing is said about conffiles.
    """
    seen = _Listing()
    for line in parts["files"]:
        if not seen.take(line):
            raise UnmeasuredError("files: a line of the answer is not understood")
    if seen.conffiles is None:
        raise UnmeasuredError("files: the answer says nothing about conffiles")
    found = [
        File(*header, tuple(text), tuple(hidden), seen.states.get(header[0], "") if hidden else "")
        for header, text, hidden in zip(seen.headers, seen.texts, seen.hidden, strict=True)
    ]
    if any(one.hidden and not one.state for one in found):
        raise UnmeasuredError("files: the answer does not say when a file was changed that hides something")
    return ConfigurationFiles(found, tuple(sorted(seen.left)), seen.preload, seen.matches, seen.conffiles)


@dataclass(slots=True)
class _Listing:
    """The answer, as far as it has been read."""

    headers: list[tuple[str, str, str]] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    hidden: list[list[tuple[str, str]]] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    matches: dict[str, int] = field(default_factory=dict)
    preload: tuple[str, ...] | None = None
    conffiles: int | None = None

    def take(self, line: str) -> bool:
        """Take a line in. False if the question never prints such a line."""
        match line.split("\t"):
            case ["f", path, rights, kind] if _is_header(path, rights, kind):
                self.headers.append((path, rights, kind))
                self.texts.append([])
                self.hidden.append([])
            case ["c", text] if self.headers and self.headers[-1][2] == "text":
                self.texts[-1].append(text)
            case ["c", text, digest] if self._hides(text, digest):
                self.texts[-1].append(text)
                self.hidden[-1].append((text, digest))
            case ["t", path, state] if re.fullmatch(r"[0-9]+ [0-9]+\.[0-9]{9} [0-9]+", state):
                self.states[path] = state
            case ["l", path]:
                self.left.append(path)
            case ["g", pattern, count] if _is_count(count):
                self.matches[pattern] = int(count)
            case ["P"] if self.preload is None:
                self.preload = ()
            case ["p", library] if self.preload is not None:
                self.preload += (library,) if library else ()
            case ["n", count] if _is_count(count):
                self.conffiles = int(count)
            case _:
                return False
        return True

    def _hides(self, text: str, digest: str) -> bool:
        is_text = bool(self.headers) and self.headers[-1][2] == "text"
        return is_text and HIDDEN in text and re.fullmatch("[0-9a-f]{12}", digest) is not None


def _is_header(path: str, rights: str, kind: str) -> bool:
    return bool(
        path.startswith("/")
        and re.fullmatch(r"-|[0-7]{4} [^:\s]+:[^:\s]+", rights)
        and re.fullmatch(
            r"text|unpacked|packaged|link .*|PEM [A-Z0-9 ,]*|(?:heap [0-9]+|digest) [0-9a-f]{64}", kind
        )
    )


def _is_count(text: str) -> bool:
    return re.fullmatch("[0-9]{1,18}", text) is not None

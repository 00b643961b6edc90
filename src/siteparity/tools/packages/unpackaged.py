"""Files that no package brought, in folders where a file changes what runs.

A library beside the packaged ones, a program of the same name earlier in the path, a certificate in the store
of trusted ones: the packages are whole, and yet the host does something else. Compiled copies of Python
modules are left out: they follow from their sources.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from siteparity.model import UnmeasuredError
from siteparity.tools.given import DECODE, more_items
from siteparity.tools.program import program

MOST = 5000
"""Files that a host may list. A folder with more is not to be compared file by file."""
MOST_OF_ENVIRONMENTS = 40_000
"""The limit once Python environments are listed, of which each distribution gets one digest."""

_LEADS = "leads to "

_PERL = program(__package__, "unpackaged.pl")
QUESTION = f"""{DECODE}set -- {MOST}
{more_items("PLACES")}
[ -z "$ENVIRONMENTS" ] || set -- "$@" {MOST_OF_ENVIRONMENTS}
{more_items("ENVIRONMENTS")}
if [ -s /var/lib/dpkg/status ]; then cat /var/lib/dpkg/info/*.list; else rpm -qal; fi |
perl -e {shlex.quote(_PERL)} -- "$@"
"""
"""A shell text that lists every file below ``$PLACES`` and ``$ENVIRONMENTS`` that no package brought; no
place may be in both."""
PARTS = ("files",)


def read(parts: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """Read the answer to `question`.

    Returns:
        Path -> mode, owner and digest of a file, or where a link leads to, or what it is instead; and
        ``no such folder`` for a folder of the question that does not exist.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    return dict(_told(line.split("\t")) for line in parts["files"])


def _told(fields: Sequence[str]) -> tuple[str, str]:
    match fields:
        case ["F", path, rights, digest] if re.fullmatch(
            r"[0-7]{4} \S+:\S+ [0-9a-f]{64}", f"{rights} {digest}"
        ):
            return path, f"{rights}, sha256 {digest[:12]}"
        case ["L", path, target] if target:
            return path, f"{_LEADS}{target}"
        case ["O", path]:
            return path, "neither a file nor a link"
        case ["G", path]:
            return path, "no such folder"
    raise UnmeasuredError("unpackaged: a line is not understood")


def without(found: Mapping[str, str], patterns: Sequence[str]) -> Mapping[str, str]:
    """All files but those that the patterns match (``*`` matches slashes as well), and links to them."""
    named = {path for path in found if any(fnmatchcase(path, pattern) for pattern in patterns)}
    return {
        path: said for path, said in found.items() if path not in named and _target(path, said) not in named
    }


def _target(path: str, said: str) -> str | None:
    """Where a link leads to; None for anything else."""
    to = said.removeprefix(_LEADS)
    return None if to == said else posixpath.normpath(posixpath.join(posixpath.dirname(path), to))

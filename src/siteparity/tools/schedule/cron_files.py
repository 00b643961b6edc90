"""The files from which cron, and run-parts on its behalf, start jobs.

Each comes with what decides whether cron accepts it: kind, owner, mode, links (cron(8); database.c of
cron 3.0pl1-162; run-parts(8)).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program

SYSTEM = "/etc/crontab"
FOLDER = "/etc/cron.d"
SPOOL = "/var/spool/cron/crontabs"
SCRIPTS = ("/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly")
OTHERS = (
    *("/etc/cron.allow", "/etc/cron.deny", "/etc/anacrontab"),
    *("/etc/environment", "/etc/pam.d/cron", "/etc/security/access.conf"),
)
"""Who may edit a crontab (crontab(1)), what anacron runs, what PAM gives to jobs, and whom it refuses."""

_PLACES = frozenset({FOLDER, SPOOL, *SCRIPTS})

QUESTION = filled(
    program(__package__, "cron_files.sh"),
    system=SYSTEM,
    folder=FOLDER,
    spool=SPOOL,
    others=" ".join((*SCRIPTS, *OTHERS)),
)


@dataclass(frozen=True, slots=True)
class File:
    """A file as cron and run-parts see it."""

    path: str
    kind: str
    """As find(1) writes it: ``f``, ``d`` ... A link has the kind of its target, or ``l`` if it has none."""
    owner: int
    mode: int
    links: int
    content: bytes = b""
    link_owner: int | None = None
    """The owner of the link itself, if the file is a link."""

    @property
    def place(self) -> str:
        """The folder that holds it."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def digest(self) -> str:
        """A short digest of the content."""
        return f"sha256 {hashlib.sha256(self.content).hexdigest()[:16]}"


class _Parts:
    """An answer of which pieces are taken from the front."""

    def __init__(self, answer: bytes) -> None:
        self._rest = answer

    def text(self) -> str:
        """The text before the next NUL byte."""
        part, end, self._rest = self._rest.partition(b"\0")
        if not end:
            raise UnmeasuredError("crontabs: the answer ends too early")
        return part.decode("utf-8", "backslashreplace")

    def content(self, size: int) -> bytes:
        """The next bytes."""
        part, self._rest = self._rest[:size], self._rest[size:]
        if len(part) != size:
            raise UnmeasuredError("crontabs: the answer ends within a file")
        return part

    def end(self) -> None:
        """Refuse anything that is left."""
        if self._rest:
            raise UnmeasuredError("crontabs: there is more than was announced")


def read(answer: bytes) -> Sequence[File]:
    """Read the answer to `QUESTION`: the files, by path.

    Raises:
        UnmeasuredError: it is not understood to the last byte, or a file changed while it was read.
    """
    parts = _Parts(answer)
    links: dict[str, int] = {}
    headers: list[tuple[str, list[str]]] = []
    while tag := parts.text():
        path, meta = parts.text(), parts.text().split(" ")
        if tag == "link" and len(meta) == 1:
            links[path] = _number(meta[0])
        elif tag == "file" and len(meta) == 5:  # noqa: PLR2004  # kind, owner, mode, links, size
            headers.append((path, meta))
        else:
            raise UnmeasuredError(f"crontabs: cannot read {tag[:40]!r}: a file changed while it was read")
    files = []
    for path, (kind, owner, mode, count, size) in headers:
        content = parts.content(_number(size)) if kind == "f" else b""
        files.append(
            File(path, kind, _number(owner), _number(mode, 8), _number(count), content, links.get(path))
        )
    parts.end()
    return sorted((file for file in files if file.path not in _PLACES), key=lambda file: file.path)


def _number(text: str, base: int = 10) -> int:
    if not re.fullmatch("[0-7]{1,20}" if base == 8 else "[0-9]{1,20}", text):  # noqa: PLR2004  # a file's mode
        raise UnmeasuredError(f"crontabs: {text[:40]!r} is not a number")
    return int(text, base)

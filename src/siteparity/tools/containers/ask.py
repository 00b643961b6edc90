"""What a host is asked about its containers, and how its answer is read.

Docker and Podman describe a container alike, so one program asks both, and each account that runs containers
of its own. It lists and inspects, and changes nothing. All that the engine tells of a container is compared,
but for what differs from one start to the next; so a setting that nobody here knows is compared as well. Only
what is known to be harmless leaves the host (`siteparity.tools.secrets.harmless`).

Sources: docker-inspect(1), podman-inspect(1), podman-systemd.unit(5), the Compose specification.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from siteparity.model import UnmeasuredError
from siteparity.tools.given import PERL_DECODE
from siteparity.tools.program import program
from siteparity.tools.secrets import harmless, keyed

PARTS = ("containers",)

QUESTION = (
    "export KNOWN\nSITEPARITY_KEY=$KEY perl - <<'END_OF_PROGRAM'\n"
    + keyed.PERL
    + PERL_DECODE
    + harmless.PERL
    + program(__package__, "containers.pl")
    + "END_OF_PROGRAM\n"
)
"""A shell text that tells of every container of the host. ``$KNOWN`` are names that are shown, ``$KEY`` is
the key of the run."""


@dataclass(slots=True)
class Container:
    """One container, running or not."""

    name: str
    status: str = ""
    health: str = ""
    exited_with: str = ""
    restarts: str = ""
    """When its engine starts it again, such as ``always``."""
    is_removed: bool = False
    """Whether it is removed once it ends."""
    starter: str = ""
    """What starts it at a boot; empty if nothing does."""
    unit: str = ""
    """The unit that it belongs to; empty if it belongs to none."""
    image: str = ""
    runs: str = ""
    """The id of the image that it runs."""
    now: str = ""
    """The id of the image that has this name now; empty if there is none."""
    created: str = ""
    changed: list[tuple[float, str]] = field(default_factory=list)
    """When each file that it is made from changed, in seconds since 1970, and the file."""
    mounts: list[tuple[str, str]] = field(default_factory=list)
    """File or folder of the host -> ``there`` or ``missing``."""
    settings: list[tuple[str, str, str]] = field(default_factory=list)
    """Item, value, and a keyed hash of what the value hides."""

    @property
    def made(self) -> float:
        """When it was made, in seconds since 1970.

        Raises:
            UnmeasuredError: its engine writes no time.
        """
        try:
            return datetime.fromisoformat(_MICROSECONDS.sub(r"\1", self.created)).timestamp()
        except ValueError:
            raise UnmeasuredError(f"containers: {self.name} was made at no time: {self.created!r}") from None

    @property
    def is_kept(self) -> bool:
        """Whether somebody means it to be there: not what is left of a command, nor what runs one."""
        if self.starter or self.unit:
            return True
        return not self.is_removed and (self.status == "running" or self.restarts not in ("", "no"))


_MICROSECONDS = re.compile(r"(\.[0-9]{6})[0-9]+")
"""An engine writes nanoseconds."""


@dataclass(slots=True)
class Engine:
    """One engine, as one account uses it."""

    name: str
    account: str
    silent: str = ""
    """Why it did not answer."""
    told: int = -1
    """Of how many containers it told; -1 if the answer does not say so."""
    containers: list[Container] = field(default_factory=list)
    images: list[tuple[str, str]] = field(default_factory=list)
    """Image that a file of the host names -> ``there`` or ``missing``."""

    def item(self, name: str) -> str:
        """What a table calls something of this engine."""
        return name if self.account == "root" else f"{self.account}: {name}"


def read(parts: Mapping[str, Sequence[str]]) -> list[Engine]:
    """All of an answer.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    engines: list[Engine] = []
    for line in parts["containers"]:
        kind, *words = line.split("\t")
        if not _understood(engines, kind, words):
            raise UnmeasuredError(f"containers: a line is not understood: {line[:80]!r}")
    for one in engines:
        if not one.silent and one.told != len(one.containers):
            raise UnmeasuredError(f"containers: what {one.name} of {one.account} told is not whole")
    return engines


_HASH = re.compile("[0-9a-f]{12}")
_ID = re.compile("[0-9a-f]{64}")
_TIME = re.compile("[0-9]{1,12}")
"""Also a count."""
_STATES = ("there", "missing")


def _understood(engines: list[Engine], kind: str, words: list[str]) -> bool:
    """Whether the line is one that the question prints; then it is noted."""
    match kind, words:
        case "e", ["docker" | "podman" as name, account] if account:
            engines.append(Engine(name, account))
        case _ if not engines:
            return False
        case "u", [reason] if reason:
            engines[-1].silent = reason
        case "a", [count] if _TIME.fullmatch(count):
            engines[-1].told = int(count)
        case "f", [image, state] if state in _STATES:
            engines[-1].images.append((image, state))
        case "c", [name] if name:
            engines[-1].containers.append(Container(name))
        case _:
            return bool(engines[-1].containers) and _of_container(engines[-1].containers[-1], kind, words)
    return True


def _of_container(one: Container, kind: str, words: list[str]) -> bool:
    match kind, words:
        case "s", [status, health, code] if status:
            one.status, one.health, one.exited_with = status, health, code
        case "r", [policy, "yes" | "no" as removed]:
            one.restarts, one.is_removed = policy, removed == "yes"
        case "b", [starter, unit]:
            one.starter, one.unit = starter, unit
        case "i", [image, runs, now] if _ID.fullmatch(runs) and (not now or _ID.fullmatch(now)):
            one.image, one.runs, one.now = image, runs, now
        case "t", [created]:
            one.created = created
        case "n", [time, path] if _TIME.fullmatch(time):
            one.changed.append((float(time), path))
        case "m", [path, state] if state in _STATES:
            one.mounts.append((path, state))
        case "v", [item, value]:
            one.settings.append((item, value, ""))
        case "v", [item, value, digest] if _HASH.fullmatch(digest):
            one.settings.append((item, value, digest))
        case _:
            return False
    return True

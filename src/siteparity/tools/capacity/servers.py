"""How many workers a service has, how large its pools are, and how many connections a server accepts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from siteparity.model import UnmeasuredError
from siteparity.tools.given import item
from siteparity.tools.program import filled, program
from siteparity.tools.settings.reader import Found
from siteparity.tools.systemd import unit

AS_IN_FILE = "as in its file"

WORKERS = filled(program(__package__, "workers.sh"), look_up=unit.look_up(), item=item("TEXT"))
"""A shell text that lists the processes below the main one of ``$UNIT`` with ``$TEXT`` in their arguments."""
WORKERS_PARTS = ("unit", "workers")


def read_workers(parts: Mapping[str, Sequence[str]]) -> int:
    """How many workers there are; 0 if the service does not run.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    if unit.not_running(unit.read_properties(parts["unit"])):
        return 0
    paths = parts["workers"]
    if not all(re.fullmatch(r"/proc/[0-9]+/cmdline", path) for path in paths):
        raise UnmeasuredError("workers: a line is no process")
    return len(paths)


ReadWhen: TypeAlias = Literal["in its environment", "when it starts", "whenever it is needed"]
"""Where a service finds a setting: among what its processes were started with, or in a file."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool of a service that runs."""

    running: int
    """Its size in the running service; where the service does not tell, that in its file."""
    state: str
    """`AS_IN_FILE`, or how the running service differs."""


def pools(found: Found, name: str, read: ReadWhen) -> Mapping[str, Pool]:
    """The pools that a setting makes: one, or one for each section of a file.

    Args:
        found: what the host says of the setting.
        name: of the setting.
        read: when the service reads it.

    Raises:
        UnmeasuredError: a value is no number, there is none, or the service does not run.
    """
    if found.idle:
        raise UnmeasuredError(f"pool: {found.idle}")
    sizes = {key: number(shown, "its file") for key, shown in found.last().items()}
    if not sizes:
        raise UnmeasuredError(f"pool: its file does not set {name}")
    if read != "in its environment":
        is_old = read == "when it starts" and found.changed_since
        state = "its file was changed since it started" if is_old else AS_IN_FILE
        return {key: Pool(size, state) for key, size in sizes.items()}
    if len(sizes) > 1:
        raise UnmeasuredError("pool: the answer is about several settings")
    key, size = sizes.popitem()
    running = number(found.running[0][1] if found.running else None, "the running service")
    same = AS_IN_FILE if running == size else f"runs with {running}, its file says {size}"
    return {key: Pool(running, same)}


def number(shown: str | None, where: str) -> int:
    """A number that a host shows of a setting.

    Raises:
        UnmeasuredError: it is none.
    """
    if shown is None or not re.fullmatch(r"[0-9]{1,9}", shown):
        raise UnmeasuredError(f"pool: {where} sets no number")
    return int(shown)

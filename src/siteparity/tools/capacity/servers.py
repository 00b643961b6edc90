"""How many workers a service has, how large its pools are, and how many connections a server accepts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program
from siteparity.tools.systemd import unit

AS_IN_FILE = "as in its file"

_WORKERS = program(__package__, "workers.sh")
WORKERS_PARTS = ("unit", "workers")

_POOL = program(__package__, "pool.sh")
POOL_PARTS = ("unit", "file", "running")

_SETTING = "grep -hE '^[[:space:]]*{setting}[[:space:]=]' -- {file}"


def workers_question(service: str, text: str) -> str:
    """A shell text that lists the processes below a main one that have a text in their command line."""
    return filled(_WORKERS, look_up=unit.look_up(service), mark=shlex.quote(text))


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


def pool_question(service: str, file: str, variable: str) -> str:
    """A shell text about a variable in the environment file of a service, and in its main process."""
    look_up = unit.look_up(service)
    return filled(_POOL, look_up=look_up, file=shlex.quote(file), variable=variable)


def read_pool(parts: Mapping[str, Sequence[str]]) -> tuple[int, int]:
    """The number in the file, and that of the running service.

    Raises:
        UnmeasuredError: one of the two is no number, or the service does not run.
    """
    idle = unit.not_running(unit.read_properties(parts["unit"]))
    if idle:
        raise UnmeasuredError(f"pool: {idle}")
    filed = [line for line in parts["file"] if line]
    running = [one for one in "\n".join(parts["running"]).split("\0") if one]
    return _value(filed[-1:], "its file"), _value(running[:1], "the running service")


def _value(assignments: list[str], where: str) -> int:
    found = re.fullmatch(r"\s*\w+\s*=\s*[\"']?([0-9]{1,9})[\"']?\s*", assignments[0]) if assignments else None
    if found is None:
        raise UnmeasuredError(f"pool: {where} sets no number")
    return int(found[1])


def setting_question(file: str, setting: str) -> str:
    """A shell text about a number in a server's file."""
    return _SETTING.format(file=shlex.quote(file), setting=setting)


def read_setting(answer: str) -> int:
    """The last number, which is the one that counts.

    Raises:
        UnmeasuredError: there is none.
    """
    lines = [line for line in answer.split("\n") if line]
    found = re.fullmatch(r"\s*\S+?[\s=]+([0-9]{1,9})\s*;?\s*(?:#.*)?", lines[-1]) if lines else None
    if found is None:
        raise UnmeasuredError("connections: the file sets no number")
    return int(found[1])


def in_force(filed: Mapping[str, int], running: Mapping[str, int]) -> Mapping[str, str]:
    """Each variable -> `AS_IN_FILE`, or both values."""
    return {
        name: AS_IN_FILE if running[name] == value else f"runs with {running[name]}, its file says {value}"
        for name, value in filed.items()
    }

"""How many workers a service has, how large its pools are, how many connections a server takes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from siteparity.model import UnmeasuredError
from siteparity.tools.systemd import unit

AS_IN_FILE = "as in its file"

_WORKERS = """\
{look_up}
set --
for pid in $pids;do [ "$pid" = "$main" ]||set -- "$@" "/proc/$pid/cmdline";done
echo '[workers]'
[ $# -eq 0 ]||grep -lasF -e {text} -- "$@"||[ $? -le 2 ]||exit
echo '[end]'
"""

_POOL = """\
{look_up}
echo '[file]'
grep -hE '^[[:space:]]*{variable}[[:space:]]*=' -- {file}||[ $? -eq 1 ]||exit
echo '[running]'
[ "$main" -eq 0 ]||grep -zaE '^{variable}=' "/proc/$main/environ"||[ $? -eq 1 ]||exit
printf '\\n[end]\\n'
"""

_SETTING = "grep -hE '^[[:space:]]*{setting}[[:space:]=]' -- {file}"


def workers_question(service: str, text: str) -> str:
    """A shell text about the processes of a service whose command line holds a text, besides its main one."""
    return _WORKERS.format(look_up=unit.look_up(service), text=shlex.quote(text))


def read_workers(answer: str) -> int:
    """How many there are; none where the service does not run.

    Raises:
        UnmeasuredError: it is cut or not understood.
    """
    head, mark, rest = answer.partition("[workers]\n")
    rows, end, after = rest.rpartition("[end]\n")
    if not mark or not end or after:
        raise UnmeasuredError("workers: the answer lacks one of its parts")
    if unit.not_running(unit.read_properties(line for line in head.split("\n") if line)):
        return 0
    paths = rows.split("\n")[:-1]
    if not all(re.fullmatch(r"/proc/[0-9]+/cmdline", path) for path in paths):
        raise UnmeasuredError("workers: a line is no process")
    return len(paths)


def pool_question(service: str, file: str, variable: str) -> str:
    """A shell text about a variable of a service's environment, in its file and in its main process."""
    return _POOL.format(look_up=unit.look_up(service), file=shlex.quote(file), variable=variable)


def read_pool(answer: bytes) -> tuple[int, int]:
    """The number in the file, and that of the running service.

    Raises:
        UnmeasuredError: one of both is no number; the service does not run.
    """
    text = answer.decode("utf-8", "backslashreplace")
    parts = re.fullmatch(r"(.*\n)\[file\]\n(.*)\[running\]\n(.*)\n\[end\]\n", text, re.DOTALL)
    if parts is None:
        raise UnmeasuredError("pool: the answer lacks one of its parts")
    idle = unit.not_running(unit.read_properties(line for line in parts[1].split("\n") if line))
    if idle:
        raise UnmeasuredError(f"pool: {idle}")
    filed = [line for line in parts[2].split("\n") if line]
    running = [one for one in parts[3].split("\0") if one]
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
    """The number that counts: the last.

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

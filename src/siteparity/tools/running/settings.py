"""The environment of a service: what its files say now, and what its main process was started with.

``Environment=`` comes first, then each ``EnvironmentFile=``; later ones win (systemd.exec(5)). The host
itself compares the files with the process, and shows what is known to be harmless
(`siteparity.tools.secrets.harmless`); of the rest it tells a hash under the key of the run. Of a process that
wrote a title over its environment, the files are the witness: it was started with what they say if none of
them was changed since. A service that a shell script starts may have more than is configured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.given import PERL_DECODE
from siteparity.tools.program import filled, program
from siteparity.tools.secrets import harmless, keyed
from siteparity.tools.settings import reader
from siteparity.tools.systemd.unit import look_up_of

STATES = {
    "same": "runs as configured",
    "differs": "runs with another value",
    "unset": "configured, and not in the running process",
    "stale": "in the running process, and configured no more",
}
RUNNING = STATES["same"]

_SHELL = program(__package__, "settings.sh")
_PERL = program(__package__, "settings.pl")

_OWN = (
    "PATH|HOME|USER|LOGNAME|SHELL|TERM|PWD|SHLVL|_|INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_[A-Z_]+|NOTIFY_SOCKET|MAINPID"
    "|MANAGERPID|LISTEN_[A-Z]+|WATCHDOG_[A-Z]+|[A-Z]+_DIRECTORY|MEMORY_PRESSURE_[A-Z]+|PIDFILE|REMOTE_[A-Z]+"
    "|LANG|LANGUAGE|LC_[A-Z]+|LOCPATH|XDG_[A-Z_]+|TRIGGER_[A-Z_]+|DBUS_[A-Z_]+|container(?:_[a-z]+)?"
    "|HAPROXY_[A-Z_]+|APACHE_[A-Z_]+|NGINX|PG_GRANDPARENT_PID|PG_OOM_ADJUST_[A-Z]+|PGSYSCONFDIR|PGLOCALEDIR|OLDPWD"
)
"""Variables that systemd gives every process (systemd.exec(5)), that the manager was started with, or that
programs set for themselves before they start themselves anew (HAProxy's master, nginx, pg_ctl) or by a script
(apachectl). One that the unit's files set is judged whatever its name."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a service."""

    name: str
    state: str
    shown: str
    """Its value, with ``***`` for what is not known to be harmless."""
    file: str = ""
    """The environment file that sets it."""
    hash: str = ""
    """A keyed hash of what the value hides; empty if it hides nothing."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables of a service."""

    variables: tuple[Variable, ...]
    files: Mapping[str, str]
    """Each file that they come from -> inode, time of its last change, and size."""


def question(service: str) -> str:
    """A shell text about a service's environment."""
    text = keyed.PERL + PERL_DECODE + harmless.PERL_OF_VALUES + reader.ENVIRONMENT + filled(_PERL, own=_OWN)
    return filled(
        _SHELL,
        look_up=look_up_of(
            service, ["Environment", "EnvironmentFiles", "FragmentPath", "DropInPaths", "ExecStart"]
        ).rstrip("\n"),
        program=text.rstrip("\n"),
    )


def read(lines: Sequence[str]) -> Environment | str:
    """Read the answer to `question`: the environment, or why the service has no process.

    Raises:
        UnmeasuredError: a line is not understood; the reason quotes no value.
    """
    if len(lines) == 1 and lines[0] in ("not running", "not loaded"):
        return lines[0]
    variables: list[Variable] = []
    files: dict[str, str] = {}
    for line in lines:
        match line.split("\t"):
            case [path, state] if path.startswith("/") and re.fullmatch(r"[0-9]+ [0-9.]+ [0-9]+", state):
                files[path] = state
            case [name, state, shown, file, digest] if _is_variable(name, state, digest):
                variables.append(Variable(name, STATES[state], shown, file, "" if digest == "-" else digest))
            case _:
                raise UnmeasuredError("settings: a line of the answer is not understood")
    return Environment(tuple(variables), files)


def _is_variable(name: str, state: str, digest: str) -> bool:
    return bool(
        re.fullmatch(r"[A-Za-z_]\w*", name) and state in STATES and re.fullmatch("-|[0-9a-f]{12}", digest)
    )

"""The language variables of a service: what systemd would start it with, and what it was started with.

systemd takes the manager's environment, then ``Environment=``, then each ``EnvironmentFile=``; later ones
win, and ``UnsetEnvironment=`` removes variables at the end (systemd.exec(5)). Only language variables leave
the host.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program
from siteparity.tools.systemd import unit

VARIABLE = r"(?:LANG|LANGUAGE|LOCPATH|LC_[A-Z]+)"
"""The variables that choose a language, and the folder of the locales (locale(7))."""

PROPERTIES = (
    "Environment", "EnvironmentFiles", "PassEnvironment", "UnsetEnvironment", "FragmentPath", "DropInPaths"
)  # fmt: skip

AS_CONFIGURED = "as configured"
"""In place of the environment of a process that wrote a title over it, if its files are older than itself."""

QUESTION = filled(
    program(__package__, "environment.sh"), look_up=unit.look_up(PROPERTIES), as_configured=AS_CONFIGURED
)
"""A shell text about the unit in ``$UNIT`` and its processes."""
PARTS = ("unit", "manager", "files", "replaced", "running")

Variables = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Service:
    """The language variables of a service."""

    configured: Variables
    """What it would be started with now."""
    running: Variables
    """What its main process was started with; empty if there is none."""
    idle: str | None
    """Why there is no main process; None if there is one."""
    replaced: bool
    """Whether any of its processes uses locale files that are no longer on disk."""

    @classmethod
    def read(cls, parts: Mapping[str, Sequence[str]]) -> Service:
        """Read the answer to `question`.

        Raises:
            UnmeasuredError: a line is not understood.
        """
        properties = unit.read_properties(parts["unit"])
        manager, files = (list(filter(None, parts[name])) for name in ("manager", "files"))
        wanted, environ = configured(properties, manager, files), "\n".join(parts["running"])
        return cls(
            wanted,
            wanted if environ == f"{AS_CONFIGURED}\0" else running(environ),
            unit.not_running(properties),
            replaced=any(parts["replaced"]),
        )


def checked_name(name: str) -> str:
    """The name of a language variable in a policy.

    Raises:
        ValueError: it is none.
    """
    if not re.fullmatch(VARIABLE, name):
        raise ValueError(
            f"expected LANG, LANGUAGE, LOCPATH, LC_ALL or another LC_ variable, found {name!r}; correct it"
        )
    return name


def configured(
    properties: Mapping[str, tuple[str, ...]], manager: Iterable[str], files: Iterable[str]
) -> Variables:
    """The language variables that systemd would start the service with now.

    Args:
        properties: `PROPERTIES` of the unit, as ``systemctl show`` gives them.
        manager: language lines of ``systemctl show-environment``.
        files: language lines of the unit's environment files, in their order.

    Raises:
        UnmeasuredError: an assignment is not understood, or the manager hands on variables that it does not
        show.
    """
    passed = _words(properties, "PassEnvironment")
    if any(re.fullmatch(VARIABLE, name) for name in passed):
        raise UnmeasuredError("PassEnvironment= hands on the manager's own language, which cannot be read")
    own = [word for word in _words(properties, "Environment") if re.match(VARIABLE + "=", word)]
    found = _assigned([*(_unquoted(line) for line in manager), *own, *(_unquoted(line) for line in files)])
    for word in _words(properties, "UnsetEnvironment"):
        name, equals, value = word.partition("=")
        if not equals or found.get(name) == value:
            found.pop(name, None)
    return found


def running(environ: str) -> Variables:
    """The language variables among the NUL-terminated assignments of ``/proc/PID/environ``.

    Raises:
        UnmeasuredError: it is cut, or holds something else.
    """
    if environ and not environ.endswith("\0"):
        raise UnmeasuredError("the environment of the running process is cut")
    words = environ.split("\0")[:-1]
    if not all(re.match(VARIABLE + "=", word) for word in words):
        raise UnmeasuredError("the environment of the running process cannot be read")
    return _assigned(reversed(words))  # getenv(3) finds the first one of two


def assignments(lines: Iterable[str]) -> Variables:
    """The language variables that a file of plain assignments sets, such as ``/etc/default/locale``.

    Raises:
        UnmeasuredError: a value is not understood.
    """
    return _assigned(_unquoted(line) for line in lines if re.match(rf"\s*{VARIABLE}\s*=", line))


def _words(properties: Mapping[str, tuple[str, ...]], name: str) -> list[str]:
    if name not in properties:
        raise UnmeasuredError(f"systemctl show: no {name}")
    text = " ".join(properties[name])
    if re.search(r"(?:^|\s)\$'", text):
        raise UnmeasuredError(f"{name}= holds control characters")
    try:
        return shlex.split(text)
    except ValueError:
        raise UnmeasuredError(f"{name}= cannot be split into words") from None


def _unquoted(line: str) -> str:
    """``NAME="value"`` as ``NAME=value``."""
    name, _, value = line.partition("=")
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    if not re.fullmatch(rf"\s*{VARIABLE}\s*", name) or re.search(r"[\"'\\$`]", value):
        raise UnmeasuredError(f"the value of {name.strip()[:40]} is written in a way that is not understood")
    return f"{name.strip()}={value}"


def _assigned(words: Iterable[str]) -> dict[str, str]:
    """The variables that are set; later ones win, and an empty value counts as unset (setlocale(3))."""
    pairs = dict(word.split("=", 1) for word in words)
    return {name: value for name, value in pairs.items() if value}

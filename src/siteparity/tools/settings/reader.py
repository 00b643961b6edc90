"""One setting of a service: where it stands, what may be told of it, and whether the service runs with it.

A setting stands in a file, below a key; in the environment of a unit; or on the command line of its main
process. The host reads it (`forms` has a program for each form of a file). Of its value only what a `View`
shows leaves the host: a number, or the place in an address. Whether processes run with the same value is
compared there too.

Files are read without running anything, so a value that PHP computes, that an alias of YAML names or that
spans several lines is not known. Then nothing is shown, and the setting is unmeasured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program
from siteparity.tools.systemd import started, unit

Form: TypeAlias = Literal["lines", "nginx", "json", "yaml", "toml", "php", "properties"]
"""How a file is written. ``lines``: a name and a value in each, with or without ``=`` and ``[sections]``."""

View: TypeAlias = Literal["number", "place", "server"]
"""What is shown: a number; host, port and database of an address; its scheme, host and port."""

_FORM_OF: Mapping[str, Form] = {
    "json": "json", "yaml": "yaml", "yml": "yaml", "toml": "toml", "php": "php", "properties": "properties",
}  # fmt: skip

_NEVER_ENVIRONMENT = {*_FORM_OF, "ini", "cfg", "cnf"}
"""Ends of names of files that no service has as its environment."""

_SHELL = program(__package__, "setting.sh")
ENVIRONMENT = program(__package__, "environment.pl")
"""A perl text: the function ``environment`` reads what systemd would start a unit with."""
_START = "use strict;\nuse Text::ParseWords;\n"
_SETTING = program(__package__, "setting.pl")
_FILE = program(__package__, "file.pl")
_PARTS_OF_FORM: Mapping[str, tuple[str, ...]] = {
    "env": ("lines",), "lines": ("lines",), "nginx": ("nginx",), "properties": ("properties",),
    "json": ("flow", "json"), "yaml": ("flow", "yaml"), "toml": ("flow", "toml"), "php": ("flow", "php"),
}  # fmt: skip
"""What is sent to a host for each form: no more than it needs."""
_FORMS = {
    name: program(f"{__package__}.forms", f"{name}.pl")
    for name in dict.fromkeys(one for parts in _PARTS_OF_FORM.values() for one in parts)
}
FILES = "".join((_FILE, *_FORMS.values()))
"""Perl functions: ``settings`` reads a file of any form. They need `ENVIRONMENT` and Text::ParseWords."""
_NO_UNIT = "shown='LoadState=none\nMainPID=0'"
PARTS = ("unit", "configured", "running", "decides", "changed", "now")
_PROPERTIES = ("Environment", "EnvironmentFiles", "ExecStart", "StateChangeTimestampMonotonic")
_STATES = ("same", "differs", "unset")
_NOT_SHOWN = "-"


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a setting stands: exactly one of `keys`, `variable` and `option`."""

    service: str = ""
    """The unit that has it; empty if only the file is looked at."""
    file: str = ""
    """The file, or a pattern of files, of which the last one that sets it counts."""
    keys: tuple[str, ...] = ()
    """The keys in the file; an asterisk stands for any section."""
    form: Form | None = None
    """How the file is written; by the end of its name if None."""
    variable: str = ""
    """The variable of the unit's environment: as `file` says, or the unit if there is none."""
    option: str = ""
    """The option on the command line."""

    def form_of_file(self) -> str:
        """How the file is written."""
        if self.variable:
            return "env"
        return self.form or form_of(self.file)


@dataclass(frozen=True, slots=True)
class Found:
    """What a host says of a setting."""

    idle: str | None
    """Why its service has no process; None if it has one."""
    configured: tuple[tuple[str, str | None], ...]
    """Key -> what is shown of it, as often as it is set; None if nothing may be shown."""
    running: tuple[tuple[str, str | None], ...]
    """``same``, ``differs`` or ``unset``, and what is shown: of an option for the main process; of a variable
    for each process that has an environment, the main one first."""
    decides: str | None
    """Of a variable: the environment file of the unit that sets it last."""
    changed_since: bool | None
    """Whether the file was changed after the service was last started or reloaded; None if there is none."""

    def last(self) -> Mapping[str, str | None]:
        """Key -> what is shown of the value that counts."""
        return dict(self.configured)


def form_of(file: str) -> Form:
    """How a file is written, as the end of its name says."""
    return _FORM_OF.get(file.rpartition(".")[2], "lines")


def perl_of(forms: Iterable[str]) -> str:
    """A perl text: the function ``settings`` reads a file of one of these forms; nothing without a form."""
    parts = dict.fromkeys(part for form in forms for part in _PARTS_OF_FORM[form])
    return "".join((_FILE, *(_FORMS[part] for part in parts))) if parts else ""


def place_of(setting: str, file: str) -> Mapping[str, str | bool]:
    """The keys of a policy that say where a setting stands: a variable of an environment file, or a key.

    A file in PHP is read for each request.
    """
    if re.fullmatch(r"[A-Za-z_]\w*", setting) and file.rpartition(".")[2] not in _NEVER_ENVIRONMENT:
        return {"file": file, "variable": setting}
    return {"file": file, "key": setting, **({"reread": True} if form_of(file) == "php" else {})}


def question(setting: Setting, view: View) -> str:
    """A shell text about a setting."""
    form = setting.form_of_file()
    words = (
        view,
        form,
        setting.file,
        setting.variable,
        setting.option,
        *(setting.keys or (setting.variable,)),
    )
    reading = perl_of([form]) if setting.file else ""
    in_hex = " ".join(f"={word}".encode().hex() for word in words)
    look_up = unit.look_up_of(setting.service, _PROPERTIES).rstrip("\n") if setting.service else _NO_UNIT
    return filled(
        _SHELL,
        look_up=look_up,
        program=f"{_START}{ENVIRONMENT}{reading}{filled(_SETTING, spec=in_hex)}".rstrip("\n"),
        started=started.ASK.strip(),
    )


def read(parts: Mapping[str, Sequence[str]], name: str) -> Found:
    """Read the answer to `question`. No reason quotes it.

    Args:
        parts: `PARTS` of the answer.
        name: of the question, for reasons.

    Raises:
        UnmeasuredError: a line is not understood.
    """
    lines = {part: [line for line in parts[part] if line] for part in PARTS}
    properties = unit.read_properties(lines["unit"])
    pairs = {part: [line.split("\t") for line in lines[part]] for part in ("configured", "running")}
    times = [line for line in lines["changed"] if re.fullmatch(r"[0-9]{1,12}\.[0-9]{9}", line)]
    if (
        not all(len(pair) == 2 and pair[1] for some in pairs.values() for pair in some)  # noqa: PLR2004
        or not all(state in _STATES for state, _ in pairs["running"])
        or len(lines["decides"]) != 1
        or len(times) != len(lines["changed"])
    ):
        raise UnmeasuredError(f"{name}: a line of the answer is not understood")
    configured, running = (
        tuple((one, None if shown == _NOT_SHOWN else shown) for one, shown in pairs[part])
        for part in ("configured", "running")
    )
    decides = lines["decides"][0]
    idle = None if properties["LoadState"] == ("none",) else unit.not_running(properties)
    return Found(
        idle,
        configured,
        running,
        None if decides == _NOT_SHOWN else decides,
        _last_change(properties, lines["now"]) <= max(map(float, times)) if times else None,
    )


def _last_change(properties: Mapping[str, Sequence[str]], now: Sequence[str]) -> float:
    """When systemd last started or reloaded the unit, in seconds since 1970; 0 if there is none."""
    since = "".join(properties.get("StateChangeTimestampMonotonic", ()))
    if not re.fullmatch(r"[0-9]{1,18}", since):
        return 0.0
    return started.boot("\n".join(now)) + int(since) / 1_000_000

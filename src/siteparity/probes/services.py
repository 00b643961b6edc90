"""Services: what runs, what a boot would start, and what their unit files say.

A service that was started by hand is gone after a boot, and one that is enabled may have stopped last night.
So what the manager does now is compared with the files on disk (`manager` and `unit_files` in
`siteparity.tools.systemd`).

Services, sockets, timers and paths are judged; mounts and swaps belong to ``boot``. What comes and goes by
itself is never compared: scopes, logins, jobs that end (``Type=oneshot``), and services that a socket, a
timer or the message bus starts when they are needed.

``containers`` looks into those of Docker and Podman. Nothing looks into other containers, virtual machines
and users' own services, nor into units that the policy leaves out. Every answer names them, and how many
units are only compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any, Self

from pydantic import model_validator

from siteparity.model import Table
from siteparity.names import OwnNames
from siteparity.policy import RoleName, Section
from siteparity.policy.applications import Applications
from siteparity.policy.patterns import matches_any
from siteparity.policy.questions import Question
from siteparity.policy.section import UnitPattern, matching
from siteparity.probes import COMPARED, PROMISED, Answers, Probe, Reading, Shown, Sight, Target, by_role, once
from siteparity.tools.systemd import beside, manager, programs, stopped, unit_files
from siteparity.transport import words
from siteparity.transport.script import Ask

RUNS = "runs, also after a boot"
OFF = "off, also after a boot"
AFTER_BOOT = "the same after a boot"
NOT_STARTED = "runs now, and nothing starts it at a boot"
NONE = "none"
READY = "there, and can be started"
MASKED = "masked"

JUDGED = ("service", "socket", "timer", "path")

PASSING = (
    "user@*.service", "user-runtime-dir@*.service", "getty@tty[2-9]*.service", "autovt@*.service",
    "modprobe@*.service", "systemd-fsck@*.service", "systemd-backlight@*.service", "systemd-rfkill.*",
)  # fmt: skip
"""Units that come with logins, consoles and devices."""

UnitName = Annotated[
    str,
    matching(
        r"[A-Za-z0-9:_.@\\-]+\.(service|socket|timer|path|mount|target)",
        "a unit with its ending, as in cron.service",
    ),
]


class Policy(Section):
    """The units that must run, and those that are not judged."""

    required: Annotated[
        Mapping[RoleName, tuple[UnitName, ...]], Question("Which units must run, also after a boot?")
    ] = {}
    """For each role: what must run now, and what a boot must start."""
    only_at_primary: Mapping[RoleName, tuple[UnitName, ...]] = {}
    """For each role: what must run and start at a boot at the primary, and at the standby be there, be off
    and stay off after a boot, such as a worker. The switch must start it. Of a job, its timer is named."""
    planned: Mapping[RoleName, tuple[UnitName, ...]] = {}
    """For each role: the units that the failover plan starts, stops or awaits. Left out, they are taken from
    ``failover.yml`` beside the policy."""
    leave_out: tuple[UnitPattern, ...] = ()
    """Patterns of further units whose state is not judged, such as ``backup-*.service``."""

    @model_validator(mode="after")
    def _what_must_run_is_judged(self) -> Self:
        named = (*self.required.values(), *self.only_at_primary.values())
        units = sorted({name for names in named for name in names})
        wide = [f"{one} ({name})" for one in self.leave_out for name in units if matches_any(one, (name,))]
        if wide:
            raise ValueError(
                f"expected patterns in leave_out that leave required units in, found {', '.join(wide)}; "
                "write more of the names that are meant"
            )
        return self

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """Their services."""
        return {"required": of.lists(lambda one: one.units)}

    @model_validator(mode="after")
    def _a_unit_is_required_at_one_site_or_at_both(self) -> Self:
        twice = [
            f"{name} ({role})"
            for role, names in self.only_at_primary.items()
            for name in names
            if name in self.required.get(role, ())
        ]
        if twice:
            raise ValueError(
                f"expected each unit in required or in only_at_primary, found {', '.join(twice)} in both; "
                "keep it in required if it must run at the standby, too"
            )
        return self


_UNITS = Ask(manager.QUESTION, words=(words.UNITS,))
_FILES = Ask(unit_files.QUESTION)
_PROGRAMS = Ask(programs.QUESTION, words=(words.UNITS,))
_STOPPED = Ask(stopped.QUESTION)
_BESIDE = Ask(beside.QUESTION)


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """The manager's units, and the files on disk. A reload of the manager delays the first question."""
    return {
        "units": _UNITS.about(UNITS=tuple(dict.fromkeys((*_promised(target), *_planned(target))))),
        "files": _FILES,
        "programs": _PROGRAMS.about(UNITS=_promised(target)),
        "stopped": _STOPPED,
        "beside": _BESIDE,
    }


def _required(target: Target[Policy]) -> tuple[str, ...]:
    return target.listed(target.section.required)


def _only_at_primary(target: Target[Policy]) -> tuple[str, ...]:
    return target.listed(target.section.only_at_primary)


def _promised(target: Target[Policy]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_required(target), *_only_at_primary(target))))


def _planned(target: Target[Policy]) -> tuple[str, ...]:
    return target.listed(target.section.planned)


@once
def _files(answers: Answers, _: Target[Policy]) -> unit_files.UnitFiles:
    return unit_files.read(answers.parts("files", unit_files.PARTS))


def read_enabled(answers: Answers, target: Target[Policy]) -> Table:
    """Each unit -> what starts it, that it is masked, or that nothing starts it.

    Units that run only at the primary are left to `read_only_at_primary`, here and in the next tables.
    """
    apart = _only_at_primary(target)
    states, names = _files(answers, target).states(), {*apart, *(f"alias of {name}" for name in apart)}
    return {name: state for name, state in states.items() if names.isdisjoint((name, state))}


def read_definitions(answers: Answers, target: Target[Policy]) -> Table:
    """Each setting of the host's own unit files and drop-ins -> value; each packaged file -> digest."""
    return _files(answers, target).contents(OwnNames.of(target.site), answers.key)


def read_active(answers: Answers, target: Target[Policy]) -> Table:
    """Each unit that is up and stays up by itself -> its state."""
    units = _units(answers, target)
    return {
        unit.name: _state(unit)
        for unit in units.lasting()
        if unit.active != "failed" and not units.is_only_at_primary(unit.name)
    }


def _state(unit: manager.Unit) -> str:
    """``running`` or ``exited`` for a service that is up; other units change their substate all the time."""
    if not unit.is_up:
        return f"{unit.active} ({unit.sub})"
    return unit.sub if unit.kind == "service" and unit.sub in ("running", "exited") else "up"


def read_after_boot(answers: Answers, target: Target[Policy]) -> Table:
    """Each unit that is up or that a boot starts -> `AFTER_BOOT`, or how the next boot would change it.

    Units that the policy requires at one site or both are left to the tables of their own.
    """
    units = _units(answers, target)
    up = {unit.name: units.when_up(unit.name) for unit in units.lasting() if unit.is_up}
    down = {name: units.when_down(name) for name in units.down()}
    return {name: state for name, state in {**up, **down}.items() if not units.is_promised(name)}


def read_failed(answers: Answers, target: Target[Policy]) -> Table:
    """Each failed unit -> that it failed; or that there is none."""
    units = _units(answers, target)
    failed = [
        unit.name
        for unit in units.manager.units.values()
        if unit.active == "failed" and unit.kind != "scope" and not units.ignored(unit.name)
    ]
    return dict.fromkeys(failed, "failed") or {"failed units": NONE}


def read_required(answers: Answers, target: Target[Policy]) -> Table:
    """Each unit that the policy requires -> `RUNS`, or what it does instead."""
    units = _units(answers, target)
    barred = programs.read(answers.rows("programs"))
    states = {name: units.requirement(name) for name in _required(target)}
    return {
        name: f"runs, but {barred[name]}: gone when it is started again"
        if state == RUNS and name in barred
        else state
        for name, state in states.items()
    }


def read_only_at_primary(answers: Answers, target: Target[Policy]) -> Table:
    """Each unit that must run at the primary alone -> `RUNS`, `OFF`, or what it does instead."""
    units = _units(answers, target)
    barred = programs.read(answers.rows("programs"))
    states = {name: units.on_or_off(name) for name in _only_at_primary(target)}
    return {
        name: f"{state}, but {barred[name]}: it cannot be started"
        if state in (RUNS, OFF) and name in barred
        else state
        for name, state in states.items()
    }


def read_planned(answers: Answers, target: Target[Policy]) -> Table:
    """Each unit that the failover plan names -> `READY`, or why a step of the plan would fail."""
    units = _units(answers, target)
    return {name: units.readiness(name) for name in _planned(target)}


def read_stopped(answers: Answers, _: Target[Policy]) -> Table:
    """Each unit with processes that a signal has stopped -> how many of them; or that there is none."""
    found = stopped.read(answers.rows("stopped"))
    return {unit: f"{count} stopped" for unit, count in found.items()} or {
        "units with stopped processes": NONE
    }


def read_states(answers: Answers, target: Target[Policy]) -> Table:
    """Each unit that the policy or the plan names, or that is not inactive -> its state, as in ``active``."""
    seen = manager.read(answers.parts("units", manager.PARTS))
    named = (*_promised(target), *_planned(target))
    shown = {name: seen.property(name, "ActiveState") for name in named}
    return {**{unit.name: unit.active for unit in seen.units.values()}, **shown}


def read_judged(answers: Answers, target: Target[Policy]) -> Table:
    """Each unit that is not inactive, or that a boot starts -> how it is judged, or why it is not.

    So are containers and whatever else runs beside the services of the manager.
    """
    units = _units(answers, target)
    states = {name: units.judged(name) for name in units.begun()}
    scopes = [unit.name for unit in units.manager.units.values() if unit.kind == "scope" and unit.is_up]
    return {
        **{name: state for name, state in states.items() if state},
        **{
            name: COMPARED if name in beside.LOOKED_INTO else number
            for name, number in beside.read(answers.rows("beside"), scopes).items()
        },
    }


class _Units:
    """The units of a host: what the manager does with them, compared with the files on disk."""

    def __init__(self, answers: Answers, target: Target[Policy]) -> None:
        self.files = _files(answers, target)
        self.manager = manager.read(answers.parts("units", manager.PARTS))
        self._ignored = target.section.leave_out
        self._promised = self._named(_promised(target))
        self._only_at_primary = self._named(_only_at_primary(target))

    def ignored(self, name: str) -> bool:
        """Whether the unit is not judged."""
        return any(fnmatchcase(name, pattern) for pattern in (*PASSING, *self._ignored))

    def is_promised(self, name: str) -> bool:
        """Whether the policy requires the unit, at one site or at both, under any of its names."""
        return name in self._promised

    def is_only_at_primary(self, name: str) -> bool:
        """Whether the policy keeps the unit off at the standby."""
        return name in self._only_at_primary

    def _named(self, units: Iterable[str]) -> frozenset[str]:
        return frozenset(one for name in units for one in (name, *self._names(name)))

    def begun(self) -> Iterator[str]:
        """The units of the judged kinds that are not inactive, or that a boot starts."""
        yield from (unit.name for unit in self.manager.units.values() if unit.kind in JUDGED)
        yield from (
            name for name in self.manager.shown if name not in self.manager.units and self._waits(name)
        )

    def judged(self, name: str) -> str:
        """How a unit is judged, or why it is not; empty if it comes and goes by itself.

        What a socket or a timer starts is judged by that, and by its file.
        """
        if self.is_promised(name):
            return PROMISED
        if pattern := next((one for one in self._ignored if fnmatchcase(name, one)), ""):
            return f"left out by the policy ({pattern})"
        if self.ignored(name) or beside.belongs_to_a_container(name):
            return ""
        unit = self.manager.units.get(name)
        if unit and self.files.is_transient(name) and not self._lasts(unit):
            return "made by hand (systemd-run)" if unit.is_up else ""
        return COMPARED

    def _names(self, name: str) -> list[str]:
        return self.manager.shown.get(name, {}).get("Names", "").split()

    def lasting(self) -> Iterator[manager.Unit]:
        """The judged units that are up, on their way, or failed, and do not come and go."""
        for unit in self.manager.units.values():
            if unit.kind in JUDGED and not self.ignored(unit.name) and self._lasts(unit):
                yield unit

    def _lasts(self, unit: manager.Unit) -> bool:
        if unit.active == "failed":
            return True
        if not unit.is_up and self._is_job(unit.name):
            return False
        if self.files.is_masked(unit.name) or self._starts_at_boot(unit.name):
            return True
        if self.files.is_transient(unit.name):
            return unit.kind == "service" and unit.sub == "running"
        return not self.manager.on_demand(unit.name) and not self.manager.of_a_device(unit.name)

    def _is_job(self, name: str) -> bool:
        """Whether it ends by itself."""
        return self.manager.property(name, "Type") == "oneshot"

    def _starts_at_boot(self, name: str) -> bool:
        """Whether a lasting link of another unit that is up starts it."""
        names = (name, *self._names(name))
        return any(self.manager.is_up(by) for one in names for by in self.files.starters(one))

    def when_up(self, name: str) -> str:
        """What the next boot does to a unit that is up."""
        if self.files.is_masked(name):
            return "runs now, and is masked: cannot be started again"
        if self._starts_at_boot(name):
            return AFTER_BOOT
        if self.files.is_transient(name):
            return "runs now, made by hand (systemd-run): gone after a boot"
        return AFTER_BOOT if self.manager.pulled_in(name) else NOT_STARTED

    def down(self) -> Iterator[str]:
        """The judged units that a boot starts, and that are neither up nor failed."""
        yield from (name for name in self.manager.shown if self._waits(name) and not self.ignored(name))

    def _waits(self, name: str) -> bool:
        """Whether a boot starts the unit, which is of a judged kind, and neither up nor failed."""
        properties = self.manager.shown[name]
        return (
            name.rpartition(".")[2] in JUDGED
            and properties["ActiveState"] not in (*manager.UP, "failed")
            and properties["LoadState"] == "loaded"
            and not self.files.is_masked(name)
            and self._starts_at_boot(name)
        )

    def when_down(self, name: str) -> str:
        """What the next boot does to a unit that is not up."""
        if self._is_job(name) or self.manager.passed_over(name):
            return AFTER_BOOT
        return f"{self.manager.state(name)} now, and a boot starts it"

    def readiness(self, name: str) -> str:
        """`READY`, or why a unit can be neither started nor awaited."""
        load = self.manager.property(name, "LoadState")
        if self.files.is_masked(name) or load == "masked":
            return MASKED
        if load != "loaded":
            return "no such unit" if load == "not-found" else f"cannot be loaded ({load})"
        return READY

    def requirement(self, name: str) -> str:
        """`RUNS`, or what a required unit does instead."""
        readiness, is_up = self.readiness(name), self.manager.shown_up(name)
        if readiness != READY:
            return f"runs now, and is {MASKED}" if readiness == MASKED and is_up else readiness
        if not is_up:
            return self.manager.state(name)
        if self.manager.keeps_restarting(name):
            return "keeps restarting"
        starts = self._starts_at_boot(name) or self.manager.pulled_in(name) or self.manager.on_demand(name)
        return RUNS if starts else NOT_STARTED

    def on_or_off(self, name: str) -> str:
        """`RUNS`, or `OFF` for a unit that is down, stays down and could be started; or another state."""
        state = self.requirement(name)
        is_there = self.manager.property(name, "LoadState") == "loaded" and not self.files.is_masked(name)
        if not is_there or self.manager.property(name, "ActiveState") != "inactive":
            return state
        if self.manager.on_demand(name):
            return f"{state} now, and started when it is needed"
        starts = self._starts_at_boot(name) or self.manager.pulled_in(name)
        return f"{state} now, and a boot starts it" if starts and not self.manager.passed_over(name) else OFF


@once
def _units(answers: Answers, target: Target[Policy]) -> _Units:
    return _Units(answers, target)


PROBE = Probe(
    section=Policy,
    ask=ask,
    judges=lambda _: ("/etc/systemd/system/*",),
    always=(_UNITS, _FILES, _PROGRAMS, _STOPPED, _BESIDE),
    shows={Sight.UNITS: Shown(read_states, ("units",))},
    tables={
        "enabled": Reading(read_enabled),
        "definitions": Reading(read_definitions),
        "active": Reading(read_active),
        "after_boot": Reading(read_after_boot, healthy=AFTER_BOOT),
        "failed": Reading(read_failed, healthy=NONE),
        "stopped": Reading(read_stopped, healthy=NONE),
        "required": Reading(read_required, healthy=RUNS, roles=by_role("required")),
        "only_at_primary": Reading(read_only_at_primary, roles=by_role("only_at_primary")),
        "planned": Reading(read_planned, healthy=READY, roles=by_role("planned")),
        "judged": Reading(read_judged, lists="units and containers", moves=True),
    },
)

"""The kernel: its settings, its modules, and what it lets the running services have.

A setting that was changed with ``sysctl -w`` is gone after a boot, and a file that nobody loaded has no
effect until then, so the two are compared. What a service may open, lock or start is decided when it starts:
its own ``/proc/PID/limits`` show it, a login shell's ``ulimit`` does not.

Sources: sysctl.d(5), modules-load.d(5), proc(5), systemd.exec(5) (``LimitNOFILE=``), setrlimit(2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from siteparity.model import Table, UnmeasuredError
from siteparity.policy import RoleName, Section, Text
from siteparity.policy.applications import Applications
from siteparity.policy.section import ServiceName, SettingPattern
from siteparity.probes import Answers, Probe, Reading, Target, by_role, once
from siteparity.tools import limits, modules, sysctl
from siteparity.tools.systemd.unit import ONLY_AT_PRIMARY, only_at_primary
from siteparity.transport import words
from siteparity.transport.script import Ask


class Policy(Section):
    """What the kernel must have, and the services whose limits count."""

    services: Mapping[RoleName, tuple[ServiceName, ...]] = {}
    """For each role: the services whose limits are compared."""
    modules: Mapping[RoleName, tuple[Text, ...]] = {}
    """For each role: what must be in the kernel, as a module or built in, e.g. ``nf_tables``."""
    leave_out: tuple[SettingPattern, ...] = ()
    """Patterns of further settings that differ for a reason, such as ``net.ipv4.conf.*.forwarding``."""

    @classmethod
    def drawn(cls, of: Applications) -> Mapping[str, Any]:
        """Their services."""
        return {"services": of.lists(lambda one: one.units)}


_SYSCTL = Ask(sysctl.QUESTION)
_MODULES = Ask(modules.QUESTION, words=(words.NAMES,))
_LIMITS = Ask(limits.QUESTION, words=(words.UNIT,))


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """Settings in the kernel and in files, modules, and the limits of each service."""
    return {
        "sysctl": _SYSCTL,
        "modules": _MODULES.about(NAMES=target.listed(target.section.modules)),
        **{f"limits:{unit}": _LIMITS.about(UNIT=[unit]) for unit in _services(target)},
    }


def _services(target: Target[Policy]) -> tuple[str, ...]:
    return target.listed(target.section.services)


def read_settings(answers: Answers, target: Target[Policy]) -> Table:
    """Each setting that could matter to a service -> its value now."""
    return _settings(answers, target).judged(target.section.leave_out)


def read_persisted(answers: Answers, target: Target[Policy]) -> Table:
    """Each setting that a file sets -> whether the kernel has it so."""
    return _settings(answers, target).persisted()


@once
def _settings(answers: Answers, _: Target[Policy]) -> sysctl.Settings:
    return sysctl.read(answers.parts("sysctl", sysctl.PARTS))


def read_modules(answers: Answers, _: Target[Policy]) -> Table:
    """Each module that the policy or a file of the host wants -> whether the kernel has it."""
    return modules.read(answers.rows("modules"))


def read_limits(answers: Answers, target: Target[Policy]) -> Table:
    """Each limit of each running service -> its soft and hard value.

    A service that runs only at the primary is compared with no other.
    """
    apart = only_at_primary(target.needed, target.roles)
    return dict.fromkeys(sorted(apart & {*_services(target)}), ONLY_AT_PRIMARY) | {
        f"{unit} {name}": value
        for unit, of_unit in _limits(answers, target).items()
        if unit not in apart
        for name, value in of_unit.shown().items()
    }


def read_limits_in_force(answers: Answers, target: Target[Policy]) -> Table:
    """Each limit that a service's unit sets -> whether the running service has it."""
    running = _limits(answers, target)
    return {unit: ONLY_AT_PRIMARY for unit in _services(target) if unit not in running} | {
        f"{unit} {name}": value
        for unit, of_unit in running.items()
        for name, value in of_unit.in_force().items()
    }


@once
def _limits(answers: Answers, target: Target[Policy]) -> Mapping[str, limits.Limits]:
    """The limits of each service. One that runs only at the primary may have none."""
    found = {unit: limits.read(answers.parts(f"limits:{unit}", limits.PARTS)) for unit in _services(target)}
    idle = {unit for unit, of_unit in found.items() if of_unit is None}
    if strange := sorted(idle - only_at_primary(target.needed, target.roles)):
        raise UnmeasuredError(f"limits: {strange[0]} does not run, so it has no limits")
    return {unit: of_unit for unit, of_unit in found.items() if of_unit is not None}


PROBE = Probe(
    section=Policy,
    ask=ask,
    judges=lambda _: ("/etc/sysctl.*",),
    needs="services",
    always=(_SYSCTL, _MODULES, _LIMITS),
    tables={
        "settings": Reading(read_settings),
        "persisted": Reading(read_persisted, healthy=(sysctl.IN_FORCE, sysctl.NOTHING)),
        "modules": Reading(read_modules, healthy=(modules.IN_THE_KERNEL, modules.NONE)),
        "limits": Reading(read_limits, roles=by_role("services")),
        "limits_in_force": Reading(
            read_limits_in_force, healthy=(limits.IN_FORCE, ONLY_AT_PRIMARY), roles=by_role("services")
        ),
    },
)

"""What the policy declares absent is absent, on every host of every role.

A part of the policy that was left out must not make GO easier: a firewall for web applications that somebody
declared absent, and that one site has, lets that site alone block customers or attackers. So each aspect says
which witnesses show that a host has it after all, and this one looks for those of everything that is declared
absent. A journey has the witnesses of the aspect that shows it; for a few journeys no host has a witness, and
their absence is declared only.
"""

from __future__ import annotations

from collections.abc import Mapping

from siteparity.model import Table, UnmeasuredError, Value
from siteparity.policy.decisions import Declared, shown_by
from siteparity.probes import Answers, Probe, Reading, Target, Where, Witnesses, discover
from siteparity.tools.witnesses import NOTHING
from siteparity.transport.script import Ask


def _verified(section: Declared) -> Mapping[str, Witnesses | None]:
    """Whatever is declared absent and must be verified -> the witnesses of the aspect that shows it."""
    probes = discover()
    shown = {name: shown_by(name, probes) for name in section.absent}
    return {
        name: probes[aspect].absence if aspect in probes else None for name, aspect in shown.items() if aspect
    }


def ask(target: Target[Declared]) -> Mapping[str, Ask]:
    """The questions of every aspect that is declared absent; those that several need are asked once."""
    return {
        question: asked
        for witnesses in _verified(target.section).values()
        if witnesses
        for question, asked in witnesses.ask.items()
    }


def read_witnesses(answers: Answers, target: Target[Declared]) -> Table:
    """Each witness of what is declared absent -> what it is, or `NOTHING`.

    What could not be asked is unmeasured. If another witness was found, that is told, and the rest beside it.
    """
    found: dict[str, Value] = {}
    unknown: dict[str, Value] = {}
    for name, witnesses in _verified(target.section).items():
        try:
            found |= {f"{name}: {item}": value for item, value in _of(witnesses, answers, target).items()}
        except UnmeasuredError as error:
            unknown[name] = str(error)
    if unknown and all(value == NOTHING for value in found.values()):
        raise UnmeasuredError(_told(unknown))
    return found | {name: f"not known: {reason}" for name, reason in unknown.items()}


def _told(unknown: Mapping[str, Value]) -> str:
    """The reasons, each with all that it leaves unknown."""
    names: dict[Value, list[str]] = {}
    for name, reason in unknown.items():
        names.setdefault(reason, []).append(name)
    return "; ".join(f"{', '.join(of_reason)}: {reason}" for reason, of_reason in names.items())


def _of(witnesses: Witnesses | None, answers: Answers, target: Target[Declared]) -> Table:
    if witnesses is None:
        raise UnmeasuredError("it has no witness, so its absence cannot be verified; take it out of absent")
    table = witnesses.read(answers, target)
    if not table:
        raise UnmeasuredError("nothing was looked at")
    return table


def _roles(section: Declared) -> tuple[str, ...] | None:
    """Every role, if there is anything to verify."""
    return None if _verified(section) else ()


PROBE = Probe(
    section=Declared,
    ask=ask,
    tables={
        "witnesses": Reading(
            read_witnesses,
            healthy=NOTHING,
            roles=Where("absent", _roles),
        ),
    },
    title="What is declared absent",
    never_waived=True,
)

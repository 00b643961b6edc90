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
from siteparity.policy.decisions import Declared
from siteparity.policy.journeys import JOURNEYS
from siteparity.probes import Answers, Probe, Reading, Target, Where, Witnesses, discover
from siteparity.tools.witnesses import NOTHING
from siteparity.transport.script import Ask

VERIFIED = "every host of every role is asked in each run"
DECLARED_ONLY = "declared; nothing on a host can show it"
_JOURNEY = "smoke."
"""Stands before the name of a journey that is meant alone, without the aspect of its name."""


def verification(name: str) -> str:
    """How far a declared absence is verified, as an answer should say: `VERIFIED` or `DECLARED_ONLY`."""
    return DECLARED_ONLY if _is_declared_only(name) else VERIFIED


def _is_declared_only(name: str) -> bool:
    """Whether it is a journey that no host can show, or a promise about what is measured anyway."""
    if name in discover():
        return False
    journey = JOURNEYS.get(name.removeprefix(_JOURNEY))
    return journey.shown_by is None if journey else "." in name


def _witnesses(name: str) -> Witnesses | None:
    """The witnesses of an aspect, or of the aspect that shows a journey; None if it has none."""
    journey = JOURNEYS.get(name.removeprefix(_JOURNEY))
    aspect = name if name in discover() else journey.shown_by if journey else None
    return discover()[aspect].absence if aspect else None


def _verified(section: Declared) -> Mapping[str, Witnesses | None]:
    """Whatever is declared absent and must be verified -> its witnesses."""
    return {name: _witnesses(name) for name in section.absent if not _is_declared_only(name)}


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

"""The plan with the names of two sites in it: what is typed where, and what shows that it is done. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siteparity.failover import prose
from siteparity.failover.document import Mode, Objectives, Plan, Step
from siteparity.failover.order import Part
from siteparity.failover.placeholders import fill, name_of
from siteparity.failover.proofs import Side, in_words, spelled
from siteparity.model import ConfigurationError, Host, Site
from siteparity.report.words import title


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the runbook, ready to be followed."""

    number: int
    name: str
    who: str
    """Who makes it, if not the engineer who follows the plan."""
    where: str
    """The hosts; may be empty."""
    hosts: tuple[Host, ...]
    """The hosts of the inventories on which it is made."""
    commands: tuple[str, ...]
    within: str
    proofs: tuple[str, ...]
    after: tuple[str, ...]
    """The steps that must be done before, if they are not just the step before."""
    back: tuple[str, ...]
    """Commands, or words if the step has no commands; empty if there is nothing to undo."""
    no_way_back: str
    """That nothing undoes it; empty if something does."""
    note: str
    is_said: bool
    """Whether a person must say that it is done."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """The steps of one part in one mode."""

    mode: Mode
    part: Part
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Runbook:
    """What a person follows."""

    old: str
    new: str
    objectives: Objectives
    chapters: tuple[Chapter, ...]
    digest: str
    """Of the plan and the hosts of both sites, in either direction."""

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes that it has, each once."""
        return tuple(dict.fromkeys(chapter.mode for chapter in self.chapters))

    @property
    def mode_to_type(self) -> str:
        """The mode, as ``--mode`` takes it."""
        return self.modes[0] if len(self.modes) == 1 else "MODE"

    @property
    def aims(self) -> str:
        """What the failover may cost, in words; empty if the plan does not say."""
        rto, rpo = self.objectives.rto, self.objectives.rpo
        served = f"Customers are served again within {spelled(rto)} (RTO)." if rto is not None else ""
        lost = f"At most {spelled(rpo)} of orders may be lost (RPO)." if rpo is not None else ""
        return " ".join(filter(None, (served, lost)))

    def title(self, chapter: Chapter) -> str:
        """The heading of a chapter."""
        return prose.TITLES[chapter.mode, chapter.part].format(old=title(self.old), new=title(self.new))


def runbook(
    plan: Plan, old: Site, new: Site, modes: Sequence[Mode], parts: Sequence[Part] = tuple(Part)
) -> Runbook:
    """The plan for two sites.

    Args:
        plan: from the file.
        old: the site that is left.
        new: the site that takes over.
        modes: the ones to show.
        parts: the failover, the way back, or both.

    Raises:
        ConfigurationError: the plan has no steps of a mode, or a command needs what the inventories lack.
    """
    for mode in modes:
        if mode not in plan.modes:
            raise ConfigurationError(
                f"{plan.source}: expected steps of the mode {mode}, found none; add them, or leave out --mode"
            )
    sites = {Side.OLD: old, Side.NEW: new}
    chapters = tuple(Chapter(mode, part, _lines(plan, mode, part, sites)) for mode in modes for part in parts)
    return Runbook(old.name, new.name, plan.objectives, chapters, digest_of(plan, (old, new)))


def digest_of(plan: Plan, sites: Sequence[Site]) -> str:
    """SHA-256 of what a runbook says, whichever of the sites is the old one."""
    hosts = sorted(
        (host.label, sorted(host.roles), [str(one) for one in host.addresses], list(host.names))
        for site in sites
        for host in site.hosts
    )
    return hashlib.sha256(json.dumps([plan.dumped(), hosts], sort_keys=True).encode()).hexdigest()


def hosts_of(step: Step, sites: Mapping[Side, Site]) -> tuple[Host, ...]:
    """The hosts of the inventories on which a step is made."""
    if step.at is None or step.at.site is None:
        return ()
    site = sites[step.at.site]
    return site.in_role(step.at.role) if step.at.role else site.hosts


def _lines(plan: Plan, mode: Mode, part: Part, sites: Mapping[Side, Site]) -> tuple[Line, ...]:
    before = plan.before(mode)
    steps = plan.of(mode, part)
    usual = [(), *((step.name,) for step in steps)]
    return tuple(
        _line(plan, step, number, () if before[step.name] == expected else before[step.name], sites)
        for number, (step, expected) in enumerate(zip(steps, usual, strict=False), 1)
    )


def _line(plan: Plan, step: Step, number: int, after: tuple[str, ...], sites: Mapping[Side, Site]) -> Line:
    begins = plan.part_of(step.name) is Part.BACK and all(plan.part_of(one) is Part.THERE for one in after)
    try:
        commands = tuple(fill(text, sites) for text in step.do)
        back = () if step.changes_nothing else tuple(fill(text, sites) for text in step.back)
        who, where = fill(step.who or "", sites), fill(_where(step, sites), sites)
        note = fill(step.note or "", sites)
    except ValueError as error:
        raise ConfigurationError(f"{plan.places[step.name]}: {step.name}: {error}") from None
    return Line(
        number=number,
        name=step.name,
        who=who,
        where=where,
        hosts=hosts_of(step, sites),
        commands=commands,
        within=spelled(step.within),
        proofs=tuple(in_words(proof, lambda side: title(sites[side].name)) for proof in step.proof.each()),
        after=() if begins else after,
        back=back,
        no_way_back=prose.NO_WAY_BACK[plan.part_of(step.name)] if step.no_way_back else "",
        note=" ".join(note.split()),
        is_said=step.proof.said_by is not None,
    )


def _where(step: Step, sites: Mapping[Side, Site]) -> str:
    """``web1.dallas.shop.example and web2.dallas.shop.example``."""
    hosts = [name_of(host) for host in hosts_of(step, sites)]
    if step.at and step.at.outside:
        return step.at.outside
    if step.at and step.at.site and step.at.role is None:
        return f"every host of {sites[step.at.site].name}"
    return " and ".join(filter(None, [", ".join(hosts[:-1]), *hosts[-1:]]))

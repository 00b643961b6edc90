"""What is read before a run, by the command line and by pytest: policy, inventories, plan, waivers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from siteparity.draft import waiting
from siteparity.draft.accepting import still_waiting
from siteparity.draft.waiting import Waiting
from siteparity.inventory import inventory_digest, load_sites, site_names
from siteparity.model import ConfigurationError, Deadline, Site
from siteparity.plan import (
    NotApplicable,
    PlannedCheck,
    known_checks,
    known_comparisons,
    known_own,
    own_checks,
    plan,
)
from siteparity.plan.shipped import compared, demand_no_other_code, digests
from siteparity.plan.whole import demand_whole
from siteparity.policy import Outline, Policy, load_policy, outline
from siteparity.policy.decisions import RPO, Undecided
from siteparity.policy.differs import COMPARISONS, SITES
from siteparity.policy.journeys import JOURNEYS
from siteparity.policy.section import CHECKS
from siteparity.probes import Probes, discover
from siteparity.result import Shipped
from siteparity.root import SHIPPED, find_root
from siteparity.waivers import Design, Waiver, designs, load_waivers
from siteparity.yamlfile import Problems, shown_path

__all__ = ["SHIPPED", "Configuration", "find_root", "load", "load_for_an_answer"]


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a run is about. Two processes that load the same files get the same configuration."""

    root: Path
    """The project: the folder that holds ``tests/``."""
    policy: Policy
    probes: Probes
    primary: Site
    standby: Site
    checks: tuple[PlannedCheck, ...]
    waivers: tuple[Waiver, ...] = ()
    """As in the file; which are in force is judged by the time at which a run starts."""
    not_applicable: tuple[NotApplicable, ...] = ()
    """The checks that are not planned, since the policy names nothing that they could judge."""
    undecided: tuple[Undecided, ...] = ()
    """What nobody decided, so that no answer can be GO."""
    designs: tuple[Design, ...] = ()
    """Where the policy says that the sites differ by design; which are in force is judged as for waivers."""
    waiting: tuple[Waiting, ...] = ()
    """What was drafted and no person has accepted, so that no answer can be GO; the cheapest first."""
    shipped: Shipped | None = None
    """The checks, compared with those that siteparity ships; None if no answer is made of them."""
    files: Mapping[Path, str] = field(default_factory=dict)
    """Digest of each file of checks as it was then; empty if no answer is made of them."""

    @property
    def sites(self) -> tuple[Site, Site]:
        """The primary, then the standby."""
        return (self.primary, self.standby)

    @property
    def hosts_in_no_role(self) -> tuple[str, ...]:
        """The hosts of both inventories that are in no role of the policy: ``dallas/jump1``."""
        return tuple(f"{site.name}/{host}" for site in self.sites for host in site.in_no_role)

    def deadline(self, seconds: float | None = None) -> Deadline:
        """When the answer must be there: so many seconds from now, by default the policy's."""
        return Deadline(seconds or self.policy.limits.deadline.total_seconds())

    @property
    def inventory_digest(self) -> str:
        """SHA-256 of the hosts of both inventories, as they are understood."""
        return inventory_digest(self.sites)

    @property
    def never_waived(self) -> frozenset[str]:
        """The aspects and journeys for which no waiver is accepted."""
        aspects = (aspect for aspect, probe in self.probes.items() if probe.never_waived)
        return frozenset((*aspects, *(name for name, journey in JOURNEYS.items() if journey.never_waived)))


def load(
    root: Path,
    inventories: Path,
    primary: str | None = None,
    standby: str | None = None,
    *,
    look_up: bool = True,
) -> Configuration:
    """Read and check everything that a run needs. No host is contacted.

    Args:
        root: the project.
        inventories: the folder with the policy, the waivers and the folder of each site.
        primary: the site that serves now; the policy's if None.
        standby: the site that must be able to take over; the policy's if None.
        look_up: whether to look up hosts' names, so that two names of one machine are noticed.

    Raises:
        ConfigurationError: every problem of every file, one per line: file, line, key, what was expected and
            what to do.
    """
    probes, path, problems = discover(), inventories / "policy.yml", Problems()
    policy, sites, planned, waivers, by_design = None, None, None, None, None
    own: tuple[PlannedCheck, ...] = ()
    drafted: tuple[Waiting, ...] = ()
    with problems.collecting():
        demand_whole(root, probes)
    known: dict[str, Collection[str]] = {}
    with problems.collecting():
        known[SITES] = site_names(inventories)
    with problems.collecting():
        known[COMPARISONS] = known_comparisons(root)
        known[CHECKS] = known_checks(root)
    with problems.collecting():
        policy = load_policy(
            path,
            {aspect: probe.section for aspect, probe in probes.items()},
            [aspect for aspect, probe in probes.items() if probe.never_waived],
            [aspect for aspect, probe in probes.items() if probe.absence is None],
            known,
        )
    # A policy with a mistake in it may still say which sites and roles it is about.
    about = Outline(tuple(policy.roles), policy.primary, policy.standby) if policy else outline(path)
    if about:
        with problems.collecting():
            names = _site_names(inventories, primary or about.primary, standby or about.standby)
            sites = load_sites(inventories, *names, about.roles, look_up=look_up)
        with problems.collecting():
            of_own = known_own(policy) if policy else ()
            waivers = load_waivers(
                inventories / "waivers.yml", {*known.get(CHECKS, ()), *of_own}, about.roles
            )
    if policy:
        with problems.collecting():
            _demand_what_measures_loss(policy, probes)
        with problems.collecting():
            planned = plan(root, policy, probes)
            by_design = designs(policy.differs, planned.checks)
    with problems.collecting():
        if policy and policy.written:
            drafted = still_waiting(inventories, policy.written)
        else:
            waiting.read(inventories)  # for its mistakes
    if policy and sites:
        with problems.collecting():
            own = own_checks(policy, sites)
    if problems or policy is None or sites is None or planned is None or waivers is None or by_design is None:
        raise problems.error()
    undecided = (*policy.undecided, *planned.undecided)
    return Configuration(
        root,
        policy,
        probes,
        *sites,
        (*planned.checks, *own),
        waivers,
        planned.not_applicable,
        undecided,
        by_design,
        drafted,
    )


def load_for_an_answer(
    root: Path,
    inventories: Path,
    primary: str | None = None,
    standby: str | None = None,
    *,
    look_up: bool = True,
) -> Configuration:
    """Read what `load` reads, and compare the checks with those that siteparity ships.

    Raises:
        ConfigurationError: what `load` raises; and for other code than checks that pytest would run.
    """
    problems, files = Problems(), digests(root)
    shipped, settings = None, None
    with problems.collecting():
        demand_no_other_code(root)
        shipped = compared(root)
    with problems.collecting():
        settings = load(root, inventories, primary, standby, look_up=look_up)
    if problems or settings is None:
        raise problems.error()
    return replace(settings, shipped=shipped, files=files)


def _demand_what_measures_loss(policy: Policy, probes: Probes) -> None:
    """Raise ConfigurationError if the policy limits a loss that it says nothing can show."""
    tell = [aspect for aspect, probe in probes.items() if probe.data_loss]
    if policy.rpo is not None and tell and all(aspect in policy.absent for aspect in tell):
        raise ConfigurationError(
            f"{shown_path(policy.source)}: {RPO} limits what may be lost, and {tell[0]}, which measures it, "
            "is declared absent; remove one of them"
        )


def _site_names(inventories: Path, primary: str | None, standby: str | None) -> tuple[str, str]:
    if primary is None or standby is None:
        missing = "--primary" if primary is None else "--standby"
        raise ConfigurationError(
            f"{missing} is not given, and {inventories / 'policy.yml'} names none; "
            f"the sites of {inventories} are {', '.join(site_names(inventories))}"
        )
    return primary, standby

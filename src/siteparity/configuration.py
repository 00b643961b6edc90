"""What is read before a run, by the command line and by pytest: policy, inventories, plan, waivers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from siteparity.inventory import inventory_digest, load_sites, site_names
from siteparity.model import ConfigurationError, Deadline, Site
from siteparity.plan import PlannedCheck, plan
from siteparity.plan.whole import demand_whole
from siteparity.policy import Policy, load_policy
from siteparity.policy.journeys import JOURNEYS
from siteparity.probes import Probes, discover
from siteparity.waivers import Waiver, load_waivers


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

    @property
    def sites(self) -> tuple[Site, Site]:
        """The primary, then the standby."""
        return (self.primary, self.standby)

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
    root: Path, inventories: Path, primary: str | None = None, standby: str | None = None
) -> Configuration:
    """Read and check everything that a run needs. No host is contacted.

    Raises:
        ConfigurationError: with file, line, key, what was expected and what to do.
    """
    probes = discover()
    policy = load_policy(
        inventories / "policy.yml",
        {aspect: probe.section for aspect, probe in probes.items()},
        [aspect for aspect, probe in probes.items() if probe.never_waived],
    )
    demand_whole(root, probes)
    first = primary or policy.primary
    second = standby or policy.standby
    if first is None or second is None:
        missing = "--primary" if first is None else "--standby"
        raise ConfigurationError(
            f"{missing} is not given, and {inventories / 'policy.yml'} names none; "
            f"the sites of {inventories} are {', '.join(site_names(inventories))}"
        )
    primary_site, standby_site = load_sites(inventories, first, second, tuple(policy.roles))
    checks = plan(root, policy, probes)
    known = {word for check in checks for word in (check.source.aspect, check.source.name)}
    waivers = load_waivers(inventories / "waivers.yml", known, tuple(policy.roles))
    return Configuration(root, policy, probes, primary_site, standby_site, checks, waivers)


def find_root() -> Path:
    """The project's folder: the checkout that this package runs from, or else the current folder."""
    checkout = Path(__file__).resolve().parents[2]
    return checkout if (checkout / "tests" / "parity").is_dir() else Path.cwd()

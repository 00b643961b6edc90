"""Which faults are set together, so that one run of the gate drills many.

Faults are set together only if no check catches two of them, so that a red check tells which fault it saw.
The other conditions keep faults apart that would undo or disturb each other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lab.faults import Fault

MOST = 10
"""Faults in one company: setting ten takes as long as the run that they share."""
MOST_CHECKS = 4
"""A fault with more checks is drilled alone: others cannot be set and mended without what it stops."""

RUNNING = frozenset(
    {
        "test_each_host_has_booted_with_what_it_has",
        "test_no_setting_waits_for_a_restart",
        "test_redis_would_start_with_what_it_runs_with",
        "test_running_workers_are_connected_to_the_own_sites_redis",
        "test_services_run_what_was_deployed",
        "test_services_run_with_the_limits_of_their_units",
        "test_services_run_with_the_pools_of_their_files",
        "test_services_run_with_their_settings",
        "test_systemd_has_read_its_unit_files",
        "test_the_running_server_has_loaded_what_is_on_disk",
        "test_the_running_service_has_loaded_the_catalogues_that_are_on_disk",
        "test_the_service_uses_the_locales_that_are_on_disk",
        "test_the_service_was_started_with_the_setting_of_its_file",
        "test_what_lies_on_the_disk_is_what_is_served",
        "test_what_the_files_say_is_loaded",
    }
)
"""Checks of what runs against what is on disk: what they catch ends when something restarts."""


@dataclass(frozen=True, slots=True)
class Member:
    """A fault, and what decides with which others it is set."""

    fault: Fault
    aspect: str
    checks: frozenset[str]

    @property
    def is_solitary(self) -> bool:
        """Whether it would undo or disturb any other."""
        return self.fault.alone or self.fault.undone_by_reset or len(self.checks) > MOST_CHECKS

    @property
    def lasts_until_a_restart(self) -> bool:
        """Whether it is gone, or another one, once its service starts again or reads its files again."""
        return any(check.partition("::")[2] in RUNNING for check in self.checks)

    @property
    def restarts(self) -> bool:
        """Whether setting or mending it may start a service again."""
        steps = (self.fault.break_, self.fault.mend)
        return any(not isinstance(step, str) or re.search("start|load|kill", step) for step in steps)

    def bears(self, other: Member) -> bool:
        """Whether both can be set at once and told apart."""
        return not (self.is_solitary or self.checks & other.checks or self._is_undone_by(other))

    def _is_undone_by(self, other: Member) -> bool:
        """Two of one aspect change the same files; a restart ends what waits for one."""
        if not set(self.fault.hosts) & set(other.fault.hosts):
            return False
        ends = other.restarts or other.lasts_until_a_restart
        return self.aspect == other.aspect or (self.lasts_until_a_restart and ends)


def companies(
    faults: Mapping[str, tuple[str, Fault]], checks_of: Mapping[str, Collection[str]], most: int = MOST
) -> list[tuple[Fault, ...]]:
    """Few companies, about equally large; each fault is in one of them.

    What breaks most is set last and mended first: until then the others find a site that works.

    Args:
        faults: name -> aspect and fault.
        checks_of: name -> the checks that must catch it.
        most: faults in one company.
    """
    members = [Member(fault, aspect, frozenset(checks_of[name])) for name, (aspect, fault) in faults.items()]
    found: list[list[Member]] = [[] for _ in range(-(-len(faults) // most))]
    for one in sorted(members, key=lambda one: (-len(one.checks), one.fault.name)):
        fits = [company for company in found if _takes(company, one, most)]
        if not fits:
            found.append([])
        min(fits, key=len, default=found[-1]).append(one)
    return [tuple(one.fault for one in reversed(company)) for company in found if company]


def _takes(company: list[Member], one: Member, most: int) -> bool:
    return len(company) < most and all(one.bears(other) and other.bears(one) for other in company)

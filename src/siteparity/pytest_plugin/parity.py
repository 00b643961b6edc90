"""The rules that a parity check can apply, bound to one aspect and one role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

from siteparity.judging import rules
from siteparity.judging.rules import At, Cohort, Pair
from siteparity.model import Facts, Site, Unmeasured, Value
from siteparity.names import OwnNames
from siteparity.policy import Section
from siteparity.policy.applications import Applications
from siteparity.policy.section import Part
from siteparity.probes import PART, Reading
from siteparity.pytest_plugin.check_findings import CheckFindings


class Parity(CheckFindings):
    """The ``parity`` of a check: rules about the hosts of one role at both sites, each to be used at will."""

    def __init__(  # noqa: PLR0913  # each by its name
        self,
        *,
        role: str,
        section: Section,
        readings: Mapping[str, Reading[Any]],
        facts: tuple[SiteFacts, SiteFacts],
        effect: str = "",
        part: str = "",
        applications: Applications = Applications({}),  # noqa: B008  # frozen
    ) -> None:
        super().__init__(effect)
        self._applications = applications
        self._role = role
        self._part = part
        self._section = section
        self._readings = readings
        self._primary, self._standby = facts

    def same(self, table: str, *, fix: str) -> None:
        """Every host of both sites has the same value for every item."""
        self.add(rules.same(self._pair(table), fix=self._fix(fix)))

    def everywhere(
        self,
        table: str,
        *,
        equals: Value | None = None,
        one_of: Sequence[Value] = (),
        at: At = "both",
        fix: str,
    ) -> None:
        """On each host, every item has the value, or one of the values."""
        wanted = (*one_of, *(() if equals is None else (equals,)))
        self.add(rules.everywhere(self._pair(table), one_of=wanted, at=at, fix=self._fix(fix)))

    def healthy(self, table: str, *, at: At = "both", fix: str) -> None:
        """On each host, every item has the value that the probe declares as healthy, or one of the values.

        Raises:
            ValueError: the probe declares none for this table.
        """
        declared = self._readings[table].healthy
        wanted = declared if isinstance(declared, tuple) else (declared,)
        if not wanted:
            raise ValueError(f"the probe declares no healthy value for {table}; use everywhere(), or add it")
        self.everywhere(table, one_of=wanted, at=at, fix=fix)

    def own_site(
        self, table: str, *, whose: Literal["own", "primary"] = "own", at: At = "both", fix: str
    ) -> None:
        """On each host, every value is a place inside the host's own site, or inside the primary."""
        self.add(rules.own_site(self._pair(table), whose=whose, at=at, fix=self._fix(fix)))

    def within(self, table: str, limit: str, *, at: At = "both", fix: str) -> None:
        """On each host, every value is a number between zero and the policy's limit (durations: seconds)."""
        bound = getattr(self._section, limit)
        number = bound.total_seconds() if isinstance(bound, timedelta) else bound
        self.add(rules.within(self._pair(table), limit=number, at=at, fix=self._fix(fix)))

    def at_least(  # noqa: PLR0913  # each by its name
        self,
        table: str,
        *,
        of_primary: str | None = None,
        over: Literal["host", "role"] = "host",
        percent: str | None = None,
        needed: str | None = None,
        suffices: str | None = None,
        fix: str,
    ) -> None:
        """The standby has at least as much as the primary, host by host or summed over the role.

        Args:
            table: of numbers.
            of_primary: the table with the primary's numbers, if it is another one.
            over: compare single hosts, or the sums over the role.
            percent: the policy's key for how much of the primary's amount is enough.
            needed: the policy's key for the amounts that each role needs, in place of the primary's.
            suffices: the policy's key for the amounts of a role that are enough, whatever the primary has.
            fix: what an engineer can do.
        """
        enough = 100 if percent is None else getattr(self._section, percent)
        wanted = None if needed is None else getattr(self._section, needed)[self._role]
        plenty = {} if suffices is None else getattr(self._section, suffices).get(self._role, {})
        self.add(
            rules.at_least(
                self._pair(table, of_primary),
                over=over,
                percent=enough,
                needed=wanted,
                suffices=plenty,
                fix=self._fix(fix),
            )
        )

    def only_at_primary(self, table: str, *, equals: Value, elsewhere: Value | None = None, fix: str) -> None:
        """Every item has the value on every host of the primary, and on no host of the standby.

        If another value is given, every item has that one at the standby.
        """
        self.add(
            rules.only_at_primary(self._pair(table), equals=equals, elsewhere=elsewhere, fix=self._fix(fix))
        )

    def near(self, table: str, apart: str, *, fix: str) -> None:
        """The numbers of all hosts are close to each other.

        Args:
            table: of numbers.
            apart: the key of the section, or of its part, for how far apart they may be, in per cent of the
                largest.
            fix: what an engineer can do.
        """
        self.add(rules.near(self._pair(table), percent=getattr(self._named(), apart), fix=self._fix(fix)))

    def _named(self) -> Section | Part:
        """What the policy says of what the check is about."""
        return self._section.parts()[self._part] if self._part else self._section

    def _fix(self, fix: str) -> str:
        """A fix: in the words of the policy, or with the services of the role in their places."""
        own = self._section.parts()[self._part].fix if self._part else None
        return own or self._applications.in_fix(fix, [self._role])

    def _pair(self, table: str, of_primary: str | None = None) -> Pair:
        primary = self._primary.cohort(self._role, self._full(of_primary or table))
        standby = self._standby.cohort(self._role, self._full(table))
        return Pair(primary, standby, table, self._readings[table].names_both_sites)

    def _full(self, table: str) -> str:
        """The table's name, with the part that the check is about."""
        return f"{table}{PART}{self._part}" if self._part else table


class SiteFacts:
    """The facts of one aspect on all hosts of one site."""

    def __init__(self, site: Site, facts: Mapping[str, Facts]) -> None:
        self._names = OwnNames.of(site)
        self._facts = facts
        self._in_role: dict[str, tuple[str, ...]] = {}

    def cohort(self, role: str, table: str) -> Cohort:
        """The role's hosts in the inventory. A host without the table is unmeasured."""
        if role not in self._in_role:
            self._in_role[role] = tuple(host.name for host in self._names.site.in_role(role))
        missing = Unmeasured(f"{table} was not measured on this host")
        nothing: Facts = {}
        return Cohort(
            self._names,
            {host: self._facts.get(host, nothing).get(table, missing) for host in self._in_role[role]},
        )

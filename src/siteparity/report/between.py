"""What happened between two runs: which findings appeared, went or changed. Pure.

A finding is a check and an item. It went only if the later run looked everywhere; else it may still be there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siteparity.model import Group
from siteparity.redaction import without_pseudonyms
from siteparity.result import Result, SavedCheck, SavedFinding
from siteparity.waivers import looked_everywhere


@dataclass(frozen=True, slots=True)
class Known:
    """A finding, the check that found it, and the run of both."""

    result: Result
    check: SavedCheck
    finding: SavedFinding


@dataclass(frozen=True, slots=True)
class Between:
    """The difference of two runs of one pair of sites."""

    before: Result
    after: Result
    appeared: tuple[Known, ...]
    went: tuple[Known, ...]
    changed: tuple[tuple[Known, Known], ...]
    """As the earlier run and as the later run found it."""
    lost: tuple[Known, ...]
    """Findings of the earlier run that the later one could not look for everywhere."""
    planned: tuple[str, ...]
    """Ids of checks that only the later run owed."""
    no_longer_planned: tuple[str, ...]
    no_longer_made: tuple[str, ...]
    """Ids of checks that were made in the earlier run, and could not be made in the later one."""

    @property
    def equal(self) -> bool:
        """Whether both say the same: verdict, findings, and which checks there were."""
        found = (self.appeared, self.went, self.changed, self.lost)
        told = (*found, self.planned, self.no_longer_planned, self.no_longer_made)
        return self.before.verdict is self.after.verdict and not any(told)


def between(before: Result, after: Result) -> Between:
    """Compare two runs of the same two sites.

    Args:
        before: the earlier run.
        after: the later one; its sites may have changed places.
    """
    old, new = _findings(before), _findings(after)
    earlier, later = ({check.id: check for check in one.checks} for one in (before, after))
    missing = [one for key, one in old.items() if key not in new]
    gone = [one for one in missing if _has_looked(later.get(one.check.id))]
    return Between(
        before=before,
        after=after,
        appeared=tuple(one for key, one in new.items() if key not in old),
        went=tuple(gone),
        lost=tuple(one for one in missing if one not in gone),
        changed=tuple(
            (one, new[key]) for key, one in old.items() if key in new and _told(one) != _told(new[key])
        ),
        planned=tuple(name for name in later if name not in earlier),
        no_longer_planned=tuple(name for name in earlier if name not in later),
        no_longer_made=tuple(
            name
            for name, check in earlier.items()
            if name in later and check.outcome.measured and not later[name].outcome.measured
        ),
    )


def _findings(result: Result) -> Mapping[tuple[str, str], Known]:
    """The findings of a run; the first one, where silent hosts make several about one item."""
    found: dict[tuple[str, str], Known] = {}
    for check in result.checks:
        for finding in check.findings:
            found.setdefault((check.id, finding.item), Known(result, check, finding))
    return found


def _has_looked(check: SavedCheck | None) -> bool:
    """Whether a run would have found what is there. Of a check that it did not owe, nobody knows."""
    return check is not None and looked_everywhere(check.outcome, check.findings)


def _told(known: Known) -> object:
    """What a finding says, by site; a hash that differs in each run says nothing."""
    finding, sites = known.finding, (known.result.primary.site, known.result.standby.site)
    groups = {site: _values(of) for site, of in zip(sites, (finding.primary, finding.standby), strict=True)}
    words = without_pseudonyms(finding.message) if not any(groups.values()) else ""
    return finding.kind, groups, words, finding.accepted, known.check.severity


def _values(groups: Sequence[Group]) -> frozenset[tuple[str, frozenset[str]]]:
    return frozenset((without_pseudonyms(repr(one.value)), frozenset(one.hosts)) for one in groups)

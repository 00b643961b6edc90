"""Whether both sites were measured at the same time, by a clock that can be trusted. Pure.

The aspect ``clock`` compares each host's clock with the clock of the machine that runs this. The rest is
here: that clock was not set during the run, and nothing was measured before or after the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from siteparity.policy import Limits
from siteparity.report.words import span, utc
from siteparity.result import SavedSite


def against_go(
    primary: SavedSite,
    standby: SavedSite,
    run: tuple[datetime, datetime],
    elapsed: timedelta,
    limits: Limits,
) -> Iterator[str]:
    """The reasons for which the times of a run leave it unproven.

    Args:
        primary: when and how it was measured; its record is one that a person chose.
        standby: likewise.
        run: when the run started and when it ended.
        elapsed: how long it took, on a clock that nobody can set.
        limits: of the policy.
    """
    began, ended = run
    if abs((ended - began) - elapsed) > limits.clock_offset:
        yield (
            "the clock of the machine that runs this was set during the run: it shows that "
            f"{(ended - began).total_seconds():.1f} s have passed, and {elapsed.total_seconds():.1f} s have"
        )
    for site in (primary, standby):
        yield from _of_site(site, began, ended, limits)
    apart = abs(primary.measured_at - standby.measured_at)
    if primary.source == standby.source == "live" and apart > limits.window:
        yield (
            f"{primary.site} and {standby.site} were measured {span(apart)} apart; "
            f"the policy allows {span(limits.window)} (limits.window)"
        )


def _of_site(site: SavedSite, began: datetime, ended: datetime, limits: Limits) -> Iterator[str]:
    if site.measured_at > ended + limits.clock_offset:
        yield f"{site.site} was measured {utc(site.measured_at)}, which is in the future"
    if site.source == "live" and site.measured_at < began - limits.clock_offset:
        yield f"{site.site} was measured {utc(site.measured_at)}, before the run began"
    if site.source == "record" and ended - site.measured_at > limits.record_max_age:
        yield (
            f"the record of {site.site} is {span(ended - site.measured_at)} old; "
            f"the policy allows {span(limits.record_max_age)} (limits.record_max_age)"
        )

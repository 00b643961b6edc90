"""Whether a failover was rehearsed as often as the policy demands: reasons against GO. Pure.

It is no check: the journal of drills belongs to neither site, and no record of a host holds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from siteparity.failover.last import LastRehearsal
from siteparity.report.words import span, utc

KEY = "failover.rehearsed_within"


def overdue(within: timedelta | None, last: LastRehearsal, now: datetime) -> Iterator[str]:
    """A reason if the policy demands a rehearsal, and the last one is known to be too old, or missing.

    Args:
        within: the time in which a rehearsal must have ended; None if the policy demands none.
        last: what the journal tells.
        now: the time.
    """
    if within is None or is_in_time(within, last, now) or _doubt(last, now):
        return
    before = f"the last one ended {utc(last.ended)}" if last.ended else "none is known"
    yield (
        f"no failover between these sites was rehearsed within {span(within)} ({KEY}): {before}; "
        "siteparity watch follows one"
    )


def not_known(within: timedelta | None, last: LastRehearsal, now: datetime) -> Iterator[str]:
    """A reason if the policy demands a rehearsal, and nobody can say whether there was one; as `overdue`."""
    if within is not None and not is_in_time(within, last, now) and (doubt := _doubt(last, now)):
        yield f"whether a failover was rehearsed within {span(within)} is not known ({KEY}): {doubt}"


def _doubt(last: LastRehearsal, now: datetime) -> str:
    """Why the journal cannot show that there was none; empty if it can."""
    if last.ended is not None and last.ended > now:
        return f"the last one ended {utc(last.ended)}, which is in the future"
    return last.problem


def is_in_time(within: timedelta, last: LastRehearsal, now: datetime) -> bool:
    """Whether the last rehearsal ended so short a time ago."""
    return last.ended is not None and timedelta(0) <= now - last.ended <= within


def end(within: timedelta | None, ended: datetime | None) -> tuple[datetime, ...]:
    """When a GO ends because another rehearsal is due; empty if none is demanded."""
    return () if within is None or ended is None else (ended + within,)

"""Whether the newest answer of the gate lets a site take over. It is read from the reports alone."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from siteparity.failover.answers import Answer, Seen
from siteparity.failover.events import Begun
from siteparity.failover.order import Part
from siteparity.gate.believed import believed
from siteparity.gate.unfinished import may_go_on
from siteparity.model import SiteparityError, Verdict
from siteparity.report.words import utc
from siteparity.result import Result
from siteparity.runs.finished import find_run
from siteparity.runs.history import read_history


class GateAnswer:
    """The newest run of a reports folder. A run that did not change is not read again.

    Args:
        reports: the folder.
    """

    def __init__(self, reports: Path) -> None:
        self._reports = reports
        self._read: tuple[tuple[str, int], Result] | None = None

    def answers(self, now: datetime, begun: Begun) -> Mapping[Part, Answer]:
        """Whether the gate lets the new site take over, and later the old one."""
        try:
            result = self._newest()
        except (SiteparityError, OSError) as error:
            unknown = Answer(Seen.UNKNOWN, str(error))
            return dict.fromkeys(Part, unknown)
        return {
            Part.THERE: judged(result, begun.old, begun.new, now),
            Part.BACK: judged(result, begun.new, begun.old, now, since=begun.at),
        }

    def held_until(self, begun: Begun) -> datetime | None:
        """Until when the new site has all that was committed at the old one, if a record stood in for it."""
        with suppress(SiteparityError, OSError):
            result = self._newest()
            about = (result.primary.site, result.standby.site, result.primary.source)
            if result.data_loss is not None and about == (begun.old, begun.new, "record"):
                return result.data_loss.since
        return None

    def _newest(self) -> Result:
        folder = find_run(self._reports, None)
        stamp = (folder.name, (folder / "result.json").stat().st_mtime_ns)
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, believed(folder, read_history(self._reports)))
        return self._read[1]


def judged(
    result: Result, primary: str, standby: str, now: datetime, since: datetime | None = None
) -> Answer:
    """What a run says of a switch.

    Args:
        result: of the newest run.
        primary: the site that is left.
        standby: the site that takes over.
        now: the time.
        since: when the run must have begun at the earliest.
    """
    when = utc(result.finished_at)
    if (result.primary.site, result.standby.site) != (primary, standby):
        other = f"{result.standby.site} taking over from {result.primary.site}"
        return Answer(Seen.UNKNOWN, f"the newest run, of {when}, is about {other}")
    if since is not None and result.started_at < since:
        return Answer(Seen.UNKNOWN, f"the newest run, of {when}, is older than the drill")
    if may_go_on(result) or result.verdict is Verdict.UNKNOWN:
        return Answer(Seen.UNKNOWN, f"the run of {when}: {result.reasons[0]}")
    until = result.go_until
    if until is None:
        return Answer(Seen.NO, f"NO-GO of {when}: {result.reasons[0]}")
    if now > until:
        return Answer(Seen.NO, f"the GO of {when} is over")
    lacking = "" if result.verdict is Verdict.GO else " but for a rehearsal, which this is"
    return Answer(Seen.YES, f"GO of {when}, until {utc(until)}{lacking}")

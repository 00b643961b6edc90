"""How far the clock of this machine may be off, by the account of the program that keeps it.

One runner measures all clocks by its own, so that an error of it shows at every host. Two runners may each
find their hosts right, and be a minute apart.
"""

from __future__ import annotations

from siteparity.model import Connection, ConnectionKind, Host, UnmeasuredError
from siteparity.probes import Answers
from siteparity.tools import timekeeping
from siteparity.tools.timekeeping import Timekeeping
from siteparity.transport.asking import Asked, Run
from siteparity.transport.script import Ask

_HERE = Host("runner", "", (), Connection(ConnectionKind.LOCAL, "localhost"))
_SECONDS = 15.0
_TIME = "time"
_MAX_AGE = 3600.0
"""Seconds since the program has last heard of a source."""


def clock_error(run: Run) -> float | None:
    """Seconds by which this machine's clock may be off; None if nothing keeps it, or nobody knows.

    Args:
        run: runs a script on this machine.
    """
    try:
        said, _ = Asked(run, _HERE).put({_TIME: Ask(timekeeping.QUESTION)}, timeout=_SECONDS)
        kept = Timekeeping.of(timekeeping.read(Answers(said).rows(_TIME)))
    except UnmeasuredError:
        return None
    if kept.state(_MAX_AGE) != timekeeping.SYNCHRONISED:
        return None
    return abs(kept.offset) + kept.uncertainty

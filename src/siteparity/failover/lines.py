"""A line of the journal as a person reads it. Pure."""

from __future__ import annotations

from datetime import UTC, timedelta

from siteparity.failover.answers import Seen
from siteparity.failover.events import (
    Alarmed,
    Begun,
    Cleared,
    Counted,
    Ended,
    Event,
    Looked,
    Proven,
    Resumed,
    Said,
)
from siteparity.failover.objectives import Loss
from siteparity.failover.proofs import spelled
from siteparity.report.visible import shortened, visible

_WIDTH = 400
AGAIN = "protected again"


def event_line(event: Event) -> str:
    """One line of the journal as a person reads it; empty if it is worth none."""
    words = _words(event)
    at = f"{event.at.astimezone(UTC):%H:%M:%S}"
    return f"{at}  {shortened(visible(words), _WIDTH)}" if words else ""


def _words(event: Event) -> str:  # noqa: PLR0911  # one for each kind of line
    match event:
        case Begun():
            return f"begun     {event.mode}, {event.old} to {event.new}, by {event.by}"
        case Resumed():
            return "resumed   nobody looked meanwhile"
        case Looked():
            return _change(event)
        case Proven():
            return f"DONE      {event.step}{_remarks(event)}"
        case Said():
            return f"said      {event.step}, by {event.by}{reason(event.words)}"
        case Alarmed():
            return f"ALARM     {event.alarm}{reason(event.words)}"
        case Cleared():
            return f"cleared   {event.alarm} ({event.about})"
        case Counted():
            return f"lost      {loss_words(_loss(event))}{reason(event.words)}"
        case Ended():
            return f"ENDED     {AGAIN}"


def _change(event: Looked) -> str:
    """What a look tells; empty if it is not known, and was not known before either."""
    if event.seen is Seen.UNKNOWN and event.before is None:
        return ""
    seen = "seen" if event.seen is Seen.YES else event.seen.value
    return f"{seen:<8}  {event.question}{reason(event.words)}"


def reason(words: str) -> str:
    """What was seen, behind a colon; empty if nothing is told."""
    return f": {words}" if words else ""


def _loss(event: Counted) -> Loss:
    return Loss(timedelta(seconds=event.least_seconds), timedelta(seconds=event.most_seconds))


def _remarks(event: Proven) -> str:
    late = [f"late by {spelled(timedelta(seconds=round(event.late_seconds)))}"] if event.late_seconds else []
    early = ["made out of order"] if event.out_of_order else []
    said = [f"said, not measured: {', '.join(event.said)}"] if event.said else []
    told = "; ".join((*late, *early, *said))
    return f" ({told})" if told else ""


def loss_words(loss: Loss) -> str:
    """``0 s``, or ``2 s to 40 s``."""
    least, most = spelled(loss.least), spelled(loss.most)
    return most if least == most else f"{least} to {most}"

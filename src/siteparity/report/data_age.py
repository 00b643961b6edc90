"""The first lines of a report: how old the primary's data are, and what may be lost with the primary."""

from __future__ import annotations

from datetime import timedelta, tzinfo

from siteparity.report.words import span, title, utc
from siteparity.result import Result

_UNITS = (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))


def is_by_record(result: Result) -> bool:
    """Whether a record stands in for the primary."""
    return result.primary.source == "record"


def age(result: Result) -> str:
    """How old the primary's data were when the run ended."""
    return span(result.finished_at - result.primary.measured_at)


def compared_with(result: Result, zone: tzinfo | None = None) -> str:
    """``a record of Dallas, 6 h 12 min old``, or ``Dallas, live``."""
    primary = title(result.primary.site)
    if not is_by_record(result):
        return f"{primary}, live"
    return f"a record of {primary}, {age(result)} old, measured {utc(result.primary.measured_at, zone)}"


def possible_loss(result: Result, zone: tzinfo | None = None) -> str:
    """What may be lost with the primary; empty if both sites are live and it is not known."""
    loss = result.data_loss
    if not is_by_record(result):
        return f"up to {span(rounded_up(loss.until - loss.since))}, if it fails now" if loss else ""
    if loss is None:
        return "not known: what the standby has of the primary's orders could not be read"
    most = span(rounded_up(loss.until - loss.since))
    text = f"up to {most}: whatever was written after {utc(loss.since, zone)}"
    return f"{text}; at least {size(loss.missing_bytes)} of it is missing" if loss.missing_bytes else text


def rounded_up(length: timedelta) -> timedelta:
    """Rounded up to a second: `span` rounds down, and a loss must not look smaller than it may be."""
    return timedelta(seconds=-(-length // timedelta(seconds=1)))


def size(number: int) -> str:
    """``2.0 MiB``."""
    for unit, factor in _UNITS:
        if number >= factor:
            return f"{number / factor:.1f} {unit}"
    return f"{number} bytes"

"""Times, numbers and names as the reports say them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache

from babel.localtime import get_localzone

from siteparity.policy.journeys import JOURNEYS
from siteparity.probes import discover

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_SHORT_HOURS = 48
"""Up to here a span is told in hours; longer ones in days."""


def utc(moment: datetime, zone: tzinfo | None = None) -> str:
    """The moment in UTC to the minute, with the local time in brackets where a zone is given that differs."""
    text = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    local = moment.astimezone(zone or UTC)
    return f"{text} ({local:%H:%M %Z})" if local.utcoffset() else text


def local_zone() -> tzinfo | None:
    """The user's time zone, from ``TZ`` or this machine's settings; None if neither names one."""
    try:
        return get_localzone()
    except (LookupError, ValueError, OSError):
        return None


def span(length: timedelta) -> str:
    """How long: ``45 s``, ``12 min``, ``6 h 12 min``, ``3 days``. Less than nothing is ``0 s``."""
    seconds = max(int(length.total_seconds()), 0)
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _SHORT_HOURS * _HOUR:
        minutes = seconds % _HOUR // _MINUTE
        return f"{seconds // _HOUR} h" + (f" {minutes} min" if minutes else "")
    return f"{seconds // _DAY} days"


def title(slug: str) -> str:
    """A site, aspect or journey as a heading: ``site_role`` -> ``Who serves``, ``dns`` -> ``DNS``.

    A result may name an aspect that this version does not know; its heading is made from its name.
    """
    text = slug.replace("_", " ")
    return _titles().get(slug) or text[:1].upper() + text[1:]


@cache
def _titles() -> Mapping[str, str]:
    """The headings that aspects and journeys declare."""
    titles = {name: journey.title for name, journey in JOURNEYS.items()}
    titles |= {aspect: probe.title for aspect, probe in discover().items() if probe.title}
    return titles


def count(number: int, noun: str) -> str:
    """``1 check``, ``2 checks``, ``10,000 findings``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")

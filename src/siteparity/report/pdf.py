"""``report.pdf``: the first screen of report.html and its findings, on two pages, by WeasyPrint."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from siteparity.model import ConfigurationError
from siteparity.redaction import redacted
from siteparity.report.html import render
from siteparity.report.trend import PastRun
from siteparity.result import Result

if TYPE_CHECKING:
    from weasyprint import Document

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 fonts-dejavu-core"
"""What WeasyPrint needs of Debian."""


def demand_weasyprint() -> None:
    """Raise ConfigurationError if no PDF can be made here; it says what to install."""
    try:
        import weasyprint  # noqa: F401, PLC0415  # an extra, and slow to load
    except ImportError:
        raise ConfigurationError(
            'no PDF can be made: WeasyPrint is missing; install "siteparity[pdf]"'
        ) from None
    except OSError:  # a library that it loads is missing
        raise ConfigurationError(
            f"no PDF can be made: WeasyPrint lacks a library; on Debian: apt-get install {PACKAGES}"
        ) from None


def pdf(result: Result, history: Sequence[PastRun] = (), zone: tzinfo | None = None) -> bytes:
    """The report on paper, without secrets.

    Args:
        result: of the run.
        history: earlier runs, as for `siteparity.report.html.render`.
        zone: adds the local time in brackets to times in UTC.

    Raises:
        ConfigurationError: WeasyPrint, or a library that it needs, is missing.
    """
    return paper(render(result, history, zone, paper=True))


def paper(page: str) -> bytes:
    """A page on paper, without secrets.

    Raises:
        ConfigurationError: as `pdf`.
    """
    made = laid_out(redacted(page)).write_pdf()
    if not isinstance(made, bytes):
        raise TypeError("WeasyPrint wrote no bytes")
    return made


def laid_out(text: str) -> Document:
    """The pages of a text in HTML. Nothing is fetched for them.

    Raises:
        ConfigurationError: WeasyPrint, or a library that it needs, is missing.
    """
    demand_weasyprint()
    from weasyprint import HTML  # noqa: PLC0415  # an extra
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    # Links to what is left out are no faults, and stderr is for people.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    return HTML(string=text, url_fetcher=URLFetcher(allowed_protocols=())).render()

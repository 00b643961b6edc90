"""``report.html``, the director's page: one static file without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from siteparity.report.trend import PastRun
from siteparity.report.view import page
from siteparity.report.visible import visible
from siteparity.result import Result


def render(
    result: Result, history: Sequence[PastRun] = (), zone: tzinfo | None = None, *, paper: bool = False
) -> str:
    """The page of one run.

    Args:
        result: of the run.
        history: earlier runs in any order, for the number of runs since which something is wrong.
        zone: adds the local time in brackets to times in UTC.
        paper: leaves out what is not printed.
    """
    shown = page(result, history, zone)
    text = environment().get_template("report.html.jinja").render(page=shown, paper=paper)
    return text.lstrip() + "\n"


@cache
def environment() -> Environment:
    """The templates of this folder; whatever they print is escaped and visible."""
    return Environment(
        loader=PackageLoader("siteparity.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=seen,
        trim_blocks=True,
        keep_trailing_newline=False,
    )


def seen(value: object) -> object:
    """Make every text that the template prints visible, even if a caller forgot to."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value, lines=True)
    return value

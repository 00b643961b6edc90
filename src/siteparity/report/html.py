"""``report.html``: the director's page. Static, one file, and no script in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from siteparity.report.cards import PastRun
from siteparity.report.view import page
from siteparity.report.visible import visible
from siteparity.result import Result


def render(result: Result, history: Sequence[PastRun] = (), zone: tzinfo | None = None) -> str:
    """The page of one run.

    Args:
        result: The run.
        history: Earlier runs, in any order; they tell since how many runs something is wrong.
        zone: Where a zone is given, times in UTC are followed by the local time in brackets.
    """
    text = _environment().get_template("report.html.jinja").render(page=page(result, history, zone))
    return text.lstrip() + "\n"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("siteparity.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_seen,
        trim_blocks=True,
        keep_trailing_newline=False,
    )


def _seen(value: object) -> object:
    """Whatever the template prints: nothing that cannot be seen passes, even where a caller forgot it."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value, lines=True)
    return value

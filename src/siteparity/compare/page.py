"""A comparison as one static page without scripts, in the style of report.html."""

from __future__ import annotations

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from siteparity.compare.comparison import Comparison, Difference
from siteparity.compare.text import answer_line, tables_words
from siteparity.report.html import seen
from siteparity.report.visible import labels, shortened, visible
from siteparity.report.words import utc

ROWS_A_GROUP = 500
GROUPS = 400
_VALUE_WIDTH = 400


def render(comparison: Comparison) -> str:
    """The page.

    Args:
        comparison: of two hosts.
    """
    text = (
        _environment()
        .get_template("page.html.jinja")
        .render(
            it=comparison,
            answer=answer_line(comparison),
            measured=utc(comparison.measured_at),
            groups=comparison.groups[:GROUPS],
            more_groups=len(comparison.groups) - GROUPS,
            most=ROWS_A_GROUP,
            values=_values,
            tables_words=tables_words,
            short=_short,
        )
    )
    return text.lstrip() + "\n"


def _values(one: Difference) -> list[str]:
    return labels([one.first, one.second], _VALUE_WIDTH)


def _short(text: str) -> str:
    return shortened(visible(text), _VALUE_WIDTH)


@cache
def _environment() -> Environment:
    return Environment(
        loader=ChoiceLoader(
            [PackageLoader("siteparity.compare", "."), PackageLoader("siteparity.report", ".")]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=seen,
        trim_blocks=True,
        keep_trailing_newline=False,
    )

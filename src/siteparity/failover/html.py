"""A runbook as one static page without scripts, in the style of report.html, to print. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from siteparity.failover import prose
from siteparity.failover.document import Mode
from siteparity.failover.markdown import quoted
from siteparity.failover.runbook import Runbook
from siteparity.report.html import seen
from siteparity.report.visible import visible


def render(book: Runbook, rehearsed: Mapping[Mode, str]) -> str:
    """The page.

    Args:
        book: to render.
        rehearsed: for each of its modes, when it was last rehearsed (`siteparity.failover.head`).
    """
    text = (
        environment()
        .get_template("page.html.jinja")
        .render(book=book, rehearsed=rehearsed, prose=prose, quoted=quoted, with_code=_with_code)
    )
    return text.lstrip() + "\n"


def _with_code(text: str) -> Markup:
    """A sentence whose words between backquotes are code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(visible(text)))))  # noqa: S704  # it is escaped


@cache
def environment() -> Environment:
    """The templates of this folder and those of reports; whatever they print is escaped and visible."""
    return Environment(
        loader=ChoiceLoader(
            [PackageLoader("siteparity.failover", "."), PackageLoader("siteparity.report", ".")]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=seen,
        trim_blocks=True,
        keep_trailing_newline=False,
    )

"""``siteparity history`` at once: without what runs and other commands need."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from siteparity.commands.arguments import parser
from siteparity.folders import folders
from siteparity.redaction import redacted, remember_environment
from siteparity.root import find_root
from siteparity.runs.listing import listed


def history(typed: Sequence[str]) -> None:
    """Print the runs and end, if that is all that is asked for. Else, and if anything fails, do nothing.

    The whole command line does the same then, or says what is wrong.
    """
    if typed[:1] != ["history"] or os.environ.get("GITHUB_ACTIONS"):
        return
    options = parser("").parse_args(typed)
    if options.unwanted or options.forget or options.html or options.max_age is not None:
        return
    remember_environment(os.environ)
    with suppress(Exception):
        text = redacted(listed(options.reports or folders(find_root()).reports))
        print(encoded(text), flush=True)  # noqa: T201  # the answer
        sys.exit(0)


def encoded(text: str) -> str:
    """The text as stdout takes it. Characters that its encoding lacks are shown by their numbers."""
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)

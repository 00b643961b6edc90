"""Starts both judges of a run, pytest and the second judge: what both load is loaded once.

``python -m siteparity.pytest_plugin.both_judges WORDS ARGUMENT...``: WORDS are the second judge's arguments
as a JSON list, the others are pytest's. The process divides before pytest begins, so neither judge can touch
what the other one has loaded.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

import pytest

from siteparity.probes import discover
from siteparity.pytest_plugin import rejudge


def main() -> int:
    """Be pytest, beside a second judge. Returns pytest's exit status."""
    words, *arguments = sys.argv[1:]
    discover()
    if os.fork() == 0:
        _second(json.loads(words))
    return int(pytest.main(arguments))


def _second(words: Sequence[str]) -> None:
    """Be the second judge. Its status is the closing line of its journal, and its absence."""
    try:
        sys.argv = [rejudge.__file__, *words]
        rejudge.main()
    finally:
        os._exit(0)  # what Python does at the end is pytest's


if __name__ == "__main__":
    sys.exit(main())

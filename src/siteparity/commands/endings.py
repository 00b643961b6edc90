"""The exit codes of the command line."""

from __future__ import annotations

from siteparity.model import Verdict

EXIT = {Verdict.GO: 0, Verdict.NO_GO: 2, Verdict.UNKNOWN: 3}
EXIT_USAGE = 4
"""Usage or configuration. 1 is never returned on purpose: a crash of Python returns it."""

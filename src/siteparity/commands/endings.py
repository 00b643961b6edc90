"""The exit codes of the command line that answer; `siteparity.commands.arguments` has that of wrong usage."""

from __future__ import annotations

from siteparity.model import Verdict

EXIT = {Verdict.GO: 0, Verdict.NO_GO: 2, Verdict.UNKNOWN: 3}

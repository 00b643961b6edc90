"""The answer as annotations of GitHub Actions, and what hosts said without any power over it.

A line that begins with ``::`` or holds ``##[`` is a command for the runner of a job, on stdout as on stderr.
"""

from __future__ import annotations

from collections.abc import Mapping

from siteparity.model import Verdict
from siteparity.redaction import redacted
from siteparity.report import verdict_line
from siteparity.report.visible import shortened, visible
from siteparity.result import Result

MOST = 10
"""The runner shows no more of a kind in a step."""
_WIDTH = 400
_LEVELS = {Verdict.GO: "notice", Verdict.NO_GO: "error", Verdict.UNKNOWN: "warning"}


def wanted(environment: Mapping[str, str]) -> bool:
    """Whether this is a job of GitHub Actions."""
    return environment.get("GITHUB_ACTIONS") == "true"


def annotated(result: Result) -> list[str]:
    """The answer, and its first reasons; a line each."""
    level, title = _LEVELS[result.verdict], f"{result.verdict.value} at {result.standby.site}"
    reasons = [_command(level, title, reason) for reason in result.reasons[: MOST - 1]]
    return [_command(level, title, verdict_line(result)), *reasons]


def no_answer(line: str) -> str:
    """The annotation if there is no answer."""
    return _command("error", "no answer", line)


def harmless(text: str) -> str:
    """A text in which no line is a command for the runner."""
    return "\n".join(map(_harmless_line, text.replace("##[", "#_#[").split("\n")))


def _harmless_line(line: str) -> str:
    return line.replace("::", ":_:", 1) if line.lstrip().startswith("::") else line


def _command(level: str, title: str, text: str) -> str:
    """One command, as the documentation of workflow commands writes it."""
    name = _escaped(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={name}::{_escaped(shortened(visible(redacted(text)), _WIDTH))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A").replace("##[", "#_#[")

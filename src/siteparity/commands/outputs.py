"""What else a gate writes: numbers for Prometheus, a summary for GitHub. No answer depends on it."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue

from siteparity.model import Outcome, Severity, Verdict
from siteparity.redaction import redacted
from siteparity.report import result_json, verdict_line
from siteparity.report.next_action import next_action
from siteparity.report.trend import loss_of
from siteparity.report.view import coverage, page
from siteparity.report.visible import shortened, visible
from siteparity.result import Result

if TYPE_CHECKING:
    from prometheus_client import Gauge

REASONS = 10
_WIDTH = 400
_STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


def as_json(result: Result) -> str:
    """``result.json`` on one line, without secrets."""
    return json.dumps(_redacted(json.loads(result_json(result))))


def _redacted(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {key: _redacted(inner) for key, inner in value.items()}
    return [_redacted(inner) for inner in value] if isinstance(value, list) else value


def write_metrics(result: Result, path: Path) -> None:
    """Write the numbers of a run for the textfile collector of Prometheus' node exporter.

    Raises:
        OSError: the file cannot be written.
    """
    from prometheus_client import (  # noqa: PLC0415  # it brings a server of the web along
        CollectorRegistry,
        Gauge,
        write_to_textfile,
    )

    registry = CollectorRegistry()
    sites = {"primary": result.primary.site, "standby": result.standby.site}

    def gauge(name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"siteparity_{name}", words, [*sites, *labels], registry=registry)

    verdict = gauge("verdict", "1 for the verdict of the last finished run, 0 for the others.", "verdict")
    for one in Verdict:
        verdict.labels(**sites, verdict=one.value).set(one is result.verdict)
    times = {
        "finished_timestamp_seconds": ("When the run ended.", result.finished_at.timestamp()),
        "run_seconds": ("How long it took.", (result.finished_at - result.started_at).total_seconds()),
        "checks_planned": ("How many checks were planned.", float(result.plan.checks)),
        "checks_unmeasured": ("How many could not be made.", float(_unmeasured(result))),
    }
    if result.valid_until:
        times["valid_until_timestamp_seconds"] = ("When the GO ends.", result.valid_until.timestamp())
    if (loss := loss_of(result)) is not None:
        times["possible_loss_seconds"] = ("Orders of so many seconds may be lost with the primary.", loss)
    for name, (words, number) in times.items():
        gauge(name, words).labels(**sites).set(number)
    blockers = gauge("blockers", "How many blockers differ.", "kind", "aspect")
    for (kind, aspect), number in _blockers(result).items():
        blockers.labels(**sites, kind=kind, aspect=aspect).set(number)
    write_to_textfile(str(path), registry)


def write_step_summary(result: Result, environment: Mapping[str, str]) -> None:
    """Add the answer to the summary of a step of GitHub Actions, if the environment names its file.

    What hosts said is shown as text.

    Raises:
        OSError: the file cannot be written.
    """
    if not (path := environment.get(_STEP_SUMMARY)):
        return
    reasons = [f"<li>{_text(reason)}</li>" for reason in result.reasons[:REASONS]]
    next_ = next_action(result, page(result).stops)
    lines = [
        f"<h2>{_text(verdict_line(result))}</h2>",
        f"<p>{_text(next_)}</p>",
        *(["<ul>", *reasons, "</ul>"] if reasons else []),
        f"<p>{_text(coverage(result))}</p>",
    ]
    with Path(path).open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _text(text: str) -> str:
    """A text as HTML on one line, in which Markdown means nothing."""
    shown = html.escape(shortened(visible(redacted(text)), _WIDTH))
    return "".join(f"&#{ord(one)};" if one in "*_`[]#|~\\!" else one for one in shown)


def _unmeasured(result: Result) -> int:
    return sum(not check.outcome.measured for check in result.checks)


def _blockers(result: Result) -> Mapping[tuple[str, str], int]:
    """Kind and aspect -> how many blockers differ; also those with none."""
    found: Counter[tuple[str, str]] = Counter({(check.kind, check.aspect): 0 for check in result.checks})
    found.update(
        (check.kind, check.aspect)
        for check in result.checks
        if (check.severity, check.outcome) == (Severity.BLOCKER, Outcome.DIFFERENT)
    )
    return found

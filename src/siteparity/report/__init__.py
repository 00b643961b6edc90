"""The reports of a run. Each is made from its `siteparity.result.Result` alone."""

from siteparity.report.html import render
from siteparity.report.junit import junit
from siteparity.report.reconcile import reconcile
from siteparity.report.schema import schema_text
from siteparity.report.text import summary, verdict_line
from siteparity.report.write import bind, result_json, staged_reports, write_reports

__all__ = [
    "bind",
    "junit",
    "reconcile",
    "render",
    "result_json",
    "schema_text",
    "staged_reports",
    "summary",
    "verdict_line",
    "write_reports",
]

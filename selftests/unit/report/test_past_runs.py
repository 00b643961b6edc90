"""The page of all runs: the newest first, each pair with its trend, each run with its own page."""

from __future__ import annotations

import re
from datetime import timedelta

from selftests.browser import examples
from selftests.unit.report import past
from siteparity.report.past_runs import render_history

NOW = examples.FINISHED + timedelta(hours=6, minutes=12)


def test_the_newest_run_leads_and_its_age_is_told() -> None:
    """A page that is old must not pass for an answer about now."""
    text = render_history(past.many(), NOW, {})
    assert '<span class="word">UNKNOWN</span> <span class="sentence">was the last answer' in text
    assert "<dt>Age</dt><dd>6 h 12 min</dd>" in text
    assert "44: 39 GO, 2 NO-GO, 3 UNKNOWN" in text
    assert "It says nothing about now" in text
    rows = re.findall(r'<th scope="row">(?:<a[^>]*>)?([\d-]+)', text)
    assert len(rows) == 44
    assert rows == sorted(rows, reverse=True)


def test_each_pair_of_sites_has_its_own_trend() -> None:
    """A pair that was turned round is another question."""
    text = render_history(past.many(), NOW, {})
    assert re.findall(r"<h3>(.*?)</h3>", text) == ["Dallas in place of Arizona", "Arizona in place of Dallas"]
    assert 'id="trend-1"' in text
    assert 'id="trend-2"' in text
    assert "The last 30 runs: 28 GO, 2 NO-GO; blockers 0 to 2, now 0" in text


def test_what_is_not_known_is_said_and_a_revoked_go_as_well() -> None:
    """No empty cell could be taken for a zero."""
    text = render_history(past.many(), NOW, {})
    assert text.count('<td data-label="Loss" class="n">not known</td>') == 3
    assert "a GO until it was revoked at 2026-11-20" in text


def test_a_run_whose_page_is_there_leads_to_it() -> None:
    """The others have no link that leads nowhere."""
    runs = past.many()
    text = render_history(runs, NOW, {runs[-1].run: "runs/a/report.html"})
    assert re.findall(r'<a href="([^#"]+)"', text) == ["runs/a/report.html"]


def test_no_run_is_told_and_no_error() -> None:
    """Of a folder that is new."""
    text = render_history((), NOW, {})
    assert "The reports folder holds no run yet." in text
    assert "GO</span>" not in text

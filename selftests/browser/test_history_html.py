"""The page of all runs in a real browser: harmless, accessible, light and dark, on any width."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types

from selftests.browser import examples
from selftests.browser.conftest import Open
from selftests.browser.test_report_html import OVERFLOW
from selftests.unit.report import past
from siteparity.report.past_runs import render_history

PAGES = {"many": past.many(), "none": [], "hostile": past.hostile()}


def written(folder: Path, name: str) -> Path:
    """The page of an example, as a file; its newest run leads to a page."""
    path = folder / f"{name}.html"
    runs = PAGES[name]
    links = {run.run: "runs/x/report.html" for run in runs[-1:]}
    path.write_text(render_history(runs, examples.FINISHED + timedelta(hours=1), links), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", PAGES)
def test_the_page_does_nothing_but_show(name: str, visit: Open, tmp_path: Path) -> None:
    """No request, dialog, script or console message."""
    seen = visit(written(tmp_path, name))
    seen.page.wait_for_timeout(200)
    assert seen.misdeeds == []
    assert seen.page.locator("script, iframe, img, object, form, [onclick], [onload], [onerror]").count() == 0


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1366, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(name: str, width: int, scheme: str, visit: Open, tmp_path: Path) -> None:
    """Zero violations of WCAG A and AA and of axe's best practices: also of contrast, in both schemes."""
    page = visit(written(tmp_path, name)).page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 768})
    found = Axe().run(page)
    assert [one["id"] for one in found.response["violations"]] == [], found.generate_report()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 768, 1366, 2560])
def test_nothing_sticks_out_at_the_side(name: str, width: int, visit: Open, tmp_path: Path) -> None:
    """Readable on a telephone: no scrolling in two directions."""
    page = visit(written(tmp_path, name)).page
    page.set_viewport_size({"width": width, "height": 640})
    assert page.evaluate(OVERFLOW) <= 0

"""The page of ``siteparity plan`` in a real browser: harmless, accessible, on any width and on paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types

from selftests.browser.conftest import Open
from selftests.browser.test_report_html import OVERFLOW
from siteparity.configuration import find_root
from siteparity.failover.document import Mode, load_plan
from siteparity.failover.html import render
from siteparity.failover.runbook import runbook
from siteparity.inventory import load_sites

INVENTORIES = find_root() / "inventories"
ROLES = ("edge", "web", "db", "sessions")


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The lab's plan as a file."""
    sites = load_sites(INVENTORIES, "dallas", "arizona", ROLES, look_up=False)
    book = runbook(load_plan(INVENTORIES / "failover.yml", ROLES), *sites, list(Mode))
    path = tmp_path / "plan.html"
    path.write_text(render(book, dict.fromkeys(Mode, "never")), encoding="utf-8")
    return path


def test_the_page_does_nothing_but_show(written: Path, visit: Open) -> None:
    """No request, dialog, script or console message."""
    seen = visit(written)
    seen.page.wait_for_timeout(200)
    assert seen.misdeeds == []
    assert seen.page.locator("script, iframe, img, object, form, [onclick], [onload], [onerror]").count() == 0


@pytest.mark.parametrize("width", [1366, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(width: int, scheme: str, written: Path, visit: Open) -> None:
    """Zero violations of WCAG A and AA and of axe's best practices: also of contrast, in both schemes."""
    page = visit(written).page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 768})
    found = Axe().run(page)
    assert [one["id"] for one in found.response["violations"]] == [], found.generate_report()


@pytest.mark.parametrize("width", [320, 768, 1366, 2560])
def test_nothing_sticks_out_at_the_side(width: int, written: Path, visit: Open) -> None:
    """Commands are broken where they must be: nobody scrolls sideways at 3 a.m."""
    page = visit(written).page
    page.set_viewport_size({"width": width, "height": 640})
    assert page.evaluate(OVERFLOW) <= 0


def test_paper_has_the_steps_and_a_place_for_the_time(written: Path, visit: Open) -> None:
    """The page is printed and taken along."""
    page = visit(written).page
    page.emulate_media(media="print")
    assert page.locator(".step h3").first.is_visible()
    assert page.locator(".paper-time").first.is_visible()
    assert page.locator("pre").first.is_visible()

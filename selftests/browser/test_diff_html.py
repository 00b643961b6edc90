"""The page of ``siteparity diff`` in a real browser: harmless, accessible, light and dark, on any width."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types

from selftests.browser.conftest import Open
from selftests.browser.test_report_html import OVERFLOW
from selftests.unit.compare import examples
from siteparity.compare import render

NAMES = ("equal", "different", "not_known", "not_reached", "hostile")


def written(folder: Path, name: str) -> Path:
    """The page of an example, as a file."""
    path = folder / f"{name}.html"
    path.write_text(render(getattr(examples, name)()), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", NAMES)
def test_the_page_does_nothing_but_show(name: str, visit: Open, tmp_path: Path) -> None:
    """No request, dialog, script or console message."""
    seen = visit(written(tmp_path, name))
    seen.page.wait_for_timeout(200)
    assert seen.misdeeds == []
    assert seen.page.locator("script, iframe, img, object, form, [onclick], [onload], [onerror]").count() == 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [1366, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(name: str, width: int, scheme: str, visit: Open, tmp_path: Path) -> None:
    """Zero violations of WCAG A and AA and of axe's best practices: also of contrast, in both schemes."""
    page = visit(written(tmp_path, name)).page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 768})
    found = Axe().run(page)
    assert [one["id"] for one in found.response["violations"]] == [], found.generate_report()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [320, 768, 1366, 2560])
def test_nothing_sticks_out_at_the_side(name: str, width: int, visit: Open, tmp_path: Path) -> None:
    """Readable on a telephone: no scrolling in two directions."""
    page = visit(written(tmp_path, name)).page
    page.set_viewport_size({"width": width, "height": 640})
    assert page.evaluate(OVERFLOW) <= 0


def test_dark_is_dark(visit: Open, tmp_path: Path) -> None:
    """The page follows what the reader's system prefers."""
    page = visit(written(tmp_path, "different")).page
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    assert light == "rgb(255, 255, 255)"
    assert page.evaluate(colour) == "rgb(18, 23, 30)"


def test_each_value_names_its_host_on_a_telephone(visit: Open, tmp_path: Path) -> None:
    """Stacked cells have no column above them."""
    page = visit(written(tmp_path, "different")).page
    page.set_viewport_size({"width": 320, "height": 640})
    labels = page.evaluate(
        "[...document.querySelectorAll('table.findings tbody tr:first-child td')].slice(0, 2)"
        ".map(cell => getComputedStyle(cell, '::before').content)"
    )
    assert labels == ['"web1"', '"ada@web9"']


def test_keys_alone_reach_the_details(visit: Open, tmp_path: Path) -> None:
    """The first Tab is the way past the header."""
    page = visit(written(tmp_path, "different")).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#details"
    assert page.evaluate("document.activeElement.id") == "details"


def test_symbol_word_and_colour_tell_the_answer_together(visit: Open, tmp_path: Path) -> None:
    """Never by colour alone."""
    looks = set()
    for name in ("equal", "different", "not_known"):
        page = visit(written(tmp_path, name)).page
        colour = page.evaluate("getComputedStyle(document.querySelector('.banner')).backgroundColor")
        looks.add((page.locator(".word").inner_text(), colour, page.locator(".symbol").inner_html()))
    for column in zip(*looks, strict=True):
        assert len(set(column)) == 3

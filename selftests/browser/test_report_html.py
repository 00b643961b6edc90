"""The director's page in a real browser: readable at a glance, harmless, accessible, printable, fast."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types

from selftests.browser import examples
from selftests.browser.conftest import DESKTOP, Open
from siteparity.report import render

NAMES = (
    "go", "no_go", "unknown", "in_part", "drafted", "hostile", "by_design", "site_down", "redis_stopped",
)  # fmt: skip
PAGES = ("checks.html", "junit.xml", "result.json")
"""What stands beside the page in the folder of a run."""
FIRST_PAINT = """new Promise(done => new PerformanceObserver((list, me) => {
    const paint = list.getEntriesByName('first-contentful-paint')[0];
    if (paint) { me.disconnect(); done(paint.startTime); }
}).observe({type: 'paint', buffered: true}))"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def written(folder: Path, name: str) -> Path:
    """The page of an example, as a file."""
    path = folder / f"{name}.html"
    path.write_text(render(getattr(examples, name)()), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "name", ["go", "no_go", "unknown", "in_part", "drafted", "site_down", "redis_stopped"]
)
def test_the_answer_fits_on_the_first_screen(name: str, visit: Open, tmp_path: Path) -> None:
    """Verdict, what stops us, areas and coverage, without scrolling."""
    page = visit(written(tmp_path, name)).page
    for selector in ("h1", ".when", ".first", ".areas", ".coverage >> nth=0"):
        box = page.locator(selector).bounding_box()
        assert box is not None, selector
        assert box["y"] + box["height"] <= DESKTOP["height"], selector


@pytest.mark.parametrize("name", NAMES)
def test_the_page_does_nothing_but_show(name: str, visit: Open, tmp_path: Path) -> None:
    """No request, dialog, script or console message, also while everything in it is touched."""
    seen = visit(written(tmp_path, name))
    for summary in seen.page.locator("summary").all():
        summary.click()
    for link in seen.page.locator("main a").all()[:20]:
        link.hover()
        link.focus()
    seen.page.wait_for_timeout(200)
    assert seen.misdeeds == []
    assert seen.page.locator("script, iframe, img, object, form, [onclick], [onload], [onerror]").count() == 0


@pytest.mark.timeout(300)  # axe looks at each of ten thousand elements of the hostile page
@pytest.mark.parametrize("width", [1366, 320])
@pytest.mark.parametrize(
    ("name", "scheme"),
    [*((name, "light") for name in NAMES), *((name, "dark") for name in ("go", "no_go", "in_part"))],
)
def test_axe_finds_nothing(name: str, width: int, scheme: str, visit: Open, tmp_path: Path) -> None:
    """Zero violations of WCAG A and AA and of axe's best practices, with everything unfolded."""
    page = visit(written(tmp_path, name)).page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 768})
    for summary in page.locator("summary").all():
        summary.click()
    found = Axe().run(page)
    assert [one["id"] for one in found.response["violations"]] == [], found.generate_report()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [320, 768, 1366])
def test_nothing_sticks_out_at_the_side(name: str, width: int, visit: Open, tmp_path: Path) -> None:
    """Readable on a telephone: no scrolling in two directions."""
    page = visit(written(tmp_path, name)).page
    page.set_viewport_size({"width": width, "height": 640})
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate(OVERFLOW) <= 0


def test_tables_stay_tables_on_a_telephone(visit: Open, tmp_path: Path) -> None:
    """Stacked rows are still rows for a screen reader, and each value names its column."""
    page = visit(written(tmp_path, "no_go")).page
    page.set_viewport_size({"width": 320, "height": 640})
    tree = page.locator("table.stops").aria_snapshot()
    assert len(re.findall(r"- '?row \"", tree)) == 6
    assert "rowheader" in tree
    labels = page.evaluate(
        "[...document.querySelectorAll('table.stops tbody tr:first-child td')]"
        ".map(cell => getComputedStyle(cell, '::before').content)"
    )
    assert labels == ['"Effect"', '"Owner"', '"Since"']


def test_keys_alone_reach_the_details(visit: Open, tmp_path: Path) -> None:
    """The first Tab is the way past the header; folds open with Enter; a focus can be seen."""
    page = visit(written(tmp_path, "no_go")).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    box = page.locator(".skip").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#details"
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == 1
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_every_link_leads_somewhere(tmp_path: Path) -> None:
    """Anchors exist, and ids are unique."""
    for name in NAMES:
        html = written(tmp_path, name).read_text(encoding="utf-8")
        ids = re.findall(r'\sid="([^"]*)"', html)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'href="#([^"]*)"', html)) <= set(ids)
        assert set(re.findall(r'href="([^#"]+)"', html)) == {"data:,", *PAGES}


def test_symbol_word_and_colour_tell_the_verdict_together(visit: Open, tmp_path: Path) -> None:
    """Never by colour alone: the three symbols have three shapes."""
    looks = set()
    for name in ("go", "no_go", "unknown"):
        page = visit(written(tmp_path, name)).page
        colour = page.evaluate("getComputedStyle(document.querySelector('.banner')).backgroundColor")
        looks.add((page.locator(".word").inner_text(), colour, page.locator(".symbol").inner_html()))
    assert len({word for word, _, _ in looks}) == 3
    assert len({colour for _, colour, _ in looks}) == 3
    assert len({symbol for _, _, symbol in looks}) == 3


@pytest.mark.parametrize("name", ["go", "no_go", "unknown", "site_down", "redis_stopped", "many"])
def test_two_pages_are_printed(name: str, visit: Open, tmp_path: Path) -> None:
    """The first screen, then what stops us with its fixes; never everything that the page holds."""
    page = visit(written(tmp_path, name)).page
    page.emulate_media(media="print")
    assert page.locator(".skip").is_hidden()
    assert page.locator("#details").is_hidden()
    assert page.locator("h1").is_visible()
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    assert pages == (1 if name == "go" else 2)


@pytest.mark.parametrize("name", ["go", "no_go"])
def test_dark_is_dark(name: str, visit: Open, tmp_path: Path) -> None:
    """The page follows what the reader's system prefers."""
    page = visit(written(tmp_path, name)).page
    colour = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(colour) == "rgb(18, 23, 30)"


@pytest.mark.parametrize("name", ["many", "many_checks"])
def test_the_largest_page_is_seen_in_half_a_second(name: str, visit: Open, tmp_path: Path) -> None:
    """Ten thousand findings, or checks; the best of five, because the machine has other work too."""
    path = written(tmp_path, name)
    times = []
    for _ in range(5):
        page = visit(path).page
        times.append(page.evaluate(FIRST_PAINT))
        page.close()
    assert min(times) < 500, times


def test_there_are_a_hundred_hostile_texts() -> None:
    """All different, in every place of both pages that a host, an owner or a waiver can fill."""
    assert len(set(examples.HOSTILE)) == len(examples.HOSTILE) >= 100

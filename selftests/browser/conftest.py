"""A real browser: Debian's Chromium, headless, without any network."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, ViewportSize, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP: ViewportSize = {"width": 1366, "height": 768}


@dataclass
class Visit:
    """An open page, and everything it did that a report must not do."""

    page: Page
    misdeeds: list[str] = field(default_factory=list)
    """Requests beside the page itself, dialogs, script errors, console messages, downloads, other pages."""


Open = Callable[[Path], Visit]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.fail("chromium is not installed; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Open]:
    """Open a file in a page of its own that notes every misdeed."""
    context = chromium.new_context(viewport=DESKTOP)

    def open_(path: Path) -> Visit:
        page = context.new_page()
        seen = Visit(page)
        own, note = path.as_uri(), seen.misdeeds.append

        def dismissed(dialog: Dialog) -> None:
            note(f"dialog {dialog.message}")
            dialog.dismiss()

        def requested(request: Request) -> None:
            if not request.url.startswith(own):
                note(f"request {request.url}")

        page.on("request", requested)
        page.on("dialog", dismissed)
        page.on("pageerror", lambda one: note(f"script error {one}"))
        page.on("console", lambda one: note(f"console {one.text}"))
        page.on("download", lambda one: note(f"download {one.url}"))
        page.on("popup", lambda one: note(f"popup {one.url}"))
        page.goto(own)
        return seen

    yield open_
    context.close()
